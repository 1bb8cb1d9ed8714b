"""Rows that scroll; one may be marked, by keys or by a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.themes import paint


class RowList(ScrollView, can_focus=True):
    """Asks for its rows by width; paints only those on the screen. With `marks` a click or step marks a row."""

    DEFAULT_CSS = (
        "RowList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"
    )

    class Marked(Message):
        """Another row is marked."""

    def __init__(
        self,
        rows: Callable[[int], Sequence[Row]],
        *,
        id: str = "rows",  # noqa: A002 - Textual's name
        marks: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._make = rows
        self._rows: Sequence[Row] = ()
        self._marks = marks
        self.cursor: int | None = None

    def remake(self) -> None:
        """Ask for the rows again."""
        self._rows = self._make(self.scrollable_content_region.width)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self.refresh()

    def step(self, by: int) -> None:
        """Move the mark by so many rows, as far as there are rows."""
        if self.cursor is not None and self._rows:
            self._mark(max(0, min(self.cursor + by, len(self._rows) - 1)))

    def _mark(self, row: int) -> None:
        if row != self.cursor:
            self.cursor = row
            self.reveal()
            self.refresh()
            self.post_message(self.Marked())

    def reveal(self) -> None:
        """Scroll as little as brings the marked row onto the screen."""
        if self.cursor is None:
            return
        top, page = round(self.scroll_y), self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True, force=True)
        elif self.cursor >= top + page:
            self.scroll_to(y=self.cursor - page + 1, animate=False, immediate=True, force=True)

    def on_click(self, event: events.Click) -> None:
        """Mark the row that was clicked."""
        row = round(self.scroll_y) + event.y
        if self._marks and self.cursor is not None and row < len(self._rows):
            self._mark(row)

    def on_resize(self) -> None:
        """Make rows for the new width."""
        self.remake()
        self.reveal()

    def render_line(self, y: int) -> Strip:
        """A row of the list as it is scrolled now."""
        at = y + round(self.scroll_y)
        row = self._rows[at] if at < len(self._rows) else ()
        return paint(
            row, self.scrollable_content_region.width, self.app.theme, marked=at == self.cursor and bool(row)
        )
