"""The working group's business as two delegations type it: real processes on a real relay."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices


def test_a_question_is_answered_and_an_item_goes_its_way(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        assert hotline(theirs, "doctor").returncode == 0
        assert hotline(ours, "roster", "admit", "--all").returncode == 0

        sent = hotline(ours, "send", "--precedence", "FLASH", "--response", "W/U", "CEASE BUZZER", "--json")
        assert records(sent)[0]["reference"].startswith("P-")
        [waiting] = records(hotline(theirs, "respond", "--json"))
        assert (waiting["phase"], waiting["answers"]) == ("OPEN", ["STANDBY", "UNABLE", "WILCO"])
        wrong = hotline(theirs, "respond", "p1", "ROGER")
        assert (wrong.returncode, b"ROGER does not answer W/U" in wrong.stderr) == (2, True)
        assert hotline(theirs, "respond", "p1", "UNABLE").returncode == 2
        assert hotline(theirs, "respond", "p1").returncode == 2
        [answered] = records(hotline(theirs, "respond", "p1", "WILCO", "--json"))
        assert answered["phase"] == "ANSWERED"
        assert not records(hotline(ours, "respond", "--json"))

        [item] = records(hotline(ours, "agenda", "propose", "air corridors", "--minutes", "20", "--json"))
        assert (item["state"], item["minutes"]) == ("PROPOSED", 20)
        number = item["reference"]
        assert hotline(ours, "agenda", "accept", number).returncode == 2
        assert hotline(theirs, "agenda", "accept", number).returncode == 0
        for who in (ours, theirs):
            assert hotline(who, "agenda", "adopt", number).returncode == 0
        assert hotline(theirs, "agenda", "open", number).returncode == 0
        short = hotline(ours, "agenda", "silence", number, "agreed", "FL240", "--until", "1h")
        assert (short.returncode, b"at least 12 hours" in short.stderr) == (2, True)
        [silent] = records(
            hotline(ours, "agenda", "silence", number, "agreed", "FL240", "--until", "24h", "--json")
        )
        assert silent["silence"]["until"] > time.time() * 1000
        [amended] = records(hotline(theirs, "agenda", "amend", number, "FL250", "--json"))
        assert (amended["silence"], amended["amendment"], amended["state"]) == (None, "FL250", "OPEN")
        for who in (ours, theirs):
            assert hotline(who, "agenda", "outcome", number, "agreed", "FL250").returncode == 0
        listed = hotline(theirs, "agenda", "list")
        assert listed.stdout.decode().splitlines()[1].split() == [number, "AGREED", "air", "corridors", "20"]
        shown = json.loads(hotline(ours, "agenda", "show", number, "--json").stdout)
        assert (shown["state"], shown["outcome_text"]) == ("AGREED", "FL250")
        assert all(
            len(line) <= 80 for line in hotline(ours, "agenda", "show", number).stdout.decode().splitlines()
        )

        assert not records(hotline(ours, "log", "signed", "--json"))
        [signed] = records(hotline(theirs, "log", "sign", "--json"))
        [seen] = records(hotline(ours, "log", "signed", "--json"))
        assert (seen, seen["side"]) == (signed, "b")
        assert hotline(theirs, "log", "sign").returncode == 0
