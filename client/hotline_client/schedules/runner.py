"""Fires what is due: slots on time; beside them, steps of escalations and the judgement of what was expected.

S30 a wake-up is at most a second away, so that a clock that jumps and a machine that slept are noticed; nothing is counted in ticks
S35 while the clock is in doubt (T6) nothing is said, accounted for or judged; what was added by a clock that was ahead begins now
S31 what cannot be said when its slot comes is accounted for as skipped, with the reason, and raises an alarm; the next slot is tried anew
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from hotline_client.engine.records import Outcome, SlotRecord
from hotline_client.line.line import Line
from hotline_client.schedules.definitions import read_definition
from hotline_client.schedules.escalation import Escalation, is_watched
from hotline_client.schedules.expectations import Expectations
from hotline_client.schedules.model import Expectation, Schedule
from hotline_client.schedules.plan import Send, Skip, decide, next_due
from hotline_client.schedules.slots import REFUSED, Counters, Slots
from hotline_client.schedules.template import render
from hotline_client.vault.schedules import Schedules, StoredSchedule
from hotline_client.words.addressees import Addressed, read_addressees
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import HotlineError
from hotline_protocol.terms import SIDES
from hotline_protocol.text import show

LONGEST_SLEEP: Final = 1.0
RELOAD: Final = 2.0
"""How often the vault is asked for changed definitions and for what is unacknowledged, s."""


@dataclass(slots=True)
class _Due:
    stored: StoredSchedule
    schedule: Schedule
    through: int | None


class Runner:
    """One over one line. Several, in several processes or on several hosts, may work on the same schedules."""

    def __init__(
        self,
        line: Line,
        store: Schedules,
        *,
        clock: Callable[[], float],
        doubt: Callable[[], str | None] | None = None,
    ) -> None:
        """`doubt`: why the clock is not to be acted on now, None if it is (T6); the line's, unless somebody knows better."""
        self._line = line
        self._slots = Slots(line)
        self._store = store
        self._clock = clock
        self._doubt = doubt or line.clock_doubt
        self._schedules: dict[str, _Due] = {}
        self._expected: dict[str, tuple[StoredSchedule, Expectation]] = {}
        self._queue: list[tuple[int, str]] = []
        self._definitions: list[StoredSchedule] = []
        self._escalation = Escalation(line, store, self._slots, clock)
        self._expectations = Expectations(line, store, self._slots, clock)
        self.problems: Final[dict[str, str]] = {}
        """Schedules that cannot be worked on, and why."""

    @property
    def counters(self) -> Counters:
        """What happened since the start."""
        return self._slots.counters

    async def run(self) -> None:
        """Without end; cancel it to stop. Whatever was begun is one transaction, so nothing is half done."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._fire_on_time())
            # apart, so that a local command that takes its time makes no slot late
            tasks.create_task(self._look_again())

    async def _fire_on_time(self) -> None:
        reload = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() >= reload:
                reload = loop.time() + RELOAD
                await asyncio.to_thread(self.load)
            if self.waits() is None:
                await self.fire()
            await asyncio.sleep(self._pause())

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(RELOAD)
            if self.waits() is None:
                await self.look()

    def waits(self) -> str | None:
        """Why nothing is said, skipped or judged now; None if all goes its way (S35)."""
        put_back = self._line.put_back()
        return self._doubt() if put_back is None else str(put_back)

    async def look(self) -> None:
        """Judge what was expected, and take the steps that are due about what was sent."""
        await self._expectations.judge(list(self._expected.values()))
        await self._escalation.take_due({name: one.schedule for name, one in self._schedules.items()})

    def _pause(self) -> float:
        """Until the next slot, and never longer than S30 says."""
        if not self._queue:
            return LONGEST_SLEEP
        return min(max(self._queue[0][0] - self._clock(), 0.0), LONGEST_SLEEP)

    # --- definitions

    def load(self) -> None:
        """Take the definitions as the vault has them now."""
        definitions = self._store.all()
        if self.waits() is None:
            definitions = [self._begun(one) for one in definitions]
        if definitions == self._definitions:
            return
        self._definitions = definitions
        self._schedules, self._expected, self._queue = {}, {}, []
        self.problems.clear()
        for one in definitions:
            try:
                self._take(one)
            except HotlineError as error:
                self.problems[one.name] = str(error)

    def _begun(self, stored: StoredSchedule) -> StoredSchedule:
        """A schedule that begins in the future was added by a clock that was ahead: it begins now (S35)."""
        now = int(self._clock())
        if stored.since <= now:
            return stored
        self._store.begin(stored.name, now)
        return replace(stored, since=now)

    def _take(self, stored: StoredSchedule) -> None:
        made = read_definition(stored.name, stored.definition)
        if isinstance(made, Expectation):
            self._expected[stored.name] = (stored, made)
            return
        last = self._store.last(stored.name)
        due = _Due(stored, made, None if last is None else last.through)
        self._schedules[stored.name] = due
        self._push(due)

    def _push(self, due: _Due) -> None:
        slot = next_due(
            due.schedule, since=due.stored.since, through=due.through, sent=self._sent(due.schedule)
        )
        if slot is not None:
            heapq.heappush(self._queue, (slot + due.schedule.given.standby, due.stored.name))

    def _sent(self, schedule: Schedule) -> int:
        """How many slots were sent, of a schedule that ends after so many."""
        return 0 if schedule.given.count is None else self._store.sent(schedule.name)

    # --- slots

    async def fire(self) -> None:
        """Account for every slot that is due now."""
        while self._queue and self._queue[0][0] <= self._clock():
            _, name = heapq.heappop(self._queue)
            due = self._schedules[name]
            await asyncio.to_thread(self._fire, due)
            self._push(due)

    def _fire(self, due: _Due) -> None:
        last = self._store.last(due.stored.name)
        through = None if last is None else last.through
        now = self._clock()
        for decision in decide(
            due.schedule,
            since=due.stored.since,
            through=through,
            now=int(now),
            paused=due.stored.paused,
            sent=self._sent(due.schedule),
        ):
            if isinstance(decision, Skip):
                self._skip(due, decision)
            else:
                self._send(due, decision, now)
            through = decision.last if isinstance(decision, Skip) else decision.slot
        due.through = through

    def _skip(self, due: _Due, skip: Skip) -> None:
        record = self._record(due, skip, "skipped")
        if self._slots.account(record) is not None:
            self.counters.skipped += skip.count

    def _send(self, due: _Due, send: Send, now: float) -> None:
        schedule, channel = due.schedule, due.schedule.channel
        document = self._slots.document(channel, schedule.name, send.slot)
        outcome: Outcome = "late" if send.late else "sent"
        try:
            number = self._store.sent(schedule.name) + 1
            action, info = self._addressees(schedule)
            body = render(
                schedule, send.slot, number=number, now=int(now), late=send.late, action=action, info=info
            )
            record = self._record(
                due, send, outcome, document, waits=is_watched(self._line.charter, schedule)
            )
            done = self._slots.account(record, body)
        except REFUSED as error:
            self._refused(due, send.slot, str(error))
            return
        if done is None:
            return
        match done.outcome:
            case "sent":
                self.counters.sent += 1
                self.counters.drift = now - send.slot
            case "late":
                self.counters.late += 1
            case _:
                self.counters.elsewhere += 1

    def _addressees(self, schedule: Schedule) -> Addressed:
        cards = zip(SIDES, self._line.charter.delegations, strict=True)
        return read_addressees(schedule.given.to, {side: card.delegation for side, card in cards})

    def _refused(self, due: _Due, slot: int, reason: str) -> None:
        """S31."""
        skip = Skip(slot, slot, 1, f"it could not be said: {reason}"[:500])
        record = self._record(due, skip, "skipped")
        if self._slots.account(record) is not None:
            self.counters.skipped += 1
            words = f"schedule {due.schedule.name} did not say what was due {dtg(slot * 1000)}: {show(reason)[:300]}"
            self._slots.alarm(due.schedule.channel, "schedule", words)

    def _record(
        self,
        due: _Due,
        decision: Send | Skip,
        outcome: Outcome,
        document: bytes = b"",
        *,
        waits: bool = False,
    ) -> SlotRecord:
        span = decision if isinstance(decision, Skip) else Skip(decision.slot, decision.slot, 1, "")
        return SlotRecord(
            schedule=due.stored.name,
            slot=span.first,
            through=span.last,
            count=span.count,
            outcome=outcome,
            reason=span.reason,
            channel=due.schedule.channel,
            document=document,
            at=int(self._clock() * 1000),
            open=waits,
        )
