"""Sheets: lines of 80 columns with a label and a value each, folded so that they can be pasted back without loss.

LABEL: the first line of a value, which goes on
    here after a blank
    | or here after a line of its own in the value
    + or here in the middle of a word that is too long
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hotline_client.words.columns import WIDTH, cells
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

_BLANK, _LINE, _WORD = "      ", "    | ", "    + "
_BREAK: Final = re.compile(r"(?<=\S) (?=\S)")


def fold(head: str, value: str, width: int = WIDTH) -> list[str]:
    """`head` and the value after it, in lines of at most `width` columns."""
    folded: list[str] = []
    for number, line in enumerate(value.split("\n")):
        folded += _fold(_LINE if number else head, line, width)
    return folded


def _fold(head: str, line: str, width: int) -> Iterator[str]:
    current, used = head, cells(head)
    empty = True
    for word in _BREAK.split(line):
        size = cells(word)
        if not empty and used + 1 + size > width:
            yield current
            current, used, empty = _BLANK, len(_BLANK), True
        if not empty:
            current, used = f"{current} ", used + 1
        empty = False
        for character in word:
            if used + cells(character) > width:
                yield current
                current, used = _WORD, len(_WORD)
            current, used = current + character, used + cells(character)
    yield current


def is_marked(line: str) -> bool:
    """Whether `fold` put this line behind another."""
    return line.startswith((_BLANK, _LINE, _WORD)) or line.rstrip() == _LINE.rstrip()


def unfold(lines: Iterable[str]) -> list[str]:
    """The lines that `fold` folded, newlines of values among them. FormatError."""
    whole: list[str] = []
    for line in lines:
        mark = next((one for one in (_BLANK, _LINE, _WORD) if line.startswith(one)), None)
        if mark is None and line.rstrip() == _LINE.rstrip():
            line, mark = _LINE, _LINE  # noqa: PLW2901 - a paste without the blank at the end
        if mark is None:
            whole.append(line)
        elif not whole:
            raise FormatError(f"the line {show(line.strip())!r} continues nothing")
        else:
            joint = {_BLANK: " ", _LINE: "\n", _WORD: ""}[mark]
            whole[-1] += joint + line[len(mark) :]
    return whole
