"""What a terminal sends besides keys, whole and cut at every place (K1 to K3)."""

from __future__ import annotations

import pytest

from hotline_client.tui.terminal.input import BEGIN, END, ESCAPE_SHOWN, LONGEST, SILENCE, TerminalInput

ANSWERS = [
    "\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b[?64;1;2;6;9;15;18;21;22c",
    "\x1b[>41;370;0c",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[?0n",
]
KEYS = [
    "a",
    "\r",
    "\x1b",
    "\x1b[A",
    "\x1bOP",
    "\x1b[15~",
    "\x1b[106;5u",
    "\x1b1",
    "\x07",
    "שלום",
    "\x1b\r",
    "\x1b[<0;5;5M",
    "\x1b[?2026;2$y",
    "\x1b[1;2R",
]


def fed(*reads: bytes) -> str:
    terminal = TerminalInput(lambda: 0.0)
    return "".join(terminal.decode(one) for one in reads)


@pytest.mark.parametrize("answer", ANSWERS)
def test_k1_a_late_answer_is_swallowed_wherever_the_reads_end(answer: str) -> None:
    data = f"hel{answer}lo".encode()
    assert fed(data) == "hello"
    for cut in range(1, len(data)):
        if data[cut - 1 : cut] != b"\x1b":
            assert fed(data[:cut], data[cut:]) == "hello", cut
    assert fed(*(data[at : at + 1] for at in range(len(data)))).replace("\x1b", "")[:3] == "hel"


@pytest.mark.parametrize("key", KEYS)
def test_keys_pass_as_they_are(key: str) -> None:
    assert fed(key.encode()) == key
    assert fed(b"x", key.encode(), b"y") == f"x{key}y"


def test_alt_and_a_bracket_is_a_key() -> None:
    for key in ("\x1b]", "\x1bP", "\x1b_"):
        assert fed(key.encode(), b"words") == f"{key}words"
        now = [0.0]
        terminal = TerminalInput(lambda: now[0])  # noqa: B023  asked at once
        assert terminal.decode(key.encode()) == ""
        now[0] = 2 * SILENCE
        assert terminal.decode(b"7 words") == f"{key}7 words"


def test_an_answer_that_never_ends_costs_no_more_than_a_moment() -> None:
    now = [0.0]
    terminal = TerminalInput(lambda: now[0])
    assert terminal.decode(b"\x1b]11;rgb:") == ""
    now[0] = 2 * SILENCE
    assert terminal.decode(b"words") == "words"
    assert len(fed(b"\x1b]11;" + b"x" * LONGEST, b"y")) > LONGEST


@pytest.mark.parametrize("inside", ["\x1b[106;5u", "\x1b]0;x\x07", "\x1b", "a\x1b[Ab", "\x1b[200~"])
def test_k2_an_escape_within_a_paste_is_text(inside: str) -> None:
    data = f"{BEGIN}one{inside}two{END}x".encode()
    wanted = f"{BEGIN}one{inside.replace(chr(27), ESCAPE_SHOWN)}two{END}x"
    assert fed(data) == wanted
    for cut in range(1, len(data)):
        joined = fed(data[:cut], data[cut:])
        assert joined == wanted or data[:cut].endswith(b"\x1b"), cut


def test_k3_a_paste_that_never_ended_has_ended_after_a_silence() -> None:
    now = [0.0]
    terminal = TerminalInput(lambda: now[0])
    assert terminal.decode(f"{BEGIN}half\x1b[20".encode()) == f"{BEGIN}half"
    now[0] = 2 * SILENCE
    assert terminal.decode(b"typed\r") == f"{ESCAPE_SHOWN}[20{END}typed\r"


def test_bytes_that_are_no_text_are_seen_and_end_nothing() -> None:
    assert fed(b"a\xffb", "é".encode()[:1], "é".encode()[1:]) == "a\ufffdbé"
