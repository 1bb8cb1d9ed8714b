"""The chart over the Notices view: the map or the hours, the marked notice in words below, and the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from hotline_client.presenters.notice import worst
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import paragraphs
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Look, Row, Scene
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.notices.chart.canvas import Canvas
from hotline_client.tui.notices.chart.hours import Hours, hours_rows
from hotline_client.tui.notices.chart.plot import ZOOM, Plot, Spot, Window
from hotline_client.tui.notices.rows import notice_row
from hotline_client.tui.parts.acts import acts_of, bindings, key_bar
from hotline_protocol.folds.notices import Entry

_STEP: Final = 0.2
_LIST: Final = 5
"""Rows below the chart that name the notices around the marked one."""


class Chart(Screen[bytes | None]):
    """Some notices, the marked one first named. Closes with the id of the notice that is marked in the end."""

    DEFAULT_CSS = "Chart RowList { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart", priority=True)]

    def __init__(
        self,
        entries: Sequence[Entry],
        marked: bytes,
        number: Callable[[bytes], str],
        scene: Callable[[], Scene],
        *,
        hours: bool,
    ) -> None:
        super().__init__()
        self._entries = list(entries)
        self._at = next((at for at, one in enumerate(entries) if one.id == marked), 0)
        self._number = number
        self._scene = scene
        self._by_time = hours
        self._placed = [one for one in self._entries if one.notice.areas]
        self._plot: Plot | None = None
        self._seen: Window | None = None
        self._shape = 2.0
        begin = min([one.notice.start for one in self._entries], default=scene().now)
        self._hours = Hours.around(max(begin, scene().now))

    def compose(self) -> ComposeResult:
        """A title, the chart, the notices in words, the keys."""
        yield Bar(id="chart-title")
        yield RowList(self._rows)
        yield Bar(id="chart-list", ground="text")
        yield Bar(id="chart-keys")

    async def on_mount(self) -> None:
        """Draw it; the outlines of many notices take a moment, in a thread."""
        self.query_one(RowList).can_focus = False
        self.call_after_refresh(self._show)
        if self._placed:
            self._plot = await asyncio.to_thread(Plot, [one.notice for one in self._placed])
            self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """Another size, the same part of the world."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        cells = self.app.size.width
        title = (
            t("WHEN NOTICES HOLD")
            if self._by_time
            else t("MAP, north is up in its middle; not for navigation")
        )
        self.query_one("#chart-title", Bar).show(((f" {title}", "strong"),))
        self.query_one("#chart-list", Bar).show(*self._named(cells))
        row, zones = key_bar(acts_of("chart"), cells, labels={})
        self.query_one("#chart-keys", Bar).show(row, zones=zones)
        self.query_one(RowList).remake()

    def _named(self, cells: int) -> list[Row]:
        first = max(0, min(self._at - _LIST // 2, len(self._entries) - _LIST))
        scene = self._scene()
        rows: list[Row] = []
        for at in range(first, min(first + _LIST, len(self._entries))):
            here = at == self._at
            words = notice_row(self._entries[at], self._number(self._entries[at].id), scene, cells - 5)
            rows.append(((f"{'>' if here else ' '}{at + 1:>3} ", "strong" if here else "dim"), *words))
        return rows

    def _rows(self, cells: int) -> Sequence[Row]:
        height = max(3, self.query_one(RowList).size.height)
        braille = self.app.console.encoding.lower().startswith("utf")
        if self._by_time:
            first = max(0, min(self._at - (height - 3) // 2, len(self._entries) - (height - 3)))
            named = [
                (f"{self._scene().names[one.side]} {self._number(one.id)}", self._spot(at))
                for at, one in enumerate(self._entries)
            ][first : first + height - 3]
            return hours_rows(named, self._hours, self._scene().now, cells, block="█" if braille else "=")
        if self._plot is None and self._placed:
            return [((t("drawing …"), "dim"),)]
        if self._plot is None:
            words = t("None of these notices has an area that could be drawn; w shows when they hold.")
            return [((one, "dim"),) for one in paragraphs(words, cells)]
        canvas = Canvas(cells, height, braille=braille)
        self._shape = canvas.width / canvas.height
        spots = [self._spot(self._entries.index(one)) for one in self._placed]
        return self._plot.draw(spots, self._window(self._plot), canvas)

    def _window(self, plot: Plot) -> Window:
        """What is seen; all of them until somebody moves."""
        return self._seen or plot.whole(shape=self._shape)

    def _spot(self, at: int) -> Spot:
        one, me = self._entries[at], self._scene().me
        urgent = worst(one)
        look: Look = "bad" if urgent >= 3 else "warn" if urgent == 2 else "own" if one.side == me else "peer"
        return Spot(one.notice, str(at + 1), look, marked=at == self._at)

    # --- keys

    def action_chart_close(self) -> None:
        """Back to the list, at what is marked here."""
        self.dismiss(self._entries[self._at].id if self._entries else None)

    def action_chart_next(self) -> None:
        """The next notice."""
        self._mark(1)

    def action_chart_previous(self) -> None:
        """The one before."""
        self._mark(-1)

    def _mark(self, by: int) -> None:
        if self._entries:
            self._at = (self._at + by) % len(self._entries)
            self._show()

    def action_chart_other(self) -> None:
        """From where to when, or back."""
        self._by_time = not self._by_time
        self._show()

    def action_chart_nearer(self) -> None:
        """Less, larger."""
        self._zoom(1 / ZOOM, -1)

    def action_chart_further(self) -> None:
        """More, smaller."""
        self._zoom(ZOOM, 1)

    def _zoom(self, factor: float, span: int) -> None:
        if self._by_time:
            self._hours = self._hours.zoomed(span)
        elif self._plot is not None:
            self._seen = self._window(self._plot).zoomed(factor)
        self._show()

    def action_chart_move(self, right: int, up: int) -> None:
        """Another part of the world, or of the day."""
        if self._by_time:
            self._hours = self._hours.moved(right * _STEP)
            self._mark(-up)
        elif self._plot is not None:
            self._seen = self._window(self._plot).moved(right * _STEP, up * _STEP)
            self._show()

    def action_chart_fit(self) -> None:
        """The marked notice, large."""
        one = self._entries[self._at] if self._entries else None
        if one is None:
            return
        self._hours = Hours.around(one.notice.start)
        if self._plot is not None and one in self._placed:
            self._seen = self._plot.whole(self._placed.index(one), shape=self._shape)
        self._show()

    def action_chart_whole(self) -> None:
        """All of them."""
        self._seen = None
        self._hours = Hours.around(self._scene().now)
        self._show()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer."""
        event.stop()
        self.action_chart_nearer()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Further away."""
        event.stop()
        self.action_chart_further()
