"""What the bytes of a real terminal make of a message: nothing is sent but by the keys that send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.support.tui_child import said


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal("tests.support.tui_child", str(tmp_path)) as opened:
        opened.wait_for("Good morning to you.", "TO BRAVO", "F1")
        yield opened


def _nothing(terminal: Terminal, directory: Path) -> None:
    """Nothing was sent, and the program still hears: the next line goes."""
    terminal.settle()
    assert said(directory) == []
    assert "outbox" not in terminal.screen_text()


@pytest.mark.parametrize("words", ["Ready at 0600Z.", "Готовы к 0600Z", "מוכנים ב־0600Z"])
def test_enter_sends_one_line(terminal: Terminal, tmp_path: Path, words: str) -> None:
    terminal.type(words)
    assert said(tmp_path) == []
    terminal.press("enter")
    terminal.wait_for("QUEUED")
    (sent,) = said(tmp_path)
    assert sent.startswith(f"('send', 'plenary', {words!r}, <Precedence.ROUTINE")


def test_a_paste_of_several_lines_is_not_sent(terminal: Terminal, tmp_path: Path) -> None:
    terminal.paste("first line\r\nsecond line\rthird line\n")
    terminal.wait_for("first line", "second line", "third line")
    _nothing(terminal, tmp_path)
    terminal.press("enter")
    _nothing(terminal, tmp_path)
    terminal.press("f9")
    terminal.wait_for("QUEUED")
    (sent,) = said(tmp_path)
    assert "'first line\\nsecond line\\nthird line" in sent


def test_a_pasted_end_of_paste_does_not_send_what_follows(terminal: Terminal, tmp_path: Path) -> None:
    terminal.paste("harmless\x1b[201~\rKEEP CLEAR\r\x1b[201~\rmore\r")
    terminal.wait_for("harmless", "more")
    _nothing(terminal, tmp_path)


def test_lines_from_a_terminal_without_bracketed_paste_are_not_sent(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.send("attack at dawn\rnot really\r")
    terminal.wait_for("attack at dawn", "not really")
    _nothing(terminal, tmp_path)


def test_a_large_paste_of_lines_is_not_sent(terminal: Terminal, tmp_path: Path) -> None:
    terminal.paste("".join(f"line {n} of a long order\r" for n in range(600)))
    terminal.wait_for("line 5")
    _nothing(terminal, tmp_path)


def test_control_j_begins_a_line(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("upper")
    terminal.press("ctrl+j")
    terminal.type("lower")
    rows = terminal.wait_for("upper", "lower").split("\n")
    assert [row.strip() for row in rows if row.strip() in ("upper", "lower")] == ["upper", "lower"]
    _nothing(terminal, tmp_path)


@pytest.mark.parametrize("delay", [None, 0.0, 0.01, 0.03, 0.08, 0.3])
def test_alt_enter_never_sends_half_a_message(
    terminal: Terminal, tmp_path: Path, delay: float | None
) -> None:
    terminal.type("half a mess")
    if delay is None:
        terminal.press("alt+enter")
    else:
        terminal.press("escape")
        terminal.pump(delay)
        terminal.press("enter")
    _nothing(terminal, tmp_path)


def test_alt_enter_of_a_terminal_with_the_kitty_protocol_begins_a_line(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.type("upper")
    terminal.press("kitty alt+enter")
    terminal.type("lower")
    rows = terminal.wait_for("upper", "lower").split("\n")
    assert [row.strip() for row in rows if row.strip() in ("upper", "lower")] == ["upper", "lower"]
    _nothing(terminal, tmp_path)


def test_escape_never_deletes(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("not finished yet")
    for _ in range(5):
        terminal.press("escape")
        terminal.settle()
        assert "not finished yet" in terminal.screen_text()
    _nothing(terminal, tmp_path)
    terminal.press("escape")
    terminal.settle()
    terminal.press("escape")
    terminal.settle()
    assert "not finished yet" in terminal.screen_text()


@pytest.mark.parametrize(("steps", "precedence"), [(1, "PRIORITY"), (2, "IMMEDIATE"), (3, "FLASH")])
def test_what_is_urgent_needs_a_second_and_different_key(
    terminal: Terminal, tmp_path: Path, steps: int, precedence: str
) -> None:
    terminal.press(*["ctrl+g"] * steps)
    terminal.wait_for(precedence)
    terminal.type("Cease fire")
    for _ in range(3):
        terminal.press("enter")
        terminal.wait_for(f"SEND {precedence}")
        _nothing(terminal, tmp_path)
    terminal.press("f9")
    terminal.wait_for("QUEUED")
    (sent,) = said(tmp_path)
    assert f"'Cease fire', <Precedence.{precedence}" in sent


@pytest.mark.parametrize("data", ["hello\r", "שלום\r"])
def test_words_and_enter_in_one_read_are_sent(terminal: Terminal, tmp_path: Path, data: str) -> None:
    terminal.send(data)
    terminal.wait_for("QUEUED")
    assert [one[:25] for one in said(tmp_path)] == [f"('send', 'plenary', {data.strip()!r}"[:25]]


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
        "\x1b[?64;1;2;6;22c",
        "\x1bP>|XTerm(370)\x1b\\",
        "\x1b]11;rgb:ff/ff/ff\x1b\\",
    ],
)
def test_a_late_answer_of_the_terminal_does_nothing(terminal: Terminal, tmp_path: Path, answer: str) -> None:
    terminal.type("before")
    terminal.send(answer[:5])
    terminal.send(answer[5:])
    terminal.type(" after")
    screen = terminal.wait_for("before after")
    assert "rgb" not in screen
    assert "TO BRAVO ROUTINE" in " ".join(screen.split()) or "PRIORITY" not in screen
    _nothing(terminal, tmp_path)


def test_keys_within_a_paste_are_words_of_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.paste("one \x1b[106;5u two \x1b[A three")
    terminal.wait_for("one", "[106;5u two", "[A three")
    _nothing(terminal, tmp_path)
