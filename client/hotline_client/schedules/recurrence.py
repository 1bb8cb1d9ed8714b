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
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from dateutil.rrule import HOURLY, rrule, rruleset, rrulestr

from hotline_client.schedules.zones import Clocks, ZoneClocks
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

SHORTEST: Final = 10
"""Seconds between two slots of `every`, at least."""
LAST: Final = 4_102_444_800
"""The year 2100: nothing is due after it."""
_SHIFT: Final = 3 * 3600
"""Seconds by which clocks are never put forward or back at once."""
_UNTIL: Final = re.compile(r"UNTIL=([0-9]{8})(?:T([0-9]{6})(Z)?)?", re.IGNORECASE)
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100
_LEAST: Final = {"INTERVAL": 1, "COUNT": 1}
_MOST: Final = 100_000


class Recurrence(Protocol):
    """Slots in order. `notes`: what a person should know of how it was read."""

    notes: tuple[str, ...]

    def after(self, instant: int) -> int | None:
        """The first slot strictly later than `instant`; None if there is none any more."""


class Once:
    """One slot."""

    notes: tuple[str, ...] = ()

    def __init__(self, at: int) -> None:
        self._at = at

    def after(self, instant: int) -> int | None:
        """See `Recurrence`."""
        return self._at if instant < self._at else None


class Every:
    """A slot every so many seconds, from `start` on (S4)."""

    notes: tuple[str, ...] = ()

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

    notes: tuple[str, ...] = ()

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
    """An iCalendar recurrence of local times `where` (S3)."""

    def __init__(self, rules: rruleset | rrule, where: Clocks, notes: tuple[str, ...] = ()) -> None:
        self._rules = rules
        self._where = where
        self.notes = notes
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
            slot = self._where.instant(local)
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
    clocks = ZoneClocks(where)
    return Rule(expansion(text.removeprefix("RRULE:"), start, clocks), clocks)


def expansion(text: str, start: datetime, where: Clocks) -> rrule:
    """The local times of a rule, in order, none after the year 2100; judging it costs a bounded time. FormatError.

    UNTIL as a day includes that day; in UTC it is put into local time, as DTSTART is (RFC 5545, 3.3.10).
    """
    for name, least in _LEAST.items():
        found = re.search(rf"(?:^|;){name}=([^;]*)", text, re.IGNORECASE)
        if found and not (found[1].isascii() and found[1].isdigit() and least <= int(found[1]) <= _MOST):
            raise FormatError(
                f"the rule {show(text)} has {name}={show(found[1])}; expected a number from {least}"
            )
    try:
        parsed = rrulestr(_UNTIL.sub(lambda one: _until(one, where), text), dtstart=start)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        raise FormatError(f"the rule {show(text)} cannot be read: {show(str(error))}") from None
    if not isinstance(parsed, rrule):
        raise FormatError(f"the rule {show(text)} is more than one; write each on a line of its own")
    _check_cost(text, parsed, start)
    return parsed


def _until(found: re.Match[str], where: Clocks) -> str:
    day, time, zulu = found.groups()
    if time is None:
        return f"UNTIL={day}T235959"
    if not zulu:
        return f"UNTIL={day}T{time}"
    instant = datetime.strptime(f"{day}{time}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return f"UNTIL={where.local(int(instant.timestamp())):%Y%m%dT%H%M%S}"


def _check_cost(text: str, parsed: rrule, start: datetime) -> None:
    """FormatError for what is due too often, or for the first time later than anybody would wait to find out."""
    frequency = getattr(parsed, "_freq", HOURLY)
    if frequency > HOURLY:
        raise FormatError("a rule of minutes or seconds is written with `every`")
    if start.year < FIRST_YEAR:
        raise FormatError(
            f"the rule {show(text)} starts in {start.year}; expected a start from {FIRST_YEAR} on"
        )
    # The library looks for a first time up to the year 9999. Days and weekdays come again after 400 years, so the rule is
    # looked at from a start as late as that allows, where the search is short.
    late = start.replace(year=start.year + (9999 - start.year) // 400 * 400)
    soon = parsed.replace(dtstart=late, until=None, count=None)
    if next(iter(soon), None) is None:
        raise FormatError(f"the rule {show(text)} is never due")
