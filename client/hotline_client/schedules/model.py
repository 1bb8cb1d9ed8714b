"""Schedules and expectations: what each table of a file says, typed, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from hotline_client import files
from hotline_client.line.wait import Acks
from hotline_client.schedules.calendars import Given, from_calendar
from hotline_client.schedules.recurrence import Cron, Every, Once, Recurrence, rule
from hotline_client.words.addressees import read_addressees
from hotline_client.words.texts import decoded
from hotline_client.words.times import zoned
from hotline_client.words.zones import zone
from hotline_protocol.documents import Addressee
from hotline_protocol.errors import FormatError
from hotline_protocol.identity.charter import Charter
from hotline_protocol.terms import SIDES, Precedence, Response
from hotline_protocol.text import show

LINE_CHECK: Final = "line-check"
ANYTHING: Final = "anything"
_WHEN: Final = ("cron", "at", "every", "rrule", "ics")
WHAT: Final = ("text", "text_file", "notice", "notice_file", "line_check")


class Seconds(int):
    """A duration, written `90s`, `15m`, `2h` or `1d`."""


Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,39}\Z")]
Argv = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
Do = Literal["repeat", "raise", "notify", "run"]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done `after` so many seconds without an acknowledgment, and `every` so many again if that is not 0."""

    after: Seconds
    do: Do
    every: Seconds = Seconds(0)
    precedence: Precedence | None = None
    to: str = ""
    run: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a step that lacks what it needs."""
        needed = {"raise": self.precedence is not None, "notify": bool(self.to), "run": bool(self.run)}
        if not needed.get(self.do, True):
            names = {"raise": "precedence", "notify": "to", "run": "run"}
            raise ValueError(f"a step that does {self.do} needs {names[self.do]}")
        if self.every and self.every < 60:
            raise ValueError("every is at least 60s")

    def addressees(self, charter: Charter) -> tuple[Addressee, ...]:
        """Who is to act on it."""
        cards = zip(SIDES, charter.delegations, strict=True)
        return read_addressees(self.to, {side: card.delegation for side, card in cards})[0]


class Timed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table that says when."""

    name: Name
    channel: str = "plenary"
    cron: str | None = None
    zone: str | None = None
    time: str | None = None
    at: str | None = None
    every: Seconds | None = None
    start: str | None = None
    rrule: str | None = None
    ics: str | None = None

    def recurrence(self) -> Recurrence:
        """When it is due. FormatError."""
        given = [name for name in _WHEN if getattr(self, name) is not None]
        if len(given) != 1:
            raise FormatError(f"expected one of {', '.join(_WHEN)}; {found(given)}")
        if self.cron is not None:
            return Cron(self.cron, self._zone())
        if self.at is not None:
            return Once(instant(self.at))
        if self.every is not None:
            return Every(self.every, 0 if self.start is None else instant(self.start))
        if self.rrule is not None:
            return rule(self.rrule, _local(self.start), self._zone())
        content = decoded(files.read(Path(self.ics or ""), "the calendar"), "the calendar")
        return from_calendar(content, Given(zone(self.zone) if self.zone else None, _time_of_day(self.time)))

    def _zone(self) -> ZoneInfo:
        if self.time is not None:
            raise FormatError("time goes with the ics of a whole day only")
        return zone(self.zone or "UTC")


class ScheduleTable(Timed, frozen=True, kw_only=True):
    """A `[[schedule]]`."""

    text: str | None = None
    text_file: str | None = None
    encoding: str | None = None
    notice: dict[str, Any] | None = None
    notice_file: str | None = None
    line_check: bool | None = None
    precedence: Precedence = Precedence.ROUTINE
    response: Response = Response.NONE
    to: str = ""
    missed: Literal["late", "skip"] = "late"
    grace: Seconds = Seconds(60)
    standby: Seconds = Seconds(0)
    give_up: Seconds = Seconds(86_400)
    ack_within: Seconds | None = None
    acks: str | int = "any"
    escalate: tuple[Step, ...] = ()
    until: str | None = None
    count: Annotated[int, msgspec.Meta(ge=1)] | None = None


class ExpectTable(Timed, frozen=True, kw_only=True):
    """An `[[expect]]`."""

    of: str
    grace: Seconds = Seconds(300)
    run: tuple[str, ...] = ()


class Schedule(msgspec.Struct, frozen=True):
    """What is said at every slot. `until`: unix s, no slot after it; `count`: so many slots are sent at most."""

    given: ScheduleTable
    recurrence: Recurrence
    acks: Acks
    until: int | None
    table: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return self.given.name

    @property
    def channel(self) -> str:
        """Where it is said."""
        return self.given.channel

    @property
    def precedence(self) -> Precedence:
        """How urgent it is."""
        said = (self.given.notice or {}).get("precedence")
        return self.given.precedence if said is None else Precedence(str(said).upper())

    @property
    def response(self) -> Response:
        """Which answer it asks for."""
        said = (self.given.notice or {}).get("response")
        return self.given.response if said is None else Response(str(said).upper())

    @property
    def ack_within(self) -> int | None:
        """Seconds in which it is to be acknowledged."""
        return self.given.ack_within

    @property
    def escalate(self) -> tuple[Step, ...]:
        """What is done if it is not."""
        return self.given.escalate


class Expectation(msgspec.Struct, frozen=True):
    """What the other side is to say at every slot: a line check, a schedule of theirs by its name, or anything. `grace` in s."""

    name: str
    channel: str
    of: str
    recurrence: Recurrence
    grace: int
    run: tuple[str, ...]
    table: Mapping[str, Any]


def found(names: Sequence[str]) -> str:
    """How many of several keys are there, in words."""
    return f"there are {', '.join(names)}" if names else "there is none"


def instant(typed: str) -> int:
    """Unix s of a time with its zone. FormatError."""
    known = zoned(typed)
    if known is None:
        raise FormatError(
            f"{show(typed)} is no time with its zone; write 2026-11-24T06:00Z or 240600Z NOV 26"
        )
    return known // 1000


def _local(typed: str | None) -> datetime:
    if typed is None:
        raise FormatError("a rule needs start, a local time such as 2026-11-24 06:00")
    try:
        return datetime.fromisoformat(typed)
    except ValueError:
        raise FormatError(f"{show(typed)} is no local time; write 2026-11-24 06:00") from None


def _time_of_day(typed: str | None) -> time | None:
    try:
        return None if typed is None else time.fromisoformat(typed)
    except ValueError:
        raise FormatError(f"{show(typed or '')} is no time of a day; write 06:00") from None
