"""Text in the columns of a terminal: measured, cut, padded, set in tables, wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len

from hotline_client.words.bidi import clusters
from hotline_protocol.text import show

WIDTH: Final = 80


def cells(value: str) -> int:
    """How many terminal columns a sanitised one-line string takes."""
    return cell_len(value)


def cut(text: str, limit: int) -> str:
    """A harmless text if it fits `limit` columns, else its beginning and an ellipsis; never between a letter and its marks."""
    if cells(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - 1
    for part in clusters(text):
        room -= cells(part)
        if room < 0:
            break
        kept.append(part)
    return "".join(kept) + "…" if limit > 0 else ""


def pad(text: str, width: int) -> str:
    """A harmless text cut or filled with blanks to exactly `width` columns."""
    shown = cut(text, width)
    return shown + " " * (width - cells(shown))


def fit(value: str, width: int) -> str:
    """`value` sanitised and exactly `width` columns wide; what is cut has no blank before its ellipsis."""
    safe = show(value)
    shown = cut(safe, width)
    return pad(shown if shown == safe else f"{shown[:-1].rstrip()}…", width)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, width: int = WIDTH) -> str:
    """Aligned columns, two blanks apart; if too wide, the widest column is cut until the line fits `width`."""
    lines = [list(headers), *(list(row) for row in rows)]
    widths = [max(cells(show(line[column])) for line in lines) for column in range(len(headers))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > 4:
        widths[widths.index(max(widths))] -= 1
    return "\n".join(
        "  ".join(fit(value, room) for value, room in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def wrap(text: str, *, width: int = WIDTH) -> str:
    """`text` with every line that is too wide broken between words, the rest indented by two more than its begin."""
    return "\n".join(piece for line in text.split("\n") for piece in _wrapped(show(line), width))


def _wrapped(line: str, width: int) -> list[str]:
    if cells(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    pieces: list[str] = []
    piece = ""
    for word in line.strip().split(" "):
        longer = f"{piece} {word}" if piece else (f"{indent}  {word}" if pieces else f"{indent}{word}")
        if piece and cells(longer) > width:
            pieces.append(piece)
            longer = f"{indent}  {word}"
        piece = longer
    return [*pieces, piece]
