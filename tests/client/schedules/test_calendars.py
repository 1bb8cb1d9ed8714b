"""Calendar files as Outlook, Google, Apple and others write them: what each is due at, or the sentence that refuses it (S5 to S7)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from hotline_client.schedules.calendars import Given, from_calendar
from hotline_client.schedules.file import read
from hotline_client.schedules.recurrence import Recurrence, rule
from hotline_client.words.zones import zone
from hotline_protocol.errors import FormatError

CASES = Path(__file__).parents[2] / "cases"
FROM = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
JERUSALEM = "DTSTART;TZID=Asia/Jerusalem:20261208T060000"
WEEKLY = "RRULE:FREQ=WEEKLY;BYDAY=TU"
EASTERN = """BEGIN:VTIMEZONE
TZID:Our office
BEGIN:STANDARD
DTSTART:20071104T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
END:VTIMEZONE
"""
FIXED = """BEGIN:VTIMEZONE
TZID:GMT+03:30
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0330
TZOFFSETTO:+0330
END:STANDARD
END:VTIMEZONE
"""


def slots(recurrence: Recurrence, most: int = 5) -> list[str]:
    found: list[str] = []
    at = FROM
    while len(found) < most and (due := recurrence.after(at)) is not None:
        at = due
        found.append(f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}")
    return found


def calendar(*lines: str, more: str = "", head: str = "") -> str:
    body = "\n".join(("UID:1@x", *lines))
    return f"BEGIN:VCALENDAR\n{head}{more}BEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR\n"


def moved(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", "UID:1@x", *lines, "END:VEVENT\n"))


@pytest.mark.parametrize(
    ("name", "due"),
    [
        (
            "01_outlook_tzid_vtimezone",
            ["12-08 05:00", "12-15 05:00", "12-22 05:00", "12-29 05:00", "01-05 05:00"],
        ),
        (
            "05_customized_time_zone",
            ["12-08 05:00", "12-15 05:00", "12-22 05:00", "12-29 05:00", "01-05 05:00"],
        ),
        ("12_until_date_last_day", ["12-08 04:00", "12-15 04:00", "12-22 04:00"]),
        (
            "20_moved_instance_recurrence_id",
            ["12-08 04:00", "12-16 06:00", "12-22 04:00", "12-29 04:00", "01-05 04:00"],
        ),
    ],
)
def test_files_of_other_programs_are_due_when_their_authors_meant(name: str, due: list[str]) -> None:
    [one], _ = read(CASES / "calendars" / f"{name}.toml")
    assert slots(one.recurrence) == due


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("calendars/08_floating", r"DTSTART:20261208T060000 names no time zone; say which with zone = "),
        ("calendars/10_all_day", r'DTSTART;VALUE=DATE:20261208 names no time zone.*time = "06:00"'),
        ("calendars/21_status_cancelled", r"the event is cancelled \(STATUS:CANCELLED\)"),
        ("calendars/49_interval0", "INTERVAL=0"),
        ("rules/interval0", "INTERVAL=0"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_line(file: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(CASES / f"{file}.toml")


TAKEN = {
    "a name of Windows without a description": (
        calendar("DTSTART;TZID=Israel Standard Time:20261208T060000", WEEKLY + ";COUNT=2"),
        ["12-08 04:00", "12-15 04:00"],
    ),
    "a zone behind a path": (
        calendar("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Zurich:20261208T060000"),
        ["12-08 05:00"],
    ),
    "a zone that the file alone knows": (
        calendar('DTSTART;TZID="Our office":20261208T060000', WEEKLY + ";COUNT=2", more=EASTERN),
        ["12-08 11:00", "12-15 11:00"],
    ),
    "an offset that the file alone knows": (
        calendar('DTSTART;TZID="GMT+03:30":20261208T060000', more=FIXED),
        ["12-08 02:30"],
    ),
    "CRLF and folded lines": (
        calendar("DTSTART;TZID=Asia/Jeru\n salem:20261208T060000", WEEKLY + ";COUNT=1").replace("\n", "\r\n"),
        ["12-08 04:00"],
    ),
    "small letters": (
        calendar("dtstart;tzid=Asia/Jerusalem:20261208T060000", "rrule:freq=weekly;count=2"),
        ["12-08 04:00", "12-15 04:00"],
    ),
    "Z together with a zone: that instant, by the clocks of the zone": (
        calendar("DTSTART;TZID=Europe/Zurich:20261208T050000Z", WEEKLY + ";COUNT=2"),
        ["12-08 05:00", "12-15 05:00"],
    ),
    "an end in UTC": (
        calendar(JERUSALEM, WEEKLY + ";UNTIL=20261215T040000Z"),
        ["12-08 04:00", "12-15 04:00"],
    ),
    "an end just before the last": (calendar(JERUSALEM, WEEKLY + ";UNTIL=20261215T035959Z"), ["12-08 04:00"]),
    "an excluded instance, named in UTC": (
        calendar(JERUSALEM, WEEKLY + ";COUNT=3", "EXDATE:20261215T040000Z"),
        ["12-08 04:00", "12-22 04:00"],
    ),
    "an excluded day": (
        calendar(JERUSALEM, WEEKLY + ";COUNT=3", "EXDATE;VALUE=DATE:20261215"),
        ["12-08 04:00", "12-22 04:00"],
    ),
    "several excluded in one line": (
        calendar(
            JERUSALEM, WEEKLY + ";COUNT=3", "EXDATE;TZID=Asia/Jerusalem:20261208T060000,20261222T060000"
        ),
        ["12-15 04:00"],
    ),
    "an added day, at the event's time": (
        calendar(JERUSALEM, WEEKLY + ";COUNT=1", "RDATE;VALUE=DATE:20261210"),
        ["12-08 04:00", "12-10 04:00"],
    ),
    "an added period": (
        calendar(JERUSALEM, "RDATE;VALUE=PERIOD:20261210T120000Z/PT2H"),
        ["12-08 04:00", "12-10 12:00"],
    ),
    "a cancelled instance": (
        calendar(
            JERUSALEM,
            WEEKLY + ";COUNT=3",
            more=moved(JERUSALEM, "RECURRENCE-ID:20261215T040000Z", "STATUS:CANCELLED"),
        ),
        ["12-08 04:00", "12-22 04:00"],
    ),
    "the newest of two changes": (
        calendar(
            JERUSALEM,
            WEEKLY + ";COUNT=2",
            more=moved("DTSTART:20261217T100000Z", "RECURRENCE-ID:20261215T040000Z", "SEQUENCE:2")
            + moved("DTSTART:20261216T100000Z", "RECURRENCE-ID:20261215T040000Z", "SEQUENCE:1"),
        ),
        ["12-08 04:00", "12-17 10:00"],
    ),
    "moved to where another was moved away from": (
        calendar(
            JERUSALEM,
            WEEKLY + ";COUNT=3",
            more=moved("DTSTART:20261215T040000Z", "RECURRENCE-ID:20261208T040000Z")
            + moved("DTSTART:20261216T040000Z", "RECURRENCE-ID:20261215T040000Z"),
        ),
        ["12-15 04:00", "12-16 04:00", "12-22 04:00"],
    ),
    "a changed title alone": (
        calendar(
            JERUSALEM,
            WEEKLY + ";COUNT=2",
            more=moved(JERUSALEM, "RECURRENCE-ID:20261208T040000Z", "SUMMARY:x"),
        ),
        ["12-08 04:00", "12-15 04:00"],
    ),
    "a floating time in the calendar's own zone": (
        calendar("DTSTART:20261208T060000", head="X-WR-TIMEZONE:Asia/Jerusalem\n"),
        ["12-08 04:00"],
    ),
    "what else stands in a file": (
        calendar(JERUSALEM, "SUMMARY:a;b\\, c: d", "X;broken", "BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM"),
        ["12-08 04:00"],
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name: str) -> None:
    content, due = TAKEN[name]
    assert slots(from_calendar(content)) == due


REFUSED = {
    "the whole calendar is cancelled": (calendar(JERUSALEM, head="METHOD:CANCEL\n"), "METHOD:CANCEL"),
    "a rule of exceptions": (
        calendar(JERUSALEM, WEEKLY, "EXRULE:FREQ=MONTHLY"),
        "EXRULE:FREQ=MONTHLY: EXRULE is not taken",
    ),
    "a zone that nobody knows": (calendar("DTSTART;TZID=Moonbase:20261208T060000"), "Moonbase.*VTIMEZONE"),
    "a description that says nothing": (
        calendar("DTSTART;TZID=Our:20261208T060000", more="BEGIN:VTIMEZONE\nTZID:Our\nEND:VTIMEZONE\n"),
        "VTIMEZONE of Our says nothing",
    ),
    "two events": (calendar(JERUSALEM, more=moved(JERUSALEM).replace("1@x", "2@x")), "one event, it has 2"),
    "an instance without its event": (
        calendar(JERUSALEM, "RECURRENCE-ID:20261208T040000Z"),
        "only changed instances",
    ),
    "all later instances": (
        calendar(
            JERUSALEM, WEEKLY, more=moved(JERUSALEM, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T040000Z")
        ),
        "all later instances",
    ),
    "no start": (calendar(WEEKLY), "no DTSTART"),
    "no time": (calendar("DTSTART:tomorrow", "X:1"), "DTSTART:tomorrow"),
    "an impossible day": (calendar("DTSTART:20260231T060000Z"), "on no calendar"),
    "a broken exception": (calendar(JERUSALEM, WEEKLY, "EXDATE:garbage"), "EXDATE:garbage"),
    "a start before all clocks": (calendar("DTSTART:00010101T000000Z", "RRULE:FREQ=HOURLY"), "from 1970"),
    "seconds": (calendar(JERUSALEM, "RRULE:FREQ=SECONDLY"), "written with `every`"),
    "no times at all": (calendar(JERUSALEM, WEEKLY + ";COUNT=0"), "COUNT=0"),
    "a step below zero": (calendar(JERUSALEM, WEEKLY + ";INTERVAL=-1"), "INTERVAL=-1"),
    "a step into the void": (calendar(JERUSALEM, WEEKLY + ";INTERVAL=999999999"), "INTERVAL=999999999"),
    "a day that never comes": (calendar(JERUSALEM, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "never due"),
    "an hour that never comes": (
        calendar(JERUSALEM, "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
        "never due",
    ),
    "everything excluded": (calendar(JERUSALEM, WEEKLY + ";COUNT=1", "EXDATE:20261208T040000Z"), "never due"),
    "clocks that change every second": (
        calendar(
            'DTSTART;TZID="Our office":20261208T060000', more=EASTERN.replace("FREQ=YEARLY", "FREQ=SECONDLY")
        ),
        "yearly",
    ),
    "a file that breaks off": (calendar(JERUSALEM).partition("END:VEVENT")[0], "breaks off within VEVENT"),
    "what is closed and was not open": (calendar(JERUSALEM) + "END:VCALENDAR\n", "not open"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(FormatError, match=words):
        from_calendar(content)


def test_a_zone_and_a_time_beside_the_file_are_taken_where_it_names_none() -> None:
    floating = calendar("DTSTART:20261208T060000", WEEKLY + ";COUNT=1")
    whole_day = calendar(
        "DTSTART;VALUE=DATE:20261208", WEEKLY + ";COUNT=1;UNTIL=20261208".replace(";COUNT=1", "")
    )
    assert slots(from_calendar(floating, Given(zone("Asia/Jerusalem")))) == ["12-08 04:00"]
    assert slots(from_calendar(whole_day, Given(zone("Asia/Jerusalem"), time(7, 30)))) == ["12-08 05:30"]
    with pytest.raises(FormatError, match="whole day; say at what time"):
        from_calendar(whole_day, Given(zone("Asia/Jerusalem")))
    with pytest.raises(FormatError, match="has a zone of its own"):
        from_calendar(calendar(JERUSALEM), Given(zone("UTC")))


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("EXDATE:20261216T040000Z", "leaves nothing out"),
        ("EXDATE;VALUE=DATE:20261209", "leaves nothing out"),
        ("X-NOTHING:1", ""),
    ],
)
def test_an_exception_that_excludes_nothing_is_told(line: str, note: str) -> None:
    notes = from_calendar(calendar(JERUSALEM, WEEKLY, line)).notes
    assert [note in one for one in notes] == ([True] if note else [])


def test_the_clocks_of_a_file_skip_and_repeat_hours_as_those_of_a_zone_do() -> None:
    """2027: the clocks of New York skip 02:30 on 14 March and show 01:30 twice on 7 November."""
    for day in ("20270313T023000", "20271106T013000"):
        given = [
            calendar(f'DTSTART;TZID="{name}":{day}', "RRULE:FREQ=DAILY;COUNT=4", more=EASTERN)
            for name in ("Our office", "America/New_York")
        ]
        described, known = (slots(from_calendar(one)) for one in given)
        assert described == known


def test_a_rule_of_29_february_is_due_though_it_comes_late() -> None:
    found = rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", datetime(2026, 3, 1, 6), zone("UTC"))  # noqa: DTZ001
    assert found.after(FROM) == int(datetime(2028, 2, 29, 6, tzinfo=UTC).timestamp())
