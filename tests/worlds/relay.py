"""The relay: the real rules, ordering and store contract around connections of the simulated network; and the places where it may lie."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from hotline_protocol.errors import FormatError, StorageError
from hotline_protocol.relay.frames import (
    MAX_BATCH,
    NONCE_SIZE,
    Answers,
    ChannelState,
    Entries,
    Error,
    Fetch,
    Ready,
    Rejected,
    Show,
    Submission,
)
from hotline_server.limits import Devices, Quotas
from hotline_server.offers import Offered, Refilled
from hotline_server.ordering import LogKey
from hotline_server.recovery import Recoveries
from hotline_server.rules import Accepted, Admitted, Following, Link, Links, Refusals, RefusedError, Session
from hotline_server.store.base import Batch
from tests.support.people import self_signed
from tests.worlds.cast import Home
from tests.worlds.clock import SECOND, Scheduler
from tests.worlds.disks import Fuse, Killed, RelayDisk
from tests.worlds.network import Connection

MESSAGE_BYTES: Final = 64 * 1024


class Lie:
    """What a relay does that it should not; a subclass overrides what it lies about. `who`: the machine it talks to."""

    lasting = False
    """Whether it goes on when other faults end: what must hold all the same is looked at meanwhile."""

    def ready(self, who: str, ready: Ready) -> Ready:
        del who
        return ready

    def submitted(self, who: str, submissions: Sequence[Submission]) -> Sequence[Submission]:
        """What is really ordered; what is left out is never answered."""
        del who
        return submissions


class _Client:
    """The relay's side of one connection."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self.session, self.connection = session, connection
        self.cursors: dict[str, tuple[LogKey, int]] = {}

    def ask(self, frame: Show | Fetch) -> None:
        self.connection.down(frame)


class RelayMachine:
    """One relay with its disk. `shadows`: machines that are shown a log of their own."""

    def __init__(
        self,
        home: Home,
        disk: RelayDisk,
        *,
        scheduler: Scheduler,
        clock: Callable[[], int],
        rng: random.Random,
        door: str,
    ) -> None:
        self.home, self.disk, self.clock, self.door = home, disk, clock, door
        self.scheduler = scheduler
        self.fuse = Fuse()
        self.lies: list[Lie] = []
        self.shadows: dict[str, RelayDisk] = {}
        self.up = True
        self.beside: list[RelayMachine] = [self]
        """All relays on this disk: the second address of a charter is another door to the same logs."""
        self.restart: Callable[[], None] = lambda: None
        self.heard: Callable[[str, LogKey, Sequence[Submission]], None] = lambda _who, _key, _submissions: (
            None
        )
        self._rng = rng
        self._links = Links({home.charter.link_id: Link(home.charter, home.trust)})
        self._quotas = Quotas()
        self._devices = Devices(self._quotas)
        self.tls_hash = sha256(self_signed()).digest()
        self._clients: dict[Connection, _Client] = {}
        self._looking = False
        self.journal: list[tuple[str, str, dict[str, Any]]] = []
        self._recoveries = Recoveries(
            disk,
            int(self._quotas.settle_seconds * SECOND),
            present=self._present,
            observe=self._observe,
            changed=self._changed,
        )

    def disk_of(self, who: str) -> RelayDisk:
        return self.shadows.get(who, self.disk)

    # --- connections

    def accept(self, connection: Connection) -> None:
        if not self.up:
            connection.end()
            return
        session = Session(
            self._links, self._devices, self._quotas, self.tls_hash, self._rng.randbytes(NONCE_SIZE)
        )
        self._clients[connection] = _Client(session, connection)
        connection.down(session.challenge())

    def ended(self, connection: Connection) -> None:
        client = self._clients.pop(connection, None)
        if client is not None:
            client.session.close()
            self.recoveries.gone(client)

    def receive(self, connection: Connection, frame: Any) -> None:
        client = self._clients.get(connection)
        if client is None:
            return
        try:
            outcome = client.session.receive(frame, self.clock())
        except RefusedError as refused:
            connection.down(refused.frame)
            return
        except FormatError:
            connection.end()
            return
        try:
            self._carry_out(connection, client, outcome)
        except Killed:
            self.die()

    def _carry_out(self, connection: Connection, client: _Client, outcome: Any) -> None:
        match outcome:
            case Admitted(channels):
                connection.down(self._ready(connection.who, channels))
            case Accepted(key, submissions, rejected) if self.recoveries.is_recovering(key):
                later = [
                    Rejected(one.id, "recovering", "the relay waits for lost entries", 5.0)
                    for one in submissions
                ]
                connection.down(Answers(key.channel, (*rejected, *later)))
            case Accepted(key, submissions, rejected):
                if rejected:
                    connection.down(Answers(key.channel, rejected))
                self._order(connection, key, submissions)
            case Following(key, after):
                client.cursors[key.channel] = (key, after)
                self._push(connection, client)
            case Refusals(channel, rejected):
                connection.down(Answers(channel, rejected))
            case Offered():
                self.recoveries.offer(outcome, client, self.clock())
                self._look_again()
            case Refilled():
                if not self.recoveries.refill(outcome, client, self.clock()):
                    connection.down(Error("malformed", "a refill that was not asked for"))
                self._look_again()

    def _ready(self, who: str, channels: Sequence[LogKey]) -> Ready:
        disk = self.disk_of(who)
        places = [(key, disk.position(key)) for key in channels]
        states = tuple(
            ChannelState(key.channel, at.tail, at.last_commit, at.head, self.recoveries.is_recovering(key))
            for key, at in places
        )
        ready = Ready(self.clock(), self._quotas.announced(), states)
        for lie in self.lies:
            ready = lie.ready(who, ready)
        return ready

    def _order(self, connection: Connection, key: LogKey, submissions: Sequence[Submission]) -> None:
        who = connection.who
        for lie in self.lies:
            submissions = lie.submitted(who, submissions)
        if not submissions:
            return
        self.fuse.burn("store")
        disk = self.disk_of(who)
        try:
            decision = disk.append([Batch(key, submissions)], self.clock())[0]
        except StorageError:
            refused = tuple(
                Rejected(one.id, "storage", "the relay cannot write to its disk", 5.0) for one in submissions
            )
            connection.down(Answers(key.channel, refused))
            return
        self.fuse.burn("stored")
        connection.down(Answers(key.channel, tuple(decision.answers)))
        if decision.raws:
            self.tell(disk)
            self.heard(who, key, submissions)

    def tell(self, disk: RelayDisk) -> None:
        """Push to everybody who follows a log on that disk."""
        for relay in self.beside:
            for connection, client in list(relay._clients.items()):
                if self.disk_of(connection.who) is disk:
                    relay._push(connection, client)

    def _push(self, connection: Connection, client: _Client) -> None:
        disk = self.disk_of(connection.who)
        for channel, (key, sent) in list(client.cursors.items()):
            seq = sent
            while raws := disk.read(key, seq, MAX_BATCH, MESSAGE_BYTES):
                connection.down(Entries(channel, seq + 1, tuple(map(msgspec.Raw, raws))))
                seq += len(raws)
            client.cursors[channel] = (key, seq)

    # --- entries that it lost

    @property
    def recoveries(self) -> Recoveries:
        """Of all doors to the same logs."""
        return self.beside[0]._recoveries

    def _present(self, key: LogKey) -> list[bytes]:
        sessions = [one.session for relay in self.beside for one in relay._clients.values()]
        return [one.fingerprint for one in sessions if one.may_use(key)]

    def _observe(self, event: str, key: LogKey, **facts: Any) -> None:
        """What an operator would read."""
        self.journal.append((event, key.channel, facts))

    def _changed(self, key: LogKey) -> None:
        """Whoever uses the channel comes back and hears that it began or ended to recover."""
        for relay in self.beside:
            for connection, client in list(relay._clients.items()):
                if client.session.may_use(key):
                    connection.down(Error("recovering", "come back", 0.0))

    def _look_again(self) -> None:
        """Sweep for as long as devices offer something."""
        if not self._looking:
            self._looking = True
            self.scheduler.after(SECOND, self._sweep)

    def _sweep(self) -> None:
        self._looking = False
        self.recoveries.sweep(self.clock())
        if self.recoveries.busy:
            self._look_again()

    # --- what befalls it

    def write(self, key: LogKey, submission: Submission, disk: RelayDisk | None = None) -> None:
        """The relay itself puts something into a log."""
        disk = disk or self.disk
        disk.append([Batch(key, [submission])], self.clock())
        self.tell(disk)

    def hang_up(self, who: str | None = None) -> None:
        for relay in self.beside if who else [self]:
            for connection in list(relay._clients):
                if who in (None, connection.who):
                    connection.end()

    def die(self) -> None:
        """The process is gone; what was stored is stored."""
        self.up = False
        self.hang_up()
        self.restart()
