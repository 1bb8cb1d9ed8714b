"""Each view's main act by the keyboard of a real terminal alone; words in three scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.support.tui_child import said

TITLES = ["Fleet exercises", "Учения флота", "תרגילי הצי"]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal("tests.support.tui_child", str(tmp_path), size=(100, 40)) as opened:
        opened.wait_for("Good morning to you.", "TO BRAVO", "F1")
        yield opened


def _acted(terminal: Terminal, directory: Path) -> str:
    """The one thing that was said, once it was said."""
    terminal.wait_until(lambda: bool(said(directory)), "something to be said")
    (act,) = said(directory)
    return act


@pytest.mark.parametrize("title", TITLES)
def test_an_item_of_the_agenda_is_proposed(terminal: Terminal, tmp_path: Path, title: str) -> None:
    terminal.press("alt+2")
    terminal.wait_for("[2 AGENDA]")
    terminal.press("f6")
    terminal.wait_for("Title", "F9")
    terminal.type(title)
    terminal.press("f9")
    assert f"AgendaPropose(title={title!r}" in _acted(terminal, tmp_path)
    terminal.wait_for("PROPOSED")


@pytest.mark.parametrize("title", TITLES)
def test_a_meeting_is_proposed(terminal: Terminal, tmp_path: Path, title: str) -> None:
    terminal.press("f7")
    terminal.wait_for("PROPOSE A MEETING", "F9")
    terminal.type(title)
    terminal.press("tab")
    terminal.settle()
    terminal.type("040800Z DEC 26/90m")
    terminal.press("f9")
    assert f"MeetingPropose(title={title!r}, slots=(Slot(start=1796371200000" in _acted(terminal, tmp_path)


def test_the_roster_is_opened_and_digits_are_asked_for(terminal: Terminal, tmp_path: Path) -> None:
    terminal.press("alt+5")
    terminal.wait_for("[5 ROSTER]", "Otto Li", "Miriam", "ןהכ ןד")
    terminal.press("j")
    terminal.settle()
    terminal.press("v")
    terminal.wait_for("Type the 30 digits", "Do not copy them")
    terminal.type("12345")
    terminal.press("enter")
    terminal.wait_for("NOT VERIFIED")
    terminal.press("escape")
    terminal.wait_gone("Do not copy them")
    assert said(tmp_path) == []


def test_the_line_is_checked(terminal: Terminal, tmp_path: Path) -> None:
    terminal.press("alt+6")
    terminal.wait_for("[6 RECORD]", "Nothing to report")
    terminal.press("c")
    terminal.wait_for("F9")
    terminal.press("f9")
    assert "LineCheck(nonce=" in _acted(terminal, tmp_path)
    terminal.wait_for("LINE CHECK #1 by ALPHA:")
