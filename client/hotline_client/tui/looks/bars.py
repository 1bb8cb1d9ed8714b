"""A bar: a few rows painted as they are, without markup, without focus."""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from hotline_client.tui.looks.rows import Look, Row, Zone
from hotline_client.tui.looks.themes import paint


class Bar(Widget):
    """Shows the rows it was last given; takes no room while it has none."""

    DEFAULT_CSS = "Bar { height: auto; width: 1fr; }"

    def __init__(self, *, id: str, ground: Look = "bar") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)
        self.rows: tuple[Row, ...] = ()
        self.zones: tuple[Zone, ...] = ()
        self._ground: Look = ground
        self.display = False

    def show(self, *rows: Row, zones: tuple[Zone, ...] = ()) -> None:
        """Replace what is shown, and which parts of it can be clicked."""
        self.zones = zones
        if rows != self.rows:
            taller = len(rows) != len(self.rows)
            self.rows = rows
            self.display = bool(rows)
            self.refresh(layout=taller)

    async def on_click(self, event: events.Click) -> None:
        """Do the act whose words were clicked."""
        for zone in self.zones:
            if zone.row == event.y and zone.begin <= event.x < zone.end:
                await self.run_action(zone.action)
                return

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a row."""
        del container, viewport, width
        return max(1, len(self.rows))

    def render_line(self, y: int) -> Strip:
        """One row over the whole width."""
        row = self.rows[y] if y < len(self.rows) else ()
        return paint(row, self.size.width, self.app.theme, ground=self._ground)
