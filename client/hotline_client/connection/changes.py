"""Who wants to know what changed: each subscriber gets it coalesced, in its own loop, whatever thread it happened in."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Literal

from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import What

POLL: Final = 0.2
"""How often the vault is asked whether another process wrote to it, s."""
_ALL: frozenset[What] = frozenset({"status", "messages", "roster", "outbox", "halt"})


@dataclass(frozen=True, slots=True)
class Changed:
    """Something under `channel` (None: the line itself) changed; `what` says which views to read again."""

    channel: str | None
    what: frozenset[Literal["status", "messages", "roster", "outbox", "halt", "progress"]]
    done: int | None = None
    total: int | None = None


class Subscription(AsyncIterator[Changed]):
    """What one reader has not heard yet, from the moment it was made; without end. Forgotten when nobody holds it."""

    def __init__(self, desk: Desk) -> None:
        self.loop = asyncio.get_running_loop()
        self.awake = asyncio.Event()
        self._desk = desk
        self._lock = threading.Lock()
        self._pending: dict[str | None, set[What]] = {}
        self._progress: dict[str | None, tuple[int, int]] = {}
        self._ready: deque[Changed] = deque()
        self._versions = desk.data_version()

    def add(
        self, channel: str | None, what: frozenset[What], progress: tuple[int, int] | None = None
    ) -> None:
        """From any thread."""
        with self._lock:
            self._pending.setdefault(channel, set()).update(what)
            if progress is not None:
                self._progress[channel] = progress
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.awake.set)

    async def __anext__(self) -> Changed:
        """The next change, asking the vault from time to time what other processes did."""
        while not self._ready:
            self._take()
            if self._ready:
                break
            try:
                async with asyncio.timeout(POLL):
                    await self.awake.wait()
            except TimeoutError:
                self._ask_vault()
            self.awake.clear()
        return self._ready.popleft()

    def _take(self) -> None:
        with self._lock:
            pending, progress = self._pending, self._progress
            self._pending, self._progress = {}, {}
        for channel, what in pending.items():
            self._ready.append(Changed(channel, frozenset(what), *progress.get(channel, (None, None))))

    def _ask_vault(self) -> None:
        versions = self._desk.data_version()
        if self._versions != versions:
            self._versions = versions
            for name in (None, *self._desk.entitled):
                self.add(name, _ALL)


class Subscribers:
    """Everybody who follows the changes of one line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    def subscribe(self, desk: Desk) -> Subscription:
        """What changes from now on. Call it in a running loop."""
        made = Subscription(desk)
        with self._lock:
            self._subscriptions.add(made)
        return made

    def tell(
        self, channel: str | None, what: frozenset[What], progress: tuple[int, int] | None = None
    ) -> None:
        """Something changed; `progress`: how many of how many entries of a backlog. From any thread."""
        if not what:
            return
        with self._lock:
            subscriptions = list(self._subscriptions)
        for one in subscriptions:
            one.add(channel, what, progress)
