"""The order of a log, decided: which submissions of a batch become entries, where, and what each is answered. Pure.

Rules of docs/protocol.md enforced here:
R6  an id that is already in the log gets the answer it got before, or `id-conflict` if kind or body differ; asked first
R7  a commit must name the last commit of the log in `after`, a message none later, else `conflict`; a knock names none
R8  entries take consecutive sequence numbers in the order they came; `at` is the present time, even if the clock was ahead before
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hotline_protocol.relay.chain import Entry, decode_entry, encode_entry, extend, genesis
from hotline_protocol.relay.frames import Appended, Conflict, Rejected, Submission

Answer = Appended | Conflict | Rejected


class LogKey(NamedTuple):
    """Which log: link id (32 bytes) and channel name."""

    link_id: bytes
    channel: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a log stands: last seq, seq of the last commit, head (C3), `at` of the last entry in unix ms."""

    tail: int
    last_commit: int
    head: bytes
    at: int

    def after(self, seq: int, raw: bytes) -> Position:
        """Where the log stands with one more entry. FormatError if it is none."""
        entry = decode_entry(raw)
        last_commit = seq if entry.kind == "commit" else self.last_commit
        return Position(seq, last_commit, extend(self.head, seq, raw), entry.at)


class Known(NamedTuple):
    """An entry that is already in the log."""

    seq: int
    raw: bytes


@dataclass(slots=True)
class Decision:
    """What a batch does to a log. `raws[i]` and `ids[i]` are the entry at seq `first + i`; one answer a submission."""

    first: int
    position: Position
    answers: list[Answer] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)


def empty(key: LogKey) -> Position:
    """The position of a log without entries (C2)."""
    return Position(0, 0, genesis(key.link_id, key.channel), 0)


def decide(
    position: Position, known: MutableMapping[bytes, Known], submissions: Iterable[Submission], now: int
) -> Decision:
    """The entries and answers of a batch at `now` (unix ms).

    `known` holds every submitted id that the log has; the ids decided here are added to it, so that a batch may repeat one.
    """
    tail, last_commit, head = position.tail, position.last_commit, position.head
    decision = Decision(tail + 1, position)
    for submission in submissions:
        found = known.get(submission.id)
        if found is not None:
            decision.answers.append(_again(submission, found))
            continue
        kind = submission.kind
        if _is_ahead(submission, last_commit):
            decision.answers.append(Conflict(submission.id, last_commit))
            continue
        raw = encode_entry(Entry(now, kind, submission.id, submission.after, submission.body))
        tail += 1
        head = extend(head, tail, raw)
        if kind == "commit":
            last_commit = tail
        known[submission.id] = Known(tail, raw)
        decision.raws.append(raw)
        decision.ids.append(submission.id)
        decision.answers.append(Appended(submission.id, tail, now))
    if decision.raws:
        decision.position = Position(tail, last_commit, head, now)
    return decision


def _is_ahead(submission: Submission, last_commit: int) -> bool:
    """Whether it cannot stand here. Words of an epoch that has ended can: their author sees them there, and says them again."""
    if submission.kind == "commit":
        return submission.after != last_commit
    return submission.kind == "message" and submission.after > last_commit


def _again(submission: Submission, found: Known) -> Answer:
    """The answer to an id the log already has (R6)."""
    entry = decode_entry(found.raw)
    if entry.kind == submission.kind and entry.body == submission.body:
        return Appended(submission.id, found.seq, entry.at)
    return Rejected(submission.id, "id-conflict", f"entry {found.seq} has this id and other content")
