"""What is expected of the other side and did not come.

S34 an expectation is judged once a slot, `grace` after it, from the log alone
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hotline_client.connection.health import LineState
from hotline_client.engine.records import Outcome, SlotRecord
from hotline_client.line.line import Line
from hotline_client.schedules.handlers import run_once
from hotline_client.schedules.model import ANYTHING, LINE_CHECK, Expectation
from hotline_client.schedules.slots import Slots
from hotline_client.vault.schedules import Schedules, StoredSchedule
from hotline_protocol.dtg import dtg
from hotline_protocol.terms import other


class Expectations:
    """The judge of what is expected. `clock`: unix seconds."""

    def __init__(self, line: Line, store: Schedules, slots: Slots, clock: Callable[[], float]) -> None:
        self._line = line
        self._store = store
        self._slots = slots
        self._clock = clock

    async def judge(self, wanted: Iterable[tuple[StoredSchedule, Expectation]]) -> None:
        """Account for the slots of each whose grace is over, and start the program that is to know what did not come."""
        for stored, expected in wanted:
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
        self._slots.alarm(expected.channel, "missed", words)
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
