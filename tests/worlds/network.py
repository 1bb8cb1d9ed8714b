"""The network: connections that delay and keep their own order, overtake each other, break, or fall silent."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final, Protocol

from tests.worlds.clock import SECOND, Scheduler

PONG_LOST: Final = 20 * SECOND
"""When a client gives a silent connection up (T4), ms; a relay does after 60 s."""


class End(Protocol):
    """One end of a connection."""

    def receive(self, connection: Connection, frame: Any) -> None: ...

    def ended(self, connection: Connection) -> None: ...


class Connection:
    """One WebSocket: frames arrive in order, each way, until it ends. `who`: the machine of the client."""

    def __init__(self, network: Network, who: str, client: End, relay: End) -> None:
        self.network, self.who, self.client, self.relay = network, who, client, relay
        self.alive = True
        self.silent = False
        self._last = {"up": 0, "down": 0}

    def up(self, frame: Any) -> None:
        self._send("up", self.relay, frame)

    def down(self, frame: Any) -> None:
        self._send("down", self.client, frame)

    def _send(self, way: str, end: End, frame: Any) -> None:
        if not self.alive or self.silent:
            return
        scheduler = self.network.scheduler
        arrives = max(self._last[way], scheduler.now + self.network.delay(self.who))
        self._last[way] = arrives
        scheduler.after(arrives - scheduler.now, lambda: self._arrive(end, frame))

    def _arrive(self, end: End, frame: Any) -> None:
        if self.alive and not self.silent:
            end.receive(self, frame)

    def end(self, *, told: bool = True) -> None:
        """Over. Unless `told`, both ends find out by their own timers only."""
        if not self.alive:
            return
        if not told and not self.silent:
            self.silent = True
            self.network.scheduler.after(PONG_LOST, self.end)
            return
        self.alive = False
        self.network.connections.discard(self)
        self.client.ended(self)
        self.relay.ended(self)


class Network:
    """All machines' ways to the relays. `down`: machine (or relay url) → until when it reaches nobody, true ms."""

    def __init__(self, scheduler: Scheduler, rng: random.Random) -> None:
        self.scheduler = scheduler
        self.rng = rng
        self.down: dict[str, int] = {}
        self.connections: set[Connection] = set()
        self._base: dict[str, int] = {}
        self.slow = 1.0

    def delay(self, who: str) -> int:
        base = self._base.get(who)
        if base is None:
            base = self._base[who] = self.rng.randrange(10, 150)
        return int(self.slow * base * (0.75 + self.rng.random() / 2)) + 1

    def near(self, who: str) -> None:
        """This machine stands next to the relay."""
        self._base[who] = 1

    def reaches(self, who: str, door: str) -> bool:
        return all(self.down.get(one, 0) <= self.scheduler.now for one in (who, door))

    def connect(self, who: str, client: End, relay: End, accept: Callable[[Connection], None]) -> Connection:
        """A handshake takes two round trips before the relay speaks."""
        connection = Connection(self, who, client, relay)
        self.connections.add(connection)
        self.scheduler.after(4 * self.delay(who), lambda: accept(connection) if connection.alive else None)
        return connection

    def cut(self, who: str, seconds: float, *, told: bool = True) -> None:
        """`who` reaches nobody for so long."""
        self.down[who] = max(self.down.get(who, 0), self.scheduler.now + int(seconds * SECOND))
        for one in sorted(self.connections, key=lambda one: one.who):
            if who in (one.who, getattr(one.relay, "door", None)):
                one.end(told=told)

    def heal(self) -> None:
        self.down.clear()
        self.slow = 1.0
