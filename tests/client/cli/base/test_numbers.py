"""Both delegations count from 1, so one number can name two documents: what is meant follows from what is done with it."""

from __future__ import annotations

from pathlib import Path

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices


def test_a_number_of_both_delegations_is_understood_or_asked_about(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        stage.found()
        assert hotline(theirs, "send", "--response", "R", "good evening").returncode == 0
        [item] = records(hotline(ours, "agenda", "propose", "air corridors", "--json"))
        assert item["reference"].startswith("P-0001/")
        [shown] = records(hotline(theirs, "agenda", "show", "p1", "--json"))
        assert shown["id"] == item["id"]
        assert hotline(ours, "ack", "p1").returncode == 0
        assert hotline(ours, "respond", "p1", "ROGER").returncode == 0
        [meeting] = records(hotline(theirs, "meeting", "propose", "talks", "--json"))
        assert hotline(ours, "meeting", "propose", "experts").returncode == 0
        assert meeting["reference"].startswith("P-0002/")
        unclear = hotline(ours, "meeting", "show", "p2")
        assert unclear.returncode == 2
        assert f"#{meeting['seq']} (talks)".encode() in unclear.stderr
        [found] = records(hotline(ours, "meeting", "show", f"#{meeting['seq']}", "--json"))
        assert found["id"] == meeting["id"]
        assert hotline(ours, "meeting", "attach", f"#{meeting['seq']}", "p1").returncode == 0
        unclear = hotline(ours, "send", "see above", "--reply-to", "p2")
        assert (unclear.returncode, b"fits 2 messages in plenary; give #" in unclear.stderr) == (2, True)
