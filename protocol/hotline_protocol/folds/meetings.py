"""Meetings: time, place and level are agreed each by itself, over the same version by both sides.

F40 a meeting begins with a proposal; a counter-proposal by either side brings new versions of the parts that it names and makes void
    what was agreed about these, and about nothing else
F41 a part is agreed once a head or deputy of both sides agreed to the same version of it; of the time, to the same slot. What is
    agreed is opened again by a counter-proposal alone: nobody takes an agreement back by agreeing to another slot
F42 a head or deputy who proposes a single value agrees to it by that
F43 answers to candidate times bind nobody; the last ones of each side count, for the times that they name
F44 the meeting is AGREED when all three parts are; either side may cancel it; it was HELD when both sides say so, in words signed after it began.
    What one side said of a meeting as held is void after a counter-proposal
F45 what is HELD or CANCELLED stays as it is
F46 `sequence` counts every change of value or state: it is the SEQUENCE of RFC 5545. Candidate times that are not proposed any more,
    and the last agreed time, are kept (`former`, the last 200; `last`), so that a calendar can take them back
F47 `offers` is what each side proposed last of each part, present or not: what the two are compared by
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import DECIDING_ROLES, By, Table, Transition, states
from hotline_protocol.terms import SIDES, Side


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PROPOSED = "PROPOSED"
    COUNTERED = "COUNTERED"
    AGREED = "AGREED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


FORMER: Final = 200
"""Candidate times of the past that a meeting keeps."""

_LIVING: Final = states(MeetingState.PROPOSED, MeetingState.COUNTERED, MeetingState.AGREED)

TABLE: Final = Table(
    "the meeting",
    MeetingState.PROPOSED,
    (
        Transition("counter", _LIVING, MeetingState.COUNTERED, By.EITHER),
        Transition("agree", _LIVING, MeetingState.AGREED, By.BOTH, DECIDING_ROLES),
        Transition("answer", _LIVING, "", By.EITHER),
        Transition("attach", _LIVING, "", By.EITHER),
        Transition("say held", states(MeetingState.AGREED), MeetingState.HELD, By.BOTH, DECIDING_ROLES),
        Transition("cancel", _LIVING, MeetingState.CANCELLED, By.EITHER, DECIDING_ROLES),
    ),
)


class PartState(msgspec.Struct):
    """The present version of a part: who brought it, in which document, and which side agreed (to which slot)."""

    version: bytes = b""
    side: Side | None = None
    agreed: dict[Side, int] = msgspec.field(default_factory=dict)

    @property
    def is_agreed(self) -> bool:
        """Whether both sides agreed to the same."""
        return len(self.agreed) == len(SIDES) and len(set(self.agreed.values())) == 1


class Offer(msgspec.Struct):
    """What a side proposed last, part by part (F47)."""

    slots: list[Slot] = msgspec.field(default_factory=list)
    place: str = ""
    level: Level | None = None


class Meeting(msgspec.Struct):
    """A meeting as it stands. `content`: the hash of its first proposal; `version` counts proposals and counter-proposals."""

    id: bytes
    seq: int
    side: Side
    content: bytes
    title: str
    note: str
    at: int
    """When it was last changed, unix ms."""
    state: MeetingState = MeetingState.PROPOSED
    version: int = 1
    sequence: int = 0
    parts: dict[Part, PartState] = msgspec.field(default_factory=dict)
    slots: list[Slot] = msgspec.field(default_factory=list)
    place: str = ""
    level: Level | None = None
    answers: dict[Side, list[Fits]] = msgspec.field(default_factory=dict)
    items: list[bytes] = msgspec.field(default_factory=list)
    held: list[Side] = msgspec.field(default_factory=list)
    reason: str = ""
    offers: dict[Side, Offer] = msgspec.field(default_factory=dict)
    former: list[Slot] = msgspec.field(default_factory=list)
    last: Slot | None = None

    @property
    def is_living(self) -> bool:
        """Neither held nor cancelled."""
        return self.state in _LIVING

    def agreed(self, part: Part) -> bool:
        """Whether both sides agreed about a part."""
        known = self.parts.get(part)
        return known is not None and known.is_agreed

    @property
    def slot(self) -> Slot | None:
        """The agreed time."""
        if not self.agreed(Part.TIME):
            return None
        return self.slots[next(iter(self.parts[Part.TIME].agreed.values()))]

    def standing(self) -> str:
        """What is agreed and what is open, in words: `time agreed, place open, level open`."""
        return ", ".join(f"{part} {'agreed' if self.agreed(part) else 'open'}" for part in Part)


class Meetings(msgspec.Struct):
    """All meetings by id."""

    all: dict[bytes, Meeting] = msgspec.field(default_factory=dict)

    def propose(self, event: Event, body: MeetingPropose) -> None:
        """A new meeting (F40)."""
        meeting = Meeting(
            id=event.id,
            seq=event.seq,
            side=event.author.side,
            content=event.hash,
            title=body.title,
            note=body.note,
            at=event.at,
        )
        _bring(meeting, event, body)
        self.all[event.id] = meeting

    def counter(self, event: Event, body: MeetingCounter) -> None:
        """New versions of some parts (F40)."""
        meeting, step = self._step(event, body.target, "counter")
        _bring(meeting, event, body)
        meeting.version += 1
        meeting.note = body.note or meeting.note
        meeting.held = []
        _move(meeting, event, MeetingState(step.after))

    def answer(self, event: Event, body: MeetingAnswer) -> None:
        """Which candidate times fit a side (F43)."""
        meeting, _ = self._step(event, body.target, "answer")
        times = meeting.parts.get(Part.TIME)
        if times is None or times.version != body.times:
            raise NotAppliedError("it answers other candidate times than the present ones")
        if len(body.answers) != len(meeting.slots):
            raise NotAppliedError(f"{len(body.answers)} answers to {len(meeting.slots)} candidate times")
        meeting.answers[event.author.side] = list(body.answers)

    def agree(self, event: Event, body: MeetingAgree) -> None:
        """A side agrees to versions of parts (F41)."""
        meeting, step = self._step(event, body.target, "agree")
        for one in body.parts:
            _check_version(meeting, one)
        for one in body.parts:
            meeting.parts[one.part].agreed[event.author.side] = one.slot
        meeting.last = meeting.slot or meeting.last
        if all(meeting.agreed(part) for part in Part):
            _move(meeting, event, MeetingState(step.after))
        else:
            _move(meeting, event, meeting.state)

    def attach(self, event: Event, body: MeetingAttach, known: frozenset[bytes]) -> None:
        """Which items of the agenda it is for; `known`: all there are."""
        meeting, _ = self._step(event, body.target, "attach")
        missing = sum(one not in known for one in body.items)
        if missing:
            raise NotAppliedError(f"{missing} of the named items are not on the agenda")
        meeting.items = list(body.items)
        _move(meeting, event, meeting.state)

    def hold(self, event: Event, body: MeetingHeld) -> None:
        """The meeting took place, once both sides say so (F44)."""
        meeting, step = self._step(event, body.target, "say held")
        slot = meeting.slot
        if slot is None or event.time < slot.start:
            raise NotAppliedError("the meeting has not begun yet")
        if event.author.side not in meeting.held:
            meeting.held.append(event.author.side)
        if len(meeting.held) == len(SIDES):
            _move(meeting, event, MeetingState(step.after))

    def cancel(self, event: Event, body: MeetingCancel) -> None:
        """A side will not meet (F44)."""
        meeting, step = self._step(event, body.target, "cancel")
        meeting.reason = body.reason
        _move(meeting, event, MeetingState(step.after))

    def _step(self, event: Event, target: Target, act: str) -> tuple[Meeting, Transition]:
        meeting = self.all.get(target.id)
        if meeting is None or meeting.content != target.hash:
            raise NotAppliedError("it names no meeting")
        author = event.author
        return meeting, TABLE.find(act, meeting.state, meeting.side, author.side, author.role)


def _check_version(meeting: Meeting, one: Agreed) -> None:
    present = meeting.parts.get(one.part)
    if present is None or not present.version:
        raise NotAppliedError(f"no {one.part} is proposed that could be agreed to")
    if present.version != one.version:
        raise NotAppliedError(
            f"the {one.part} was countered: it agrees to another version than the present one"
        )
    if one.part is Part.TIME and one.slot >= len(meeting.slots):
        raise NotAppliedError(f"there are {len(meeting.slots)} candidate times, not a number {one.slot + 1}")
    if present.is_agreed and one.slot not in present.agreed.values():
        raise NotAppliedError("another time is agreed; a counter-proposal opens it again")
    if one.part is not Part.TIME and one.slot:
        raise NotAppliedError(f"a {one.part} has no candidates to choose from")


def _bring(meeting: Meeting, event: Event, body: MeetingPropose | MeetingCounter) -> None:
    """Put new values into the parts that the body names, agreed to by nobody but their author (F40, F42)."""
    offer = meeting.offers.setdefault(event.author.side, Offer())
    if body.slots:
        gone = [one for one in (*meeting.former, *meeting.slots) if one not in body.slots]
        meeting.former = list(dict.fromkeys(gone))[-FORMER:]
        meeting.slots, meeting.answers, offer.slots = list(body.slots), {}, list(body.slots)
    meeting.place, offer.place = body.place or meeting.place, body.place or offer.place
    meeting.level, offer.level = body.level or meeting.level, body.level or offer.level
    named = {Part.TIME: bool(body.slots), Part.PLACE: bool(body.place), Part.LEVEL: body.level is not None}
    side = event.author.side
    for part in (part for part, new in named.items() if new):
        single = part is not Part.TIME or len(body.slots) == 1
        agreed = {side: 0} if single and event.author.role in DECIDING_ROLES else {}
        meeting.parts[part] = PartState(event.hash, side, agreed)


def _move(meeting: Meeting, event: Event, state: MeetingState) -> None:
    meeting.state, meeting.at = state, event.at
    meeting.sequence += 1
