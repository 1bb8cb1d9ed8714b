"""Meetings: nobody organizes them; both sides agree about time, place and level, about each by itself.

`target` names a meeting and the hash of the document that proposed it. A part is named by the hash of the document that brought
its present value.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import (
    MAX_NOTE,
    Body,
    Kind,
    Target,
    check_distinct,
    check_note,
    check_period,
    check_title,
)
from hotline_protocol.documents.document import Hash, Id, Time
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Role
from hotline_protocol.text import check_field

MAX_SLOTS: Final = 20
"""Candidate times in one proposal."""
LONGEST: Final = 14 * 86_400_000
"""The longest meeting, ms."""

_PEOPLE: Final = WRITING_ROLES & PERSON_ROLES
_DECIDING: Final = frozenset({Role.HEAD, Role.DEPUTY})


class Part(StrEnum):
    """What is agreed about by itself."""

    TIME = "time"
    PLACE = "place"
    LEVEL = "level"


class Level(StrEnum):
    """Who meets."""

    HEADS = "heads"
    DEPUTIES = "deputies"
    EXPERTS = "experts"


class Fits(StrEnum):
    """What a side says about a candidate time."""

    YES = "YES"
    IF_NEEDED = "IF NEEDED"
    NO = "NO"


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """A candidate time: from and to, unix ms."""

    start: Time
    end: Time

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins, or lasts for weeks."""
        check_period(self.start, self.end, "the time")
        if self.end - self.start > LONGEST:
            raise FormatError(f"a meeting lasts at most {LONGEST // 86_400_000} days")


class MeetingPropose(Body, frozen=True):
    """A meeting, with as much of it as is known: candidate times, a place, a level."""

    title: str
    slots: Annotated[tuple[Slot, ...], msgspec.Meta(max_length=MAX_SLOTS)] = ()
    place: str = ""
    level: Level | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be shown as it is."""
        check_title(self.title, "the title")
        check_distinct(self.slots, "the times")
        if self.place:
            check_title(self.place, "the place")
        check_note(self.note, "the note")


class MeetingCounter(Body, frozen=True):
    """Another value for at least one part; the other parts stay as they are."""

    target: Target
    slots: Annotated[tuple[Slot, ...], msgspec.Meta(max_length=MAX_SLOTS)] = ()
    place: str = ""
    level: Level | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a counter-proposal that proposes nothing."""
        if not self.slots and not self.place and self.level is None:
            raise FormatError("a counter-proposal names a time, a place or a level")
        check_distinct(self.slots, "the times")
        if self.place:
            check_title(self.place, "the place")
        check_note(self.note, "the note")


class MeetingAnswer(Body, frozen=True):
    """What a side says about each candidate time: it binds nobody. `answers`: one a slot, in their order."""

    target: Target
    times: Hash
    answers: Annotated[tuple[Fits, ...], msgspec.Meta(min_length=1, max_length=MAX_SLOTS)]


class Agreed(msgspec.Struct, frozen=True, array_like=True):
    """A part, the version of it that is agreed to, and for the time which of its slots, counted from 0."""

    part: Part
    version: Hash
    slot: Annotated[int, msgspec.Meta(ge=0, lt=MAX_SLOTS)] = 0


class MeetingAgree(Body, frozen=True):
    """The author's side agrees to these versions of these parts; a part is agreed once both sides agreed to the same."""

    target: Target
    parts: Annotated[tuple[Agreed, ...], msgspec.Meta(min_length=1, max_length=len(Part))]

    def __post_init__(self) -> None:
        """Refuse a part that is named twice."""
        check_distinct(tuple(one.part for one in self.parts), "the parts")


class MeetingAttach(Body, frozen=True):
    """Items of the agenda that the meeting is for, all of them: a later list takes the place of an earlier one."""

    target: Target
    items: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)]

    def __post_init__(self) -> None:
        """Refuse an item that is named twice."""
        check_distinct(self.items, "the items")


class MeetingHeld(Body, frozen=True):
    """The meeting took place; both sides say so."""

    target: Target


class MeetingCancel(Body, frozen=True):
    """The author's side will not meet."""

    target: Target
    reason: str

    def __post_init__(self) -> None:
        """Refuse to cancel without a reason."""
        check_field(self.reason, "the reason", limit=MAX_NOTE, lines=True)


KINDS: Final = {
    "meeting.propose": Kind(MeetingPropose, _PEOPLE, formal=True),
    "meeting.counter": Kind(MeetingCounter, _PEOPLE, formal=True),
    "meeting.answer": Kind(MeetingAnswer, _PEOPLE),
    "meeting.agree": Kind(MeetingAgree, _DECIDING),
    "meeting.attach": Kind(MeetingAttach, _PEOPLE),
    "meeting.held": Kind(MeetingHeld, _DECIDING),
    "meeting.cancel": Kind(MeetingCancel, _DECIDING, formal=True),
}
