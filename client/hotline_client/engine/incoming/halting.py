"""When a log deviates: stop, remember why, and after a person's decision compare it anew with what was kept.

H1  a HALT is stored with its name and reason; nothing is taken, sealed or sent on the channel until a person resumes it
H2  resuming sets every entry after the last vouched-for place aside and takes the log from there again, never beyond the relay's tail
H3  an entry that was set aside and comes again, at whatever place, counts there as it did: it is not opened twice
H4  when the log has been taken up to its end, own documents that are not in it are queued again under their ids
H5  a group that followed commits which are not in the log any more is left; this device knocks anew
H6  the entry that showed the deviation, if it comes again with the same verdict, is recorded as refused: the person knew
H7  after a `rollback` to a shorter log a person decides first that the relay is to be filled up again: the HALT ends when the relay has our log
H8  what was set aside and does not come back stands outside the log: it is kept with its signature, for ever
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import membership, messages
from hotline_client.engine.records import DocumentRecord, Sealed
from hotline_client.engine.standing import Halt, Watermark
from hotline_protocol.codec import encode
from hotline_protocol.documents import decode_document
from hotline_protocol.errors import ChainError
from hotline_protocol.relay.chain import Entry, decode_entry

_PAGE: Final = 256
"""Entries looked at at once."""


def halt(
    draft: Draft, error: ChainError, *, seq: int | None = None, raw: bytes | None = None, lost: bool = False
) -> None:
    """Stop the channel (H1). A channel that is halted keeps its first reason."""
    if draft.standing.halt is not None:
        return
    draft.standing.halt = Halt(error.kind, str(error), draft.now, seq, raw, lost)
    draft.event("halt", f"the channel stopped: {error}", security=True)
    draft.what.update(("halt", "status"))


def check_ready(draft: Draft, tail: int, last_commit: int, head: bytes, *, held: int) -> ChainError | None:
    """The relay's announcement against what this device holds; None if it agrees.

    `held`: the cursor when the relay was asked. It may be higher by now: another process took entries that are younger
    than the announcement.
    """
    standing = draft.standing
    if tail < min(held, standing.cursor):
        return ChainError(
            "rollback", f"the relay's log ends at {tail}, this device holds {standing.cursor} entries of it"
        )
    if tail <= standing.cursor and not hmac.compare_digest(head, draft.head_at(tail) or b""):
        return ChainError(
            "rollback", f"the relay's log of {tail} entries is another one than this device holds"
        )
    if tail == standing.cursor and last_commit != standing.last_commit:
        return ChainError(
            "rollback",
            f"the relay names commit {last_commit} as the last, this device holds {standing.last_commit}",
        )
    return None


def resume(draft: Draft, *, shorter: bool = False) -> None:
    """A person's decision to go on: compare again from the last vouched-for place (H2).

    The place is used once: if the comparison ends in another HALT, the next one starts at the beginning. A relay that lost entries
    is to be filled up again first (H7), unless the person takes its log as it is (`shorter`).
    """
    standing = draft.standing
    halted = standing.halt
    if halted is not None and halted.lost and not shorter:
        _choose(draft)
        return
    if halted is not None and halted.entry is not None:
        standing.pardoned.append(sha256(halted.entry).digest())
    _rewind(draft, 0 if standing.resuming else min(standing.agreed, standing.cursor))
    standing.agreed, standing.halt, standing.chosen = 0, None, 0
    draft.make_stale()
    draft.event(
        "resume", f"a person decided to go on; the log is compared again from entry {standing.cursor + 1}"
    )
    draft.what.update(("halt", "status", "messages", "progress"))


def _choose(draft: Draft) -> None:
    standing = draft.standing
    if not standing.chosen:
        standing.chosen = draft.now
        draft.event("resume", "a person decided that the relay is to be filled up again with what it lost")
        draft.what.update(("halt", "status"))


def refilled(draft: Draft) -> None:
    """The relay announces a log that leads on from ours: nothing is left to compare (H7)."""
    draft.standing.halt, draft.standing.chosen = None, 0
    draft.event("resume", "the relay's log goes on from what this device holds")
    draft.what.update(("halt", "status"))


def step_back(draft: Draft, tail: int, head: bytes) -> None:
    """While the log is compared: the relay's ends before the place where that began, or is another one there (H2)."""
    standing = draft.standing
    if not standing.resuming or tail > standing.cursor:
        return
    agrees = hmac.compare_digest(draft.head_at(tail) or b"", head)
    if tail < standing.cursor or not agrees:
        _rewind(draft, tail if agrees else 0)


def leads_on(draft: Draft, first: int, raws: Sequence[bytes]) -> bool:
    """While the log is compared: whether its entry where we stand is ours. If not, it is compared from the beginning (H2)."""
    standing = draft.standing
    place = standing.cursor - first
    if not 0 <= place < len(raws):
        return True
    ours = draft.past.entry(draft.name, standing.cursor)
    if ours is not None and hmac.compare_digest(ours.raw, raws[place]):
        return True
    _rewind(draft, 0)
    return False


def _rewind(draft: Draft, start: int) -> None:
    """Set aside what comes after `start`, or a little more, and stand there."""
    standing = draft.standing
    start, last_commit = _order_at(draft, start)
    draft.aside = start
    standing.aside_commits += sum(
        entry.merged for entry in draft.past.entries(draft.name, start + 1, standing.cursor)
    )
    standing.head = draft.head_at(start) or standing.head
    standing.cursor, standing.last_commit = start, last_commit
    _forget_foundings(draft, start)
    standing.consents = {key: one for key, one in standing.consents.items() if one.seq <= start}
    standing.resuming = True
    standing.disputed.clear()
    standing.unseen = [seq for seq in standing.unseen if seq <= start]
    standing.awaiting = {key: one for key, one in standing.awaiting.items() if one.seq <= start}
    standing.watermarks = {
        person: Watermark(min(mark.delivered, start), min(mark.seen, start), mark.time)
        for person, mark in standing.watermarks.items()
    }
    standing.seen, standing.receipt_due = min(standing.seen, start), min(standing.receipt_due, start)
    standing.receipted = min(standing.receipted, start)
    standing.receipted_seen = min(standing.receipted_seen, start)
    _forget_lists(draft, start)
    draft.state.heads.clear()
    draft.state.journal = None
    draft.what.update(("messages", "progress"))


def _forget_foundings(draft: Draft, start: int) -> None:
    """What was founded after `start` is founded when the log brings it again."""
    standing = draft.standing
    for generation, seq in list(standing.foundings.items()):
        record = draft.past.entry(draft.name, seq) if seq > start else None
        if record is not None:
            standing.aside_foundings[record.id] = generation
            del standing.foundings[generation]


def _forget_lists(draft: Draft, start: int) -> None:
    """Revocation lists from after `start` are in force when the log brings them again."""
    standing = draft.standing
    standing.crls = {der: seq for der, seq in standing.crls.items() if seq <= start}
    draft.state.trust = draft.context.trust
    for der in standing.crls:
        draft.state.trust = draft.state.trust.with_crl(der)


def _order_at(draft: Draft, seq: int) -> tuple[int, int]:
    """(seq, last commit) as they stood after entry `seq`."""
    if draft.past.entry(draft.name, seq) is None:
        return 0, 0
    for first in range(max(1, seq - _PAGE + 1), 1 - _PAGE, -_PAGE):
        page = draft.past.entries(draft.name, max(1, first), min(seq, first + _PAGE - 1))
        for one in reversed(page):
            if decode_entry(one.raw).kind == "commit":
                return seq, one.seq
    return seq, 0


def restore(draft: Draft, seq: int, entry: Entry) -> bool:
    """Whether the entry was set aside and now counts again without being opened (H3)."""
    if not draft.standing.resuming and not draft.standing.outside:
        return False
    kept = draft.past.aside_entry(draft.name, entry.id)
    if kept is None or not _same(decode_entry(kept.raw), entry):
        return False
    draft.restored.append(entry.id)
    generation = draft.standing.aside_foundings.pop(entry.id, None)
    if generation is not None:
        draft.standing.foundings[generation] = seq
        draft.standing.consents.clear()
    if kept.merged:
        draft.merged = True
        draft.standing.aside_commits -= 1
        membership.restored(draft, seq, entry)
        return True
    document = draft.past.aside_document(draft.name, entry.id)
    if document is not None:
        messages.restored(draft, seq, entry, document)
    # a commit or message that meant nothing here means nothing again; a knock asks again
    return entry.kind != "knock"


def _same(one: Entry, other: Entry) -> bool:
    return one.kind == other.kind and hmac.compare_digest(one.body, other.body)


def finish(draft: Draft) -> None:
    """The log was taken up to its end after a resume: settle what was set aside and did not come back (H4, H5, H8)."""
    standing = draft.standing
    if not standing.resuming or standing.halt is not None:
        return
    vanished = outside(draft)
    for record in vanished:
        if record.own:
            _queue_again(draft, record)
    foreign = sum(not record.own for record in vanished)
    everything = len(draft.past.aside_documents(draft.name))
    if foreign and everything > standing.outside:
        draft.event(
            "vanished",
            f"{foreign} messages that were here are not in the log any more; they are kept, with their signatures",
            security=True,
        )
    if standing.aside_commits > 0 and draft.state.is_member:
        draft.leave()
        draft.event(
            "lost-group",
            "this device followed a branch of the group and must be admitted anew",
            security=True,
        )
    standing.aside_commits, standing.outside, standing.resuming = 0, everything, False
    draft.settle_aside = True
    draft.what.update(("halt", "status", "messages"))


def outside(draft: Draft) -> list[DocumentRecord]:
    """What counted here, was set aside, and was not said again in the log since (H8), receipts apart."""
    return [
        one
        for one in draft.past.aside_documents(draft.name)
        if one.refused is None and one.kind != "receipt" and draft.counted(one.id, one.author) is None
    ]


def _queue_again(draft: Draft, record: DocumentRecord) -> None:
    if record.kind == "checkpoint" or record.id in draft.state.outbox:
        return  # what signs a log that is not there any more is not said again
    document = decode_document(record.content)
    kept = draft.past.aside_entry(draft.name, record.entry_id)
    forms: tuple[Sealed, ...] = ()
    if kept is not None:
        entry = decode_entry(kept.raw)
        forms = (
            Sealed(
                entry.id,
                "message",
                entry.after,
                record.epoch,
                entry.body,
                record.content,
                record.authenticated,
                record.context,
            ),
        )
    draft.enqueue(
        "document",
        encode(document.body),
        document_kind=record.kind,
        id=record.id,
        time=record.time,
        sealed=forms,
        stale=True,
    )
