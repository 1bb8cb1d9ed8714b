"""Lines of a PDF page: wrapped in logical order, each then put in visual order by itself (UAX 9), right-to-left runs shaped.

`fpdf2` reorders too, but not numbers and brackets inside a right-to-left run of a left-to-right paragraph; so it gets one
run of one direction at a time from us.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self

from bidi.mirror import MIRRORED
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from hotline_client.words.bidi import base_direction, clusters, has_rtl
from hotline_protocol.text import escape

FAMILY: Final = "Arimo"
_WEIGHTS: Final = {"": 400, "B": 700}
_RTL: Final = frozenset({"R", "AL"})

Style = Literal["", "B"]
Base = Literal["L", "R"]


class SetLine(NamedTuple):
    """One line in logical order, with the direction of the paragraph that it is of."""

    text: str
    base: Base


class Setter:
    """Measures, wraps and draws on one PDF. Lengths are in mm, sizes in pt."""

    def __init__(self, path: Path) -> None:
        self.pdf = FPDF(format="A4", unit="mm")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_compression(False)  # another zlib would give other bytes
        self.pdf.c_margin = 0
        for style, weight in _WEIGHTS.items():
            self.pdf.add_font(FAMILY, style, path, variations={"wght": weight})  # type: ignore[arg-type]
        self._known = frozenset(self.pdf.fonts[FAMILY.lower()].cmap)  # type: ignore[union-attr]
        self.pdf.set_text_shaping(use_shaping_engine=True)
        self.measure = lru_cache(maxsize=65536)(self._measure)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Close the font files, which the library leaves open."""
        for one in self.pdf.fonts.values():
            if isinstance(one, TTFFont):
                one.ttfont.close()

    def _measure(self, text: str, size: float, style: Style) -> float:
        self.pdf.set_font(FAMILY, style, size)
        return sum(self.pdf.get_string_width(run) for run in _runs(clusters(text)))

    def drawable(self, text: str) -> str:
        """`text` with visible escapes for what the font has no letter for; tabs become blanks."""
        return "".join(one if ord(one) in self._known else escape(one) for one in text.replace("\t", "    "))

    def wrap(
        self,
        paragraph: str,
        width: float,
        size: float,
        style: Style = "",
        *,
        base: Base | None = None,
    ) -> list[SetLine]:
        """Lines at most `width` wide; broken at blanks, inside a word only if it alone is too long. `base`: the direction of
        the paragraph, that of its first letter if none is given.
        """
        text = self.drawable(paragraph)
        base = base or base_direction(text)
        indent = text[: len(text) - len(text.lstrip(" "))]
        lines, line = [], indent
        for word in text.split():
            for number, piece in enumerate(self._pieces(word, width, size, style)):
                joined = f"{line} {piece}" if line.strip() and not number else line + piece
                if line.strip() and self.measure(joined, size, style) > width:
                    lines.append(line)
                    joined = piece
                line = joined
        return [SetLine(one, base) for one in [*lines, line]]

    def _pieces(self, word: str, width: float, size: float, style: Style) -> Iterator[str]:
        """A word, in as many pieces as it takes to fit."""
        if self.measure(word, size, style) <= width:
            yield word
            return
        piece = ""
        for one in clusters(word):
            if piece and self.measure(piece + one, size, style) > width:
                yield piece
                piece = ""
            piece += one
        yield piece

    def draw(  # noqa: PLR0917 - place and size, as in every drawing call
        self, line: SetLine, x: float, y: float, width: float, size: float, style: Style = ""
    ) -> None:
        """One line in a box `width` wide: at its left, or at its right if its paragraph runs from there."""
        runs = list(_runs(_visual(line)))
        self.pdf.set_font(FAMILY, style, size)
        widths = [self.pdf.get_string_width(run) for run in runs]
        place = x + width - sum(widths) if line.base == "R" else x
        for run, room in zip(runs, widths, strict=True):
            self.pdf.set_xy(place, y)
            self.pdf.cell(w=room, h=size * 0.3528, text=run)
            place += room


def _visual(line: SetLine) -> list[str]:
    """The letters of a line, each with its marks, from left to right; brackets and their like mirrored (UAX 9, L2 to L4)."""
    if line.base == "L" and not has_rtl(line.text):
        return clusters(line.text)
    base = TextDirection.RTL if line.base == "R" else TextDirection.LTR
    found, marks = [], ""
    for one in BidiParagraph(line.text, base, preserve_bn_chars=True).get_reordered_characters():
        rtl = one.embedding_level % 2
        if not unicodedata.combining(one.character):
            found.append((MIRRORED.get(one.character, one.character) if rtl else one.character) + marks)
            marks = ""
        elif rtl:
            marks = one.character + marks
        elif found:
            found[-1] += one.character
    return found


def _runs(shown: list[str]) -> Iterator[str]:
    """Letters from left to right, cut into runs of one direction: right-to-left ones go back into logical order to be shaped."""
    for rtl, parts in groupby(shown, key=_is_rtl):
        letters = list(parts)
        yield "".join(reversed(letters) if rtl else letters)


def _is_rtl(cluster: str) -> bool:
    return unicodedata.bidirectional(cluster[0]) in _RTL
