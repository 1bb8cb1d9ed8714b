"""Who wants to know what changed: each subscriber gets it coalesced, in its own loop, whatever thread it happened in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import ClassVar

from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import What
from hotline_client.views import Changed

_ALL: frozenset[What] = frozenset({"status", "messages", "roster", "outbox", "halt"})


class _Subscriber:
    """Pending news of one iterator."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.awake = asyncio.Event()
        self.pending: dict[str | None, set[What]] = {}
        self.progress: dict[str | None, tuple[int, int]] = {}


class Newsroom:
    """All subscribers of one line."""

    POLL: ClassVar[float] = 0.2
    """How often the vault is asked whether another process wrote to it, s."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[_Subscriber] = set()

    def tell(self, channel: str | None, what: frozenset[What]) -> None:
        """Something changed. From any thread."""
        if not what:
            return
        with self._lock:
            subscribers = list(self._subscribers)
            for one in subscribers:
                one.pending.setdefault(channel, set()).update(what)
        self._wake(subscribers)

    def tell_progress(self, channel: str, done: int, total: int) -> None:
        """A backlog is being taken: `done` of `total` entries."""
        with self._lock:
            subscribers = list(self._subscribers)
            for one in subscribers:
                one.pending.setdefault(channel, set()).add("progress")
                one.progress[channel] = (done, total)
        self._wake(subscribers)

    @staticmethod
    def _wake(subscribers: list[_Subscriber]) -> None:
        for one in subscribers:
            if not one.loop.is_closed():
                one.loop.call_soon_threadsafe(one.awake.set)

    async def subscribe(self, desk: Desk) -> AsyncGenerator[Changed, None]:
        """News from now on, without end."""
        subscriber = _Subscriber(asyncio.get_running_loop())
        with self._lock:
            self._subscribers.add(subscriber)
        try:
            while True:
                await self._next(subscriber, desk)
                for changed in self._take(subscriber):
                    yield changed
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)

    async def _next(self, subscriber: _Subscriber, desk: Desk) -> None:
        """Until there is news, asking the vault from time to time."""
        while not subscriber.pending:
            try:
                async with asyncio.timeout(self.POLL):
                    await subscriber.awake.wait()
            except TimeoutError:
                if desk.changed_elsewhere():
                    for name in (None, *desk.entitled):
                        self.tell(name, _ALL)
            subscriber.awake.clear()

    def _take(self, subscriber: _Subscriber) -> list[Changed]:
        with self._lock:
            pending, progress = subscriber.pending, subscriber.progress
            subscriber.pending, subscriber.progress = {}, {}
        return [
            Changed(channel, frozenset(what), *progress.get(channel, (None, None)))
            for channel, what in pending.items()
        ]
