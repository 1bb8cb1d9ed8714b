"""Line checks and attendance: whether the other side's machines answer, and whether its people say that they are there.

F100 a check is echoed by the other side with its nonce; by the entries' times it is ECHOED within its seconds, LATE after
F101 after its seconds have passed without an echo, either side puts on record that it was MISSED; a later echo changes nothing but
     that it came
F102 attendance is what a person of a side said last
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import Attendance, LineCheck, LineEcho, LineMissed, LineStatus
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import By, Table, Transition, states
from hotline_protocol.terms import WRITING_ROLES, Side

KEPT: Final = 256
"""How many ended checks are kept; all of them stay in the log."""


class CheckState(StrEnum):
    """What became of a check."""

    OPEN = "OPEN"
    ECHOED = "ECHOED"
    LATE = "LATE"
    MISSED = "MISSED"


TABLE: Final = Table(
    "the line check",
    CheckState.OPEN,
    (
        Transition("echo", states(CheckState.OPEN), CheckState.ECHOED, By.OTHER, WRITING_ROLES),
        Transition("echo late", states(CheckState.OPEN), CheckState.LATE, By.OTHER, WRITING_ROLES),
        Transition("echo late", states(CheckState.MISSED), "", By.OTHER, WRITING_ROLES),
        Transition("record as missed", states(CheckState.OPEN), CheckState.MISSED, By.EITHER, WRITING_ROLES),
    ),
)


class Check(msgspec.Struct):
    """A check: its challenge, and what came of it. Times unix ms."""

    id: bytes
    seq: int
    side: Side
    content: bytes
    nonce: bytes
    at: int
    deadline: int
    state: CheckState = CheckState.OPEN
    echoed_at: int | None = None
    echoed_by: bytes | None = None

    def is_overdue(self, now: int) -> bool:
        """Whether an echo should have come by now and nobody has put that on record."""
        return self.state is CheckState.OPEN and now > self.deadline


class Declared(msgspec.Struct, frozen=True, array_like=True):
    """What a side last said of its attendance, who and when (unix ms)."""

    attendance: Attendance
    author: bytes
    at: int
    note: str


class LineBook(msgspec.Struct):
    """The last checks by id, oldest first, and each side's attendance."""

    checks: dict[bytes, Check] = msgspec.field(default_factory=dict)
    attendance: dict[Side, Declared] = msgspec.field(default_factory=dict)

    def check(self, event: Event, body: LineCheck) -> None:
        """A challenge."""
        self.checks[event.id] = Check(
            id=event.id,
            seq=event.seq,
            side=event.author.side,
            content=event.hash,
            nonce=body.nonce,
            at=event.at,
            deadline=event.at + body.within * 1000,
        )
        ended = [one.id for one in self.checks.values() if one.state is not CheckState.OPEN]
        for one in ended[: max(len(ended) - KEPT, 0)]:
            del self.checks[one]

    def echo(self, event: Event, body: LineEcho) -> None:
        """The answer (F100, F101)."""
        found = self._find(body.target)
        if not hmac.compare_digest(found.nonce, body.nonce):
            raise NotAppliedError("the echo carries another nonce than the check")
        if found.echoed_at is not None:
            raise NotAppliedError("the check was echoed before")
        author = event.author
        act = "echo" if found.state is CheckState.OPEN and event.at <= found.deadline else "echo late"
        step = TABLE.find(act, found.state, found.side, author.side, author.role)
        found.echoed_at, found.echoed_by = event.at, author.device
        found.state = CheckState(step.after or found.state)

    def miss(self, event: Event, body: LineMissed) -> None:
        """No echo came (F101)."""
        found, author = self._find(body.target), event.author
        step = TABLE.find("record as missed", found.state, found.side, author.side, author.role)
        if event.at <= found.deadline:
            raise NotAppliedError("the time for the echo has not passed yet")
        found.state = CheckState(step.after)

    def declare(self, event: Event, body: LineStatus) -> None:
        """Whether a side attends (F102)."""
        author = event.author
        self.attendance[author.side] = Declared(body.attendance, author.device, event.at, body.note)

    def overdue(self, now: int) -> list[Check]:
        """Checks that nobody echoed in time, as of `now` (unix ms), oldest first."""
        return [one for one in self.checks.values() if one.is_overdue(now)]

    def _find(self, target: Target) -> Check:
        found = self.checks.get(target.id)
        if found is None or found.content != target.hash:
            raise NotAppliedError("it names no line check")
        return found
