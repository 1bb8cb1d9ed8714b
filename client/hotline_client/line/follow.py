"""Reading a log from a durable place on: at least once, in log order, as fast as the reader takes it.

Nothing is queued between the vault and the reader, so a slow reader costs nothing. A place moves when what stands there was
committed, and not before: what was read and not committed is read again after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, Protocol

from hotline_client.line.line import Line
from hotline_client.line.views import MessageView

PAGE: Final = 200


class Cursors(Protocol):
    """Where places are kept: the vault."""

    def cursor(self, name: str, channel: str) -> int:
        """Up to which seq the reader of this name has got, 0 if it has never read."""

    def set_cursor(self, name: str, channel: str, seq: int) -> None:
        """Remember how far a reader got."""


class Follower:
    """A reader's place in each channel. Without a name it is forgotten; it begins at the end unless `start` says where."""

    def __init__(
        self,
        line: Line,
        channels: Sequence[str],
        cursors: Cursors,
        name: str | None = None,
        start: Mapping[str, int] | None = None,
    ) -> None:
        self._line = line
        self._cursors = cursors
        self._name = name
        self._start = dict(start or {})
        self._after = {channel: self._begin(channel) for channel in channels}

    def _begin(self, channel: str) -> int:
        if self._name is not None:
            return self._cursors.cursor(self._name, channel)
        return self._start.get(channel, self._line.channel(channel).cursor)

    def new(self) -> Iterator[list[MessageView]]:
        """What stands behind the place of each channel: the lines of one entry at a time."""
        for channel, after in self._after.items():
            for _, lines in groupby(self._pages(channel, after), key=lambda message: message.seq):
                found = list(lines)
                self._after[channel] = found[-1].seq or after
                yield found

    def _pages(self, channel: str, after: int) -> Iterator[MessageView]:
        while True:
            page = [m for m in self._line.timeline(channel, after=after, limit=PAGE) if m.seq is not None]
            full = len(page) >= PAGE
            if full and page[0].seq != page[-1].seq:
                # one entry may have several lines: those of the last are taken together with the next page
                page = [m for m in page if m.seq != page[-1].seq]
            yield from page
            if not full:
                return
            after = page[-1].seq or after

    def commit(self, channel: str, seq: int) -> None:
        """Everything up to there was dealt with."""
        if self._name is not None:
            self._cursors.set_cursor(self._name, channel, seq)
