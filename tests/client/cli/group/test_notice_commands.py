"""Notices as two delegations type them: real processes on a real relay."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices

AIR = ("--arena", "air", "--activity", "Firing <b>", "--circle", "33.0N034.5E 5NM", "--lower", "SFC")
WHEN = ("--from", "25h", "--until", "30h")


def test_notices_are_issued_seen_in_conflict_replaced_and_cancelled(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        assert hotline(theirs, "doctor").returncode == 0
        assert hotline(ours, "roster", "admit", "--all").returncode == 0

        [dry] = records(hotline(ours, "notice", "issue", *AIR, *WHEN, "--dry-run", "--json"))
        assert (dry["type"], dry["verdict"]) == ("notice-dry-run", "CLEAR")
        assert not records(hotline(ours, "notice", "list", "--json"))
        late = hotline(ours, "notice", "issue", *AIR, "--from", "1h", "--until", "3h")
        assert (late.returncode, b"--short-lead" in late.stderr) == (2, True)
        assert not records(hotline(ours, "outbox", "--json"))

        [first] = records(hotline(ours, "notice", "issue", *AIR, *WHEN, "--json"))
        assert first["lead"] >= 25 * 3_600_000
        assert hotline(theirs, "watch", "--once", "--all").returncode == 0
        pasted = hotline(theirs, "notice", "issue", "--paste", "-", "--dry-run", stdin=dry["block"].encode())
        assert b"CONFLICT with" in pasted.stdout
        assert all(len(line) <= 80 for line in pasted.stdout.decode().splitlines())
        [second] = records(
            hotline(
                *(theirs, "notice", "issue", *AIR, "--from", "1h", "--until", "28h", "--short-lead", "--json")
            )
        )
        assert second["found"] == {"verdict": "CONFLICT", "against": [first["id"]]}
        assert second["lead"] < second["agreed_lead"]
        shown = hotline(ours, "notice", "show", f"#{second['seq']}").stdout.decode()
        assert "SHORT: 1.0 h, 24.0 h are agreed for air" in shown
        assert all(len(line) <= 80 for line in shown.splitlines())

        listed = hotline(ours, "notice", "list").stdout.decode().splitlines()
        assert listed[0].split()[:5] == ["NUMBER", "SIDE", "ARENA", "FROM", "UNTIL"]
        assert {line.split()[1] for line in listed[1:3]} == {"ours", "theirs"}
        picture = tmp_path / "map.svg"
        assert hotline(ours, "notice", "map", "--out", str(picture)).returncode == 0
        ET.fromstring(picture.read_text())  # noqa: S314 - our own
        assert hotline(ours, "notice", "map", "--out", str(picture)).returncode == 2
        exported = json.loads(hotline(ours, "notice", "export", "--as", "geojson").stdout)
        assert len(exported["features"]) == 2
        assert b"NOTAM-STYLE, NOT A NOTAM" in hotline(ours, "notice", "export", f"#{first['seq']}").stdout

        stranger = hotline(theirs, "notice", "cancel", f"#{first['seq']}")
        assert stranger.returncode == 2
        [third] = records(
            hotline(ours, "notice", "replace", f"#{first['seq']}", "--upper", "FL100", "--json")
        )
        assert (third["predecessor"], third["fields"]["upper"]) == (first["id"], "FL100")
        answered = hotline(theirs, "respond", f"#{third['seq']}", "ROGER")
        assert answered.returncode == 0, answered.stderr
        [cancelled] = records(hotline(ours, "notice", "cancel", f"#{third['seq']}", "--json"))
        assert (cancelled["state"], cancelled["answers"][0]["answer"]) == ("CANCELLED", "ROGER")
        history = hotline(theirs, "notice", "show", f"#{first['seq']}").stdout.decode()
        assert "Replaced by" in history
        for arena in ("air", "naval", "em"):
            path = ROOT / "examples" / "notices" / f"{arena}.toml"
            issued = hotline(ours, "notice", "issue", "--file", str(path), "--dry-run")
            assert issued.returncode == 0, issued.stderr
