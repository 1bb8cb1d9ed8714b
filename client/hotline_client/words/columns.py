"""Text in the columns of a terminal: measured, cut, padded, set in tables, wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from hotline_protocol.text import show

WIDTH: Final = 80


def cells(value: str) -> int:
    """How many terminal columns a sanitised one-line string takes."""
    return cell_len(value)


def fit(value: str, width: int) -> str:
    """`value` sanitised and exactly `width` columns wide: padded, or cut with an ellipsis."""
    safe = show(value)
    if cells(safe) > width:
        safe = set_cell_size(safe, width - 1).rstrip() + "…"
    return set_cell_size(safe, width)


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
