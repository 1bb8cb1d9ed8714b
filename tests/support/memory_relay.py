"""The relay in memory: the real ordering rules, no sockets. Desks are joined to it by a `Wire` that a test moves by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline_client.engine.desk import Desk
from hotline_protocol.relay.frames import Answers, ChannelState, Submission
from hotline_server.ordering import Answer, Known, LogKey, Position, decide, empty


@dataclass
class Log:
    """One channel's log as an honest relay has it."""

    position: Position
    raws: list[bytes] = field(default_factory=list)
    known: dict[bytes, Known] = field(default_factory=dict)


class MemoryRelay:
    """Logs of one link. Hostile relays override `announce`, `read` or `append`."""

    def __init__(self, link_id: bytes, clock: Callable[[], int]) -> None:
        self.link_id = link_id
        self.clock = clock
        self.logs: dict[str, Log] = {}

    def log(self, channel: str) -> Log:
        if channel not in self.logs:
            self.logs[channel] = Log(empty(LogKey(self.link_id, channel)))
        return self.logs[channel]

    def append(self, channel: str, submissions: Sequence[Submission]) -> list[Answer]:
        log = self.log(channel)
        decision = decide(log.position, log.known, submissions, self.clock())
        log.position = decision.position
        log.raws += decision.raws
        return decision.answers

    def announce(self, channel: str) -> ChannelState:
        position = self.log(channel).position
        return ChannelState(channel, position.tail, position.last_commit, position.head)

    def read(self, channel: str, after: int, limit: int) -> tuple[int, list[bytes]]:
        """(seq of the first, entries) that follow `after`."""
        return after + 1, self.log(channel).raws[after : after + limit]


class Wire:
    """A desk's connection: what `Session` does, one call at a time."""

    def __init__(self, desk: Desk, relay: MemoryRelay, *, batch: int = 256) -> None:
        self.desk = desk
        self.relay = relay
        self.batch = batch
        self.places: dict[str, int] = {}
        self.offered: set[tuple[bytes, int]] = set()

    def connect(self, *channels: str) -> None:
        """A new session."""
        self.places.clear()
        self.offered.clear()
        for name in channels or self.desk.entitled:
            after = self.desk.ready(self.relay.announce(name))
            if after is not None:
                self.places[name] = after
                self.pull(name)
                self.desk.caught_up(name)

    def pull(self, name: str) -> int:
        """Take what the relay has; how many entries came."""
        count = 0
        while name in self.places:
            first, raws = self.relay.read(name, self.places[name], self.batch)
            if not raws:
                break
            again = self.desk.entries(name, first, raws, fresh=False)
            self.places[name] = max(self.places[name], first + len(raws) - 1) if again is None else again
            count += len(raws)
            if self.desk.state(name).standing.halt is not None:
                break
        return count

    def push(self, name: str) -> int:
        """Offer what is due; how many were offered."""
        if name not in self.places:
            return 0
        due = [one for one in self.desk.outgoing(name) if (one.id, one.after) not in self.offered][:64]
        if due:
            self.offered |= {(one.id, one.after) for one in due}
            self.desk.answers(Answers(name, tuple(self.relay.append(name, due))))
        return len(due)

    def turn(self, name: str) -> int:
        """One round of everything; how much happened."""
        moved = self.push(name) + self.pull(name)
        if name in self.places:
            self.desk.tick(name)
        return moved + self.push(name)


def settle(wires: Sequence[Wire], *channels: str) -> None:
    """Until nothing moves any more."""
    for _ in range(10_000):
        names = channels or tuple({name for wire in wires for name in wire.places})
        if not sum(wire.turn(name) for wire in wires for name in names if name in wire.places):
            return
    raise AssertionError("the wires never came to rest")
