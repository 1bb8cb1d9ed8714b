"""Structured notices: who does what, where, when, at which levels, depths or frequencies, in one of the three arenas.

Positions are WGS-84 degrees, latitude first; times unix ms; daily windows minutes of the UTC day. A missing bound is unbounded.
Whether an outline makes sense on the globe is for `hotline_protocol.notices.geometry`. Nothing here can be part of a cycle, so the
collector need not look at the many that a snapshot holds (`gc=False`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import (
    Body,
    Kind,
    Target,
    check_distinct,
    check_note,
    check_period,
    check_title,
)
from hotline_protocol.documents.document import Hash, Time
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import WRITING_ROLES, Arena, Precedence, Response

MAX_POINTS: Final = 500
MAX_AREAS: Final = 20
MAX_ALL_POINTS: Final = 2_000
MAX_WINDOWS: Final = 24
MAX_FREQUENCIES: Final = 50
MAX_AGAINST: Final = 1000

Degrees = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
Latitude = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]
Point = tuple[Latitude, Degrees]
"""Latitude and longitude in degrees."""
Metres = Annotated[float, msgspec.Meta(gt=0.0, le=20_000_000.0)]
Hertz = Annotated[int, msgspec.Meta(ge=1, le=3_000_000_000_000)]
Minute = Annotated[int, msgspec.Meta(ge=0, le=1440)]
Window = tuple[Minute, Minute]
"""From and to, minutes of the UTC day; a window whose end is not after its start goes over midnight."""


class Action(StrEnum):
    """What a notice does to the ones before it (NOTAM N, R, C)."""

    NEW = "NEW"
    REPLACE = "REPLACE"
    CANCEL = "CANCEL"


class Shape(StrEnum):
    """How an area is drawn."""

    POLYGON = "polygon"
    CIRCLE = "circle"
    CORRIDOR = "corridor"


class Area(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A polygon of at least three points, a circle of one point and its radius, or a corridor of at least two points and its whole
    width; radius and width in metres.
    """

    shape: Shape
    points: Annotated[tuple[Point, ...], msgspec.Meta(min_length=1, max_length=MAX_POINTS)]
    metres: Metres | None = None

    def __post_init__(self) -> None:
        """Refuse points that do not make the shape."""
        count = len(self.points)
        if self.shape is Shape.POLYGON and (count < 3 or self.metres is not None):
            raise FormatError(
                f"a polygon has at least three points and no radius, this one has {count} points"
            )
        if self.shape is Shape.CIRCLE and (count != 1 or self.metres is None):
            raise FormatError("a circle has one point and a radius")
        if self.shape is Shape.CORRIDOR and (count < 2 or self.metres is None):
            raise FormatError("a corridor has at least two points and a width")
        if self.shape is Shape.POLYGON:
            check_distinct(self.points, "the points")


class Reference(StrEnum):
    """What a vertical limit is measured from."""

    SFC = "SFC"
    AGL = "AGL"
    AMSL = "AMSL"
    FL = "FL"
    UNL = "UNL"


class Altitude(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A vertical limit: feet AGL or AMSL, hundreds of feet for FL, nothing for SFC and UNL."""

    reference: Reference
    value: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None

    def __post_init__(self) -> None:
        """Refuse a number where none belongs, and none where one does."""
        bare = self.reference in {Reference.SFC, Reference.UNL}
        if bare is (self.value is not None):
            raise FormatError(f"{self.reference} {'has no number' if bare else 'needs a number'}")


class Air(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What an air notice adds: the activity and its vertical limits."""

    activity: str
    lower: Altitude | None = None
    upper: Altitude | None = None

    def __post_init__(self) -> None:
        """Refuse a ceiling below the floor."""
        check_title(self.activity, "the activity")
        low, high = self.lower, self.upper
        if low is not None and low.reference is Reference.UNL:
            raise FormatError("the floor cannot be UNL")
        if high is not None and high.reference is Reference.SFC:
            raise FormatError("the ceiling cannot be SFC")
        if low is None or high is None or low.reference is not high.reference:
            return
        if low.value is not None and high.value is not None and high.value <= low.value:
            raise FormatError(f"the ceiling {high.value} is not above the floor {low.value}")


class Naval(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a naval notice adds: the activity, the locality by name, and its depths in metres below the surface.

    `course` and `speed` (degrees true, knots) make the first area a moving haven that starts at the notice's start.
    """

    activity: str
    locality: str = ""
    shallow: Annotated[int, msgspec.Meta(ge=0, le=12_000)] | None = None
    deep: Annotated[int, msgspec.Meta(ge=0, le=12_000)] | None = None
    course: Annotated[float, msgspec.Meta(ge=0.0, lt=360.0)] | None = None
    speed: Annotated[float, msgspec.Meta(gt=0.0, le=100.0)] | None = None

    def __post_init__(self) -> None:
        """Refuse depths upside down, and a haven that moves nowhere."""
        check_title(self.activity, "the activity")
        if self.locality:
            check_title(self.locality, "the locality")
        if self.shallow is not None and self.deep is not None and self.deep <= self.shallow:
            raise FormatError(f"the lower depth {self.deep} m is not below the upper depth {self.shallow} m")
        if (self.course is None) is not (self.speed is None):
            raise FormatError("a moving haven has a course and a speed")


class Effect(StrEnum):
    """What is done to the spectrum."""

    EMIT = "emit"
    JAM = "jam"
    TEST = "test"
    SILENCE = "silence"


class Protection(StrEnum):
    """Frequencies that are not to be jammed."""

    TABOO = "TABOO"
    PROTECTED = "PROTECTED"


class Band(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A band of frequencies, both ends in Hz."""

    low: Hertz
    high: Hertz

    def __post_init__(self) -> None:
        """Refuse a band upside down."""
        if self.high < self.low:
            raise FormatError(f"the band ends at {self.high} Hz, below its start at {self.low} Hz")


class Em(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What an electromagnetic notice adds. `emission`: the class of emission (ITU RR, appendix 1); `power`: a class in words."""

    effect: Effect
    bands: Annotated[tuple[Band, ...], msgspec.Meta(min_length=1, max_length=MAX_FREQUENCIES)]
    emission: str = ""
    power: str = ""
    protection: Protection | None = None

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        for value, what in ((self.emission, "the emission class"), (self.power, "the power class")):
            if value:
                check_title(value, what)


class Notice(Body, frozen=True, gc=False):
    """A notice. `target`: what it replaces or cancels; `end` None: permanent (PERM); `short_lead`: it knowingly comes with less
    than the agreed lead time; `exclusions`: areas taken out of the others.
    """

    action: Action
    arena: Arena
    start: Time
    end: Time | None = None
    target: Target | None = None
    exercise: bool = False
    daily: Annotated[tuple[Window, ...], msgspec.Meta(max_length=MAX_WINDOWS)] = ()
    areas: Annotated[tuple[Area, ...], msgspec.Meta(max_length=MAX_AREAS)] = ()
    exclusions: Annotated[tuple[Area, ...], msgspec.Meta(max_length=MAX_AREAS)] = ()
    air: Air | None = None
    naval: Naval | None = None
    em: Em | None = None
    call_sign: str = ""
    frequencies: Annotated[tuple[Hertz, ...], msgspec.Meta(max_length=MAX_FREQUENCIES)] = ()
    precedence: Precedence = Precedence.ROUTINE
    response: Response = Response.ROGER
    remarks: str = ""
    short_lead: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (self.action is Action.NEW) is not (self.target is None):
            raise FormatError("a new notice has no predecessor, and any other names the one it is about")
        if self.end is not None:
            check_period(self.start, self.end, "the notice")
        if sum(len(area.points) for area in (*self.areas, *self.exclusions)) > MAX_ALL_POINTS:
            raise FormatError(f"the areas of a notice have at most {MAX_ALL_POINTS} points together")
        check_distinct(self.daily, "the daily windows")
        if any(start == end for start, end in self.daily):
            raise FormatError("a daily window ends when it begins")
        if self.call_sign:
            check_title(self.call_sign, "the call sign")
        check_note(self.remarks, "the remarks")
        self._check_parts()

    def _check_parts(self) -> None:
        parts = {Arena.AIR: self.air, Arena.NAVAL: self.naval, Arena.EM: self.em}
        if self.action is Action.CANCEL:
            if any(parts.values()) or self.areas:
                raise FormatError("a cancellation names what it cancels and nothing else")
            return
        if parts[self.arena] is None or any(part for arena, part in parts.items() if arena != self.arena):
            raise FormatError(f"a notice about {self.arena} has the {self.arena} part and no other")
        if not self.areas:
            raise FormatError("a notice names at least one area")
        if self.naval is not None and self.naval.course is not None and self.end is None:
            raise FormatError("a moving haven ends at some time")


class Verdict(StrEnum):
    """What comes of holding two notices against each other."""

    CLEAR = "CLEAR"
    POSSIBLE = "POSSIBLE"
    CONFLICT = "CONFLICT"


class Finding(Body, frozen=True, gc=False):
    """What the author's client computed for a notice: the verdict against all that were active before it, the hash of the inputs,
    and those that it is not clear of, the conflicts first. Two sides that differ are told.
    """

    target: Target
    verdict: Verdict
    inputs: Hash
    against: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)], ...],
        msgspec.Meta(max_length=MAX_AGAINST),
    ] = ()


KINDS: Final = {
    "notice": Kind(Notice, WRITING_ROLES, formal=True),
    "notice.finding": Kind(Finding, WRITING_ROLES, line=False),
}
