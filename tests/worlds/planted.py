"""`python -m tests.worlds.planted [NAME…] [--worlds N]`: mistakes planted in the code, one at a time, and the plain world that finds each.

They show that the checkers see: a mistake that no world finds is a property that nobody checks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

import msgspec

from hotline_client.connection.driver import DeskDriver
from hotline_client.engine import journal
from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import foundings, halting, membership, messages
from hotline_client.engine.outgoing import receipts, sealing
from hotline_client.engine.outgoing.seats import Seats
from hotline_protocol.documents.receipts import Watermark
from hotline_protocol.errors import ChainError, FormatError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls.group import Group
from hotline_protocol.relay.frames import Appended, Conflict
from hotline_server.recovery import Recoveries
from tests.support import memory_store
from tests.worlds.disks import Disk, RelayDisk
from tests.worlds.faults import ROWS
from tests.worlds.relay import RelayMachine
from tests.worlds.workload import plain
from tests.worlds.world import run

Plant = Callable[[], AbstractContextManager[Any]]
PLANTED: Final[dict[str, Plant]] = {}
IN: Final[dict[str, str]] = {}
"""The row of the table in whose worlds a mistake is looked for, where plain worlds would never come by it."""
WORLDS: Final = 2000
"""Within so many a mistake must be found: as many as CI runs."""


def plant(name: str, row: str = "") -> Callable[[Plant], Plant]:
    def register(work: Plant) -> Plant:
        PLANTED[name] = work
        IN[name] = row
        return work

    return register


def around(owner: Any, name: str, instead: Callable[..., Any]) -> AbstractContextManager[Any]:
    """`instead` gets what it stands for as its first argument."""
    original = getattr(owner, name)

    def wrong(*args: Any, **more: Any) -> Any:
        return instead(original, *args, **more)

    return patch.object(owner, name, wrong)


@plant("ratchets are not stored when a word is sealed")
def _ratchets() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, item: Any) -> Any:
        before = draft._group
        form = original(draft, item)
        draft._group = before
        return form

    return around(sealing, "_seal_document", instead)


@plant("a conflict is taken for a refusal")
def _conflict() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, answer: Any) -> None:
        own = draft.own_form(answer.id)
        if isinstance(answer, Conflict) and own is not None:
            draft.put(msgspec.structs.replace(own[0], refused="conflict"))
        else:
            original(draft, answer)

    return around(sealing, "answered", instead)


@plant("an item is done when the relay says appended")
def _done_early() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, answer: Any) -> None:
        own = draft.own_form(answer.id)
        original(draft, answer)
        if isinstance(answer, Appended) and own is not None and own[0].kind == "document":
            draft.done(own[0].id)

    return around(sealing, "answered", instead)


@plant("our own commit is not merged")
def _own_commit() -> AbstractContextManager[Any]:
    def instead(
        _original: Any, draft: Draft, _seq: int, _entry: Any, _body: Any, item: Any, _form: Any
    ) -> None:
        draft.done(item.id)

    return around(membership, "_own_commit", instead)


@plant("receipts claim one entry too many")
def _receipts() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft) -> dict[str, Any]:
        said: dict[str, Any] = original(draft)
        return {**said, "seen": said["delivered"], "delivered": draft.standing.cursor + 40}

    return around(receipts, "body", instead)


@plant("a reader drops words and counts them as got")
def _watermarks() -> AbstractContextManager[Any]:
    def instead(_original: Any, old: Watermark, receipt: Any, *, seq: int) -> Watermark:
        del receipt
        return Watermark(max(old.delivered, seq), max(old.seen, seq))

    def deaf(original: Any, draft: Draft, record: Any, document: Any, author: Any, **more: Any) -> None:
        if record.kind == "text" and record.id[0] % 8 == 0 and not record.own:
            return
        original(draft, record, document, author, **more)

    @contextmanager
    def both() -> Iterator[None]:
        with around(messages, "advance", instead), around(messages, "judge", deaf):
            yield

    return both()


@plant("a word is shown with another's letters")
def _letters() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, item: Any, epoch: int) -> bytes:
        data: bytes = original(draft, item, epoch)
        return data.replace(b"words", b"sword") if item.document_kind == "text" else data

    return around(sealing, "_document", instead)


@plant("the plaintext stands behind the ciphertext")
def _clear() -> AbstractContextManager[Any]:
    def instead(original: Any, group: Group, plaintext: bytes, **more: Any) -> Any:
        protected = original(group, plaintext, **more)
        return replace(protected, message=protected.message + plaintext)

    return around(Group, "protect", instead)


@plant("a rollback is seen where there is none")
def _rollback() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, tail: int, last_commit: int, head: bytes, *, held: int) -> Any:
        if tail == draft.standing.cursor and draft.standing.seen:
            return ChainError("rollback", "the relay's log is another one")
        return original(draft, tail, last_commit, head, held=held)

    return around(halting, "check_ready", instead)


@plant("folds count by the machine that folds")
def _folds() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, record: Any, body: Any, author: Any) -> Any:
        if record.own and record.id[0] % 2:
            record = msgspec.structs.replace(record, at=record.at + 1)
        return original(draft, record, body, author)

    return around(journal, "take", instead)


@plant("the fold refuses some words of one side")
def _journal() -> AbstractContextManager[Any]:
    def instead(_original: Any, book: Journal, event: Any) -> Any:
        if event.id[0] % 16 == 0 and event.author.side == "a":
            raise FormatError("not today")
        return _original(book, event)

    return around(Journal, "apply", instead)


@plant("the store says stored and forgets the position")
def _position() -> AbstractContextManager[Any]:
    def instead(original: Any, disk: RelayDisk, batches: Any, now: int) -> Any:
        before = dict(disk._positions)
        decisions = original(disk, batches, now)
        if decisions and decisions[0].position.tail % 23 == 0:
            disk._positions = before
        return decisions

    return around(RelayDisk, "append", instead)


@plant("an id that is known is appended again")
def _known() -> AbstractContextManager[Any]:
    def instead(original: Any, position: Any, known: Any, submissions: Any, now: int) -> Any:
        known.clear()
        return original(position, known, submissions, now)

    return around(memory_store, "decide", instead)


@plant("followers are not told")
def _untold() -> AbstractContextManager[Any]:
    def instead(original: Any, relay: RelayMachine, connection: Any, client: Any) -> None:
        place = relay.disk_of(connection.who).position(relay.home.key).tail
        if place % 7 or not connection.who.startswith("b"):
            original(relay, connection, client)

    return around(RelayMachine, "_push", instead)


@plant("a vault loses its last step with the power")
def _power() -> AbstractContextManager[Any]:
    def commit(original: Any, disk: Disk, channel: str, version: int, changes: Any) -> int:
        vars(disk)["_before"] = disk.copy()
        written: int = original(disk, channel, version, changes)
        return written

    def crash(_original: Any, disk: Disk) -> None:
        if "_before" in vars(disk):
            disk.roll_back(vars(disk)["_before"])

    @contextmanager
    def both() -> Iterator[None]:
        with around(Disk, "commit", commit), around(Disk, "crash", crash):
            yield

    return both()


@plant("every session begins with a resume")
def _caught_up() -> AbstractContextManager[Any]:
    def instead(original: Any, driver: DeskDriver, channel: str) -> None:
        driver._desk.resume(channel)
        original(driver, channel)

    return around(DeskDriver, "caught_up", instead)


@plant("anybody commits", "wrong-commit")
def _anybody_commits() -> AbstractContextManager[Any]:
    return patch.object(Certificate, "admits", property(lambda _self: True))


@plant("what one member alone can tell is judged as what all see", "wrong-commit")
def _private_first() -> AbstractContextManager[Any]:
    def instead(_original: Any, draft: Draft, _seq: int, committer: Any, _reason: str) -> None:
        del committer
        draft.standing.used_knock = None

    @contextmanager
    def both() -> Iterator[None]:
        with _anybody_commits(), around(membership, "_lost", instead):
            yield

    return both()


@plant("a renewed certificate stays on the device", "heads-renew")
def _not_renewed() -> AbstractContextManager[Any]:
    return around(
        Group, "commit", lambda original, group, **more: original(group, **{**more, "credential": None})
    )


@plant("no knock is answered without a person", "member-renews")
def _unanswered() -> AbstractContextManager[Any]:
    return around(Seats, "run", lambda _original, _seats, _state, _step: None)


@plant("consents are forgotten", "head-lapses")
def _no_consents() -> AbstractContextManager[Any]:
    return around(foundings, "agreed", lambda _original, _draft: None)


@plant("words wait for a commit that is on its way", "held-renewal")
def _words_wait() -> AbstractContextManager[Any]:
    def instead(original: Any, draft: Draft, item: Any, strict: Any) -> bool:
        waits = any(one.sealed and one.kind == "update" for one in draft.state.outbox.values())
        return (
            item.kind == "update" and bool(original(draft, item, strict))
            if waits
            else bool(original(draft, item, strict))
        )

    return around(sealing, "_try", instead)


@plant("words are sealed again at every commit entry", "garbage-commits")
def _sealed_again() -> AbstractContextManager[Any]:
    def instead(original: Any, state: Any, item: Any) -> bool:
        behind = (
            item.kind == "document" and item.sealed and item.sealed[-1].after != state.standing.last_commit
        )
        return not behind and bool(original(state, item))

    return around(sealing, "is_current", instead)


@plant("the announced head is not looked at", "shown-alone")
def _announced() -> AbstractContextManager[Any]:
    @contextmanager
    def both() -> Iterator[None]:
        with (
            around(Desk, "_other_log", lambda _original, _desk, _draft: None),
            around(halting, "check_ready", lambda _original, _draft, *_given, **_more: None),
        ):
            yield

    return both()


@plant("what a comparison set aside is thrown away", "empty-disk")
def _thrown_away() -> AbstractContextManager[Any]:
    def instead(original: Any, disk: Disk, channel: str, version: int, changes: Any) -> int:
        written: int = original(disk, channel, version, changes)
        if changes.settle_aside:
            disk.channels[channel].aside_entries.clear()
            disk.channels[channel].aside_documents.clear()
        return written

    return around(Disk, "commit", instead)


@plant("a recovering relay takes entries", "put-back")
def _takes_entries() -> AbstractContextManager[Any]:
    @contextmanager
    def both() -> Iterator[None]:
        with (
            around(Recoveries, "is_recovering", lambda _original, _recoveries, _key: False),
            around(halting, "check_ready", lambda _original, _draft, *_given, **_more: None),
        ):
            yield

    return both()


@plant("devices offer nothing", "put-back")
def _no_offers() -> AbstractContextManager[Any]:
    return around(DeskDriver, "offers", lambda _original, _driver: [])


def found_by(name: str, most: int = WORLDS) -> tuple[int, str] | None:
    """The first seed whose world shows the mistake, and what it shows; None if none does."""
    with PLANTED[name]():
        for seed in range(1, most + 1):
            try:
                report = run(ROWS[IN[name]].script(seed) if IN[name] else plain(seed))
            except Exception as error:  # noqa: BLE001  a mistake may well end in a crash, which is found too
                return seed, f"crash: {type(error).__name__}: {error}"
            if report.violations:
                return seed, str(report.violations[0])
    return None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="beginnings of names; all without any")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    options = parser.parse_args()
    missed = 0
    for name in PLANTED:
        if options.names and not any(name.startswith(one) for one in options.names):
            continue
        found = found_by(name, options.worlds)
        missed += found is None
        words = "NOT FOUND" if found is None else f"world {found[0]}: {found[1][:120]}"
        sys.stdout.write(f"{name}\n    {words}\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
