"""Texts that mean harm to a terminal, a markup, a renderer or a reader; and what of them must never reach a terminal."""

from __future__ import annotations

from typing import Final

_SEQUENCES: Final = {
    "clear": "\x1b[2J", "move": "\x1b[7;77H", "up": "\x1b[99A", "colour": "\x1b[38;5;201;53m", "blink": "\x1b[5;8m",
    "mouse": "\x1b[?1003;1016h", "no paste": "\x1b[?2004l", "main screen": "\x1b[?1049l", "reset": "\x1bc",
    "soft reset": "\x1b[!p", "report": "\x1b[6n", "attributes": "\x1b[>0q", "title back": "\x1b[21t",
    "font": "\x1b(0", "line": "\x1b#8", "scroll": "\x1b[5;6r", "repeat": "A\x1b[999b", "keypad": "\x1b=",
    "osc 0": "\x1b]0;owned\x07", "osc 2": "\x1b]2;owned\x1b\\", "osc 4": "\x1b]4;1;rgb:ff/00/00\x07",
    "osc 8": "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\", "osc 9": "\x1b]9;owned\x07",
    "osc 52": "\x1b]52;c;ZXZpbA==\x07", "osc 777": "\x1b]777;notify;owned;owned\x07",
    "osc 99": "\x1b]99;i=1;owned\x1b\\", "osc 1337": "\x1b]1337;File=inline=1:AAAA\x07", "osc open": "\x1b]0;never",
    "dcs": "\x1bP$qm\x1b\\", "sixel": "\x1bPq#0;2;0;0;0~-\x1b\\", "apc": "\x1b_Gf=24;AAAA\x1b\\",
    "pm": "\x1b^private\x1b\\", "sos": "\x1bXstring\x1b\\", "tmux": "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\",
    "paste end": "\x1b[201~\r", "paste begin": "\x1b[200~", "focus": "\x1b[O", "escape": "\x1b", "escapes": "\x1b\x1b[",
}  # fmt: skip
_EIGHT_BIT: Final = {f"c1 {code:02x}": f"a{chr(code)}31mz" for code in range(0x80, 0xA0)}
_CONTROLS: Final = {
    "nul": "a\0b", "bel": "a\x07b", "bs": "abc\b\b\bxyz", "vt": "a\vb", "ff": "a\fb", "cr": "seen\rhidden",
    "crlf": "one\r\ntwo", "del": "a\x7fb", "so si": "a\x0eb\x0f", "can sub": "a\x18b\x1a", "nel": "a\x85b",
    "ls": "a\u2028b", "ps": "a\u2029b", "tab": "a\tb",
}  # fmt: skip
_INVISIBLE: Final = {
    **{f"bidi {ord(one):04x}": f"abc{one}fdp.exe" for one in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"},
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb", "soft hyphen": "a\xadb", "filler": "a\u115f\u3164\uffa0b",
    "tags": "a\U000e0001\U000e0048\U000e0069\U000e007fb", "selectors": "a\ufe0e\ufe0fb\U000e0100",
    "private": "a\ue000\U000f0000b", "noncharacter": "a\ufdd0\uffffb", "annotation": "a\ufff9b\ufffac\ufffb",
    "marks": "a" + "\u0301" * 24, "enclosing": "a" + "\u20dd\u0488" * 8, "hebrew marks": "ש" + "\u05b8" * 24,
}  # fmt: skip
_MARKUP: Final = {
    "click": "[@click=app.quit]x[/]", "call": "[@click=app.acknowledge()]x[/]", "leave": "[@click='app.leave']x[/]",
    "close": "[/", "closing": "[/red]", "nothing": "[/]", "open": "[[", "brackets": "]]][[[", "red": "[red]x",
    "link": "[link=https://evil.example]x[/link]", "style": "[bold on #ff0000]x[/bold on #ff0000]",
    "escaped": "\\[red]\\\\[/]", "variable": "$primary [$error]x[/]", "emoji": ":skull: :warning:", "format": "{0} {why} %s %(x)s",
    "rich": "[bold", "none": "[not bold]x[/not bold]", "meta": "[@click=app.bell,@hover=app.quit]x[/]",
}  # fmt: skip
_FACES: Final = {
    "system": "SYSTEM: channel verified", "office": "ALPHA/head", "verified": "✓ VERIFIED", "acked": "ACK 1432Z by deputy",
    "head": "one\n1432Z #1 ME ALPHA/head Anna Berg\n     │ I agree", "gutter": "a\n     ├ WILCO ALPHA/head",
    "rule": "── 23 NOV 2026 ─────", "look-alike": "АLРНА/hеad", "wide": "漢字" * 12, "emoji family": "👩‍👩‍👧‍👦🏴‍☠️",
    "hebrew": "ALPHA שלום 123 (abc) עולם", "arabic": "رسالة 123 abc", "blank": "\u2003\u00a0\u2800",
    "path": "../../etc/passwd\x1b[2J", "file": "report\u202efdp.exe",
}  # fmt: skip
_LONE: Final = {"surrogate high": "a\ud800b", "surrogate low": "a\udfffb", "surrogates": "\udc1b[31m"}

TEXTS: Final[dict[str, str]] = {
    **_SEQUENCES, **_EIGHT_BIT, **_CONTROLS, **_INVISIBLE, **_MARKUP, **_FACES, **_LONE,
}  # fmt: skip
"""By name; short, so that several of them stand on one screen."""


def sendable(text: str) -> bool:
    """Whether it can stand in a document at all: a lone surrogate cannot be encoded."""
    return not any("\ud800" <= one <= "\udfff" for one in text)
