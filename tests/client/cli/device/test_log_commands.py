"""`hotline log compare` as the two sides type it, each with what the other reads out."""

from __future__ import annotations

from pathlib import Path

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices


def test_two_sides_compare_their_logs_by_voice(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        assert hotline(ours, "send", "Good evening.").returncode == 0
        assert hotline(theirs, "watch", "--once").returncode == 0
        place = records(hotline(ours, "log", "compare", "plenary", "--json"))[0]["seq"]
        [read_out] = records(hotline(ours, "log", "compare", "plenary", "--at", str(place), "--json"))
        typed = read_out["digits"]
        same = hotline(theirs, "log", "compare", "plenary", "--at", str(place), "--digits", typed)
        assert (same.returncode, "the same log" in same.stdout.decode()) == (0, True)
        wrong = typed[:-1] + ("1" if typed[-1] != "1" else "2")
        other = hotline(theirs, "log", "compare", "plenary", "--at", str(place), "--digits", wrong)
        assert other.returncode != 0
        assert "group 6 of 6 differs" in other.stderr.decode()
        beyond = hotline(ours, "log", "compare", "plenary", "--at", str(place + 100))
        assert beyond.returncode == 2
        assert "this device holds entries 1 to" in beyond.stderr.decode()
