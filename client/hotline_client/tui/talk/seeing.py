"""What may be called seen: a watermark that never passes a message of the other side that was not painted."""

from __future__ import annotations

from collections.abc import Iterable

from hotline_client.line.views import MessageView
from hotline_client.tui.parts.ports import LinePort


class Seeing:
    """One channel's painted messages. Only `text` of the other side counts; everything else lets the mark pass."""

    def __init__(self, line: LinePort, channel: str) -> None:
        self._line = line
        self._channel = channel
        mine = (leaf.seen for leaf in line.roster(channel) if leaf.person.me)
        self.watermark = max(mine, default=0)
        self._painted: set[int] = set()
        self._asked = self.watermark

    def painted(self, messages: Iterable[MessageView]) -> int | None:
        """Tell what was wholly painted; returns the new watermark to send, or None where it did not move."""
        fresh = {
            one.seq for one in messages if one.seq is not None and one.seq > self.watermark
        } - self._painted
        if not fresh:
            return None
        self._painted |= fresh
        told = self.watermark
        while page := self._line.timeline(self._channel, after=self._asked, limit=200):
            if not self._pass(page):
                break
        self._painted = {seq for seq in self._painted if seq > self.watermark}
        return self.watermark if self.watermark > told else None

    def _pass(self, page: list[MessageView]) -> bool:
        """Walk one page; False where a message that was not painted, or the end, stops the walk."""
        before = self._asked
        for message in page:
            if message.seq is None:
                return False
            if counts(message):
                if message.seq not in self._painted:
                    return False
                self.watermark = message.seq
            self._asked = message.seq
        return self._asked > before


def counts(message: MessageView) -> bool:
    """Whether a person must have had it before their eyes."""
    return message.kind == "text" and message.author is not None and not message.author.own


def first_unseen(line: LinePort, channel: str, watermark: int) -> MessageView | None:
    """The first message of theirs above the watermark, looked for a few pages far."""
    after = watermark
    for _ in range(20):
        page = line.timeline(channel, after=after, limit=200)
        found = next((one for one in page if one.seq is not None and counts(one)), None)
        numbers = [one.seq for one in page if one.seq is not None]
        if found is not None or not numbers:
            return found
        after = numbers[-1]
    return None
