"""The injection corpus on a real terminal: hostile texts in every field of every widget, judged by the raw bytes that come out.

The world behind the screen is one in which every check of the protocol failed. Worlds are shown by `tests.support.hostile_screen`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import sampling
from tests.support.hostile_screen import SAYS
from tests.support.hostile_texts import TEXTS
from tests.support.hostile_witness import seen
from tests.support.hostile_world import FIELDS, NAMES
from tests.support.terminal import Terminal, left_on, tokens
from tests.support.tui_child import said

WORLDS = sampling.some(range(16), 4, "hostile worlds")
"""One after another: the turns of a world stand further apart, so that no two show the same."""
PROCESSES = 2
SIZE = (160, 44)
LONGEST = 300.0
"""Seconds that a walk may take on a busy machine."""
NOT_WALKED = {"ac", "bt", "ce", "sr"}
"""Fields that the walk does not come to: a declined item, a name behind a person's, why the line is down."""

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


@dataclass(frozen=True)
class Walked:
    """One process: its directory, and what it wrote, whole and in pieces."""

    directory: Path
    raw: bytes
    pieces: list[tuple[str, str]]

    def of(self, wanted: str) -> list[str]:
        """The pieces of one kind."""
        return [what for kind, what in self.pieces if kind == wanted]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Walked]]:
    """Two processes, each through half of the worlds; both left by themselves."""
    with ExitStack() as stack:
        started: dict[Path, Terminal] = {}
        for at in range(PROCESSES):
            directory = tmp_path_factory.mktemp(f"walk{at}")
            worlds = [str(one) for one in WORLDS[at::PROCESSES]]
            child = Terminal("tests.support.hostile_screen", str(directory), *worlds, size=SIZE)
            started[directory] = stack.enter_context(child)
        # a pty holds few bytes, so each has its own reader: nobody waits for another
        readers = stack.enter_context(ThreadPoolExecutor(PROCESSES))
        codes = list(readers.map(lambda child: child.exits(LONGEST), started.values()))
        assert codes == [0] * PROCESSES, [bytes(child.raw[-2000:]) for child in started.values()]
        raw = {directory: bytes(child.raw) for directory, child in started.items()}
        yield [Walked(directory, wrote, tokens(wrote)) for directory, wrote in raw.items()]


def test_the_combinations_were_shown(shown: list[Walked]) -> None:
    combinations = set().union(*(seen(one.pieces, SIZE) for one in shown))
    assert len(combinations) >= 3_000 * len(WORLDS) // 20
    assert len({(one.text, one.field) for one in combinations}) > len(NAMES) * len(WORLDS) // 2
    if len(WORLDS) == 16:
        assert len(combinations) >= 3_000
        assert {one.text for one in combinations} == set(NAMES)
        assert set(FIELDS) - {one.field for one in combinations} <= NOT_WALKED


def test_every_widget_was_shown_and_none_is_armed(shown: list[Walked]) -> None:
    """Armed: something on the screen acts when it is clicked on or hovered over."""
    for walk in shown:
        told = [what for what in walk.of("osc") if what.startswith(f"{SAYS};")]
        assert [one for one in told if "MISSED" in one or "ARMED" in one] == []
        assert told[-1] == f"{SAYS};end"


def test_no_control_of_a_text_reaches_the_terminal(shown: list[Walked]) -> None:
    for walk in shown:
        walk.raw.decode()  # strictly: a byte that is no letter of UTF-8 may be a control of eight bits
        for kind, what in walk.pieces:
            if kind == "csi":
                assert OUR_CSI.fullmatch(what), what
                assert what not in THEIRS - {"?2004l", "?1049l"}, what
            elif kind == "osc":
                assert what in OUR_OSC or what.startswith(f"{SAYS};"), what
            else:
                assert kind == "text", (kind, what)


def test_nothing_invisible_reaches_the_terminal(shown: list[Walked]) -> None:
    for walk in shown:
        # the end of a line is ours where it stands alone; the bell is ours once for a FLASH: it is counted below
        kept = "".join(one for one in walk.of("text") if one != "\r\n")
        odd = {
            one
            for one in set(kept) - {"\x07"}
            if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        }
        assert odd == set()
        assert not re.search("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]", kept)
        assert kept.count("\x07") <= len(WORLDS)
        assert not re.search("[\u0300-\u036f\u05b0-\u05bd\u20d0-\u20f0\u0483-\u0489]{9}", kept), (
            "marks that stack"
        )


def test_modes_are_switched_by_us_alone(shown: list[Walked]) -> None:
    for walk in shown:
        switched = [what for what in walk.of("csi") if what[0] == "?" and what[-1] in "hl"]
        assert switched.count("?2004h") == switched.count("?2004l") == 1
        assert switched.count("?1049h") == switched.count("?1049l") == 1
        assert left_on(walk.raw) == []


def test_no_act_fired(shown: list[Walked]) -> None:
    for walk in shown:
        assert said(walk.directory) == []


def test_it_comes_up_again_on_what_was_left(shown: list[Walked]) -> None:
    world = str(WORLDS[0])
    with Terminal("tests.support.hostile_screen", str(shown[0].directory), world, size=SIZE) as again:
        assert again.exits() == 0
        assert f"{SAYS};end".encode() in again.raw
