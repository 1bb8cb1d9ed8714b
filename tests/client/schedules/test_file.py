"""Files of schedules: every example is right, and everything that is wrong is told by table, key and what was expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hotline_client.schedules.file import definition, expectation_of, read, schedule_of
from hotline_client.schedules.plan import next_due
from hotline_client.schedules.template import filled, render
from hotline_protocol.documents import encode_body
from hotline_protocol.documents.notices import Notice
from hotline_protocol.documents.talk import Text
from hotline_protocol.errors import FormatError, UsageError
from tests.client.cli.talk.test_line_commands import ROOT

EXAMPLES = sorted((ROOT / "examples" / "schedules").glob("*.toml"))
NOW = 1_795_500_000
"""240600Z NOV 26."""
PLAIN: dict[str, Any] = {"name": "x", "every": "1h", "text": "hello"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_says_what_the_protocol_takes(path: Path) -> None:
    schedules, expected = read(path)
    assert schedules
    for one in schedules:
        slot = next_due(one, since=NOW, through=None)
        assert slot is not None
        for late in (False, True):
            body = render(one, slot, number=3, now=slot + 3600, late=late)
            assert encode_body(body)
            said = body.remarks if isinstance(body, Notice) else body.text if isinstance(body, Text) else ""
            assert said.startswith("LATE: for ") is (late and said != "")
        assert schedule_of(json.loads(definition(one))).table == one.table
    for other in expected:
        assert expectation_of(json.loads(definition(other))).table == other.table


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"every": "1h", "text": "x"}, "missing required field `name`"),
    "a wrong name": (PLAIN | {"name": "Not Good"}, "name: "),
    "an unknown key": (PLAIN | {"evry": "1h"}, "evry is not known; did you mean every?"),
    "twice when": (
        PLAIN | {"cron": "* * * * *"},
        "expected one of cron, at, every, rrule, ics; there are cron, every",
    ),
    "never": ({"name": "x", "text": "x"}, "there is none"),
    "nothing to say": ({"name": "x", "every": "1h"}, "expected one of text, text_file"),
    "two things to say": (PLAIN | {"line_check": True}, "there are text, line_check"),
    "too often": (PLAIN | {"every": "5s"}, "too often"),
    "no duration": (PLAIN | {"every": "soon"}, "expected a number and a unit"),
    "a number for a duration": (PLAIN | {"every": 5}, "Expected a duration"),
    "a cron of six fields": ({"name": "x", "text": "x", "cron": "0 0 6 * * *"}, "five fields"),
    "a cron that is none": ({"name": "x", "text": "x", "cron": "61 * * * *"}, "Bad minute"),
    "a cron that never comes": ({"name": "x", "text": "x", "cron": "0 0 30 2 *"}, "cron 0 0 30 2 *"),
    "no such zone": (
        {"name": "x", "text": "x", "cron": "0 6 * * *", "zone": "Mars/Olympus"},
        "is no time zone",
    ),
    "a zone out of the house": (
        {"name": "x", "text": "x", "cron": "0 6 * * *", "zone": "../etc"},
        "is no time zone",
    ),
    "no time": ({"name": "x", "text": "x", "at": "tomorrow"}, "is no time with its zone"),
    "a time without zone": ({"name": "x", "text": "x", "at": "2026-11-24T06:00"}, "is no time with its zone"),
    "a rule without start": ({"name": "x", "text": "x", "rrule": "FREQ=DAILY"}, "a rule needs start"),
    "a rule that is none": (
        {"name": "x", "text": "x", "rrule": "EVERY DAY", "start": "2026-11-24 06:00"},
        "cannot be read",
    ),
    "a rule of minutes": (
        {"name": "x", "text": "x", "rrule": "FREQ=MINUTELY", "start": "2026-11-24 06:00"},
        "with `every`",
    ),
    "a rule that is over": (
        {"name": "x", "text": "x", "rrule": "FREQ=DAILY;UNTIL=20200101T000000Z", "start": "2026-11-24 06:00"},
        "never due",
    ),
    "a rule with a zone in its start": (
        {"name": "x", "text": "x", "rrule": "FREQ=DAILY", "start": "2026-11-24 06:00+02:00"},
        "local time of its zone",
    ),
    "an unknown place": (PLAIN | {"text": "at {time}"}, "{time} is no place to fill in"),
    "half a place": (PLAIN | {"text": "at {slot"}, "is no place to fill in"),
    "a wrong precedence": (PLAIN | {"precedence": "URGENT"}, "precedence: "),
    "a wrong notice": (PLAIN | {"text": None, "notice": {"arena": "air"}}, "the schedule: "),
    "acks of nobody": (PLAIN | {"acks": 0}, "expected any, all"),
    "a step without what it needs": (
        PLAIN | {"escalate": [{"after": "5m", "do": "raise"}]},
        "needs precedence",
    ),
    "a step that is none": (PLAIN | {"escalate": [{"after": "5m", "do": "shout"}]}, "escalate[0].do"),
    "a step too often": (
        PLAIN | {"escalate": [{"after": "5m", "do": "repeat", "every": "10s"}]},
        "at least 60s",
    ),
    "nothing to run": (PLAIN | {"escalate": [{"after": "5m", "do": "run"}]}, "needs run"),
    "a count of none": (PLAIN | {"count": 0}, "count: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(name: str) -> None:
    table, words = WRONG[name]
    with pytest.raises(FormatError) as told:
        schedule_of({key: value for key, value in table.items() if value is not None})
    assert words in str(told.value)


def test_a_file_says_which_table_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    wrong = {
        "[schedule]\nname = 'x'": "with two brackets",
        "[[schedule]]\nname = 'a'\nevery = '1h'\ntext = 'x'\n[[schedule]]\nname = 'b'\nevery = '1s'\ntext = 'x'": (
            "bad.toml, schedule 2 b: "
        ),
        "[[schedule]]\nname = 'a'\nevery = '1h'\ntext = 'x'\n" * 2: "two [[schedule]] tables have the name a",
        "[[expect]]\nname = 'a'\nevery = '1h'": "expect 1 a: ",
        "[[other]]": "other is not known",
        "not toml": "is no TOML",
    }
    for content, words in wrong.items():
        file.write_text(content)
        with pytest.raises(FormatError) as told:
            read(file)
        assert words in str(told.value)
    with pytest.raises(UsageError, match="does not exist"):
        read(tmp_path / "none.toml")


CALENDARS = {
    "no calendar": "hello",
    "no event": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
    "a day": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261203\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "a floating time": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261203T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
}


@pytest.mark.parametrize("name", CALENDARS)
def test_a_calendar_that_says_no_time_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.ics"
    file.write_text(CALENDARS[name])
    with pytest.raises(FormatError):
        schedule_of({"name": "x", "text": "x", "ics": str(file)})


def test_files_are_named_from_where_the_file_lies_and_read_when_the_slot_comes(tmp_path: Path) -> None:
    (tmp_path / "day.toml").write_text("[[schedule]]\nname = 'day'\nevery = '1h'\ntext_file = 'day.txt'")
    [one], _ = read(tmp_path / "day.toml")
    assert one.table["text_file"] == str(tmp_path / "day.txt")
    with pytest.raises(UsageError, match="does not exist"):
        render(one, NOW, number=1, now=NOW, late=False)
    (tmp_path / "day.txt").write_text("evening of {slot-12h}, {{date}} is {date}\n")
    body = render(one, NOW, number=1, now=NOW, late=False)
    assert isinstance(body, Text)
    assert body.text == "evening of 231800Z NOV 26, {date} is 2026-11-24"


def test_places_are_filled_in() -> None:
    said = filled("{name} {number} {slot} {slot+2h} {slot-30m} {{}} {date}", NOW, 7, "x")
    assert said == "x 7 240600Z NOV 26 240800Z NOV 26 240530Z NOV 26 {} 2026-11-24"
