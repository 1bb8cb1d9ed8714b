"""Line checks, the watch and the composition as two delegations type them: real processes on a real relay."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline_client.ceremony.rehearse import Enrolled
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices


@contextmanager
def watching(who: Enrolled) -> Iterator[None]:
    """A `hotline watch` of this device, running."""
    reading, writing = os.pipe()
    os.write(writing, f"{who.passphrase}\n".encode())
    os.close(writing)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "hotline_client", "watch", "--json"),
            *("--home", str(who.home), "--passphrase-fd", str(reading)),
        ],
        stdout=subprocess.DEVNULL,
        pass_fds=[reading],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
    )
    os.close(reading)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_line_checks_are_echoed_by_a_running_watch_and_missed_without_one(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        stage.found()
        with watching(theirs):
            [echoed] = records(hotline(ours, "line", "check", "--within", "40s", "--json"))
        assert (echoed["state"], echoed["echoed_by"]) == ("ECHOED", "Bravo 1")

        alone = hotline(ours, "line", "check", "--within", "10s")
        assert (alone.returncode, b"the check is MISSED" in alone.stderr) == (6, True)
        for words in (("--within", "5s"), ("--within", "2d"), ("--within", "soon")):
            wrong = hotline(ours, "line", "check", "--no-wait", *words)
            assert (wrong.returncode, b"not a valid" in wrong.stderr) == (2, False)
        [asked] = records(hotline(ours, "line", "check", "--no-wait", "--json"))
        assert asked["state"] == "OPEN"

        assert hotline(theirs, "line", "attend", "unattended", "--note", "until 0600Z").returncode == 0
        assert hotline(ours, "line", "attend", "away").returncode == 2
        [status] = records(hotline(ours, "line", "status", "--json"))
        assert status["machine"] == "UP"
        assert status["attendance"]["a"] is None
        assert (status["attendance"]["b"]["attendance"], status["attendance"]["b"]["note"]) == (
            "UNATTENDED",
            "until 0600Z",
        )
        assert [one["state"] for one in status["checks"]] == ["ECHOED", "MISSED", "ECHOED"]
        shown = hotline(theirs, "line", "status").stdout.decode()
        assert "MISSED" in shown
        assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_watch_is_handed_over_with_what_is_open(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(2, 1)) as stage:
        head, officer, theirs = (stage.enrolled(name) for name in ("Alpha 1", "Alpha 2", "Bravo 1"))
        stage.found()
        [sent] = records(
            hotline(theirs, "send", "--precedence", "FLASH", "--response", "W/U", "CEASE BUZZER", "--json")
        )
        assert hotline(officer, "duty", "handover", "Alpha 1", "--yes").returncode == 2
        [taken] = records(hotline(officer, "duty", "take", "--json"))
        assert taken["holder_name"] == "Alpha 2"
        for wrong in (("Bravo 1", "--yes"), ("nobody", "--yes"), ("Alpha 2", "--yes"), ("Alpha 1",)):
            assert hotline(officer, "duty", "handover", *wrong).returncode == 2
        [shown] = records(hotline(officer, "duty", "show", "--json"))[:1]
        assert shown["waiting"] is None

        stage.found("air")
        assert hotline(theirs, "send", "--response", "R", "--channel", "air", "good evening").returncode == 0
        given = hotline(officer, "duty", "handover", "alpha 1", "--yes", "--note", "quiet night")
        assert given.returncode == 0, given.stderr
        assert b"CEASE BUZZER" in given.stderr
        assert b"air has 1 dialogues and 0 notices open" in given.stderr
        [waiting] = records(hotline(head, "duty", "show", "--json"))[:1]
        assert waiting["waiting"]["dialogues"] == [sent["id"]]
        assert (waiting["waiting"]["complete"], waiting["waiting"]["note"]) == (True, "quiet night")
        assert hotline(head, "duty", "accept").returncode == 2
        accepted = hotline(head, "duty", "accept", "--yes")
        assert (accepted.returncode, b"CEASE BUZZER" in accepted.stderr) == (0, True)
        assert hotline(officer, "duty", "accept", "--yes").returncode == 2

        assert hotline(officer, "duty", "take").returncode == 2
        text = hotline(theirs, "duty", "show").stdout.decode()
        assert "Alpha 1 has the watch" in text
        assert "nobody has the watch" in text


def test_changes_of_a_delegation_are_announced_as_such(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(2, 1)) as stage:
        head, officer, theirs = (stage.enrolled(name) for name in ("Alpha 1", "Alpha 2", "Bravo 1"))
        stage.found()
        first = hotline(theirs, "roster", "composition").stdout.decode()
        assert "has announced nobody yet" in first
        assert hotline(officer, "roster", "announce", "JOINS", "Alpha 3", "officer").returncode == 2
        for wrong in (
            ("JOINS", "Alpha 3", "bot"),
            ("REPLACES", "Alpha 3", "officer"),
            ("JOINS", "", "officer"),
            ("VANISHES", "Alpha 3", "officer"),
            ("JOINS", "Alpha 3", "officer", "--since", "yesterday"),
        ):
            assert hotline(head, "roster", "announce", *wrong).returncode == 2, wrong
        for said in (("JOINS", "Alpha 1", "head"), ("joins", "Alpha 2", "deputy")):
            assert hotline(head, "roster", "announce", *said).returncode == 0
        assert (
            hotline(
                head, "roster", "announce", "REPLACES", "Alpha 9", "officer", "--replaces", "Alpha 2"
            ).returncode
            == 0
        )
        ours, others = records(hotline(theirs, "roster", "composition", "--json"))
        assert (ours["differs"], others["announced_any"]) == (True, False)
        people = {one["name"]: one for one in ours["people"]}
        assert (people["Alpha 1"]["leads"], people["Alpha 1"]["difference"]) == (True, "")
        assert people["Alpha 9"]["difference"] == "announced, not in the group"
        assert people["Alpha 2"]["difference"].endswith("still in the group")
        shown = hotline(theirs, "roster", "composition").stdout.decode()
        assert all(len(line) <= 80 for line in shown.splitlines())
        assert any(line.split()[:3] == ["*", "Alpha", "1"] for line in shown.splitlines())
