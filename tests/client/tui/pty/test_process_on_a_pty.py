"""The process and its terminal: sizes, signals, the end in every way, and terminals that are none."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.terminal import PATIENCE, ROOT, Terminal, environment, left_on, tokens
from tests.support.tui_child import said

CHILD = "tests.support.tui_child"
SIZES = [(20, 5), (200, 60), (80, 24), (1, 1), (20, 5), (80, 24), (1, 1), (200, 60), (60, 20)]
TITLE_BACK = "23;2t"


def test_a_storm_of_sizes_leaves_a_whole_screen(tmp_path: Path) -> None:
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.type("half a word")
        for size in SIZES * 6:
            terminal.resize(*size)
            terminal.pump(0.0)
        terminal.settle()
        terminal.resize(80, 24)
        rows = terminal.wait_for(
            "half a word", "Good morning to you.", "UP 38ms", "6 RECORD", "F2 ACK"
        ).split("\n")
        assert rows[0].startswith("UP 38ms")
        assert rows[-1].startswith("F2 ACK")
        assert said(tmp_path) == []
        terminal.press("f10")
        terminal.wait_for("Leave the line?")
        terminal.press("y")
        assert terminal.exits() == 0


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (3, 80), (300, 2)])
def test_it_starts_on_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    with Terminal(CHILD, str(tmp_path), size=size) as terminal:
        terminal.wait_until(lambda: b"Hotline" in terminal.raw, "the title")
        terminal.settle()
        for view in range(1, 7):
            terminal.press(f"alt+{view}")
            terminal.settle(0.05)
        terminal.resize(80, 24)
        terminal.wait_for("[6 RECORD]", timeout=5)


def test_it_is_suspended_and_comes_back(tmp_path: Path) -> None:
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.type("half a word")
        for _ in range(2):
            terminal.kill(signal.SIGTSTP)
            terminal.wait_until(lambda: terminal.state() == "T", "the process to stop")
            assert left_on(bytes(terminal.raw)) == []
            terminal.kill(signal.SIGCONT)
            terminal.wait_until(lambda: "?2004" in left_on(bytes(terminal.raw)), "the screen to come back")
        terminal.type(" more")
        terminal.wait_for("half a word more", "Good morning to you.", "UP 38ms")


@pytest.mark.parametrize("world", ["quiet", "urgent"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_gives_the_terminal_back_and_keeps_the_draft(
    tmp_path: Path, number: signal.Signals, world: str
) -> None:
    with Terminal(CHILD, str(tmp_path), world) as terminal:
        before = terminal.attributes()
        terminal.wait_for("Good morning.", "F1")
        assert terminal.attributes() != before
        terminal.type("half a word")
        terminal.kill(number)
        assert terminal.exits() == 128 + number
        assert terminal.attributes() == before
        assert left_on(bytes(terminal.raw)) == []
        assert ("csi", TITLE_BACK) in tokens(bytes(terminal.raw))
    assert said(tmp_path) == []
    with Terminal(CHILD, str(tmp_path), world) as terminal:
        terminal.wait_for("Good morning.", "half a word")


def test_a_window_that_is_closed_ends_it_with_the_draft_kept(tmp_path: Path) -> None:
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.type("half a word")
        terminal.hang_up()
        assert terminal.exits() != 0
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "half a word")


def test_a_lost_terminal_ends_it_though_no_signal_says_so(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    home = tmp_path / "home"
    home.mkdir()
    with Terminal("tests.support.detached", str(ended), CHILD, str(home)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.type("half a word")
        begun = time.monotonic()
        terminal.hang_up()
        while not ended.exists() and time.monotonic() < begun + PATIENCE:
            time.sleep(0.01)
    assert ended.exists()
    assert ended.read_text() != "0"
    with Terminal(CHILD, str(home)) as terminal:
        terminal.wait_for("Good morning to you.", "half a word")


def test_killed_it_has_the_draft_again(tmp_path: Path) -> None:
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.type("не дописано")
        terminal.wait_for("draft saved")
        terminal.kill(signal.SIGKILL)
        assert terminal.exits() == -signal.SIGKILL
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "не дописано")
    assert said(tmp_path) == []


def test_bytes_that_are_no_text_do_not_end_it(tmp_path: Path) -> None:
    with Terminal(CHILD, str(tmp_path)) as terminal:
        terminal.wait_for("Good morning to you.", "F1")
        terminal.send_bytes(b"\xff\xfe\xc3(\x80\x9b31m")
        terminal.send_bytes(b"\x1b[999;999;999Z\x1b]0;title\x07\x1bPdata\x1b\\")
        terminal.settle()
        terminal.type("still here")
        terminal.wait_for("still here")
    assert said(tmp_path) == []


COLOUR = re.compile(r"(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)")


def _colours(raw: bytes) -> set[str]:
    return {
        said for kind, said in tokens(raw) if kind == "csi" and said[-1] == "m" and COLOUR.search(said[:-1])
    }


def test_without_colour_when_asked(tmp_path: Path) -> None:
    for asked in (False, True):
        more = {"NO_COLOR": "1"} if asked else {}
        with Terminal(CHILD, str(tmp_path), "urgent", env=environment(**more)) as terminal:
            terminal.wait_for("Cease fire.", "F2")
            for view in (2, 3, 4, 5, 6, 1):
                terminal.press(f"alt+{view}")
                terminal.settle(0.05)
            terminal.press("f1")
            terminal.wait_for("HELP")
            assert bool(_colours(bytes(terminal.raw))) is not asked


@pytest.mark.parametrize("command", [["tui", "--home", "HOME"], ["demo"]])
def test_a_pipe_is_no_terminal(tmp_path: Path, command: list[str]) -> None:
    words = [str(tmp_path) if one == "HOME" else one for one in command]
    done = subprocess.run(
        [sys.executable, "-m", "hotline_client", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        cwd=ROOT,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert b"needs a terminal" in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


def test_a_dumb_terminal_is_refused(tmp_path: Path) -> None:
    for name in ("dumb", "unknown", ""):
        with Terminal(
            "hotline_client", "tui", "--home", str(tmp_path), env=environment(TERM=name)
        ) as terminal:
            assert terminal.exits() == 2
            assert b"needs a terminal" in terminal.raw
            assert b"\x1b" not in terminal.raw
