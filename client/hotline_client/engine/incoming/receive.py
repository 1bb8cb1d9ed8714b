"""Entries as the relay delivers them: contiguity and order, then each to the room for its kind.

L1  entries follow our cursor without a gap; one we have must be the same bytes (`gap`, `rewrite`)
L2  `at` is what the relay says: it may fall, and decides nothing
L3  a commit was made after the last commit before it, a message after none that is not here; the relay promised to refuse others (`fork`)
L4  what cannot be opened or does not count is recorded with its reason, never shown as a message, and stops nothing
L5  a deviation leaves the channel as it stood before the entry that showed it
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import halting, knocks, membership, messages
from hotline_client.engine.incoming.revocations import OvertakenError
from hotline_client.engine.store import StaleError
from hotline_protocol.documents.document import MAX_TIME
from hotline_protocol.errors import ChainError, HotlineError, PeerError, StorageError, UsageError
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.relay.chain import Entry, decode_entry, extend
from hotline_protocol.relay.frames import ID_SIZE

CLOCK_TOLERANCE: Final = 10 * 60 * 1000
"""How far a fresh entry's `at` may be from our clock before we say so, in ms."""

_HANDLERS: Final = {"knock": knocks.knock, "commit": membership.commit, "message": messages.message}


class DeviationError(Exception):
    """Entry `seq` deviates: nothing before it is wrong. The step must be made again up to there, then halted."""

    def __init__(self, seq: int, raw: bytes | None, error: ChainError) -> None:
        super().__init__(str(error))
        self.seq = seq
        self.raw = raw
        self.error = error


def receive(draft: Draft, first: int, raws: Sequence[bytes]) -> None:
    """Take a batch of consecutive entries. DeviationError names the one to stop before; PeerError is no log at all."""
    for seq, raw in enumerate(raws, first):
        try:
            if seq > draft.standing.cursor:
                _take(draft, seq, raw)
            else:
                _compare(draft, seq, raw)
        except ChainError as error:
            raise DeviationError(seq, raw, error) from error


def _compare(draft: Draft, seq: int, raw: bytes) -> None:
    stored = next((one for one in draft.entries if one.seq == seq), None) or draft.past.entry(draft.name, seq)
    if stored is None or not hmac.compare_digest(stored.raw, raw):
        raise ChainError("rewrite", f"entry {seq} is not what this relay delivered before")
    # another process on this vault took it: the promise about it is kept all the same
    _check_promise(draft, seq, decode_entry(raw))


def _take(draft: Draft, seq: int, raw: bytes) -> None:
    standing = draft.standing
    if seq != standing.cursor + 1:
        raise ChainError("gap", f"entry {standing.cursor + 1} was expected, entry {seq} came")
    entry = _decode(raw)
    _check_order(draft, seq, entry)
    head = extend(standing.head, seq, raw)
    if not halting.restore(draft, seq, entry):
        _dispatch(draft, seq, entry, pardoned=sha256(raw).digest() in standing.pardoned)
    _check_promise(draft, seq, entry)
    draft.extend(seq, entry.id, raw, head)
    standing.last_at = entry.at
    if entry.kind == "commit":
        standing.last_commit = seq


def _decode(raw: bytes) -> Entry:
    try:
        entry = decode_entry(raw)
    except HotlineError as error:
        raise PeerError(f"the relay delivered what is no entry: {error}") from None
    if len(entry.id) != ID_SIZE:
        raise PeerError(f"an entry id has {len(entry.id)} bytes, expected {ID_SIZE}")
    # what comes after the year 9999 has no DTG, and `at` is only shown
    return msgspec.structs.replace(entry, at=min(entry.at, MAX_TIME))


def _check_order(draft: Draft, seq: int, entry: Entry) -> None:
    standing = draft.standing
    if entry.kind != "knock" and (
        entry.after > standing.last_commit or (entry.kind == "commit" and entry.after != standing.last_commit)
    ):
        raise ChainError(
            "fork",
            f"entry {seq} was made after commit {entry.after}, but the last commit here is {standing.last_commit}",
        )


def _dispatch(draft: Draft, seq: int, entry: Entry, *, pardoned: bool) -> None:
    """The room for the entry's kind. Whatever a body does there, it cannot stop the channel (L4)."""
    try:
        _HANDLERS[entry.kind](draft, seq, entry)
    except ChainError as error:
        if not pardoned:
            raise
        refuse(draft, seq, entry, f"{error}; a person decided to go on")
    except (StorageError, StaleError, UsageError):
        raise
    except OvertakenError as error:
        draft.event("overtaken-commit", str(error), seq=seq)
    except messages.LateError:
        pass  # its author sees it too, and says it again
    except (HotlineError, MLSError) as error:
        refuse(draft, seq, entry, str(error))
    except Exception as error:  # noqa: BLE001 a fault in reading a hostile body must not stop the channel
        refuse(draft, seq, entry, f"fault: {type(error).__name__}")


def refuse(draft: Draft, seq: int, entry: Entry, reason: str) -> None:
    """Record that an entry is in the log and means nothing."""
    kind = "invalid-commit" if entry.kind == "commit" else f"refused-{entry.kind}"
    draft.event(kind, reason, seq=seq, security=True)


def _check_promise(draft: Draft, seq: int, entry: Entry) -> None:
    """The relay said that an entry of ours is at `seq`; now it shows what it has there."""
    promise = draft.promises.pop(seq, None)
    if promise is not None and not hmac.compare_digest(promise.entry_id, entry.id):
        draft.event(
            "forged-appended",
            f"the relay said that entry {seq} is ours, and it is another",
            seq=seq,
            security=True,
        )


def report_clock(draft: Draft, theirs: int) -> None:
    """Say that the relay's time is far from ours: nothing is judged by it, but people read it."""
    minutes = (theirs - draft.now) // 60_000
    draft.event("clock", f"the relay's clock is {minutes} minutes from ours", security=True)
