"""The recurrence of an event in an iCalendar file (RFC 5545), as calendar programs really write them.

S5  a file is one event, by its UID, and the changed instances of it (RECURRENCE-ID), the newest SEQUENCE of each; a cancelled event is refused,
    a cancelled instance left out, a moved one takes the place of the original
S6  a TZID is a name of the IANA database, one of Windows (CLDR), or what the file's own VTIMEZONE says; a floating time needs `zone`, a day
    needs `time` besides, and a time in Z with a TZID is that instant, repeated by the clocks of the zone
S7  EXDATE as a day leaves out all instances of that day; one that leaves nothing out is told; EXRULE is refused by its name
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset
from icalendar.parser import Contentlines

from hotline_client.schedules.recurrence import FIRST_YEAR, LAST_YEAR, Rule, expansion
from hotline_client.schedules.zones import Change, Clocks, FileClocks, ZoneClocks, zone_of
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

_VALUE: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?")
_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?")
_MOST: Final = 20_000
"""Lines of a calendar file, unfolded."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A content line: `text` as it stands in the file, unfolded."""

    name: str
    parameters: Mapping[str, str]
    value: str
    text: str


@dataclass(slots=True)
class _Component:
    """What stands between BEGIN and END."""

    name: str
    lines: list[_Line] = field(default_factory=list)
    parts: list[_Component] = field(default_factory=list)

    def all(self, name: str) -> list[_Line]:
        return [one for one in self.lines if one.name == name]

    def value(self, name: str) -> str:
        found = self.all(name)
        return found[0].value if found else ""

    def walk(self, name: str) -> Iterator[_Component]:
        for one in self.parts:
            if one.name == name:
                yield one
            yield from one.walk(name)


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who reads the file says beside it: the zone of floating times, and the time of a day."""

    zone: ZoneInfo | None = None
    time: time | None = None


def from_calendar(content: str, given: Given | None = None) -> Rule:
    """When the file's event is due. FormatError names the line that cannot be taken, and what would help."""
    return _Event(_read(content), given or Given()).rule()


# --- the file


def _read(content: str) -> _Component:
    root = _Component("")
    open_ = [root]
    try:
        lines = [one for one in Contentlines.from_ical(content) if one]  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise FormatError(f"the calendar cannot be read: {show(str(error)[:200])}") from None
    if len(lines) > _MOST:
        raise FormatError(f"the calendar has more than {_MOST} lines")
    for raw in lines:
        name, parameters, value = _parts(raw)
        match name:
            case "BEGIN":
                made = _Component(value.upper())
                open_[-1].parts.append(made)
                open_.append(made)
            case "END":
                if len(open_) == 1 or open_.pop().name != value.upper():
                    raise FormatError(f"the calendar cannot be read: {show(raw)} closes what is not open")
            case _:
                open_[-1].lines.append(_Line(name, parameters, value, show(raw)[:200]))
    if len(open_) > 1:
        raise FormatError(f"the calendar cannot be read: it breaks off within {show(open_[-1].name)}")
    return root


def _parts(raw: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value of a content line, in the words of the file."""
    try:
        name, parameters, value = raw.parts()  # type: ignore[attr-defined]
    except ValueError:
        name, _, value = raw.partition(":")
        return name.partition(";")[0].upper(), {}, value
    return name.upper(), {key.upper(): str(one) for key, one in parameters.items()}, str(value)


# --- the event


class _Event:
    """The one event of a file, with its changed instances."""

    def __init__(self, file: _Component, given: Given) -> None:
        self._file = file
        self._given = given
        self._notes: list[str] = []
        cancelled = [one for one in file.walk("VCALENDAR") if one.value("METHOD").upper() == "CANCEL"]
        if cancelled:
            raise FormatError("the calendar cancels its event (METHOD:CANCEL): nothing is scheduled")
        events = list(file.walk("VEVENT"))
        names = {one.value("UID") for one in events}
        if len(names) != 1:
            raise FormatError(f"expected a calendar with one event, it has {len(names)}")
        newest = _newest(events)
        self._moved = [one for key, one in newest.items() if key]
        if "" not in newest:
            raise FormatError(
                "the calendar has only changed instances of its event (RECURRENCE-ID), not the event"
            )
        self._event = newest[""]
        if self._event.value("STATUS").upper() == "CANCELLED":
            raise FormatError("the event is cancelled (STATUS:CANCELLED): nothing is scheduled")
        refused = self._event.all("EXRULE")
        if refused:
            raise FormatError(f"{refused[0].text}: EXRULE is not taken; write the exceptions as EXDATE")

    def rule(self) -> Rule:
        """When it is due."""
        starts = self._event.all("DTSTART")
        if not starts:
            raise FormatError("the event has no DTSTART")
        where = self._clocks(starts[0])
        start = self._local(starts[0], starts[0].value, where)
        rules = rruleset()
        for line in self._event.all("RRULE"):
            try:
                rules.rrule(expansion(line.value, start, where))
            except FormatError as error:
                raise FormatError(f"{line.text}: {error}") from None
        if not self._event.all("RRULE"):
            rules.rdate(start)
        for line, value in _values(self._event, "RDATE"):
            rules.rdate(self._local(line, value.partition("/")[0], where, start.time()))
        self._leave_out(rules, start, where)
        return Rule(self._moved_of(rules, start, where), where, tuple(self._notes))

    def _leave_out(self, rules: rruleset, start: datetime, where: Clocks) -> None:
        for line, value in _values(self._event, "EXDATE"):
            first = last = self._local(line, value, where, start.time())
            if "T" not in value:
                first = datetime.combine(first.date(), time())
                last = first + timedelta(days=1, seconds=-1)
            found = rules.between(first, last, inc=True)
            if not found:
                self._notes.append(f"{line.text} leaves nothing out: the event is not due then")
            for one in found:
                rules.exdate(one)

    def _moved_of(self, rules: rruleset, start: datetime, where: Clocks) -> rruleset:
        """The same with each changed instance at its new time, or nowhere if it is cancelled."""
        changed = rruleset()
        for one in self._moved:
            line = one.all("RECURRENCE-ID")[0]
            if "RANGE" in line.parameters:
                raise FormatError(
                    f"{line.text}: a change of all later instances is not taken; export them as an event of their own"
                )
            original = self._local(line, line.value, where, start.time())
            if not rules.between(original, original, inc=True):
                self._notes.append(f"{line.text} changes an instance that the event does not have")
            rules.exdate(original)
            for moved in one.all("DTSTART")[:1] if one.value("STATUS").upper() != "CANCELLED" else ():
                own = self._clocks(moved)
                changed.rdate(where.local(own.instant(self._local(moved, moved.value, own, start.time()))))
        changed.rrule(rules)
        return changed

    # --- times

    def _clocks(self, line: _Line) -> Clocks:
        """Whose clocks a DTSTART goes by."""
        tzid = line.parameters.get("TZID", "")
        if tzid or line.value.endswith("Z"):
            if self._given.zone is not None:
                raise FormatError(f"{line.text} has a zone of its own; leave out the zone in the table")
            return self._named(tzid, line) if tzid else _UTC
        if self._given.zone is not None:
            return ZoneClocks(self._given.zone)
        named = [one.value("X-WR-TIMEZONE") for one in self._file.walk("VCALENDAR")]
        known = zone_of(named[0]) if named and named[0] else None
        if known is not None:
            self._notes.append(
                f"{line.text} names no zone; taken in {known.key}, the calendar's (X-WR-TIMEZONE)"
            )
            return ZoneClocks(known)
        day = "" if "T" in line.value else ' and at what time with time = "06:00"'
        raise FormatError(
            f'{line.text} names no time zone; say which with zone = "Asia/Jerusalem"{day} in the table'
        )

    def _named(self, tzid: str, line: _Line) -> Clocks:
        """The clocks of a TZID: of a zone that is known, or as the file's own VTIMEZONE describes them."""
        known = zone_of(tzid)
        if known is not None:
            return ZoneClocks(known)
        found = next((one for one in self._file.walk("VTIMEZONE") if one.value("TZID") == tzid), None)
        if found is None:
            raise FormatError(
                f"{line.text}: {show(tzid)} is no time zone that is known, and the file does not describe it (VTIMEZONE)"
            )
        changes = [change for part in found.parts for change in _changes(part)]
        if not changes:
            raise FormatError(f"{line.text}: the file's VTIMEZONE of {show(tzid)} says nothing")
        return FileClocks(changes)

    def _local(self, line: _Line, value: str, where: Clocks, day_time: time | None = None) -> datetime:
        """A value of a line as a local time `where`. `day_time`: of a value that is a day."""
        moment, zulu = _moment(line, value, day_time or self._given.time)
        if zulu:
            return where.local(_UTC.instant(moment))
        tzid = line.parameters.get("TZID", "")
        return where.local(self._named(tzid, line).instant(moment)) if tzid else moment


_UTC: Final = ZoneClocks(ZoneInfo("UTC"))


def _moment(line: _Line, value: str, day_time: time | None) -> tuple[datetime, bool]:
    """A value as it is written, and whether it is in UTC."""
    match = _VALUE.fullmatch(value.strip())
    if match is None:
        raise FormatError(f"{line.text}: {show(value[:40])} is no time; expected such as 20261208T060000")
    day, clock, zulu = match.groups()
    if clock is None and day_time is None:
        raise FormatError(f'{line.text} is a whole day; say at what time with time = "06:00" in the table')
    try:
        moment = datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007  local
    except ValueError:
        raise FormatError(f"{line.text}: {show(value[:40])} is on no calendar") from None
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise FormatError(f"{line.text}: expected a time from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return (moment if clock or day_time is None else datetime.combine(moment.date(), day_time)), bool(zulu)


def _newest(events: Sequence[_Component]) -> dict[str, _Component]:
    """By RECURRENCE-ID, empty for the event itself: of several the one of the highest SEQUENCE, of equals the last."""
    found: dict[str, _Component] = {}
    for one in events:
        key = one.value("RECURRENCE-ID")
        if key not in found or _sequence(one) >= _sequence(found[key]):
            found[key] = one
    return found


def _sequence(event: _Component) -> int:
    value = event.value("SEQUENCE")
    return int(value) if value.isascii() and value.isdigit() else 0


def _values(event: _Component, name: str) -> Iterator[tuple[_Line, str]]:
    for line in event.all(name):
        for value in line.value.split(","):
            yield line, value


def _changes(part: _Component) -> Iterator[Change]:
    """The changes to STANDARD or DAYLIGHT time that a part of a VTIMEZONE describes, up to the year 2100."""
    starts = part.all("DTSTART")
    match = _VALUE.fullmatch(starts[0].value) if starts else None
    if match is None or match[2] is None:
        raise FormatError("a part of the file's VTIMEZONE has no DTSTART")
    before, after = _offset(part, "TZOFFSETFROM"), _offset(part, "TZOFFSETTO")
    start = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")  # noqa: DTZ007  local
    # what was before 1972, a leap year, concerns no slot
    start = start.replace(year=max(start.year, 1972))
    yield Change(start, before, after)
    for line, value in _values(part, "RDATE"):
        yield Change(_moment(line, value.partition("/")[0], None)[0], before, after)
    for line in part.all("RRULE"):
        if "FREQ=YEARLY" not in line.value.upper():
            raise FormatError(f"{line.text}: the changes of a zone's clocks are yearly")
        for local in expansion(line.value, start, FileClocks([Change(start, before, before)])):
            if local.year >= LAST_YEAR:
                break
            yield Change(local, before, after)


def _offset(part: _Component, name: str) -> int:
    match = _OFFSET.fullmatch(part.value(name).strip())
    if match is None:
        raise FormatError(f"a part of the file's VTIMEZONE has no {name} such as +0100")
    sign, hours, minutes, seconds = match.groups()
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return -total if sign == "-" else total
