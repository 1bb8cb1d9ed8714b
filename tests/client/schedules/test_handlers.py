"""`hotline watch --exec`: a real program for each message; what it ends with decides, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.schedules.handlers import AGAIN, KILLED, Handler, read_argv, run_once
from hotline_protocol.errors import UsageError
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices


def program(path: Path, body: str) -> str:
    """A handler; `event` is what came on stdin, `say(text)` appends to a file beside it."""
    path.write_text(
        f"#!{sys.executable}\nimport json, sys\nfrom pathlib import Path\nevent = json.load(sys.stdin)\n"
        f"def say(text):\n    with Path({str(path) + '.said'!r}).open('a') as file:\n        file.write(text + '\\n')\n{body}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def told(handler: str) -> list[str]:
    file = Path(f"{handler}.said")
    return file.read_text().splitlines() if file.exists() else []


def test_each_message_is_handled_once_in_order_and_failures_are_parked(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for text in ("one", "$(touch pwned); `two`", "bad", "four"):
            assert hotline(theirs, "send", text).returncode == 0
        good = program(
            tmp_path / "good.py",
            "if event['kind'] == 'text':\n    say(event['text'])\n    sys.exit(3 if event['text'] == 'bad' else 0)",
        )
        watch = (
            "watch",
            "--once",
            "--json",
            "--channel",
            "plenary",
            "--cursor",
            "h",
            "--exec",
            f"{good} 'an argument'",
        )
        [parked] = records(hotline(ours, *watch))
        assert told(good) == ["one", "$(touch pwned); `two`", "bad", "four"]
        assert (parked["type"], parked["code"], parked["attempts"]) == ("parked", 3, 1)
        assert records(hotline(ours, *watch)) == []
        assert len(told(good)) == 4
        assert records(hotline(ours, "watch", "--parked", "--cursor", "h", "--json")) == [parked]

        mended = program(tmp_path / "mended.py", "say(event['text'])")
        again = (
            "watch",
            "--once",
            "--channel",
            "plenary",
            "--cursor",
            "h",
            "--retry-parked",
            "--exec",
            mended,
        )
        assert hotline(ours, *again).returncode == 0
        assert told(mended) == ["bad"]
        assert records(hotline(ours, "watch", "--parked", "--json")) == []

        assert hotline(ours, "watch", "--exec", good).returncode == 2
        assert hotline(ours, "watch", "--cursor", "x", "--exec", str(tmp_path / "none")).returncode == 2
        assert hotline(ours, "watch", "--cursor", "x", "--exec", "'unfinished").returncode == 2


def test_a_watch_that_is_killed_goes_on_with_what_it_had_not_finished(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for number in range(6):
            assert hotline(theirs, "send", f"number {number}").returncode == 0
        slow = program(
            tmp_path / "slow.py",
            "import time\nsay(event['text'])\ntime.sleep(0.4)\nsay('done ' + event['text'])",
        )
        for _ in range(6):
            process = _watching(ours, slow)
            before = len(told(slow))
            while len(told(slow)) <= before + 1 and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert (
            hotline(
                ours, "watch", "--once", "--cursor", "k", "--channel", "plenary", "--exec", slow
            ).returncode
            == 0
        )
        done = [one for one in told(slow) if one.startswith("done number")]
        assert list(dict.fromkeys(done)) == [f"done number {number}" for number in range(6)]


def _watching(who: Enrolled, handler: str) -> subprocess.Popen[bytes]:
    reading, writing = os.pipe()
    os.write(writing, f"{who.passphrase}\n".encode())
    os.close(writing)
    words = ("watch", "--cursor", "k", "--channel", "plenary", "--exec", handler)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "hotline_client", *words),
            *("--home", str(who.home), "--passphrase-fd", str(reading)),
        ],
        stdout=subprocess.DEVNULL,
        pass_fds=[reading],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
    )
    os.close(reading)
    return process


def test_a_handler_that_asks_for_later_is_tried_again_with_longer_pauses(tmp_path: Path) -> None:
    handler = program(
        tmp_path / "later.py",
        f"say('x')\nimport os\nsys.exit({AGAIN} if len(open(__file__ + '.said').read()) < 8 else 0)",
    )
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    assert asyncio.run(Handler((handler,)).handle(b"{}", pause=pause)) == (0, 4)
    assert pauses == [1.0, 2.0, 4.0]
    never = program(tmp_path / "never.py", f"sys.exit({AGAIN})")
    pauses.clear()
    assert asyncio.run(Handler((never,), give_up=600).handle(b"{}", pause=pause))[0] == AGAIN
    assert sum(pauses[:-1]) < 600 <= sum(pauses)
    assert max(pauses) == 300


def test_a_handler_that_hangs_dies_or_does_not_read_is_judged_by_that(tmp_path: Path) -> None:
    hangs = program(tmp_path / "hangs.py", "import time\ntime.sleep(60)")
    assert asyncio.run(Handler((hangs,), timeout=0.5).run(b"{}")) == KILLED
    dies = program(tmp_path / "dies.py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert asyncio.run(Handler((dies,)).run(b"{}")) == -signal.SIGKILL
    assert asyncio.run(Handler(("/bin/true",)).run(b"x" * 1_000_000)) == 0
    assert asyncio.run(run_once(("/nowhere/at/all",), b"")) == 127


def test_no_handler_learns_where_credentials_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x")
    handler = program(tmp_path / "env.py", "import os\nsay(json.dumps(dict(os.environ)))")
    assert asyncio.run(Handler((handler,)).run(b"{}")) == 0
    assert "CREDENTIALS_DIRECTORY" not in json.loads(told(handler)[0])


def test_words_are_split_as_a_shell_would_and_never_run_by_one() -> None:
    assert read_argv("prog 'a b' $HOME \"c;d\"") == ("prog", "a b", "$HOME", "c;d")
    with pytest.raises(UsageError, match="cannot be read"):
        read_argv("prog 'a")
    with pytest.raises(UsageError, match="not there"):
        Handler(())
