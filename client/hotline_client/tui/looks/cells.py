"""Text by terminal cells, in logical order: made harmless, wrapped, cut and padded; nothing foreign reaches a widget but through here."""

from __future__ import annotations

from typing import Final

from hotline_client.words.bidi import base_direction, clusters, has_rtl, isolated
from hotline_client.words.columns import cells, cut, pad
from hotline_protocol.text import show

__all__ = ["cut", "line", "pad", "paragraphs", "wrap"]

TAB: Final = "    "


def line(text: str, limit: int | None = None) -> str:
    """A foreign one-line string, harmless, cut to `limit` cells with an ellipsis, kept from moving what stands around it."""
    # The cut before `show` bounds the work that a name of a million characters can cause.
    safe = show(text[:2000])
    if limit is not None:
        safe = cut(safe, limit)
    return isolated(safe)


def paragraphs(text: str, width: int) -> list[str]:
    """A foreign text as lines of at most `width` cells, harmless; each keeps the direction of its paragraph."""
    lines: list[str] = []
    for paragraph in show(text, lines=True).replace("\t", TAB).split("\n"):
        wrapped = wrap(paragraph, width)
        if has_rtl(paragraph):
            base = base_direction(paragraph)
            wrapped = [isolated(one, base) for one in wrapped]
        lines.extend(wrapped)
    return lines


def wrap(paragraph: str, width: int) -> list[str]:
    """Break at spaces; a word longer than a line is broken between letters, never between a letter and its marks."""
    if cells(paragraph) <= width:
        return [paragraph]
    lines: list[str] = []
    current = ""
    room = width
    for word in _words(paragraph):
        size = cells(word)
        if size > room and current:
            if current.strip():
                lines.append(current.rstrip())
            current, room = "", width
            word = word.lstrip(" ")  # noqa: PLW2901 - a line does not open with the space that broke it
            size = cells(word)
        if size > room:
            *full, word = _hard(word, room)  # noqa: PLW2901 - what is left of the word
            lines.extend(full)
            size = cells(word)
        current += word
        room -= size
    return [*lines, current.rstrip()] if current.strip() or not lines else lines


def _words(paragraph: str) -> list[str]:
    """Words with the spaces before them, so that joining them gives the paragraph back."""
    words: list[str] = []
    for piece in paragraph.split(" "):
        words.append(" " + piece if words else piece)
    return words


def _hard(word: str, width: int) -> list[str]:
    pieces: list[str] = [""]
    room = width
    for part in clusters(word):
        size = cells(part)
        if size > room and pieces[-1]:
            pieces.append("")
            room = width
        pieces[-1] += part
        room -= size
    return pieces
