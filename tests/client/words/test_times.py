from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.words import times
from hotline_client.words.zones import zone
from hotline_protocol.documents.meetings import Slot
from hotline_protocol.errors import FormatError

HOUR = 3_600_000


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("typed", "start", "hours"),
    [
        ("2026-12-03T09:00 Europe/Zurich/3h", "2026-12-03T08:00Z", 3),
        ("2026-07-03T09:00 Europe/Zurich/90m", "2026-07-03T07:00Z", 1.5),
        ("2026-12-03T09:00Z/1h30m", "2026-12-03T09:00Z", 1.5),
        ("2026-12-03T09:00+02:00/2d", "2026-12-03T07:00Z", 48),
        ("030800Z DEC 26/3h", "2026-12-03T08:00Z", 3),
        ("2026-12-03T09:00 UTC/3h", "2026-12-03T09:00Z", 3),
        ("2026-10-25T01:59 Europe/Zurich/3h", "2026-10-24T23:59Z", 3),
        ("2026-10-25T03:00 Europe/Zurich/3h", "2026-10-25T02:00Z", 3),
    ],
)
def test_what_people_type(typed: str, start: str, hours: float) -> None:
    assert times.slot(typed) == Slot(ms(start), ms(start) + int(hours * HOUR))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            "2026-03-29T02:30 Europe/Zurich/3h",
            "2026-03-29T02:30 does not exist in Europe/Zurich, where the clocks change; say 2026-03-29T00:30Z or 2026-03-29T01:30Z",
        ),
        (
            "2026-10-25T02:30 Europe/Zurich/3h",
            "2026-10-25T02:30 comes twice in Europe/Zurich, where the clocks change; say 2026-10-25T00:30Z or 2026-10-25T01:30Z",
        ),
        ("2026-12-03T09:00 Europe/Zurick/3h", "did you mean Europe/Zurich"),
        ("2026-12-03T09:00 ../../etc/passwd/3h", "is no time zone"),
        ("2026-12-03T09:00 Europe/3h", "is no time zone"),
        ("2026-12-03T09:00/3h", "names no zone"),
        ("2026-12-03T09:00Z Europe/Zurich/3h", "has an offset of its own"),
        ("2026-13-03T09:00 Europe/Zurich/3h", "is no time"),
        ("tomorrow/3h", "is no time"),
        ("2026-12-03T09:00Z", "expected a time, its zone and how long"),
        ("2026-12-03T09:00Z/0m", "no length of time"),
        ("2026-12-03T09:00Z/3", "no length of time"),
        ("2026-12-03T09:00Z/", "no length of time"),
        ("2026-12-03T09:00Z/15d", "at most 14 days"),
        ("9999-12-31T23:00Z/3h", ""),
    ],
)
def test_what_is_no_time(typed: str, words: str) -> None:
    if not words:
        assert (
            times.slot(typed).end > times.slot(typed).start
        )  # the document's own limit refuses it when it is said
        return
    with pytest.raises(FormatError) as refused:
        times.slot(typed)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


ZONES = [
    "Europe/Zurich",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_a_local_time_is_what_the_zone_shows_or_is_refused(local: datetime, name: str) -> None:
    local = local.replace(second=0, microsecond=0)
    where = zone(name)
    readings = {local.replace(tzinfo=where, fold=fold).utcoffset() for fold in (0, 1)}
    typed = f"{local:%Y-%m-%dT%H:%M} {name}"
    if len(readings) == 2:
        with pytest.raises(FormatError, match=r"; say \S+Z or \S+Z$"):
            times.instant(typed)
        return
    found = times.instant(typed)
    assert datetime.fromtimestamp(found / 1000, where).replace(tzinfo=None) == local


@pytest.fixture
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_zurich")
def test_a_time_is_shown_where_people_are() -> None:
    start = ms("2026-10-24T22:30Z")
    night = Slot(start, start + 4 * HOUR)
    assert times.zulu(night) == "242230Z OCT 26 to 250230Z OCT 26"
    assert times.local_times(night, ()) == ["Sun 2026-10-25 00:30 to 03:30 here (+02:00)"]
    zones = (zone("America/New_York"), zone("Asia/Kathmandu"))
    assert times.local_times(night, zones) == [
        "Sat 2026-10-24 18:30 to 22:30 America/New_York (-04:00)",
        "Sun 2026-10-25 04:15 to 08:15 Asia/Kathmandu (+05:45)",
    ]
    assert times.local_time(night, UTC).startswith("Sat 2026-10-24 22:30 to Sun 2026-10-25 02:30")


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("030800Z DEC 26", "2026-12-03T08:00Z"),
        (" 030800z dec 26 ", "2026-12-03T08:00Z"),
        ("2612030800", "2026-12-03T08:00Z"),
        ("2026-12-03T09:00+01:00", "2026-12-03T08:00Z"),
        ("2026-12-03T08:00:00.001Z", "2026-12-03T08:00:00.001Z"),
    ],
)
def test_a_time_that_says_its_zone_itself(typed: str, when: str) -> None:
    assert (
        times.zoned(typed) == times.instant(typed) == round(datetime.fromisoformat(when).timestamp() * 1000)
    )


@pytest.mark.parametrize(
    "typed", ["", "2026-12-03T09:00", "310800Z NOV 26", "2026-12-03T09:00 Europe/Zurich", "soon"]
)
def test_a_time_that_does_not(typed: str) -> None:
    assert times.zoned(typed) is None


def test_a_date_time_group_of_a_time_that_no_calendar_has() -> None:
    assert times.dtg(1_795_444_320_000) == "231432Z NOV 26"
    assert times.dtg(10**30) == "impossible time"
    assert times.dtg(10**30, lambda _message, /, **_values: "nie") == "nie"
    assert (times.clock(1_795_444_320_000), times.clock(10**30)) == ("1432Z", "????Z")
    assert (times.day(1_795_444_320_000), times.day(10**30)) == ("23 NOV 2026", "impossible date")
    assert times.day(10**30, lambda _message, /, **_values: "nie") == "nie"
