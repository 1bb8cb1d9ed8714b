"""Slots over the changes of clocks in five zones and two years, against the quarter hours of UTC counted one by one.

The independent source never asks a library for a recurrence: it walks every quarter hour of two years, converts it to local time
and writes down when each local minute first came to be, and which local minutes never did (rules S2 and S3).
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from hotline_client.schedules.recurrence import Cron, Every, Recurrence, rule
from hotline_client.words.zones import zone
from tests import sampling

ZONES = ("Europe/Moscow", "Asia/Jerusalem", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe")
CHANGES = {
    "Europe/Moscow": 0,
    "Asia/Jerusalem": 4,
    "Europe/Zurich": 4,
    "America/New_York": 4,
    "Australia/Lord_Howe": 4,
}
FIRST = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(2028, 1, 1, tzinfo=UTC).timestamp())
HOURS = ["00:15", "01:30", "01:45", "02:00", "02:15", "02:30", "03:00", "23:45"]


class Clocks(NamedTuple):
    """A zone over two years: the instants of each local minute, and (instant, seconds) of each change of the clocks."""

    minutes: dict[datetime, list[int]]
    changes: list[tuple[int, int]]


@functools.cache
def clocks(name: str) -> Clocks:
    where = ZoneInfo(name)
    minutes: dict[datetime, list[int]] = {}
    changes: list[tuple[int, int]] = []
    before = datetime.fromtimestamp(FIRST - 4 * 86_400, where).utcoffset()
    for instant in range(FIRST - 4 * 86_400, END + 4 * 86_400, 900):
        local = datetime.fromtimestamp(instant, UTC).astimezone(where)
        offset = local.utcoffset()
        if offset != before and offset is not None and before is not None:
            changes.append((instant, int((offset - before).total_seconds())))
            before = offset
        minutes.setdefault(local.replace(tzinfo=None), []).append(instant)
    return Clocks(minutes, [one for one in changes if FIRST <= one[0] < END])


def slots(what: Recurrence) -> list[int]:
    found: list[int] = []
    place = FIRST - 1
    while (slot := what.after(place)) is not None and slot < END:
        assert slot > place
        found.append(slot)
        place = slot
    return found


def days(name: str) -> list[datetime]:
    """Every local day that begins in the two years, and those that could."""
    first = datetime.fromtimestamp(FIRST, ZoneInfo(name)).replace(tzinfo=None, hour=0, minute=0)
    return [first + timedelta(days=number) for number in range(-1, 732)]


def gap_end(name: str, local: datetime) -> int:
    """The instant at which the clocks jumped over a local time."""
    return min(
        (instant for instant, moved in clocks(name).changes if moved > 0),
        key=lambda instant: abs(datetime.fromtimestamp(instant, ZoneInfo(name)).replace(tzinfo=None) - local),
    )


def daily(name: str, typed: str, *, skipped: str) -> list[int]:
    """The first instant of this local minute on every day. `skipped`: what becomes of one that never is."""
    hour, minute = map(int, typed.split(":"))
    found = []
    for day in days(name):
        local = day.replace(hour=hour, minute=minute)
        at = clocks(name).minutes.get(local)
        if at is not None:
            found.append(min(at))
        elif FIRST <= (jump := gap_end(name, local)) < END:
            # cron: at once behind the gap; RFC 5545: by the offset before it, so as long after the jump as before it is due
            moved = next(moved for instant, moved in clocks(name).changes if instant == jump)
            before = datetime.fromtimestamp(jump - 900, ZoneInfo(name)).replace(tzinfo=None) + timedelta(
                minutes=15
            )
            assert timedelta(0) <= local - before < timedelta(seconds=moved)
            found.append(jump if skipped == "cron" else jump + int((local - before).total_seconds()))
    return sorted({instant for instant in found if FIRST <= instant < END})


@pytest.mark.parametrize("name", ZONES)
def test_the_tables_have_every_change_of_the_clocks(name: str) -> None:
    assert len(clocks(name).changes) == CHANGES[name]
    assert sum(moved for _, moved in clocks(name).changes) == 0


@pytest.mark.parametrize("typed", sampling.some(HOURS, 3, "hours"))
@pytest.mark.parametrize("name", ZONES)
def test_s2_a_daily_job_fires_once_a_day_and_never_not_at_all(name: str, typed: str) -> None:
    hour, minute = typed.split(":")
    found = slots(Cron(f"{int(minute)} {int(hour)} * * *", zone(name)))
    assert found == daily(name, typed, skipped="cron")
    assert 729 <= len(found) <= 731


@pytest.mark.parametrize("typed", sampling.some(HOURS, 3, "hours"))
@pytest.mark.parametrize("name", ZONES)
def test_s3_a_daily_rule_goes_by_rfc_5545(name: str, typed: str) -> None:
    start = datetime.fromisoformat(f"2025-12-30 {typed}")
    assert slots(rule("FREQ=DAILY", start, zone(name))) == daily(name, typed, skipped="rfc")


@pytest.mark.parametrize("name", ZONES)
def test_s2_a_job_of_every_half_hour_goes_by_the_time_that_passes(name: str) -> None:
    found = slots(Cron("*/30 * * * *", zone(name)))
    expected = sorted(
        instant for local, at in clocks(name).minutes.items() if local.minute % 30 == 0 for instant in at
    )
    assert found == [instant for instant in expected if FIRST <= instant < END]


@pytest.mark.parametrize("name", ZONES)
def test_s2_an_hourly_job_goes_by_the_time_that_passes(name: str) -> None:
    found = slots(Cron("0 * * * *", zone(name)))
    hours = [instant for local, at in clocks(name).minutes.items() if local.minute == 0 for instant in at]
    passed = {instant for instant in hours if FIRST <= instant < END}
    # what the clocks jump over is due at once behind the gap: only where they move by half an hour is that no full hour
    jumped = {instant for instant, moved in clocks(name).changes if moved == 1800}
    assert set(found) - jumped == passed - jumped
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", ZONES)
def test_s3_a_weekly_rule_is_due_once_a_week(name: str) -> None:
    start = datetime(2025, 12, 28, 2, 30)  # noqa: DTZ001  local on purpose
    found = slots(rule("FREQ=WEEKLY;BYDAY=SU", start, zone(name)))
    every = daily(name, "02:30", skipped="rfc")
    sundays = [
        instant
        for instant in every
        if datetime.fromtimestamp(instant, ZoneInfo(name)).strftime("%a") == "Sun"
    ]
    assert found == sundays


@pytest.mark.parametrize("name", ZONES)
def test_s3_an_hourly_rule_meets_no_instant_twice(name: str) -> None:
    start = datetime(2025, 12, 31, 0, 15)  # noqa: DTZ001  local on purpose
    found = slots(rule("FREQ=HOURLY;BYMINUTE=15,45", start, zone(name)))
    assert found == sorted(set(found))
    everything = {
        instant
        for local, at in clocks(name).minutes.items()
        if local.minute in (15, 45)
        for instant in at[:1]
    }
    assert {instant for instant in everything if FIRST <= instant < END} <= set(found)


def test_s4_every_knows_no_clocks() -> None:
    found = slots(Every(86_400, FIRST))
    assert found == list(range(FIRST, END, 86_400))
