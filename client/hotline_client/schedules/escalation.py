"""What is done about a document of a schedule that nobody acknowledges: reminders, local commands, an alarm.

S32 a document is watched from its slot on, whether or not the relay could be reached; SEEN never ends the watch, nor does a program's word
S33 the watch ends when persons acknowledged the document, or a reminder of it, or somebody answered it, or it was withdrawn
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hotline_client.engine.records import CLOSED, SlotRecord, StepRecord
from hotline_client.line import wait as waiting
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.schedules.handlers import run_once
from hotline_client.schedules.model import EscalationStep, Schedule, Seconds
from hotline_client.schedules.slots import REFUSED, Slots
from hotline_client.vault.schedules import Schedules
from hotline_protocol.documents.talk import Text
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.phases import Phase
from hotline_protocol.identity.charter import Charter
from hotline_protocol.slots import step_id
from hotline_protocol.terms import Precedence, Response
from hotline_protocol.text import show

OVERDUE: Final = 0
"""The number of the step that says that the time for an acknowledgment is over."""
ROUNDS: Final = 100
"""Step n in its k-th repetition has the number n + ROUNDS * k."""
_QUOTED: Final = 200


class Escalation:
    """The watch over what was sent. `clock`: unix seconds."""

    def __init__(self, line: Line, store: Schedules, slots: Slots, clock: Callable[[], float]) -> None:
        self._line = line
        self._store = store
        self._slots = slots
        self._clock = clock

    async def take_due(self, schedules: Mapping[str, Schedule]) -> None:
        """Take the steps that are due about what nobody acknowledged yet. `schedules`: the present ones, by name."""
        for record in await asyncio.to_thread(self._store.open):
            schedule = schedules.get(record.schedule)
            if schedule is None:
                await self._close(record, "the schedule was removed")
                continue
            done = await asyncio.to_thread(self._settled, record, schedule)
            if done:
                await self._close(record, done)
                continue
            for number, step in self._steps_due(record, schedule):
                await self._step(record, schedule, number, step)

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

    def _steps_due(
        self, record: SlotRecord, schedule: Schedule
    ) -> Iterator[tuple[int, EscalationStep | None]]:
        age = int(self._clock()) - record.at // 1000
        taken = {one.number for one in self._store.steps(record.document)}
        limit = within(self._line.charter, schedule)
        if limit is not None and age >= limit and OVERDUE not in taken:
            yield OVERDUE, None
        for place, step in enumerate(steps_of(self._line.charter, schedule), 1):
            if age < step.after:
                continue
            round_ = (age - step.after) // step.every if step.every else 0
            number = place + ROUNDS * round_
            if number not in taken:
                yield number, step

    async def _step(
        self, record: SlotRecord, schedule: Schedule, number: int, step: EscalationStep | None
    ) -> None:
        now = int(self._clock() * 1000)
        message = await asyncio.to_thread(self._line.message, record.channel, record.document)
        what = "overdue" if step is None else step.do
        detail, body = "", None
        if step is None:
            words = f"nobody acknowledged {_called(message)} of schedule {schedule.name} in time"
            await asyncio.to_thread(self._slots.alarm, record.channel, "unacknowledged", words)
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
        except REFUSED as error:
            failed = StepRecord(record.document, number, what, f"refused: {error}"[:500], now)
            done = await asyncio.to_thread(self._slots.step, record.channel, failed)
            words = f"a reminder of schedule {schedule.name} could not be said: {show(str(error))[:300]}"
            await asyncio.to_thread(self._slots.alarm, record.channel, "schedule", words)
        self._slots.counters.steps += done

    def _reminder(
        self,
        record: SlotRecord,
        schedule: Schedule,
        message: MessageView | None,
        number: int,
        step: EscalationStep,
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


def is_watched(charter: Charter, schedule: Schedule) -> bool:
    """Whether somebody has to acknowledge what it says."""
    return within(charter, schedule) is not None or bool(steps_of(charter, schedule))


def within(charter: Charter, schedule: Schedule) -> int | None:
    """Seconds in which it is to be acknowledged; a FLASH that asks for an answer has the charter's target."""
    if schedule.ack_within is not None:
        return schedule.ack_within
    flash = schedule.precedence is Precedence.FLASH and schedule.response is not Response.NONE
    return charter.ack_targets[Precedence.FLASH] if flash else None


def steps_of(charter: Charter, schedule: Schedule) -> tuple[EscalationStep, ...]:
    """A FLASH is repeated until a person acknowledges it, unless the schedule says what is done instead."""
    if schedule.escalate or schedule.precedence is not Precedence.FLASH or schedule.response is Response.NONE:
        return schedule.escalate
    target = charter.ack_targets[Precedence.FLASH]
    return (EscalationStep(after=Seconds(target), do="repeat", every=Seconds(target)),)


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
