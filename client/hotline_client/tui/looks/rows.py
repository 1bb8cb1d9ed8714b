"""The currency between presenter and front: a row is a tuple of spans, a span is text with the name of its look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hotline_client.tui.looks.cells import cut, paragraphs, wrap
from hotline_client.words import columns
from hotline_protocol.terms import Side

Look = Literal[
    "text",
    "dim",
    "strong",
    "own",
    "peer",
    "event",
    "good",
    "warn",
    "bad",
    "flash",
    "immediate",
    "priority",
    "bar",
    "key",
]
Span = tuple[str, Look]
Row = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What presenters look from: our side, the time (unix ms), and each side's name, harmless already."""

    me: Side
    now: int
    names: Mapping[Side, str]


@dataclass(frozen=True, slots=True)
class Zone:
    """Cells of a row that stand for an act when they are clicked: from `begin` to before `end`."""

    row: int
    begin: int
    end: int
    action: str


def width(row: Row) -> int:
    """The cells a row takes."""
    return sum(columns.cells(text) for text, _ in row)


def words(row: Row) -> str:
    """A row without its looks."""
    return "".join(text for text, _ in row)


def between(left: Row, right: Row, cells: int) -> Row | None:
    """`left` and `right` at the two ends of a line, or None where they do not fit."""
    gap = cells - width(left) - width(right)
    return (*left, (" " * gap, "text"), *right) if gap >= 2 else None


def lined(text: str, cells: int, look: Look = "text") -> list[Row]:
    """A foreign text as rows of one look, wrapped to a width."""
    return [((one, look),) for one in paragraphs(text, cells)]


def quote(text: str, cells: int, look: Look = "text", gutter: str = " │ ") -> list[Row]:
    """The same behind a gutter, which no text can imitate."""
    return [((gutter, "dim"), (one, look)) for one in paragraphs(text, cells - len(gutter))]


def folded(row: Row, cells: int) -> list[Row]:
    """A row of one look wrapped to a width, any other cut to it."""
    if len(row) != 1:
        return [fit(row, cells)]
    (text, look), *_ = row
    return [((one, look),) for one in wrap(text, cells)]


def fit(row: Row, cells: int) -> Row:
    """A row cut to a width."""
    kept: list[Span] = []
    room = cells
    for text, look in row:
        size = columns.cells(text)
        if size > room:
            kept.append((cut(text, room), look))
            break
        kept.append((text, look))
        room -= size
    return tuple(kept)
