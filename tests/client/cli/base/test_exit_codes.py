"""Each exit code by what really causes it; those that other tests of the commands cause are named in `ELSEWHERE`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.cli.exits import Exit
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices

ELSEWHERE = {
    Exit.DONE: "test_line_commands",
    Exit.USAGE: "test_line_commands",
    Exit.UNREACHABLE: "test_line_commands",
    Exit.REFUSED: "test_schedule_commands",
    Exit.ACK_TIMEOUT: "test_line_commands",
    Exit.DECLINED: "test_words_commands",
    Exit.VAULT: "test_line_commands",
    Exit.KEY_REUSED: "test_line_commands",
}
HERE = {Exit.UNEXPECTED, Exit.UNTRUSTED, Exit.INTERRUPTED, Exit.BROKEN_PIPE}


def started(who: Enrolled, *words: str, **more: Any) -> subprocess.Popen[bytes]:
    reading, writing = os.pipe()
    os.write(writing, f"{who.passphrase}\n".encode())
    os.close(writing)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "hotline_client", *words),
            *("--home", str(who.home), "--passphrase-fd", str(reading)),
        ],
        pass_fds=[reading],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
        **more,
    )
    os.close(reading)
    return process


def test_every_code_is_caused_somewhere() -> None:
    assert set(ELSEWHERE) | HERE == set(Exit)


def test_interrupted_gone_readers_and_full_disks(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        one = stage.enrolled("Alpha 1")
        assert hotline(one, "send", "hello").returncode == 0
        watch = started(one, "watch", "--all", stdout=subprocess.PIPE)
        assert watch.stdout is not None
        assert watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        _, error = watch.communicate(timeout=30)
        assert (watch.returncode, b"interrupted" in error, b"Traceback" in error) == (
            Exit.INTERRUPTED,
            True,
            False,
        )

        reading, writing = os.pipe()
        os.close(reading)
        gone = started(one, "watch", "--all", "--once", "--json", stdout=writing)
        os.close(writing)
        _, error = gone.communicate(timeout=30)
        assert (gone.returncode, error) == (Exit.BROKEN_PIPE, b"")

        with Path("/dev/full").open("wb") as full:
            done = started(one, "log", "show", stdout=full)
            _, error = done.communicate(timeout=30)
        assert (done.returncode, b"no space left on device" in error) == (Exit.UNEXPECTED, True)
        assert b"Traceback" not in error


def test_a_relay_that_was_put_back_halts_the_channel_until_a_person_decides(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        assert hotline(ours, "send", "before").returncode == 0
        state = stage.relay.state.directory
        stage.relay.terminate()
        shutil.copytree(state, tmp_path / "older")
        stage.relay.start()
        for who in (ours, theirs):
            assert hotline(who, "send", "after").returncode == 0
            assert hotline(who, "watch", "--once").returncode == 0
        stage.relay.terminate()
        shutil.move(state, tmp_path / "newer")
        shutil.copytree(tmp_path / "older", state)
        stage.relay.start()

        done = hotline(ours, "send", "into a log of yesterday", "--timeout", "20s")
        assert (done.returncode, b"plenary is halted" in done.stderr) == (Exit.UNTRUSTED, True)
        assert hotline(ours, "send", "again", "--timeout", "5s").returncode == Exit.UNTRUSTED
        [shown] = [
            one for one in records(hotline(ours, "log", "show", "--json")) if one["channel"] == "plenary"
        ]
        assert shown["halted"] is not None
        assert hotline(ours, "log", "resume", "nowhere").returncode == Exit.USAGE

        stage.relay.terminate()
        shutil.rmtree(state)
        shutil.move(tmp_path / "newer", state)
        stage.relay.start()
        assert hotline(ours, "log", "resume", "plenary").returncode == 0
        assert b"is not halted" in hotline(ours, "log", "resume", "plenary").stderr
        assert hotline(ours, "outbox", "--drain").returncode == 0
        _eventually(theirs, "into a log of yesterday")


def _eventually(who: Enrolled, text: str) -> None:
    for _ in range(30):
        shown = records(hotline(who, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        if text in [one["text"] for one in shown if one["kind"] == "text"]:
            return
        time.sleep(0.3)
    raise AssertionError("it never came")


def test_a_relay_that_lost_its_disk_is_filled_up_again_by_both_sides_commands(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.relay.kill()
        with stage.relay.state.settings.open("a", encoding="utf-8") as file:
            file.write("settle_seconds = 1.0\n")
        stage.relay.start()
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for who, words in ((ours, "ours"), (theirs, "theirs")):
            assert hotline(who, "send", words).returncode == 0
        assert hotline(ours, "watch", "--once").returncode == 0
        stage.relay.kill()
        for path in stage.relay.state.directory.glob("log.db*"):
            path.unlink()
        stage.relay.start()

        done = hotline(ours, "log", "resume", "plenary", "--timeout", "2s")
        assert done.returncode == 0, "it did not halt yet: nothing was looked at"
        for who in (ours, theirs):
            assert hotline(who, "watch", "--once", "--timeout", "20s").returncode in (0, Exit.UNTRUSTED)
        waits = hotline(ours, "log", "resume", "plenary", "--timeout", "2s")
        assert (waits.returncode, b"has resumed too" in waits.stderr) == (Exit.UNTRUSTED, True)
        found = [json.loads(line) for line in hotline(ours, "doctor", "--json").stdout.splitlines()]
        [told] = [one for one in found if one.get("check") == "channel plenary"]
        assert "it goes on by itself" in told["hint"]

        waiting = started(ours, "log", "resume", "plenary", "--timeout", "60s")
        assert hotline(theirs, "log", "resume", "plenary", "--timeout", "60s").returncode == 0
        assert waiting.wait(60) == 0
        waiting.communicate()
        assert hotline(ours, "send", "and on").returncode == 0
        for who in (ours, theirs):
            for words in ("ours", "theirs", "and on"):
                _eventually(who, words)
        assert b"everything that stood" in hotline(ours, "log", "outside").stderr


def test_a_shorter_log_is_taken_by_command_and_what_it_lacks_is_shown(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        state = stage.relay.state.directory
        stage.relay.terminate()
        shutil.copytree(state, tmp_path / "older")
        stage.relay.start()
        assert hotline(theirs, "send", "signed and lost").returncode == 0
        assert hotline(ours, "watch", "--once").returncode == 0
        stage.relay.terminate()
        shutil.rmtree(state)
        shutil.move(tmp_path / "older", state)
        stage.relay.start()

        assert hotline(ours, "send", "waits", "--timeout", "20s").returncode == Exit.UNTRUSTED
        assert hotline(ours, "log", "resume", "plenary", "--shorter").returncode == 0
        [lost] = [
            one for one in records(hotline(ours, "log", "outside", "--json")) if one["type"] == "message"
        ]
        assert (lost["text"], lost["refused"]) == ("signed and lost", "not in the log any more")
        assert hotline(ours, "outbox", "--drain").returncode == 0
