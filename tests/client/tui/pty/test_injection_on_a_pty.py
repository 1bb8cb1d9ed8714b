"""The injection corpus on a real terminal: hostile texts in every field of every widget, judged by the raw bytes that come out.

The world behind the screen is one in which every check of the protocol failed. Worlds are shown by `tests.support.hostile_screen`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.hostile_screen import SAYS
from tests.support.hostile_texts import TEXTS
from tests.support.hostile_world import NAMES
from tests.support.terminal import Terminal, left_on, tokens
from tests.support.tui_child import said

WORLDS = range(0, len(NAMES), 12)
PROCESSES = 2
SIZE = (104, 44)

OUR_CSI = re.compile(
    r"[0-9;]*m|\d+;\d+H|2J|\?(25|7|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]|\?(2026|2048)\$p|>\d+u|<u|2[23];2t"
)
OUR_OSC = {
    "22;default", "2;", "2;Hotline", "2;FLASH - Hotline", "9;Hotline: FLASH", "777;notify;Hotline;FLASH", "99;;Hotline: FLASH",
}  # fmt: skip
THEIRS = {
    one.group("csi")
    for text in TEXTS.values()
    for one in re.finditer(r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])", text)
}
"""The control sequences of the corpus; none of them is one that we make."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Path, bytes]]]:
    """What each process wrote, with its directory; all of them left by themselves."""
    with ExitStack() as stack:
        started = []
        for at in range(PROCESSES):
            directory = tmp_path_factory.mktemp(f"walk{at}")
            worlds = [str(one) for one in WORLDS[at::PROCESSES]]
            child = Terminal("tests.support.hostile_screen", str(directory), *worlds, size=SIZE)
            started.append((directory, stack.enter_context(child)))
        while [True for _, child in started if child.pump(0.01)] or not all(
            child.ended for _, child in started
        ):
            pass
        for _, child in started:
            assert child.exits() == 0
        yield [(directory, bytes(child.raw)) for directory, child in started]


def test_no_control_of_a_text_reaches_the_terminal(shown: list[tuple[Path, bytes]]) -> None:
    for _, raw in shown:
        for kind, what in tokens(raw):
            if kind == "csi":
                assert OUR_CSI.fullmatch(what), what
                assert what not in THEIRS - {"?2004l", "?1049l"}, what
            elif kind == "osc":
                assert what in OUR_OSC or what.startswith(f"{SAYS};"), what
            else:
                assert kind == "text", (kind, what)


def test_nothing_invisible_reaches_the_terminal(shown: list[tuple[Path, bytes]]) -> None:
    for _, raw in shown:
        drawn = "".join(what for kind, what in tokens(raw) if kind == "text")
        kept = drawn.replace("\r\n", "")
        # the bell is ours: once for a FLASH; it is counted below
        odd = {
            one
            for one in set(kept) - {"\x07"}
            if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        }
        assert odd == set()
        assert not re.search("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]", kept)
        assert drawn.count("\x07") <= len(WORLDS)
        assert not re.search("[\u0300-\u036f\u05b0-\u05bd\u20d0-\u20f0\u0483-\u0489]{9}", kept), (
            "marks that stack"
        )


def test_modes_are_switched_by_us_alone(shown: list[tuple[Path, bytes]]) -> None:
    for _, raw in shown:
        switched = [
            what for kind, what in tokens(raw) if kind == "csi" and what[0] == "?" and what[-1] in "hl"
        ]
        assert switched.count("?2004h") == switched.count("?2004l") == 1
        assert switched.count("?1049h") == switched.count("?1049l") == 1
        assert left_on(raw) == []


def test_no_act_fired(shown: list[tuple[Path, bytes]]) -> None:
    for directory, _ in shown:
        assert said(directory) == []


def test_it_comes_up_again_on_what_was_left(shown: list[tuple[Path, bytes]]) -> None:
    for directory, _ in shown:
        with Terminal("tests.support.hostile_screen", str(directory), "3", size=SIZE) as again:
            assert again.exits() == 0
            assert f"{SAYS};end".encode() in again.raw
