"""Dots on a grid of cells: braille where the terminal can, one sign a cell where it cannot; words are laid over them.

A cell holds 2 by 4 dots, which are about square where a cell is twice as high as wide.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hotline_client.tui.looks.cells import cut
from hotline_client.tui.looks.rows import Look, Row, Span

ACROSS: Final = 2
DOWN: Final = 4
_BRAILLE: Final = 0x2800
_BITS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)
"""Which bit of a braille sign a dot is, by its row and column in the cell."""
_LOOKS: Final[tuple[Look, ...]] = ("dim", "own", "peer", "warn", "bad", "strong")

Dots = NDArray[np.float64]
"""Points in dots, x to the right and y down, one a row."""


class Canvas:
    """`cells` by `rows`. What is drawn later lies above what was drawn before."""

    def __init__(self, cells: int, rows: int, *, braille: bool = True) -> None:
        self.cells, self.rows = max(1, cells), max(1, rows)
        self._braille = braille
        self._bits: Any = np.zeros((self.rows, self.cells), dtype=np.uint8)
        self._look: Any = np.zeros((self.rows, self.cells), dtype=np.uint8)
        self._words: dict[tuple[int, int], tuple[str, Look]] = {}
        self._taken: set[tuple[int, int]] = set()

    @property
    def width(self) -> int:
        """In dots."""
        return self.cells * ACROSS

    @property
    def height(self) -> int:
        """In dots."""
        return self.rows * DOWN

    def dots(self, points: Dots, look: Look) -> None:
        """Points that are inside become dots."""
        whole = np.floor(points).astype(np.int64)
        inside = (
            (whole[:, 0] >= 0) & (whole[:, 0] < self.width) & (whole[:, 1] >= 0) & (whole[:, 1] < self.height)
        )
        x, y = whole[inside, 0], whole[inside, 1]
        np.bitwise_or.at(self._bits, (y // DOWN, x // ACROSS), _BITS[y % DOWN, x % ACROSS])
        self._look[y // DOWN, x // ACROSS] = _LOOKS.index(look)

    def lines(self, begin: Dots, end: Dots, look: Look, *, every: int = 1) -> None:
        """Straight lines between pairs of points, a dot at every `every`th place."""
        if not len(begin):
            return
        counts = np.maximum(np.abs(end - begin).max(axis=1).astype(np.int64) // every, 1) + 1
        which = np.repeat(np.arange(len(begin)), counts)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        part = (np.arange(len(which)) - first) / (counts[which] - 1)
        self.dots(begin[which] + (end[which] - begin[which]) * part[:, None], look)

    def say(self, x: int, y: int, words: str, look: Look) -> bool:
        """Words at a cell, unless others stand there or it is outside; whether they do now. `words`: harmless, narrow signs."""
        places = {(x + at, y) for at in range(len(words))}
        if not (0 <= y < self.rows and x >= 0 and x + len(words) <= self.cells) or places & self._taken:
            return False
        self._taken |= places
        self._words[x, y] = (words, look)
        return True

    def made(self) -> list[Row]:
        """The rows, each exactly as wide as the canvas."""
        return [self._row(y) for y in range(self.rows)]

    def _row(self, y: int) -> Row:
        spans: list[Span] = []
        x = 0
        while x < self.cells:
            said = self._words.get((x, y))
            if said is not None:
                words, look = said
                spans.append((cut(words, self.cells - x), look))
                x += len(words)
                continue
            bits, shade = int(self._bits[y, x]), _LOOKS[self._look[y, x]]
            sign = (
                " " if not bits else chr(_BRAILLE + bits) if self._braille else ".:oO#"[bits.bit_count() // 2]
            )
            if spans and spans[-1][1] == shade and (x - 1, y) not in self._words:
                spans[-1] = (spans[-1][0] + sign, shade)
            else:
                spans.append((sign, shade))
            x += 1
        return tuple(spans)
