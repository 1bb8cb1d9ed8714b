"""Meetings as two delegations type them: real processes on a real relay."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from ical.calendar_stream import IcsCalendarStream

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices
from tests.support import rfc5545

DAY = 86_400
NEXT = datetime.now(UTC).year + 1


def statuses(stream: bytes) -> list[str]:
    rfc5545.read(stream)
    events = IcsCalendarStream.calendar_from_ics(stream.decode()).events
    return [str(one.status.value) for one in events if one.status is not None]


def test_date_agreed_place_open_place_countered_twice_and_agreed(tmp_path: Path) -> None:  # noqa: PLR0915 - one story
    with Stage(tmp_path, devices(2, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for guest in (theirs, stage.enrolled("Alpha 2")):
            assert hotline(guest, "doctor").returncode == 0
        assert hotline(ours, "roster", "admit", "--all").returncode == 0
        assert hotline(ours, "roster", "admit", "--all", "--channel", "caucus").returncode == 0
        meeting, act = ("meeting",), (ours, theirs)

        slots = (f"{NEXT}-06-03T09:00 Europe/Zurich/3h", f"030800Z JUL {NEXT % 100}/90m")
        [made] = records(
            hotline(
                ours,
                *(*meeting, "propose", "first meeting", "--slot", slots[0], "--slot", slots[1]),
                *("--place", "Geneva", "--json"),
            )
        )
        number = made["reference"]
        assert made["standing"] == "time open, place open, level open"
        assert made["candidates"][0]["start"] == int(datetime(NEXT, 6, 3, 7, tzinfo=UTC).timestamp()) * 1000
        early = hotline(ours, *meeting, "ics", number)
        assert statuses(early.stdout) == ["TENTATIVE", "TENTATIVE"]

        [said] = records(hotline(theirs, *meeting, "answer", number, "no", "if-needed", "--json"))
        assert said["answers"] == {"b": ["NO", "IF NEEDED"]}
        for who in act:
            assert hotline(who, *meeting, "agree", number, "time").returncode == 2
            assert hotline(who, *meeting, "agree", number, "time=2").returncode == 0
        [agreed] = records(hotline(ours, *meeting, "show", number, "--json"))
        assert (agreed["standing"], agreed["time"]) == (
            "time agreed, place open, level open",
            agreed["candidates"][1],
        )
        assert (
            hotline(
                theirs, *meeting, "counter", number, "--place", "Vienna", "--level", "deputies"
            ).returncode
            == 0
        )
        [countered] = records(hotline(ours, *meeting, "counter", number, "--place", "Helsinki", "--json"))
        assert countered["proposed"]["b"]["place"] == "Vienna"
        assert (countered["version"], countered["state"]) == (3, "COUNTERED")
        shown = hotline(theirs, *meeting, "show", number, "--zone", "Asia/Kathmandu").stdout.decode()
        assert all(len(line) <= 80 for line in shown.splitlines())
        assert [line.split() for line in shown.splitlines() if line.split()[0] in ("place", "level")] == [
            ["place", "Helsinki", "Vienna", "differs"],
            ["level", "-", "deputies", "open"],
        ]
        assert f"{NEXT}-07-03 13:45 to 15:15 Asia/Kathmandu (+05:45)" in shown
        assert statuses(hotline(ours, *meeting, "ics").stdout) == ["TENTATIVE", "CANCELLED", "CANCELLED"]

        [item] = records(hotline(ours, "agenda", "propose", "air corridors", "--json"))
        assert hotline(theirs, *meeting, "attach", number, item["reference"]).returncode == 0
        assert hotline(theirs, *meeting, "agree", number, "place").returncode == 0
        [whole] = records(hotline(ours, *meeting, "agree", number, "level", "--json"))
        assert (whole["state"], whole["items"]) == ("AGREED", [item["reference"]])
        late = hotline(theirs, *meeting, "agree", number, "time=1")
        assert (late.returncode, b"a counter-proposal opens it again" in late.stderr) == (2, True)
        early = hotline(ours, *meeting, "held", number)
        assert (early.returncode, b"not begun" in early.stderr) == (2, True)

        file = tmp_path / "meetings.ics"
        assert hotline(theirs, *meeting, "ics", number, "--out", str(file)).returncode == 0
        assert statuses(file.read_bytes())[0] == "CONFIRMED"
        assert hotline(theirs, *meeting, "ics", number, "--out", str(file)).returncode == 2

        [told] = records(hotline(ours, *meeting, "tell", number, "--json"))
        [again] = records(hotline(ours, *meeting, "tell", number, "--json"))
        assert told["channel"] == "caucus.a"
        assert told["id"] == again["id"]
        assert told["text"].startswith(f"Meeting {number} of ALPHA: first meeting\nAGREED")

        assert not records(hotline(ours, *meeting, "list", "--within", "1h", "--json"))
        soon = f"{datetime.fromtimestamp(time.time() + DAY / 2, UTC):%Y-%m-%dT%H:%MZ}/1h"
        [second] = records(hotline(ours, *meeting, "propose", "experts", "--slot", soon, "--json"))
        [due] = records(hotline(theirs, *meeting, "list", "--within", "24h", "--json"))
        assert due["id"] == second["id"]
        listed = hotline(theirs, *meeting, "list").stdout.decode()
        assert [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")] == [
            second["reference"],
            number,
        ]
        assert hotline(theirs, *meeting, "cancel", second["reference"], "").returncode == 2
        assert hotline(theirs, *meeting, "cancel", second["reference"], "illness").returncode == 0
        assert not records(hotline(theirs, *meeting, "list", "--within", "24h", "--json"))


def test_bad_times_are_refused_in_one_sentence_and_nothing_is_sent(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours = stage.enrolled("Alpha 1")
        stage.found()
        bad = {
            "2027-03-28T02:30 Europe/Zurich/3h": b"does not exist in Europe/Zurich",
            "2027-10-31T02:30 Europe/Zurich/3h": b"comes twice in Europe/Zurich",
            "2027-10-31T02:30 Europe/Zurihc/3h": b"is no time zone",
            "2020-10-31T02:30Z/3h": b"has passed",
            "2027-10-31T02:30Z/99d": b"at most 14 days",
            "9999-12-31T23:00Z/3h": b"",
        }
        for typed, words in bad.items():
            done = hotline(ours, "meeting", "propose", "talks", "--slot", typed)
            errors = [line for line in done.stderr.splitlines() if line.startswith(b"hotline: error")]
            assert (done.returncode, len(errors)) == (2, 1), typed
            assert words in done.stderr, typed
        wrong: tuple[tuple[str, ...], ...] = (
            ("propose", ""),
            ("propose", "x" * 300),
            ("counter", "#1"),
            ("show", "P-0099/26"),
            ("agree", "#1", "date"),
            ("list", "--zone", "Mars/Base"),
            ("ics",),
            (
                "propose",
                "x",
                *(word for day in range(10, 31) for word in ("--slot", f"{NEXT}-05-{day}T09:00Z/1h")),
            ),
        )
        for more in wrong:
            assert hotline(ours, "meeting", *more).returncode == 2, more
        assert not records(hotline(ours, "meeting", "list", "--all", "--json"))
        assert not records(hotline(ours, "outbox", "--json"))
