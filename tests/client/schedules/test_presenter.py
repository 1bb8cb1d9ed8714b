from __future__ import annotations

import json
from pathlib import Path

import pytest

from hotline_client.engine.records import SlotRecord, StepRecord
from hotline_client.schedules import presenter
from hotline_client.schedules.definitions import EXPECT
from hotline_client.schedules.file import read
from hotline_client.vault.schedules import Schedules, StoredSchedule

SLOT = 1_795_392_000
"""230000Z NOV 26, unix s."""
DAY = 86_400
DAILY = {"name": "day", "text": "Number {number} on {date}.", "cron": "0 6 * * *"}
EXPECTED = {"name": "theirs", "of": "line-check", "every": "1h", "start": "2026-11-23T00:00Z"}


class Kept(Schedules):
    """A store that holds what a test puts there."""

    def __init__(self, *trail: SlotRecord) -> None:
        self.slots = trail

    def last(self, name: str) -> SlotRecord | None:
        return next((one for one in reversed(self.slots) if one.schedule == name), None)

    def sent(self, name: str) -> int:
        return sum(one.schedule == name and one.outcome == "sent" for one in self.slots)

    def open(self) -> list[SlotRecord]:
        return [one for one in self.slots if one.open]


def slot(at: int = SLOT, *, outcome: str = "sent", **more: object) -> SlotRecord:
    fields = {
        "schedule": "day",
        "through": at,
        "count": 1,
        "reason": "",
        "channel": "plenary",
        "document": b"",
    }
    return SlotRecord(**{**fields, "slot": at, "outcome": outcome, "at": at * 1000, **more})  # type: ignore[arg-type]


def stored(table: dict[str, str], *, name: str = "", paused: bool = False) -> StoredSchedule:
    return StoredSchedule(name or table["name"], json.dumps(table), SLOT, paused)


def told(line: StoredSchedule, *trail: SlotRecord) -> presenter.ScheduleFacts:
    return presenter.facts(Kept(*trail), line)


def test_a_schedule_is_told_with_its_next_and_last_slot_and_what_waits() -> None:
    found = told(
        stored(DAILY),
        slot(SLOT + 6 * 3600, open=True),
        slot(SLOT + 6 * 3600 + DAY, outcome="late", open=True),
    )
    assert (
        presenter.schedule_text(found)
        == "day                   250600Z NOV 26  last 240600Z NOV 26 LATE  2 UNACK"
    )
    assert presenter.schedule_record(found) == {
        "type": "schedule",
        "name": "day",
        "paused": False,
        "since": SLOT,
        "next": SLOT + 6 * 3600 + 2 * DAY,
        "last": presenter.slot_record(slot(SLOT + 6 * 3600 + DAY, outcome="late", open=True)),
        "unacknowledged": 2,
        "problem": None,
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (stored(DAILY), "day                   230600Z NOV 26"),
        (stored(DAILY, paused=True), "day                   PAUSED"),
        (stored({**DAILY, "until": "2026-11-23T01:00Z"}), "day                   over"),
        (stored(EXPECTED, name=f"{EXPECT}theirs"), "expect/theirs         230100Z NOV 26"),
    ],
)
def test_what_is_due_next(line: StoredSchedule, words: str) -> None:
    assert presenter.schedule_text(told(line)) == words


def test_a_definition_that_cannot_be_worked_on_is_a_problem() -> None:
    found = told(stored({"name": "day"}))
    assert presenter.schedule_text(found).startswith("day                   PROBLEM: ")
    assert presenter.schedule_record(found)["next"] is None
    assert "expected one of" in presenter.schedule_record(found)["problem"]


def test_the_trail_says_what_became_of_slots_and_the_steps_that_followed() -> None:
    many = slot(outcome="skipped", through=SLOT + 7200, count=3, reason="pau\x1bsed")
    assert presenter.slot_text(many, []) == "230000Z NOV 26 to 230200Z NOV 26, 3  day  SKIPPED: pau\\u{1b}sed"
    steps = [
        StepRecord(b"d" * 16, 1, "notify", "BRAVO/head", SLOT * 1000),
        StepRecord(b"d" * 16, 2, "raise", "", SLOT * 1000),
    ]
    one = slot(document=b"d" * 16)
    assert presenter.slot_text(one, steps).splitlines() == [
        "230000Z NOV 26  day  SENT",
        "    230000Z NOV 26  notify  BRAVO/head",
        "    230000Z NOV 26  raise",
    ]
    assert presenter.slot_record(one) == {
        "type": "slot",
        "schedule": "day",
        "slot": SLOT,
        "through": SLOT,
        "count": 1,
        "outcome": "sent",
        "reason": "",
        "channel": "plenary",
        "document": "64" * 16,
        "at": SLOT * 1000,
        "open": False,
    }
    assert presenter.slot_record(many)["document"] is None
    assert presenter.steps_record(steps)[0] == {
        "number": 1,
        "what": "notify",
        "detail": "BRAVO/head",
        "at": SLOT * 1000,
    }


def test_a_preview_is_what_would_be_sent(tmp_path: Path) -> None:
    file = tmp_path / "line.toml"
    file.write_text(
        "[[schedule]]\nname = 'day'\ntext = 'Number {number} on {date}.'\ncron = '0 6 * * *'\n"
        "[[schedule]]\nname = 'check'\nline_check = true\nevery = '1h'\n"
    )
    day, check = read(file)[0]
    record, words = presenter.preview(day, SLOT, 4)
    assert words == "230000Z NOV 26  text\nNumber 4 on 2026-11-23."
    assert record == {
        "type": "preview",
        "schedule": "day",
        "slot": SLOT,
        "kind": "text",
        "text": "Number 4 on 2026-11-23.",
    }
    assert presenter.preview(check, SLOT, 1)[0]["kind"] == "line.check"
