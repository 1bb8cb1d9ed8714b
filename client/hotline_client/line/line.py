"""The line as screens, commands and bots use it: one object per process over one vault, offline until it is entered.

Everything a caller asks for is stored before the call returns. What the vault holds is sent by whoever is online with it.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

from hotline_client.connection.changes import POLL, Changed, Subscribers
from hotline_client.connection.clock import Reference, steady, wall
from hotline_client.connection.driver import DeskDriver
from hotline_client.connection.health import Health
from hotline_client.connection.reconnect import Connection
from hotline_client.engine import journal
from hotline_client.engine.contents import body_of
from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import Draft, Random
from hotline_client.engine.incoming import halting
from hotline_client.engine.outgoing import documents, receipts
from hotline_client.engine.outgoing.recovery import Recovered
from hotline_client.engine.records import DocumentRecord
from hotline_client.engine.store import PutBack
from hotline_client.errors import HaltedChannel, OldVault, Refused
from hotline_client.line import acts
from hotline_client.line.channels import channel_view, knock_views, member_views, outbox_views
from hotline_client.line.enrolment import context_of
from hotline_client.line.people import person
from hotline_client.line.record import Recorder
from hotline_client.line.search import LIMIT, numbered, place, search
from hotline_client.line.settings import DeviceSettings, MemorySettings, Settings
from hotline_client.line.timeline import Timeline
from hotline_client.line.views import (
    ChannelView,
    Found,
    KnockView,
    MemberView,
    MessageView,
    OutboxView,
    Person,
    StatusView,
)
from hotline_client.vault import Vault
from hotline_protocol.documents import Addressee, Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.talk import Revocation, Text
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Charter
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Precedence, Response, Side, other

T = TypeVar("T")


class Line:
    """See the methods; times are unix ms, ids are 16 bytes. Sync calls are short transactions on the vault."""

    def __init__(
        self, desk: Desk, *, jitter: Callable[[], float] = random.random, settings: Settings | None = None
    ) -> None:
        self._desk = desk
        self._settings = DeviceSettings(settings or MemorySettings())
        self._timeline = Timeline(desk)
        self._subscribers = Subscribers()
        self._reference = Reference(desk.clock, desk.steady)
        self._driver = DeskDriver(desk, self._subscribers, self._reference)
        self._connection = Connection(
            self._driver,
            desk.context.charter.relays,
            clock=desk.clock,
            jitter=jitter,
            health_changed=self._health_changed,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        desk.listener = self._subscribers.tell

    @classmethod
    def open(cls, vault: Vault, *, clock: Callable[[], int] = wall, rng: Random = os.urandom) -> Line:
        """The line of an enrolled vault, offline. UsageError if no certificate is installed."""
        going = steady if clock is wall else None
        return cls(Desk(context_of(vault), vault, clock, rng, steady=going), settings=vault)

    # --- online

    async def __aenter__(self) -> Self:
        """Start the connection to the relay."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._connection.run()), asyncio.create_task(self._watch_vault())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it. What is not sent stays in the outbox."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._loop = [], None

    async def _watch_vault(self) -> None:
        """Send at once what another process queued."""
        version = self._desk.data_version()
        while True:
            await asyncio.sleep(POLL)
            if version != (version := self._desk.data_version()):
                self._connection.wake()

    def _nudge(self, act: Callable[[], None]) -> None:
        """Tell the transport, from whatever thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(act)

    def _health_changed(self, health: Health) -> None:
        del health
        self._subscribers.tell(None, frozenset({"status"}))

    # --- what is

    @property
    def me(self) -> Person:
        """The holder of this device's certificate."""
        return person(self._desk, self._desk.context.certificate)

    @property
    def charter(self) -> Charter:
        """What both authorities signed."""
        return self._desk.context.charter

    def now(self) -> int:
        """What time it is for this device, unix ms."""
        return self._desk.clock()

    def clock_doubt(self) -> str | None:
        """Why nothing irrevocable should be done by this device's clock now (T6); None if it agrees with the relay's."""
        return self._reference.doubt()

    def put_back(self) -> PutBack | None:
        """Why nothing is sent from this device: its vault may be older than its own words (L36). None if all is well."""
        return self._desk.store.put_back()

    @property
    def trust(self) -> Trust:
        """The two roots, with the revocations of the channel that knows most of them."""
        with self._desk.lock:
            states = [self._desk.state(name) for name in self._desk.entitled]
            best = max(states, key=lambda state: len(state.standing.crls), default=None)
            return self._desk.context.trust if best is None else best.trust

    def status(self) -> StatusView:
        """The line in one glance."""
        health = self._connection.health
        with self._desk.lock:
            channels = self.channels()
            heard = max(
                (self._desk.state(name).standing.peer_heard for name in self._desk.entitled), default=0
            )
        return StatusView(
            state=health.state,
            since=health.since,
            round_trip=health.round_trip,
            reason=health.reason,
            retry_at=health.retry_at,
            relay=health.relay,
            me=self.me,
            peer_delegation=self.charter.delegation(other(self.me.side)).delegation,
            peer_last_heard=heard or None,
            channels=channels,
            put_back=self.put_back(),
        )

    def channel(self, name: str) -> ChannelView:
        """Where a channel stands."""
        with self._desk.lock:
            return channel_view(
                self._desk,
                name,
                self._driver.tails.get(name),
                left_out=name in self._driver.left_out,
                recovering=name in self._driver.recovering,
            )

    def channels(self) -> tuple[ChannelView, ...]:
        """The channels this certificate may use, in the charter's order."""
        return tuple(self.channel(name) for name in self._desk.entitled)

    def timeline(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> list[MessageView]:
        """A page in log order, oldest first: the last `limit` lines, or the first ones after `after`; what is still in the
        outbox comes last when `before` is None.
        """
        with self._desk.lock:
            self._desk.state(channel)
            return self._timeline.page(channel, before=before, after=after, limit=limit)

    def message(self, channel: str, id_or_seq: bytes | int) -> MessageView | None:
        """One message, by document id or by seq; of ours also while it is in the outbox."""
        with self._desk.lock:
            return self._timeline.message(channel, id_or_seq)

    def body(self, channel: str, id: bytes) -> Body | None:  # noqa: A002  the callers' name
        """The typed document of this id in the log; None if there is none, or it is not what its kind says."""
        with self._desk.lock:
            record = self._timeline.record(channel, id)
        return None if record is None else body_of(record.content)

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        """What `look` makes of the channel's journal, which it must neither change nor keep."""
        return self._desk.step(channel, lambda draft: look(journal.journal(draft)))

    def head_at(self, channel: str, seq: int) -> bytes | None:
        """The head of this device's own chain after entry `seq`; None if it has no such entry."""
        return self._desk.step(channel, lambda draft: draft.head_at(seq))

    def target(self, channel: str, document: bytes) -> Target:
        """What names a document in another: the present content, if its author corrected it. UsageError if it is not there."""
        corrected = self.read(channel, lambda book: book.dialogues.all.get(document))
        if corrected is not None:
            return Target(document, corrected.content)
        with self._desk.lock:
            found = self._desk.store.document(channel, document)
        if found is None:
            raise UsageError("no such document in the log")
        return Target(document, found.content_hash)

    def numbered(self, channel: str, typed: str, side: Side | None = None) -> list[DocumentRecord]:
        """The documents that a typed reference names, such as `N-0042/26` or `n42`; of one side, or one of each."""
        return numbered(self._desk, channel, typed, side)

    def unacknowledged(self, channel: str | None = None) -> list[MessageView]:
        """What the other side wrote, asks an answer for, and no person of ours has acknowledged; oldest first."""
        with self._desk.lock:
            names = self._desk.entitled if channel is None else [channel]
            return [view for name in names for view in self._timeline.unacknowledged(name)]

    def search(self, query: str, *, channel: str | None = None, limit: int = LIMIT) -> list[Found]:
        """The newest messages that hold every word of the query, newest first. UsageError if it holds no word."""
        return search(self._desk, self._timeline, query, channel=channel, limit=limit)

    def place(self, channel: str, typed: str) -> int | None:
        """The seq that a person names by `#120`, a reference, a DTG or a date; None if nothing is there."""
        return place(self._desk, channel, typed)

    def roster(self, channel: str) -> list[MemberView]:
        """The leaves of the channel's group, by index."""
        with self._desk.lock:
            return member_views(self._desk, channel)

    def certificate(self, fingerprint: bytes) -> Certificate | None:
        """A certificate that was met in any channel, proven against its root; of a device its newest. None if it never was."""
        with self._desk.lock:
            der = self._desk.store.certificate(fingerprint)
            return None if der is None else self._desk.context.identify(der)

    def verified(self, fingerprint: bytes) -> bool:
        """Whether a person at this device compared the digits of this certificate (docs/protocol.md, I2)."""
        with self._desk.lock:
            return self._settings.verified(fingerprint)

    def draft(self, channel: str, slot: str = "") -> str:
        """What was being written in a channel, or in one of its forms or replies (`slot`), when it was last kept."""
        with self._desk.lock:
            return self._settings.draft(channel, slot)

    def head(self, channel: str, seq: int) -> bytes | None:
        """The head of the log after entry `seq`, None if this device does not hold it."""
        with self._desk.lock:
            return self._desk.store.head(channel, seq)

    def knocks(self, channel: str) -> list[KnockView]:
        """Devices at the door."""
        with self._desk.lock:
            return knock_views(self._desk, channel)

    def outbox(self) -> list[OutboxView]:
        """What of ours is not in the log yet."""
        with self._desk.lock:
            return [view for name in self._desk.entitled for view in outbox_views(self._desk, name)]

    def record(
        self,
        channel: str,
        only: Sequence[bytes] = (),
        progress: Callable[[int, int], object] = lambda _done, _all: None,
    ) -> Iterator[bytes]:
        """The channel's log as a file to be verified offline (V1), or only the documents of these ids; in pieces."""
        return Recorder(self._desk, channel, progress).pieces(only)

    def heard(self, channel: str) -> int | None:
        """When the other side last said anything in a channel, unix ms by the relay."""
        with self._desk.lock:
            return self._desk.state(channel).standing.peer_heard or None

    def security_events(self, channel: str | None = None) -> list[MessageView]:
        """What deviated from what is promised, oldest first."""
        with self._desk.lock:
            return self._timeline.security_events(channel)

    def outside(self, channel: str) -> list[MessageView]:
        """What stood in a channel's log here and does not any more (H8), oldest first."""
        records = self._desk.step(channel, halting.outside)
        with self._desk.lock:
            return self._timeline.outside(channel, records)

    # --- what a person does

    def send_text(
        self,
        channel: str,
        text: str,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        response: Response = Response.NONE,
        reply_to: bytes | None = None,
        action: Sequence[Addressee] = (),
        info: Sequence[Addressee] = (),
        key: str | None = None,
    ) -> bytes:
        """Queue a text, sealed if that is possible now; its document id. The same `key` with the same content gives the
        same id and queues nothing; with other content it is KeyReused.
        """
        body = Text(text, precedence, response, reply_to, tuple(action), tuple(info))
        return self.act(channel, lambda draft: documents.queue(draft, body, key=key))

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        """Queue a document of any kind that counts; its id. Errors as of `documents.say`: then nothing is queued."""
        return self.act(channel, lambda draft: documents.say(draft, body, key=key))

    def acknowledge(
        self,
        channel: str,
        id: bytes,  # noqa: A002  the views call it so
        *,
        note: str = "",
        key: str | None = None,
    ) -> bytes:
        """Queue our acknowledgement of a message of the other side, bound to its exact content: that of its present words."""
        return self.act(channel, lambda draft: acts.acknowledge(draft, id, note=note, key=key))

    def mark_seen(self, channel: str, seq: int) -> None:
        """A screen really showed everything up to `seq`."""
        self.act(channel, lambda draft: receipts.mark_seen(draft, seq))

    def set_verified(self, fingerprint: bytes, *, verified: bool = True) -> None:
        """Remember, or forget, that a person compared the digits of this certificate."""
        with self._desk.lock:
            self._settings.set_verified(fingerprint, verified=verified)
        self._subscribers.tell(None, frozenset({"roster"}))

    def set_draft(self, channel: str, text: str, slot: str = "") -> None:
        """Keep what is being written; empty forgets it."""
        with self._desk.lock:
            self._settings.set_draft(channel, text, slot)

    def admit(self, channel: str, knock_ids: Sequence[bytes]) -> bytes:
        """Queue a commit that lets these devices in; it founds the channel if nobody has. MembershipError if others would
        have to refuse it.
        """
        return self.act(channel, lambda draft: acts.commit(draft, "admit", knock_ids))

    def remove(self, channel: str, indexes: Sequence[int]) -> bytes:
        """Queue a commit that removes the members at these leaves."""
        with self._desk.lock:
            people = {view.index: view.person.fingerprint for view in member_views(self._desk, channel)}
        if any(index not in people for index in indexes):
            raise UsageError("no such member")
        if any(people[index] == self.me.fingerprint for index in indexes):
            raise UsageError("nobody removes themself; another head or deputy of the own side can")
        named = [people[index] for index in indexes]
        return self.act(channel, lambda draft: acts.commit(draft, "remove", named))

    def knock(self, channel: str) -> None:
        """Ask to be let in, again if need be: after a removal a device does not ask by itself."""
        self.act(channel, acts.knock)

    def revoke(self, crl: bytes) -> None:
        """Queue our authority's new revocation list in every channel that we are in."""
        Trust.from_charter(self.charter, [crl])
        for name in self._desk.entitled:
            if self._desk.state(name).is_member:
                self.act(name, lambda draft: documents.queue(draft, Revocation(crl)))

    def resume(self, channel: str, *, shorter: bool = False) -> None:
        """A person's decision after a HALT: take the log again from the last vouched-for place, and go on. After a `rollback`
        the relay is to be filled up again first, unless its `shorter` log is taken as it is.
        """
        self._desk.resume(channel, shorter=shorter)
        self._nudge(self._connection.restart)

    def consent(self, channel: str) -> int:
        """A head's or deputy's consent to found the channel again: the generation. It is founded once each side has consented. UsageError."""
        return self.act(channel, acts.consent)

    def recover(self) -> dict[str, Recovered]:
        """A person's decision about a vault that may be older than its words: leave every group and knock anew (L37).

        UsageError if the log was not read to its end: what can be read is read with the groups that are left.
        """
        if not self._driver.has_read():
            raise UsageError("the log was not read to its end yet; nothing was changed")
        done = self._desk.recover()
        self._nudge(self._connection.wake)
        return done

    def act(self, channel: str, work: Callable[[Draft], T]) -> T:
        """One transaction on a channel: `work` and what it queues, or nothing of it; then whoever is online sends it."""
        result = self._desk.step(channel, work)
        self._nudge(self._connection.wake)
        return result

    # --- waiting

    def changes(self) -> AsyncIterator[Changed]:
        """What changes from now on, coalesced, without end; what other processes do to the vault included."""
        return self._subscribers.subscribe(self._desk)

    async def until(self, true: Callable[[], bool], seconds: float | None) -> bool:
        """Wait for something to become true of the line, None: without end; whether it did."""
        changes = self.changes()
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await anext(changes)
        except TimeoutError:
            pass
        return true()

    async def wait_relayed(self, id: bytes, timeout: float | None) -> MessageView:  # noqa: A002, ASYNC109  the callers' names
        """Until our document is seen in the followed log. TimeoutError; Refused if it never will be; HaltedChannel; OldVault."""
        if not await self.until(lambda: self._find(id).seq is not None, timeout):
            raise TimeoutError
        return self._find(id)

    def _find(self, document_id: bytes) -> MessageView:
        for name in self._desk.entitled:
            found = self.message(name, document_id)
            if found is None:
                continue
            if found.refused is not None:
                raise Refused(found.refused)
            put_back = self.put_back()
            if found.seq is None and put_back is not None:
                raise OldVault(str(put_back))
            halted = self.channel(name).halted
            if found.seq is None and halted is not None:
                raise HaltedChannel(f"{name} is halted: {halted.reason}")
            return found
        raise UsageError("no document of this id was queued here")

    async def wait_caught_up(self, timeout: float | None) -> None:  # noqa: ASYNC109  the callers' name
        """Until every channel that is not halted was taken up to the relay's tail. TimeoutError."""
        if not await self.until(self._driver.is_caught_up, timeout):
            raise TimeoutError
