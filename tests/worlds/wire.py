"""A client's connection as `RelaySession` and `Connection` keep it, one frame at a time and without a loop: T2, the back-off of T3, and ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from hotline_client.connection.health import LineState
from hotline_client.connection.reconnect import FIRST_DELAY, LONGEST_DELAY
from hotline_client.connection.session import MAX_IN_FLIGHT, RelayError, RestartError
from hotline_client.line.line import Line
from hotline_protocol.errors import HotlineError, PeerError
from hotline_protocol.relay.frames import (
    Answers,
    Append,
    Challenge,
    Entries,
    Error,
    Fetch,
    Follow,
    Ready,
    Show,
    Submission,
)
from tests.worlds.clock import MINUTE, SECOND
from tests.worlds.disks import Fuse
from tests.worlds.network import Connection, Network
from tests.worlds.relay import RelayMachine

HEARTBEAT: Final = 30 * MINUTE
"""Between two ticks of a line on which nothing happens, ms; the real one ticks five times a second, and finds nothing to do."""
AFTERWARDS: Final = (2_050, 4_100, 8_500, 31_000)
"""When a line ticks after something happened: what is due by time alone falls due by then."""


@dataclass(slots=True)
class _Followed:
    expected: int
    tail: int
    caught_up: bool = False
    offered: set[tuple[bytes, int]] = field(default_factory=set)
    unanswered: set[bytes] = field(default_factory=set)


class Wire:
    """Connects, and connects again, until it is stopped. `doors`: the relays in the charter's order."""

    def __init__(
        self,
        who: str,
        line: Line,
        network: Network,
        doors: list[RelayMachine],
        *,
        fuse: Fuse,
        guard: Callable[[Callable[[], None]], None],
    ) -> None:
        self.who, self.line, self.network, self.doors, self.fuse = who, line, network, doors, fuse
        self._guard = guard
        self._driver = line._driver
        self._reconnecting = line._connection
        self._failures = self._door = 0
        self._connection: Connection | None = None
        self._stage = "down"
        self._followed: dict[str, _Followed] = {}
        self._left_out: list[str] = []
        self._ticking: int | None = None
        self._afterwards = 0
        self.stopped = False
        self.mute: Callable[[Submission], bool] = lambda _submission: False

    # --- the life of connections

    def start(self) -> None:
        if self.stopped or self._connection is not None:
            return
        door = self.doors[self._door]
        if not door.up or not self.network.reaches(self.who, door.door):
            self._lost(OSError("no route to the relay"))
            return
        self._stage = "challenge"
        self._connection = self.network.connect(self.who, self, door, door.accept)

    def stop(self) -> None:
        self.stopped = True
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()

    def ended(self, connection: Connection) -> None:
        if connection is self._connection:
            self._connection = None
            self._guard(lambda: self._lost(OSError("the connection ended")))

    def restart(self) -> None:
        """A new session at once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()
        self._stage = "down"
        self.network.scheduler.after(1, self.start)

    def _lost(self, error: Exception) -> None:
        self._stage = "down"
        relay = self.line.charter.relays[self._door]
        self._reconnecting._failed(error, relay)
        if self.stopped:
            return
        self._door = (self._door + 1) % len(self.doors)
        longest = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(self._failures, 10)))
        self._failures += 1
        delay = longest * (0.5 + self._reconnecting._jitter() / 2)
        self.network.scheduler.after(delay * SECOND, self.start)

    # --- frames

    def receive(self, connection: Connection, frame: Any) -> None:
        if connection is self._connection:
            self._guard(lambda: self._work(lambda: self._take(frame)))

    def wake(self) -> None:
        """There may be something to send."""
        if self._stage == "ready":
            self._guard(lambda: self._work(lambda: None))

    def _work(self, work: Callable[[], None]) -> None:
        def all_of_it() -> None:
            work()
            if self._stage == "ready":
                self._offer()
                self._settle()
                self._pump()
                self._poke()

        self._attempt(all_of_it)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except RestartError:
            self.restart()
        except (HotlineError, OSError) as error:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.end()
            self._lost(error)

    def _take(self, frame: Any) -> None:
        match frame:
            case Challenge(nonce):
                self._send(self._driver.hello(nonce, self.doors[self._door].tls_hash))
            case Ready():
                self._ready(frame)
            case Entries():
                self._entries(frame)
            case Answers():
                self._answers(frame)
            case Show() | Fetch():
                self._send(self._driver.asked(frame))
            case Error(code, message, retry_after):
                raise RelayError(code, message, retry_after)

    def _ready(self, frame: Ready) -> None:
        self._followed.clear()
        for name, after, tail in self._driver.ready(frame):
            self._followed[name] = _Followed(after + 1, tail)
            self._send(Follow(name, after))
        self._offer()
        self._left_out = [one.name for one in frame.channels if one.name not in self._followed]
        self._stage, self._failures = "ready", 0
        self._reconnecting._set(LineState.UP, None, self.line.charter.relays[self._door].url)

    def _offer(self) -> None:
        for offer in self._driver.offers():
            self._send(offer)

    def _entries(self, frame: Entries) -> None:
        followed = self._followed.get(frame.channel)
        if followed is None:
            raise PeerError("the relay speaks of a channel that was not followed")
        raws = [bytes(one) for one in frame.entries]
        if self._driver.entries(frame.channel, frame.first, raws, fresh=followed.caught_up) is not None:
            raise RestartError
        followed.expected = max(followed.expected, frame.first + len(raws))
        if followed.caught_up:
            self._driver.tick(frame.channel)

    def _answers(self, frame: Answers) -> None:
        followed = self._followed[frame.channel]
        for answer in frame.answers:
            if answer.id not in followed.unanswered:
                raise PeerError("the relay answered what was not asked")
            followed.unanswered.discard(answer.id)
        self._driver.answers(frame)

    def _settle(self) -> None:
        for name, followed in self._followed.items():
            if not followed.caught_up and followed.expected > followed.tail:
                followed.caught_up = True
                self._driver.caught_up(name)

    def _pump(self) -> None:
        for name, followed in self._followed.items():
            if not followed.caught_up:
                continue
            outgoing = self._driver.outgoing(name)
            followed.offered &= {(one.id, one.after) for one in outgoing}
            fresh = [
                one
                for one in outgoing
                if (one.id, one.after) not in followed.offered
                and one.id not in followed.unanswered
                and not self.mute(one)
            ]
            batch = fresh[: min(64, max(0, MAX_IN_FLIGHT - len(followed.unanswered)))]
            if batch:
                followed.offered |= {(one.id, one.after) for one in batch}
                followed.unanswered |= {one.id for one in batch}
                self._send(Append(name, tuple(batch)))

    def inject(self, channel: str, submission: Submission) -> None:
        """A liar's own words, past its engine."""
        if self._stage == "ready" and channel in self._followed:
            self._followed[channel].unanswered.add(submission.id)
            self._send(Append(channel, (submission,)))

    def _send(self, frame: Any) -> None:
        if self._connection is None:
            return
        self.fuse.burn("send")
        self._connection.up(frame)
        self.fuse.burn("sent")

    # --- time

    def _poke(self) -> None:
        """Something happened: tick soon, a few times, then rarely."""
        self._afterwards = 0
        self._tick_after(AFTERWARDS[0])

    def _tick_after(self, delay: int) -> None:
        number = self._ticking = (self._ticking or 0) + 1
        self.network.scheduler.after(delay, lambda: self._tick(number))

    def _tick(self, number: int) -> None:
        if number != self._ticking or self._stage != "ready" or self.stopped:
            return
        self._guard(lambda: self._work_tick(number))

    def _work_tick(self, number: int) -> None:
        before = self.line._desk.data_version()
        self._work_quietly()
        if self._stage != "ready" or number != self._ticking:
            return
        if before != self.line._desk.data_version():
            self._poke()
            return
        self._afterwards += 1
        last = AFTERWARDS[min(self._afterwards, len(AFTERWARDS)) - 1]
        following = AFTERWARDS[self._afterwards] if self._afterwards < len(AFTERWARDS) else last + HEARTBEAT
        self._tick_after(following - last)

    def _work_quietly(self) -> None:
        """What the real session does at each tick."""
        if any(self._driver.may_follow(name) for name in self._left_out) or any(
            self._driver.cursor(name) < followed.expected - 1 for name, followed in self._followed.items()
        ):
            self.restart()
            return
        self._attempt(self._due)

    def _due(self) -> None:
        self._offer()
        for name, followed in self._followed.items():
            if followed.caught_up:
                self._driver.tick(name)
        self._settle()
        self._pump()
