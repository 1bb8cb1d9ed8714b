"""The longest texts that can arrive, and such as cannot, on a real terminal: shown in part, read, left and found again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.support.tui_child import said

MOST = 2_000_000
"""Bytes for a terminal, whatever a text holds: some tens of screens."""


@pytest.mark.parametrize("world", ["longest", "tallest", "most lines", "endless line", "endless marks"])
def test_a_text_without_end_is_one_message_among_others(tmp_path: Path, world: str) -> None:
    for _ in range(2):
        with Terminal("tests.support.tui_child", str(tmp_path), world) as terminal:
            terminal.wait_for("after it", "F1")
            terminal.type("it hears")
            terminal.wait_for("it hears")
            terminal.press(*["backspace"] * 8)
            terminal.wait_gone("it hears")
            terminal.press("escape")
            terminal.settle()
            terminal.press("k", "enter")
            terminal.wait_for("MESSAGE")
            terminal.settle()
            terminal.press("end")
            terminal.wait_for("sha256")
            terminal.press("escape")
            terminal.wait_gone("sha256")
            terminal.press("home")
            terminal.wait_for("before it")
            terminal.press("f10")
            assert terminal.exits() == 0
            assert len(terminal.raw) < MOST
            assert not re.search("[\u0301\u05b8]{9}", terminal.raw.decode())
    assert said(tmp_path) == []
