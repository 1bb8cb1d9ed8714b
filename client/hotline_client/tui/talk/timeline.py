"""The timeline widget: paints only the rows on the screen, sticks to the newest unless scrolled, and tells what it painted."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.themes import paint
from hotline_client.tui.parts.acts import acts_of
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.talk.window import Key, Window

_MARGIN = 40
"""Rows from an edge of the window at which the next page is loaded."""
_TAIL = 100
"""Messages that are read again while the reader is at the end."""


class Timeline(ScrollView, can_focus=True):
    """One channel's messages. Focus means browsing: one message is selected."""

    DEFAULT_CSS = (
        "Timeline { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(",".join(act.keys), act.id, act.label, show=False)
            for act in acts_of("browsing")
            if act.keys
        ),
        *(Binding(str(number), f"app.channel({number})", "Channel", show=False) for number in range(1, 10)),
    ]

    class Write(Message):
        """The reader wants the composer."""

    class Details(Message):
        """The reader wants to know all of one message."""

        def __init__(self, message: MessageView) -> None:
            super().__init__()
            self.message = message

    def __init__(self, line: LinePort) -> None:
        super().__init__(id="timeline")
        self._line = line
        self.window: Window | None = None
        self.follow = True
        self.selected: Key | None = None
        self._painted: dict[Key, set[int]] = {}
        self._rendered: set[tuple[Key, int]] = set()
        self._before: set[tuple[Key, int]] = set()
        self._strips: dict[tuple[Key, int, int, str], tuple[object, Strip]] = {}

    def open(self, channel: str) -> None:
        """Show a channel from its newest message."""
        self.window = Window(self._line, channel)
        self.window.resize(self._cells)
        self.window.open_end()
        self.follow = True
        self.selected = None
        self._forget()
        self._strips.clear()
        self._laid_out()

    def reread(self) -> None:
        """Something changed: read the loaded part again; stay where the reader is."""
        if self.window is None:
            return
        anchor = self._anchor()
        if self.follow:
            # who reads the end needs the end alone, however much is loaded above: what comes fast stays cheap
            self.window.open_end(max(_TAIL, 2 * self.size.height))
        else:
            self.window.refresh()
        self._laid_out(anchor)

    @property
    def selection(self) -> MessageView | None:
        """The selected message, while browsing."""
        if self.window is None or not self.has_focus:
            return None
        index = self.window.index_of(self.selected)
        return None if index is None else self.window.items[index].message

    @property
    def newest(self) -> MessageView | None:
        """The newest numbered text on the screen's channel."""
        items = reversed(self.window.items) if self.window else ()
        texts = (
            item.message for item in items if item.message.kind == "text" and item.message.seq is not None
        )
        return next(texts, None)

    def take_painted(self) -> list[MessageView]:
        """Messages whose every row stood painted on the screen from one call to the next: no glimpse in passing counts."""
        if self.window is None:
            return []
        here = self._rows_shown() & self._rendered
        for key, row in here & self._before:
            self._painted.setdefault(key, set()).add(row)
        self._before = here
        self._rendered = set(here)
        items = self.window.items
        whole = [
            item for item in items if item.rows and len(self._painted.get(item.key, ())) >= len(item.rows)
        ]
        for item in whole:
            del self._painted[item.key]
        return [item.message for item in whole]

    def _rows_shown(self) -> set[tuple[Key, int]]:
        if self.window is None:
            return set()
        first = round(self.scroll_y)
        places = (self.window.row(y) for y in range(first, first + self.size.height))
        return {(self.window.items[place[0]].key, place[1]) for place in places if place is not None}

    def is_shown(self, message: MessageView) -> bool:
        """Whether a message stands on the screen now: wholly, or its end if it is taller than the screen."""
        if self.window is None or self.window.channel != message.channel:
            return False
        index = self.window.index_of((message.id, message.seq))
        if index is None:
            return False
        top, below = self.window.top(index), self.window.top(index + 1)
        first, last = round(self.scroll_y), round(self.scroll_y) + self.size.height
        return below <= last and (top >= first or below - top > self.size.height) and below > first

    def go_to(self, message: MessageView) -> None:
        """Bring one message onto the screen and select it."""
        if self.window is None or message.seq is None:
            return
        self.follow = False
        self.window.open_at(message.seq)
        self.selected = (message.id, message.seq)
        self._laid_out()
        self._reveal()

    def reset_painted(self) -> None:
        """Forget what was painted while nobody looked, and paint it again."""
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._painted.clear()
        self._rendered.clear()
        self._before.clear()

    def render_line(self, y: int) -> Strip:
        """One row; noted as painted while this screen is on top and the terminal has focus."""
        width, theme = self._cells, self.app.theme
        place = self.window.row(round(self.scroll_y) + y) if self.window else None
        if self.window is None or place is None:
            return paint((), width, theme)
        index, at = place
        item = self.window.items[index]
        if self.app.app_focus and self.app.screen is self.screen:
            self._rendered.add((item.key, at))
        marked = item.key == self.selected and self.has_focus
        if marked:
            return paint(item.rows[at], width, theme, marked=True)
        cached = self._strips.get((item.key, at, width, theme))
        if cached is not None and cached[0] is item.rows:
            return cached[1]
        strip = paint(item.rows[at], width, theme)
        if len(self._strips) > 2000:
            self._strips.clear()
        self._strips[item.key, at, width, theme] = (item.rows, strip)
        return strip

    def on_resize(self) -> None:
        """Wrap for the new width, with the same message at the top."""
        if self.window is not None:
            anchor = self._anchor()
            self.window.resize(self._cells)
            self._laid_out(anchor)

    def on_focus(self) -> None:
        """Browsing begins at the newest message."""
        if self.window is not None and self.window.index_of(self.selected) is None:
            last = self.window.step(len(self.window.items), -1)
            self.selected = None if last is None else self.window.items[last].key
        self.refresh()

    def on_blur(self) -> None:
        """Writing: no message looks selected."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select what was clicked."""
        place = self.window.row(round(self.scroll_y) + event.y) if self.window else None
        if self.window is not None and place is not None:
            self.selected = self.window.items[place[0]].key
            self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Load the next page near an edge; at the very end follow again."""
        super().watch_scroll_y(old_value, new_value)
        window = self.window
        if window is None:
            return
        if new_value < old_value and new_value < _MARGIN and (added := window.older()):
            self._place(new_value + added)
        elif new_value > old_value and not window.at_end and new_value > self.max_scroll_y - _MARGIN:
            self._place(new_value - window.newer())
        # A bar that appears or goes moves the end by a row: that is no scrolling away from it.
        self.follow = window.at_end and self.scroll_y >= self.max_scroll_y

    def action_write(self) -> None:
        """Back to the composer."""
        self.post_message(self.Write())

    def action_details(self) -> None:
        """All of the selected message."""
        if (message := self.selection) is not None:
            self.post_message(self.Details(message))

    def action_up(self) -> None:
        """One message up; within a tall one, one screen up."""
        self._select(-1)

    def action_down(self) -> None:
        """One message down; within a tall one, one screen down."""
        self._select(1)

    def action_page_up(self) -> None:
        """One screen back in the log."""
        self._page(-1)

    def action_page_down(self) -> None:
        """One screen on in the log."""
        self._page(1)

    def action_first(self) -> None:
        """The oldest message of the log."""
        if self.window is not None:
            self.follow = False
            self.window.open_start()
            self._choose(self.window.step(-1, 1))
            self._laid_out()
            self._scroll(0)

    def action_last(self) -> None:
        """The newest message, and stay there."""
        if self.window is not None:
            if not self.window.at_end:
                self.window.open_end()
            self.follow = True
            self._choose(self.window.step(len(self.window.items), -1))
            self._laid_out()

    @property
    def _cells(self) -> int:
        return max(0, self.scrollable_content_region.width)

    def _choose(self, index: int | None) -> None:
        if self.window is not None and index is not None:
            self.selected = self.window.items[index].key
            self.refresh()

    def _select(self, by: int) -> None:
        if self.window is None:
            return
        index = self.window.index_of(self.selected)
        start = index if index is not None else len(self.window.items)
        if self._within(start, by):
            return
        found = self.window.step(start, by)
        if found is not None:
            self._choose(found)
            self._reveal()

    def _within(self, index: int, by: int) -> bool:
        """A message taller than the screen is read through before the selection leaves it."""
        if self.window is None or index >= len(self.window.items):
            return False
        top, below, page = self.window.top(index), self.window.top(index + 1), self.size.height
        here = round(self.scroll_y)
        if by > 0 and top <= here + page and below > here + page and below - top > page:
            self._scroll(min(here + page, below - page))
            return True
        if by < 0 and top < here and below - top > page:
            self._scroll(max(here - page, top))
            return True
        return False

    def _page(self, by: int) -> None:
        if self.window is None:
            return
        self._scroll(round(self.scroll_y) + by * max(1, self.size.height - 1))
        edge = round(self.scroll_y) + (0 if by < 0 else self.size.height - 1)
        place = self.window.row(min(edge, self.window.height - 1))
        if place is not None:
            self._choose(place[0])

    def _reveal(self) -> None:
        index = self.window.index_of(self.selected) if self.window else None
        if self.window is None or index is None:
            return
        top, below, page = self.window.top(index), self.window.top(index + 1), self.size.height
        here = round(self.scroll_y)
        if top < here or below - top > page:
            self._scroll(top)
        elif below > here + page:
            self._scroll(below - page)

    def _anchor(self) -> tuple[Key, int] | None:
        """The message at the top of the screen and how far into it the screen begins."""
        place = self.window.row(round(self.scroll_y)) if self.window else None
        if self.window is None or place is None or self.follow:
            return None
        return self.window.items[place[0]].key, place[1]

    def _laid_out(self, anchor: tuple[Key, int] | None = None) -> None:
        if self.window is None:
            return
        top = self.window.top_of(anchor[0]) if anchor else None
        if self.follow:
            self._place(self.window.height)
        elif anchor is not None and top is not None:
            self._place(top + anchor[1])
        else:
            self._place(self.scroll_y)

    def _place(self, y: float) -> None:
        """Set the size of the content and where the screen stands in it, as one step."""
        if self.window is not None:
            self.virtual_size = Size(self._cells, self.window.height)
            follow = self.follow
            self._scroll(y)
            self.follow = follow
            self.refresh()

    def _scroll(self, y: float) -> None:
        height = self.window.height if self.window else 0
        self.scroll_to(y=max(0, min(y, height - self.size.height)), animate=False, immediate=True, force=True)
