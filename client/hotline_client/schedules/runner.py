"""Fires what is due: slots of schedules, steps of escalations, and what was expected of the other side and did not come.

S30 a wake-up is at most a second away, so that a clock that jumps and a machine that slept are noticed; nothing is counted in ticks
S31 what cannot be said when its slot comes is accounted for as skipped, with the reason, and raises an alarm; the next slot is tried anew
S32 a document is watched from its slot on, whether or not the relay could be reached; SEEN never ends the watch, nor does a program's word
S33 the watch ends when persons acknowledged the document, or a reminder of it, or somebody answered it, or it was withdrawn
S34 an expectation is judged once a slot, `grace` after it, from the log alone
"""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hotline_client.connection.health import LineState
from hotline_client.engine.records import CLOSED, Outcome, SlotRecord, StepRecord
from hotline_client.errors import Refused
from hotline_client.line import wait as waiting
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.schedules.file import expectation_of, schedule_of
from hotline_client.schedules.handlers import run_once
from hotline_client.schedules.model import ANYTHING, LINE_CHECK, Expectation, Schedule, Seconds, Step
from hotline_client.schedules.plan import Send, Skip, decide, next_due
from hotline_client.schedules.slots import Slots
from hotline_client.schedules.template import render
from hotline_client.vault.schedules import Schedules, StoredSchedule
from hotline_client.words.addressees import Addressed, read_addressees
from hotline_protocol.documents.talk import Text
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import FormatError, HotlineError, NotAppliedError, UsageError
from hotline_protocol.folds.phases import Phase
from hotline_protocol.slots import step_id
from hotline_protocol.terms import SIDES, Precedence, Response, other
from hotline_protocol.text import show

LONGEST_SLEEP: Final = 1.0
RELOAD: Final = 2.0
"""How often the vault is asked for changed definitions and for what is unacknowledged, s."""
EXPECT: Final = "expect/"
"""What the name of an expectation begins with in the vault."""
OVERDUE: Final = 0
"""The number of the step that says that the time for an acknowledgment is over."""
ROUNDS: Final = 100
"""Step n in its k-th repetition has the number n + ROUNDS * k."""
_QUOTED: Final = 200

_SOON: Final = (FormatError, NotAppliedError, Refused, UsageError)


@dataclass(slots=True)
class Counters:
    """What happened since the start, for supervision."""

    sent: int = 0
    late: int = 0
    skipped: int = 0
    elsewhere: int = 0
    steps: int = 0
    alarms: int = 0
    drift: float = 0.0
    """Seconds by which the last slot that was on time was fired after its time."""


@dataclass(slots=True)
class _Due:
    stored: StoredSchedule
    schedule: Schedule
    through: int | None


class Worker:
    """One over one line. Several, in several processes or on several hosts, may work on the same schedules."""

    def __init__(self, line: Line, store: Schedules, *, clock: Callable[[], float]) -> None:
        self._line = line
        self._slots = Slots(line)
        self._store = store
        self._clock = clock
        self._schedules: dict[str, _Due] = {}
        self._expected: dict[str, tuple[StoredSchedule, Expectation]] = {}
        self._queue: list[tuple[int, str]] = []
        self._definitions: list[StoredSchedule] = []
        self.counters: Final = Counters()
        self.problems: Final[dict[str, str]] = {}
        """Schedules that cannot be worked on, and why."""

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
            await self.fire()
            await asyncio.sleep(self._pause())

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(RELOAD)
            await self.look()

    async def look(self) -> None:
        """Judge what was expected, and take the steps that are due about what was sent."""
        await self._judge()
        await self._watch()

    def _pause(self) -> float:
        """Until the next slot, and never longer than S30 says."""
        if not self._queue:
            return LONGEST_SLEEP
        return min(max(self._queue[0][0] - self._clock(), 0.0), LONGEST_SLEEP)

    # --- definitions

    def load(self) -> None:
        """Take the definitions as the vault has them now."""
        definitions = self._store.all()
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
            record = self._record(due, send, outcome, document, waits=_is_watched(self._line, schedule))
            done = self._slots.account(record, body)
        except _SOON as error:
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
            self._alarm(due.schedule.channel, "schedule", words)

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

    def _alarm(self, channel: str, kind: str, words: str) -> None:
        self.counters.alarms += 1
        self._slots.alarm(channel, kind, words)

    # --- escalation

    async def _watch(self) -> None:
        """Take the steps that are due about what nobody acknowledged yet."""
        for record in await asyncio.to_thread(self._store.open):
            due = self._schedules.get(record.schedule)
            if due is None:
                await self._close(record, "the schedule was removed")
                continue
            done = await asyncio.to_thread(self._settled, record, due.schedule)
            if done:
                await self._close(record, done)
                continue
            for number, step in self._steps_due(record, due.schedule):
                await self._step(record, due.schedule, number, step)

    async def _close(self, record: SlotRecord, detail: str) -> None:
        step = StepRecord(record.document, CLOSED, "closed", detail, int(self._clock() * 1000))
        await asyncio.to_thread(self._slots.step, record.channel, step)

    def _settled(self, record: SlotRecord, schedule: Schedule) -> str:
        """Why there is nothing left to escalate (S33); empty if there is."""
        documents = [record.document]
        documents += [step_id(one.document, one.number) for one in self._store.steps(record.document)]
        for document in documents:
            message = self._line.message(record.channel, document)
            if message is None:
                continue
            if message.phase is Phase.WITHDRAWN:
                return "withdrawn"
            if message.phase in (Phase.ANSWERED, Phase.DECLINED) and message.answer is not None:
                return f"answered {message.answer.answer} by {message.answer.person.name}"
            if waiting.is_acknowledged(self._line, message, schedule.acks):
                names = ", ".join(sorted(mark.person.name for mark in message.acknowledged))
                return f"acknowledged by {names}"
        return ""

    def _steps_due(self, record: SlotRecord, schedule: Schedule) -> Iterator[tuple[int, Step | None]]:
        age = int(self._clock()) - record.at // 1000
        taken = {one.number for one in self._store.steps(record.document)}
        within = _within(self._line, schedule)
        if within is not None and age >= within and OVERDUE not in taken:
            yield OVERDUE, None
        for place, step in enumerate(_escalation(self._line, schedule), 1):
            if age < step.after:
                continue
            round_ = (age - step.after) // step.every if step.every else 0
            number = place + ROUNDS * round_
            if number not in taken:
                yield number, step

    async def _step(self, record: SlotRecord, schedule: Schedule, number: int, step: Step | None) -> None:
        now = int(self._clock() * 1000)
        message = await asyncio.to_thread(self._line.message, record.channel, record.document)
        what = "overdue" if step is None else step.do
        detail, body = "", None
        if step is None:
            words = f"nobody acknowledged {_called(message)} of schedule {schedule.name} in time"
            await asyncio.to_thread(self._alarm, record.channel, "unacknowledged", words)
        elif step.do == "run":
            code = await run_once(step.run, _event(record, message, number))
            detail = f"{show(step.run[0])} ended with {code}"
        else:
            body = self._reminder(record, schedule, message, number, step)
        taken = StepRecord(record.document, number, what, detail, now)
        try:
            done = await asyncio.to_thread(
                self._slots.step, record.channel, taken, body, step_id(record.document, number)
            )
        except _SOON as error:
            failed = StepRecord(record.document, number, what, f"refused: {error}"[:500], now)
            done = await asyncio.to_thread(self._slots.step, record.channel, failed)
            words = f"a reminder of schedule {schedule.name} could not be said: {show(str(error))[:300]}"
            await asyncio.to_thread(self._alarm, record.channel, "schedule", words)
        self.counters.steps += done

    def _reminder(
        self, record: SlotRecord, schedule: Schedule, message: MessageView | None, number: int, step: Step
    ) -> Text:
        """What both sides see of a step: words that refer to the document and ask to be acknowledged."""
        said = "" if message is None else message.text.replace("\n", " ")[:_QUOTED]
        due = dtg(record.slot * 1000)
        words = f"REMINDER {number // ROUNDS + 1}: {_called(message)}, due {due}, is not acknowledged. {said}"
        known = message is not None and message.seq is not None
        return Text(
            text=words.rstrip(),
            precedence=step.precedence or schedule.precedence,
            response=Response.ROGER,
            reply_to=record.document if known else None,
            action=step.addressees(self._line.charter),
        )

    # --- what is expected of the other side

    async def _judge(self) -> None:
        for stored, expected in list(self._expected.values()):
            missed = await asyncio.to_thread(self._judged, stored, expected)
            if missed and expected.run:
                await run_once(expected.run, json.dumps({"type": "missed", **missed}).encode())

    def _judged(self, stored: StoredSchedule, expected: Expectation) -> Mapping[str, Any] | None:
        """S34: account for the slots whose grace is over; what did not come, if anything did not."""
        last = self._store.last(stored.name)
        after = stored.since if last is None else last.through
        missed: list[int] = []
        while (
            slot := expected.recurrence.after(after)
        ) is not None and slot + expected.grace <= self._clock():
            came = self._came(expected, after, slot)
            outcome: Outcome = "came" if came or stored.paused else "missed"
            reason = "paused" if stored.paused else "" if came else self._why_missed()
            now = int(self._clock() * 1000)
            record = SlotRecord(stored.name, slot, slot, 1, outcome, reason, expected.channel, b"", now)
            if self._slots.account(record) is not None and outcome == "missed":
                missed.append(slot)
            after = slot
        if not missed:
            return None
        times = ", ".join(dtg(slot * 1000) for slot in missed[:3]) + (" …" if len(missed) > 3 else "")
        words = f"expected {expected.name} ({expected.of}) did not come, {len(missed)} times: {times}; {self._why_missed()}"
        self._alarm(expected.channel, "missed", words)
        return {"name": expected.name, "of": expected.of, "channel": expected.channel, "slots": missed}

    def _came(self, expected: Expectation, before: int, slot: int) -> bool:
        channel = expected.channel
        if expected.of not in (LINE_CHECK, ANYTHING):
            document = self._slots.document(channel, expected.of, slot, theirs=True)
            return self._slots.arrived(channel, document, theirs=True)
        if expected.of == ANYTHING:
            return (self._line.heard(channel) or 0) > before * 1000
        theirs = other(self._line.me.side)
        until = (slot + expected.grace) * 1000
        return self._line.read(
            channel,
            lambda book: any(
                check.side == theirs and before * 1000 < check.at <= until
                for check in book.line.checks.values()
            ),
        )

    def _why_missed(self) -> str:
        status = self._line.status()
        return (
            "this device's own line is down"
            if status.state is LineState.DOWN
            else "the line was up when it was due"
        )


def read_definition(name: str, text: str) -> Schedule | Expectation:
    """What the vault keeps under a name. FormatError if this version cannot work on it."""
    table = json.loads(text)
    return expectation_of(table) if name.startswith(EXPECT) else schedule_of(table)


def _is_watched(line: Line, schedule: Schedule) -> bool:
    return _within(line, schedule) is not None or bool(_escalation(line, schedule))


def _within(line: Line, schedule: Schedule) -> int | None:
    """Seconds in which it is to be acknowledged; a FLASH that asks for an answer has the charter's target."""
    if schedule.ack_within is not None:
        return schedule.ack_within
    flash = schedule.precedence is Precedence.FLASH and schedule.response is not Response.NONE
    return line.charter.ack_targets[Precedence.FLASH] if flash else None


def _escalation(line: Line, schedule: Schedule) -> tuple[Step, ...]:
    """A FLASH is repeated until a person acknowledges it, unless the schedule says what is done instead."""
    if schedule.escalate or schedule.precedence is not Precedence.FLASH or schedule.response is Response.NONE:
        return schedule.escalate
    target = line.charter.ack_targets[Precedence.FLASH]
    return (Step(after=Seconds(target), do="repeat", every=Seconds(target)),)


def _called(message: MessageView | None) -> str:
    if message is None or message.seq is None:
        return "what is still in the outbox"
    return message.reference or f"#{message.seq}"


def _event(record: SlotRecord, message: MessageView | None, number: int) -> bytes:
    """What a local command learns on its stdin."""
    return json.dumps(
        {
            "type": "escalation",
            "schedule": record.schedule,
            "slot": record.slot,
            "channel": record.channel,
            "document": record.document.hex(),
            "reference": None if message is None else message.reference,
            "receipt": None if message is None else str(message.receipt),
            "step": number % ROUNDS,
            "round": number // ROUNDS,
        }
    ).encode()
