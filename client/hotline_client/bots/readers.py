"""A reader with a handler: takes what is new in its channels, one entry after the other, and parks what the handler gives up on."""

from __future__ import annotations

import time
from collections.abc import Callable

from hotline_client.line.follow import Follower
from hotline_client.line.views import MessageView
from hotline_client.schedules.handlers import DONE, Handler
from hotline_client.vault.schedules import Parked, Schedules

Written = Callable[[MessageView], bytes]
"""A message as the JSON that a handler gets."""


class Reader:
    """`name`: the durable place it reads from. What this device said itself is passed over."""

    def __init__(
        self, name: str, follower: Follower, handler: Handler, store: Schedules, written: Written
    ) -> None:
        self.name = name
        self._follower = follower
        self._handler = handler
        self._store = store
        self._written = written

    async def take_new(self) -> list[Parked]:
        """Everything that stands there now; what had to be parked."""
        given_up: list[Parked] = []
        for lines in self._follower.new():
            parked = await self._take(lines)
            if parked is None:
                self._follower.commit(lines[-1].channel, lines[-1].seq or 0)
            else:
                given_up.append(parked)
        return given_up

    async def _take(self, lines: list[MessageView]) -> Parked | None:
        for message in lines:
            if message.author is not None and message.author.me:
                continue
            code, attempts = await self._handler.handle(self._written(message))
            if code != DONE:
                now = time.time_ns() // 1_000_000
                parked = Parked(self.name, message.channel, message.seq or 0, code, attempts, now)
                self._store.park(parked)
                return parked
        return None
