"""The search screen: words are typed, what holds them is listed newest first, Enter goes there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from hotline_client.line.views import Found, MessageView
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row, Span, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import channel_label, dtg, office
from hotline_client.tui.parts.ports import LinePort
from hotline_protocol.errors import HotlineError

WAIT: Final = 0.15
"""Seconds without a key before the search is made."""


class Search(Screen[MessageView | None]):
    """Closes with the chosen message, or None."""

    DEFAULT_CSS = """
    Search Input { border: none; height: 1; padding: 0 1; }
    Search Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Close", show=False, priority=True),
        Binding("up", "step(-1)", "Up", show=False, priority=True),
        Binding("down", "step(1)", "Down", show=False, priority=True),
        Binding("pageup", "step(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "step(10)", "Page down", show=False, priority=True),
    ]

    def __init__(self, port: LinePort) -> None:
        super().__init__()
        self._port = port
        self._found: list[Found] = []
        self._waiting: asyncio.TimerHandle | None = None

    def compose(self) -> ComposeResult:
        """What is looked for, what is found, how to go on."""
        yield Bar(id="search-title")
        yield Input(id="search-typed", max_length=200)
        yield RowList(self._rows, marks=True)
        yield Bar(id="search-said")

    def on_mount(self) -> None:
        """The field hears the keys at once; the list is only looked at."""
        self.query_one("#search-title", Bar).show(
            ((t('SEARCH  words, "a phrase", begin*   in all channels'), "strong"),)
        )
        self.query_one(RowList).can_focus = False
        self._say(t("Enter goes to the marked message, Esc back"))
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look once the typing pauses."""
        event.stop()
        if self._waiting is not None:
            self._waiting.cancel()
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(WAIT, lambda: self.run_worker(self.look(event.value), exclusive=True))

    async def look(self, typed: str) -> None:
        """Make the search off the screen's path, and list what it found."""
        try:
            self._found = await asyncio.to_thread(self._port.search, typed) if typed.strip() else []
        except HotlineError as error:
            self._found = []
            self._say(line(str(error)))
        else:
            found = t("{count} found", count=len(self._found)) if typed.strip() else ""
            self._say(found or t("Enter goes to the marked message, Esc back"))
        if self.is_mounted:
            listed = self.query_one(RowList)
            listed.cursor = 0 if self._found else None
            listed.remake()

    def on_input_submitted(self) -> None:
        """Go to the marked message."""
        at = self.query_one(RowList).cursor
        if at is not None and at < len(self._found):
            self.dismiss(self._found[at].message)

    def action_step(self, by: int) -> None:
        """Mark another of what was found."""
        self.query_one(RowList).step(by)

    def action_give_up(self) -> None:
        """Leave without going anywhere."""
        self.dismiss(None)

    def _rows(self, cells: int) -> Sequence[Row]:
        return [_row(one, cells) for one in self._found]

    def _say(self, text: str) -> None:
        self.query_one("#search-said", Bar).show(((text, "bar"),))


def _row(found: Found, cells: int) -> Row:
    message = found.message
    who = "?" if message.author is None else office(message.author)
    number = line(message.reference or f"#{message.seq}", 20)
    head = f"{dtg(message.at or message.time)} {channel_label(message.channel)} {number} {who}  "
    spans: list[Span] = [(head, "dim")]
    spans += [(line(text.replace("\n", " ")), "strong" if hit else "text") for text, hit in found.pieces]
    return fit(tuple(spans), cells)
