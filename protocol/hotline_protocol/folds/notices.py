"""Notices: which are in force, which replace or cancel which, and whether both sides found the same conflicts.

F60 a new notice is in force from its entry until its end; its side is its author's
F61 only the side that issued a notice replaces or cancels it, and only while it is in force and not over; a replacement takes its
    place at once, at its entry
F62 a notice that starts less than its arena's lead time after it was signed must say so (`short_lead`); the actual lead is kept
F63 a notice whose end has passed when it is signed, whose daily windows never open before its end, or whose author has no right to its arena
    changes nothing
F64 each side says once what it found about a notice, held against those of its arena that were in force and not over when it
    entered (by its signed time or its entry's, whichever is earlier), without the one it replaces; if the two findings differ in anything, that is an alarm
F65 a notice that asks for an answer opens a dialogue (F1)
F66 a notice whose areas or moving haven make no sense on the globe (G1 to G6) changes nothing
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.notices import Action, Finding, Notice, Verdict
from hotline_protocol.errors import FormatError, NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import By, Table, Transition, states
from hotline_protocol.notices.geometry import check_areas
from hotline_protocol.notices.validity import windows
from hotline_protocol.terms import SIDES, WRITING_ROLES, Arena, Side

LEAD: Final = {Arena.AIR: 24 * 3_600_000, Arena.NAVAL: 48 * 3_600_000, Arena.EM: 12 * 3_600_000}
"""The lead time that each arena's notices should have, ms."""


SWEEP: Final = 3_600_000
"""How often notices that are over are taken out of those in force, ms of the log's time."""


class NoticeState(StrEnum):
    """Where a notice stands in the log; whether its time has come or passed is a question of the clock."""

    IN_FORCE = "IN FORCE"
    REPLACED = "REPLACED"
    CANCELLED = "CANCELLED"


class Phase(StrEnum):
    """Where a notice in force stands against the clock."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    OVER = "OVER"


TABLE: Final = Table(
    "the notice",
    NoticeState.IN_FORCE,
    (
        Transition("replace", states(NoticeState.IN_FORCE), NoticeState.REPLACED, By.OWN, WRITING_ROLES),
        Transition("cancel", states(NoticeState.IN_FORCE), NoticeState.CANCELLED, By.OWN, WRITING_ROLES),
    ),
)


class Found(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a side's client computed."""

    verdict: Verdict
    inputs: bytes
    against: tuple[bytes, ...]
    document: bytes


class Registered(msgspec.Struct, gc=False):
    """A notice as it stands. `lead`: from when it was signed to its start, ms; may be negative. `successor`: what replaced or cancelled it;
    `ended`: the seq of that.
    """

    id: bytes
    seq: int
    side: Side
    content: bytes
    at: int
    lead: int
    notice: Notice
    state: NoticeState = NoticeState.IN_FORCE
    ended: int | None = None
    predecessor: bytes | None = None
    successor: bytes | None = None
    findings: dict[Side, Found] = msgspec.field(default_factory=dict)

    @property
    def entered(self) -> int:
        """When it entered the log by its author and by the relay, whichever is earlier: neither alone keeps it from being held against others."""
        return min(self.at, self.notice.start - self.lead)

    def phase(self, now: int) -> Phase:
        """Against the clock, `now` in unix ms."""
        if now < self.notice.start:
            return Phase.PENDING
        end = self.notice.end
        return Phase.OVER if end is not None and now >= end else Phase.ACTIVE

    @property
    def disputed(self) -> bool:
        """Whether both sides computed, and not the same (F64)."""
        found = [self.findings.get(side) for side in SIDES]
        one, other = found
        return (
            one is not None
            and other is not None
            and (one.verdict, one.inputs, one.against) != (other.verdict, other.inputs, other.against)
        )


class Notices(msgspec.Struct):
    """All notices by id, those in force, and of these the ones about which a side still has to say what it finds."""

    all: dict[bytes, Registered] = msgspec.field(default_factory=dict)
    in_force: dict[bytes, None] = msgspec.field(default_factory=dict)
    unfound: dict[Side, dict[bytes, None]] = msgspec.field(default_factory=lambda: {"a": {}, "b": {}})
    swept: int = 0
    """When those that are over were last taken out, unix ms."""

    def issue(self, event: Event, body: Notice, now: int) -> None:
        """A new notice, a replacement or a cancellation (F60 to F63). `now`: T, unix ms."""
        if body.arena not in event.author.arenas and event.author.arenas:
            raise NotAppliedError(f"the author's certificate is not for {body.arena}")
        before = self._before(body)
        if body.action is not Action.CANCEL:
            self._check(event, body)
        if before is not None:
            step = TABLE.find(
                body.action.lower(), before.state, before.side, event.author.side, event.author.role
            )
            if before.phase(event.time) is Phase.OVER:
                raise NotAppliedError("the notice is over: nothing is left to replace or cancel")
            before.state, before.successor, before.ended = NoticeState(step.after), event.id, event.seq
            self._leave(before.id)
        if body.action is not Action.CANCEL:
            self._enter(event, body, before)
            self._sweep(now)

    def find(self, event: Event, body: Finding) -> None:
        """What a side computed about a notice (F64)."""
        entry = self.all.get(body.target.id)
        if entry is None or entry.content != body.target.hash:
            raise NotAppliedError("it names no notice")
        if event.author.side in entry.findings:
            raise NotAppliedError("this side has already said what it found about the notice")
        self.unfound[event.author.side].pop(entry.id, None)
        entry.findings[event.author.side] = Found(body.verdict, body.inputs, body.against, event.id)

    def before(self, entry: Registered) -> list[Registered]:
        """Those it is held against (F64), in log order."""
        return [
            one
            for one in self.all.values()
            if one.seq < entry.seq
            and one.notice.arena is entry.notice.arena
            and (one.ended is None or one.ended > entry.seq)
            and one.phase(entry.entered) is not Phase.OVER
        ]

    def active(self, now: int) -> Iterator[Registered]:
        """Those in force that are not over at `now` (unix ms), in log order."""
        return (one for one in (self.all[key] for key in self.in_force) if one.phase(now) is not Phase.OVER)

    def disputed(self) -> list[Registered]:
        """Those in force about which the two sides' computers differ."""
        return [self.all[one] for one in self.in_force if self.all[one].disputed]

    def _before(self, body: Notice) -> Registered | None:
        if body.target is None:
            return None
        before = self.all.get(body.target.id)
        if before is None or before.content != body.target.hash:
            raise NotAppliedError("it names no notice before it")
        if before.notice.arena is not body.arena:
            raise NotAppliedError(
                f"it names a notice about {before.notice.arena}, itself being about {body.arena}"
            )
        return before

    def _check(self, event: Event, body: Notice) -> None:
        if body.end is not None and body.end <= event.time:
            raise NotAppliedError("the notice is over before it begins: its end has passed")
        if body.end is not None and next(windows(body, body.start, body.end), None) is None:
            raise NotAppliedError("none of the notice's daily windows opens between its start and its end")
        if body.start - event.time < LEAD[body.arena] and not body.short_lead:
            hours = LEAD[body.arena] // 3_600_000
            raise NotAppliedError(
                f"the notice comes {(body.start - event.time) / 3_600_000:.1f} hours before its start, "
                f"{hours} are agreed for {body.arena}: it must say that its lead is short"
            )
        try:
            check_areas(body)
        except FormatError as error:
            raise NotAppliedError(str(error)) from None

    def _enter(self, event: Event, body: Notice, before: Registered | None) -> None:
        self.all[event.id] = Registered(
            id=event.id,
            seq=event.seq,
            side=event.author.side,
            content=event.hash,
            at=event.at,
            lead=body.start - event.time,
            notice=body,
            predecessor=None if before is None else before.id,
        )
        self.in_force[event.id] = None
        for side in SIDES:
            if side in event.channel.sides:
                self.unfound[side][event.id] = None

    def _sweep(self, now: int) -> None:
        if now - self.swept >= SWEEP:
            self.swept = now
            for over in [one for one in self.in_force if self.all[one].phase(now) is Phase.OVER]:
                self._leave(over)

    def _leave(self, notice: bytes) -> None:
        self.in_force.pop(notice, None)
        for waiting in self.unfound.values():
            waiting.pop(notice, None)
