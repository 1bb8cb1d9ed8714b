"""A sliding window over a channel's log: a few hundred messages in memory, however long the log is.

Pages come from `LinePort.timeline` as the reader nears an edge; heights are prefix-summed; the rows of a message are
wrapped once for a width and kept until the message changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.talk.rows import message_rows
from hotline_client.words.times import day

PAGE: Final = 200
KEPT: Final = 3 * PAGE

Key = tuple[bytes, int | None]


@dataclass(frozen=True, slots=True)
class Item:
    """A message with its rows as wrapped for the current width."""

    message: MessageView
    opens_day: bool
    rows: tuple[Row, ...]

    @property
    def key(self) -> Key:
        """A duplicate id may be in the log twice: the place counts too."""
        return (self.message.id, self.message.seq)


class Window:
    """The loaded part of one channel. `at_start` and `at_end`: nothing older or newer is left outside."""

    def __init__(self, line: LinePort, channel: str) -> None:
        self.channel = channel
        self.items: list[Item] = []
        self.at_start = False
        self.at_end = True
        self._line = line
        self._width = 0
        self._tops: list[int] = [0]
        self._known: dict[bytes, MessageView] = {}

    @property
    def height(self) -> int:
        """Rows of everything loaded."""
        return self._tops[-1]

    def resize(self, width: int) -> None:
        """Wrap for another width."""
        if width != self._width:
            self._width = width
            messages = [item.message for item in self.items]
            self.items = []
            self._set(messages)

    def open_end(self, limit: int = PAGE) -> None:
        """Load the newest messages, so many; rows that were wrapped already are kept."""
        page = self._line.timeline(self.channel, limit=limit)
        self.at_end = True
        self.at_start = len(page) < limit
        self._set(page)

    def open_start(self) -> None:
        """Load the oldest page."""
        self._open_after(0)
        self.at_start = True

    def open_at(self, seq: int) -> None:
        """Load around one number, so that it is inside with something before it."""
        if not any(item.message.seq == seq for item in self.items):
            self._open_after(max(0, seq - PAGE // 2))

    def _open_after(self, seq: int) -> None:
        page = self._line.timeline(self.channel, after=seq, limit=PAGE)
        self.at_end = len(page) < PAGE
        self.at_start = seq == 0
        self._set(page)

    def refresh(self) -> None:
        """Read again what is loaded, and what came since if the end is loaded."""
        first = self._edge(0)
        if first is None:
            self.open_end()
            return
        if self.at_end:
            # More than a window arrived at once: the newest page alone is what a reader at the end wants.
            page = self._line.timeline(self.channel, after=first - 1, limit=KEPT)
            if len(page) >= KEPT:
                self.open_end()
                return
        else:
            page = self._line.timeline(self.channel, after=first - 1, limit=max(PAGE, len(self.items)))
        self._set(page)

    def older(self) -> int:
        """Load one page more at the top; returns how many rows now stand above what was first."""
        first = self._edge(0)
        if self.at_start or first is None:
            return 0
        page = self._line.timeline(self.channel, before=first, limit=PAGE)
        page = [one for one in page if one.seq is not None and one.seq < first]
        self.at_start = len(page) < PAGE
        top_key = self.items[0].key
        kept = [item.message for item in self.items]
        if len(kept) + len(page) > KEPT:
            kept = kept[: KEPT - len(page)]
            self.at_end = False
        self._set([*page, *kept])
        return self.top_of(top_key) or 0

    def newer(self) -> int:
        """Load one page more at the bottom; returns how many rows went at the top."""
        last = self._edge(-1)
        if self.at_end or last is None:
            return 0
        page = self._line.timeline(self.channel, after=last, limit=PAGE)
        self.at_end = len(page) < PAGE
        old = [item.message for item in self.items]
        drop = max(0, len(old) + len(page) - KEPT)
        gone = self._tops[min(drop, len(self.items))]
        self.at_start = self.at_start and drop == 0
        self._set([*old[drop:], *page])
        return gone

    def row(self, y: int) -> tuple[int, int] | None:
        """Which item a row belongs to, and which of its rows it is."""
        if not 0 <= y < self.height:
            return None
        index = bisect_right(self._tops, y) - 1
        return index, y - self._tops[index]

    def top(self, index: int) -> int:
        """The first row of an item."""
        return self._tops[index]

    def top_of(self, key: Key) -> int | None:
        """The first row of the item with that key, if it is loaded."""
        index = self.index_of(key)
        return None if index is None else self._tops[index]

    def index_of(self, key: Key | None) -> int | None:
        """Where an item stands; one that moved from the outbox into the log is found by its id."""
        for index, item in enumerate(self.items):
            if item.key == key:
                return index
        if key is not None and key[1] is None:
            return next((at for at, item in enumerate(self.items) if item.message.id == key[0]), None)
        return None

    def known(self, document: bytes) -> MessageView | None:
        """A message of the channel, loaded here or not."""
        found = self._known.get(document)
        if found is None:
            found = self._line.message(self.channel, document)
        return found if found is None or found.channel == self.channel else None

    def step(
        self, index: int, by: int, wanted: Callable[[Item], bool] = lambda item: bool(item.rows)
    ) -> int | None:
        """The next item in a direction that takes room on the screen."""
        at = index + by
        while 0 <= at < len(self.items):
            if wanted(self.items[at]):
                return at
            at += by
        return None

    def _edge(self, at: int) -> int | None:
        numbers = [item.message.seq for item in self.items if item.message.seq is not None]
        return numbers[at] if numbers else None

    def _set(self, messages: list[MessageView]) -> None:
        known = {item.key: item for item in self.items}
        self._known = {one.id: one for one in reversed(messages) if one.seq is not None}
        items: list[Item] = []
        before = ""
        for message in messages:
            today = day(message.at or message.time, t)
            opens = today != before
            old = known.get((message.id, message.seq))
            if old is not None and old.opens_day == opens and old.message == message:
                item = old
            else:
                item = Item(message, opens, self._wrap(message, opens=opens))
            items.append(item)
            if item.rows:
                before = today
        self.items = items
        self._tops = [0, *accumulate(len(item.rows) for item in items)]

    def _wrap(self, message: MessageView, *, opens: bool) -> tuple[Row, ...]:
        if self._width < 10:
            return ()
        return message_rows(message, self._width, opens_day=opens, known=self.known)
