"""The channels of one vault at work: every step loads, works, and commits in one transaction, or is done again.

Sync and thread-safe; no sockets. The transport hands it what the relay sends and asks what to send; screens and commands
hand it what people want. Several desks, in several processes, may work on one vault.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from hotline_client.engine.channel import ChannelState, Promise
from hotline_client.engine.context import Context
from hotline_client.engine.draft import Draft, Random, What
from hotline_client.engine.incoming import halting
from hotline_client.engine.incoming.receive import CLOCK_TOLERANCE, DeviationError, receive, report_clock
from hotline_client.engine.outgoing import receipts, recovery, sealing, upkeep
from hotline_client.engine.outgoing.echoes import Echoes
from hotline_client.engine.outgoing.findings import Findings
from hotline_client.engine.outgoing.recovery import Recovered
from hotline_client.engine.outgoing.seats import Seats
from hotline_client.engine.store import StaleError, Store
from hotline_protocol.errors import ChainError, PeerError, StorageError, UsageError
from hotline_protocol.identity.charter import Channel
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.relay.frames import MAX_BATCH, Answers, Submission
from hotline_protocol.relay.frames import ChannelState as Announced
from hotline_protocol.terms import ADMITTING_ROLES

T = TypeVar("T")

Listener = Callable[[str | None, frozenset[What]], None]

PROMISE_KEPT_WITHIN: Final = 30_000
"""How long after `appended` an entry must have been delivered, ms."""
REFILL_BYTES: Final = 64 * 1024
"""A `refill` stops growing here."""
_ATTEMPTS: Final = 50


class Desk:
    """The channels that this certificate may use."""

    def __init__(
        self,
        context: Context,
        store: Store,
        clock: Callable[[], int],
        rng: Random,
        *,
        steady: Callable[[], int] | None = None,
    ) -> None:
        """`clock`: unix ms; `steady`: ms that only grow, by which the relay is held to its promises."""
        self.context = context
        self.store = store
        self.clock = clock
        self.steady = steady or clock
        self.rng = rng
        self.entitled: dict[str, Channel] = {
            one.name: one for one in context.charter.channels if may_use(context.certificate, one)
        }
        self.lock = threading.RLock()
        self.listener: Listener = lambda _channel, _what: None
        self._states: dict[str, ChannelState] = {}
        self._promises: dict[str, dict[int, Promise]] = {name: {} for name in self.entitled}
        self._echoes = {name: Echoes() for name in self.entitled}
        self._findings = {name: Findings() for name in self.entitled}
        self._seats = {name: Seats() for name in self.entitled}
        self._started: set[str] = set()
        self._announced: dict[str, Announced] = {}
        """The relay's announcement of a log that goes beyond ours, until we got so far."""
        self._read: set[str] = set()
        self._clock_reported: set[str] = set()

    # --- steps

    def state(self, name: str) -> ChannelState:
        """The channel as the vault has it now; to be read under `lock`, not to be changed."""
        if name not in self.entitled:
            raise UsageError("this certificate may use no channel of that name")
        with self.lock:
            state = self._states.get(name)
            if state is None or state.version != self.store.version(name):
                old = state
                state = ChannelState.load(self.context, self.entitled[name], self.store.load(name))
                if old is not None:
                    state.inherit(old, self.store.head(name, old.standing.cursor))
                self._states[name] = state
            state.read, state.put_back = name in self._read, self.store.put_back()
            return state

    def step(self, name: str, work: Callable[[Draft], T]) -> T:
        """Do `work` and store what it changed, or nothing of it. Done again if another process was faster."""
        with self.lock:
            for _ in range(_ATTEMPTS):
                state = self.state(name)
                draft = Draft(
                    self.context,
                    state,
                    self.store,
                    self.clock(),
                    self.rng,
                    steady=self.steady(),
                    promises=self._promises[name],
                )
                try:
                    result = work(draft)
                    if draft.changed:
                        state.version = self.store.commit(name, state.version, draft.finish())
                except StaleError:
                    self._states.pop(name, None)
                    continue
                except BaseException:
                    self._states.pop(name, None)
                    raise
                self.listener(name, frozenset(draft.what))
                return result
        raise StorageError(f"the channel {name} was changed by others {_ATTEMPTS} times in a row")

    # --- what the relay says

    def ready(self, announced: Announced, *, held: int | None = None) -> int | None:
        """The relay's announcement of a channel: from where to follow it, or None if it is halted or recovering. `held`: our
        cursor when the relay was asked (None: now), which other processes may have moved since.
        """
        if announced.name not in self.entitled:
            return None

        self._read.discard(announced.name)

        def work(draft: Draft) -> int | None:
            standing = draft.standing
            draft.promises.clear()
            self._announced[announced.name] = announced
            if announced.recovering:
                return None
            halting.step_back(draft, announced.tail, announced.head)
            error = halting.check_ready(
                draft,
                announced.tail,
                announced.last_commit,
                announced.head,
                held=standing.cursor if held is None else held,
            )
            if error is not None:
                halting.halt(draft, error, lost=announced.tail < standing.cursor)
            elif standing.chosen:
                halting.refilled(draft)
            if standing.halt is not None:
                return None
            # while a log is compared, our last entry comes again: whether the relay's log leads on from it shows at once
            return max(standing.cursor - 1, 0) if standing.resuming else standing.cursor

        return self.step(announced.name, work)

    def offer(self, name: str, *, recovering: bool) -> tuple[int, bytes] | None:
        """The end of our log, for a relay that lost entries: of one that is `recovering`, or after a person's decision (H7).

        None if our own log is in doubt, or nobody decided. In a channel of both sides heads and deputies offer (R14).
        """
        state = self.state(name)
        standing = state.standing
        decides = len(state.channel.sides) == 1 or self.context.certificate.role in ADMITTING_ROLES
        lost = standing.halt is not None and standing.halt.lost
        if (
            not decides
            or standing.resuming
            or not (standing.chosen or (recovering and (lost or not standing.halt)))
        ):
            return None
        return standing.cursor, standing.head

    def given(self, name: str, first: int) -> list[bytes]:
        """Our entries from `first` on, as many as one `refill` holds."""
        raws: list[bytes] = []
        size = 0
        with self.lock:
            for one in self.store.entries(name, first, first + MAX_BATCH - 1):
                raws.append(one.raw)
                size += len(one.raw)
                if size >= REFILL_BYTES:
                    break
        return raws

    def entries(self, name: str, first: int, raws: Sequence[bytes], *, fresh: bool = False) -> int | None:
        """A batch of the followed log; `fresh`: the relay has just got them. The seq to follow from instead, if the vault was put back meanwhile; PeerError if
        these are no entries. A deviation halts the channel before the entry that showed it.
        """
        if name not in self.entitled:
            raise PeerError("the relay sent entries of a channel that was not followed")
        try:
            again = self.step(name, lambda draft: self._take(draft, first, raws, None))
        except DeviationError as deviation:
            good = raws[: deviation.seq - first]
            found = deviation
            again = self.step(name, lambda draft: self._take(draft, first, good, found))
        if fresh and again is None:
            self._check_clock(name, self.state(name).standing.last_at)
        return again

    def _take(
        self, draft: Draft, first: int, raws: Sequence[bytes], deviation: DeviationError | None
    ) -> int | None:
        standing = draft.standing
        if standing.halt is not None:
            return None
        if standing.resuming and (first > standing.cursor + 1 or not halting.leads_on(draft, first, raws)):
            return standing.cursor
        receive(draft, first, raws)
        deviation = deviation or self._other_log(draft)
        if deviation is not None:
            halting.halt(draft, deviation.error, seq=deviation.seq, raw=deviation.raw)
            draft.promises.clear()
            return None
        sealing.seal(draft)
        return None

    def _other_log(self, draft: Draft) -> DeviationError | None:
        """Whether the log that was announced is another one than what came, once we have got so far."""
        announced = self._announced.get(draft.name)
        if announced is None or draft.standing.cursor < announced.tail:
            return None
        del self._announced[draft.name]
        if hmac.compare_digest(draft.head_at(announced.tail) or b"", announced.head):
            return None
        words = f"the log that the relay announced up to entry {announced.tail} is another one than this device holds"
        return DeviationError(announced.tail, None, ChainError("rollback", words))

    def caught_up(self, name: str) -> None:
        """The log was taken up to the relay's tail: settle a resume, keep house, say what we got (L35)."""
        self._read.add(name)

        def work(draft: Draft) -> None:
            if draft.standing.halt is not None:
                return
            halting.finish(draft)
            upkeep.keep(draft, start=name not in self._started)
            receipts.queue(draft)
            sealing.seal(draft)

        self.step(name, work)
        self._started.add(name)
        self._echo(name)

    def answers(self, frame: Answers) -> None:
        """What the relay said to our submissions."""
        if frame.channel not in self.entitled:
            raise PeerError("the relay answered for a channel that was not followed")

        def work(draft: Draft) -> None:
            for answer in frame.answers:
                sealing.answered(draft, answer)

        self.step(frame.channel, work)

    def relay_time(self, now: int) -> None:
        """The relay's clock, as it announced it, unix ms."""
        for name in self.entitled:
            self._check_clock(name, now)

    def _check_clock(self, name: str, theirs: int) -> None:
        """Report, once a run, a relay whose clock is far from ours."""
        if name not in self._clock_reported and abs(theirs - self.clock()) > CLOCK_TOLERANCE:
            self._clock_reported.add(name)
            self.step(name, lambda draft: report_clock(draft, theirs))

    def outgoing(self, name: str) -> list[Submission]:
        """What may be offered now, in order."""
        with self.lock:
            return list(sealing.outgoing(self.state(name), self.clock()))

    # --- time

    def tick(self, name: str) -> None:
        """What time alone makes due in a caught-up channel: receipts, key renewal. PeerError if a promise was not kept."""
        late = [
            (seq, one)
            for seq, one in self._promises[name].items()
            if self.steady() - one.said > PROMISE_KEPT_WITHIN
        ]
        if late:
            self.step(name, lambda draft: self._broken(draft, late))
            raise PeerError("the relay said that it appended an entry, and never delivered it")
        self.step(name, self._keep)
        self._echo(name)

    def _echo(self, name: str) -> None:
        with self.lock:
            self._seats[name].run(self.state(name), lambda work: self.step(name, work))
            self._echoes[name].run(self.state(name), lambda work: self.step(name, work))
            side = self.context.certificate.side
            due = side is not None and self._findings[name].is_due(self.state(name), side)
        if due:
            self._findings[name].run(partial(self.step, name))

    def _keep(self, draft: Draft) -> None:
        upkeep.keep(draft)
        receipts.queue(draft)
        sealing.seal(draft)

    def _broken(self, draft: Draft, late: Sequence[tuple[int, Promise]]) -> None:
        for seq, _ in late:
            draft.promises.pop(seq, None)
            draft.event(
                "forged-appended",
                f"the relay said that entry {seq} is ours, and never delivered it",
                security=True,
            )

    def data_version(self) -> int:
        """A number that is another one after another process wrote to the vault."""
        with self.lock:
            return self.store.data_version()

    # --- what a person wants

    def resume(self, name: str, *, shorter: bool = False) -> None:
        """A person's decision after a HALT, or on suspicion."""
        self.step(name, lambda draft: halting.resume(draft, shorter=shorter))
        with self.lock:
            self._promises[name].clear()

    def recover(self) -> dict[str, Recovered]:
        """A person's decision about a vault that may be old (L37): what was done in each channel."""
        done = {name: self.step(name, recovery.recover) for name in self.entitled}
        self.store.recovered()
        return done

    def halt(self, name: str, error: ChainError) -> None:
        """Stop a channel for what the transport saw."""
        self.step(name, lambda draft: halting.halt(draft, error))

    def misbehaved(self, reason: str) -> None:
        """Record that the relay broke the protocol, in the first channel: it is about the line, not about one of them."""
        for name in list(self.entitled)[:1]:
            self.step(name, lambda draft: draft.event("relay", reason, security=True))
