"""The paper as a PDF on A4: every page with its number, the reference and the hash of the text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from hotline_client.exports.paper.blocks import Block, Code, Facts, Grid, Heading, Note, Turn, Words, blocks
from hotline_client.exports.paper.fonts import font
from hotline_client.exports.paper.paper import Paper
from hotline_client.exports.paper.setting import Base, SetLine, Setter, Style
from hotline_protocol.text import show

_LEFT: Final = 24.0
_TOP: Final = 22.0
_WIDTH: Final = 210.0 - 2 * _LEFT
_BOTTOM: Final = 297.0 - 24.0
_BODY: Final = 10.5
_SMALL: Final = 8.5
_LEADING: Final = 0.3528 * 1.42
"""Of a size in pt, mm from line to line."""
_GAP: Final = 2.2

_TABLE: Final = 9.0
_ROW: Final = _TABLE * _LEADING + 1.4

Mark = Callable[[], None]


def render(paper: Paper) -> bytes:
    """The same paper gives the same bytes. StorageError if the font is not there."""
    with Setter(font()) as setter:
        return _Page(setter, paper).render(blocks(paper))


class _Page:
    """A pen that goes down the pages. What it draws is kept page by page, so that a foot can say how many there are."""

    def __init__(self, setter: Setter, paper: Paper) -> None:
        self._set = setter
        self._paper = paper
        self._pages: list[list[Mark]] = [[]]
        self._y = _TOP

    def render(self, content: list[Block]) -> bytes:
        for number, block in enumerate(content):
            self._block(block, content[number + 1] if number + 1 < len(content) else None)
        pdf, paper = self._set.pdf, self._paper
        for number, marks in enumerate(self._pages, 1):
            pdf.add_page()
            self._foot(f"page {number} of {len(self._pages)}")
            for mark in marks:
                mark()
        pdf.set_title(self._set.drawable(show(paper.title)))
        pdf.set_subject(f"{paper.reference} in {paper.channel}")
        pdf.set_lang(paper.language)
        pdf.set_producer("hotline")
        last = max(one.at for one in paper.acts)
        pdf.set_creation_date(datetime.fromtimestamp(last // 1000, UTC))
        return bytes(pdf.output())

    def _foot(self, page: str) -> None:
        paper = self._paper
        state = "" if paper.state == "SIGNED" else f"{paper.state}, NOT SIGNED · "
        self._draw(SetLine(f"{paper.reference} · {state}{page}", "L"), _LEFT, 297 - 17, _WIDTH, _SMALL)
        self._draw(SetLine(f"SHA-256 of the text {paper.text_hash.hex()}", "L"), _LEFT, 297 - 13, _WIDTH, 7)

    # --- blocks

    def _block(self, block: Block, following: Block | None) -> None:
        match block:
            case Heading(text, level):
                self._heading(text, level, following)
            case Note(text, strong):
                self._paragraph(text.replace("`", '"'), _BODY, "B" if strong else "", base="L")
                self._y += _GAP
            case Words(text):
                for line in show(text, lines=True).split("\n"):
                    self._paragraph(line, _BODY, indent=4)
                self._y += _GAP
            case Facts(rows):
                self._rows(rows, (0.27, 0.73))
            case Grid(headers, rows, shares, small):
                self._rows((headers, *rows), shares, head=True, size=8.0 if small else _TABLE)
            case Code(text):
                self._paragraph(text, _SMALL, "B", indent=4)
                self._y += _GAP
            case Turn():
                self._turn()

    def _heading(self, text: str, level: int, following: Block | None) -> None:
        size = 17.0 if level == 1 else 12.5
        self._y += 0 if self._y == _TOP else 4
        room = self._height(text, size) + 3 * _BODY * _LEADING
        if isinstance(following, Grid):
            room += len(following.rows) * _ROW
        if following is not None and self._y + min(room, _BOTTOM - _TOP) > _BOTTOM:
            self._turn()
        self._paragraph(text, size, "B")
        if level == 1:
            self._rule(0.5)
        self._y += _GAP

    def _height(self, text: str, size: float) -> float:
        return len(self._set.wrap(show(text), _WIDTH, size, "B")) * size * _LEADING

    def _paragraph(
        self, text: str, size: float, style: Style = "", indent: float = 0, *, base: Base | None = None
    ) -> None:
        for line in self._set.wrap(show(text, lines=True), _WIDTH - indent, size, style, base=base):
            self._room(size * _LEADING)
            self._put(line, _LEFT + indent, _WIDTH - indent, size, style)
            self._y += size * _LEADING

    def _rows(
        self,
        rows: tuple[tuple[str, ...], ...],
        shares: tuple[float, ...],
        *,
        head: bool = False,
        size: float = _TABLE,
    ) -> None:
        for number, row in enumerate(rows):
            style: Style = "B" if head and not number else ""
            cells = [
                [
                    line
                    for part in text.split("\n")
                    for line in self._set.wrap(show(part), share * _WIDTH - 3, size, style, base="L")
                ]
                for text, share in zip(row, shares, strict=True)
            ]
            depth = max(map(len, cells))
            if depth * size * _LEADING < _BOTTOM - _TOP:
                self._room(depth * size * _LEADING)
            for at in range(depth):
                self._room(size * _LEADING)
                left = _LEFT
                for cell, share in zip(cells, shares, strict=True):
                    if at < len(cell):
                        self._put(cell[at], left, share * _WIDTH - 3, size, style)
                    left += share * _WIDTH
                self._y += size * _LEADING
            self._rule(0.1)
        self._y += _GAP

    # --- the pen

    def _room(self, height: float) -> None:
        if self._y + height > _BOTTOM:
            self._turn()

    def _turn(self) -> None:
        if self._pages[-1]:
            self._pages.append([])
        self._y = _TOP

    def _rule(self, thickness: float) -> None:
        y = self._y + 0.6

        def mark() -> None:
            self._set.pdf.set_line_width(thickness)
            self._set.pdf.set_draw_color(0 if thickness > 0.2 else 160)
            self._set.pdf.line(_LEFT, y, _LEFT + _WIDTH, y)

        self._pages[-1].append(mark)
        self._y += 1.4

    def _put(self, line: SetLine, x: float, width: float, size: float, style: Style) -> None:
        y = self._y
        self._pages[-1].append(lambda: self._draw(line, x, y, width, size, style))

    def _draw(  # noqa: PLR0917 - as `Setter.draw`
        self, line: SetLine, x: float, y: float, width: float, size: float, style: Style = ""
    ) -> None:
        text = self._set.drawable(line.text)
        self._set.draw(SetLine(text, line.base), x, y, width, size, style)
