"""When something is due: cron in a time zone, one time, every so often, or an iCalendar rule. Instants are unix seconds.

S1  a slot is an instant; `after` gives the first one strictly later than any instant, so no slot is ever met twice
S2  cron is that of Debian (the library cronsim): a job at a fixed local time that the clocks skip in spring is due at once after the
    gap, and one that they repeat in autumn is due the first time only; a job of every minute or hour goes by the time that really passes
S3  an iCalendar rule is expanded in local time (RFC 5545): a local time that does not exist counts with the offset before the gap,
    one that exists twice is the first of the two; two local times that fall on one instant are one slot
S4  `every` counts real seconds from its start and knows no clocks
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from dateutil.rrule import HOURLY, rrule, rruleset, rrulestr
from icalendar import Calendar

from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

SHORTEST: Final = 10
"""Seconds between two slots of `every`, at least."""
LAST: Final = 4_102_444_800
"""The year 2100: nothing is due after it."""
_SHIFT: Final = 3 * 3600
"""Seconds by which clocks are never put forward or back at once."""
_UNTIL: Final = re.compile(r"UNTIL=([0-9]{8}T[0-9]{6})Z")


class Recurrence(Protocol):
    """Slots in order."""

    def after(self, instant: int) -> int | None:
        """The first slot strictly later than `instant`; None if there is none any more."""


def zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database. FormatError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FormatError(f"{show(name)} is no time zone; write one such as UTC or Asia/Jerusalem") from None


class Once:
    """One slot."""

    def __init__(self, at: int) -> None:
        self._at = at

    def after(self, instant: int) -> int | None:
        """See `Recurrence`."""
        return self._at if instant < self._at else None


class Every:
    """A slot every so many seconds, from `start` on (S4)."""

    def __init__(self, seconds: int, start: int) -> None:
        if seconds < SHORTEST:
            raise FormatError(
                f"every {seconds} s is too often; at least {SHORTEST} s must lie between two slots"
            )
        self._seconds = seconds
        self._start = start

    def after(self, instant: int) -> int | None:
        """See `Recurrence`."""
        if instant < self._start:
            return self._start
        slot = self._start + ((instant - self._start) // self._seconds + 1) * self._seconds
        return slot if slot < LAST else None


class Cron:
    """Five fields: minute, hour, day of month, month, day of week (S2)."""

    def __init__(self, expression: str, where: ZoneInfo) -> None:
        if len(expression.split()) != 5:
            raise FormatError(
                f"cron has five fields, minute hour day month weekday, such as 0 6 * * TUE; not {show(expression)}"
            )
        self._expression = expression
        self._zone = where
        if self._next(0) is None:
            raise FormatError(f"cron {show(expression)} is never due")

    def after(self, instant: int) -> int | None:
        """See `Recurrence`."""
        return self._next(instant)

    def _next(self, instant: int) -> int | None:
        try:
            found = next(CronSim(self._expression, datetime.fromtimestamp(instant, self._zone)))
        except CronSimError as error:
            raise FormatError(f"cron {show(self._expression)}: {show(str(error))}") from None
        except StopIteration:
            return None
        slot = int(found.timestamp())
        return slot if slot < LAST else None


class Rule:
    """An iCalendar recurrence from `start`, a local time in `where` (S3)."""

    def __init__(self, rules: rruleset | rrule, where: ZoneInfo) -> None:
        self._rules = rules
        self._zone = where
        self._read = self._instants()
        self._passed = -1
        self._ahead: int | None = None
        if self.after(-1) is None:
            raise FormatError("the rule is never due")

    def after(self, instant: int) -> int | None:
        """See `Recurrence`. Asked in order, each answer costs what lies between; asked for the past, it begins anew."""
        if instant < self._passed:
            self._read, self._ahead = self._instants(), None
        self._passed = instant
        while self._ahead is None or self._ahead <= instant:
            self._ahead = next(self._read, None)
            if self._ahead is None:
                # the past may be asked for again
                self._passed = LAST
                return None
        return self._ahead

    def _instants(self) -> Iterator[int]:
        """In order: those of the hours around a change of clocks may come out of order, so a few are held back."""
        held: list[int] = []
        for local in self._rules:
            slot = int(local.replace(tzinfo=self._zone).timestamp())
            if slot >= LAST:
                break
            heapq.heappush(held, slot)
            while held and held[0] <= slot - _SHIFT:
                yield heapq.heappop(held)
        while held:
            yield heapq.heappop(held)


def rule(text: str, start: datetime, where: ZoneInfo) -> Rule:
    """`FREQ=WEEKLY;BYDAY=TU` from a local time on. FormatError."""
    if start.tzinfo is not None:
        raise FormatError("the start of a rule is a local time of its zone, such as 2026-11-24 06:00")
    return Rule(_parsed(text, start, where), where)


def _parsed(text: str, start: datetime, where: ZoneInfo) -> rrule:
    def local(found: re.Match[str]) -> str:
        until = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(where)
        return f"UNTIL={until:%Y%m%dT%H%M%S}"

    try:
        parsed = rrulestr(_UNTIL.sub(local, text.removeprefix("RRULE:")), dtstart=start)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FormatError(f"the rule {show(text)} cannot be read: {show(str(error))}") from None
    if getattr(parsed, "_freq", HOURLY) > HOURLY:
        raise FormatError("a rule of minutes or seconds is written with `every`")
    return parsed


def from_calendar(content: str) -> Rule:
    """The recurrence of the one event of an iCalendar file: DTSTART, RRULE, RDATE and EXDATE. FormatError."""
    try:
        events = list(Calendar.from_ical(content).walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise FormatError(f"the calendar cannot be read: {show(str(error)[:200])}") from None
    if len(events) != 1:
        raise FormatError(f"expected a calendar with one event, it has {len(events)}")
    event = events[0]
    start = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise FormatError(
            "the event's DTSTART must be a time with TZID or in UTC, no day and no floating time"
        )
    where = zone(
        str(getattr(start.tzinfo, "key", "") or ("UTC" if start.utcoffset() == timedelta(0) else "?"))
    )
    rules = rruleset()
    naive = start.replace(tzinfo=None)
    given = event.get("RRULE", [])
    for one in given if isinstance(given, list) else [given]:
        rules.rrule(_parsed(one.to_ical().decode(), naive, where))
    if not given:
        rules.rdate(naive)
    for name, add in (("RDATE", rules.rdate), ("EXDATE", rules.exdate)):
        for moment in _moments(event.get(name, []), where):
            add(moment)
    return Rule(rules, where)


def _moments(given: object, where: ZoneInfo) -> Iterator[datetime]:
    for dates in given if isinstance(given, list) else [given]:
        for one in getattr(dates, "dts", []):
            moment = one.dt
            if not isinstance(moment, datetime):
                raise FormatError("RDATE and EXDATE must be times, as DTSTART is")
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=where)
            yield aware.astimezone(where).replace(tzinfo=None)
