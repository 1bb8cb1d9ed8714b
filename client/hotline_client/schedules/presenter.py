"""A schedule as it stands and what became of its slots; for a person and for a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hotline_client.engine.records import SlotRecord, StepRecord
from hotline_client.presenters.fields import fields
from hotline_client.schedules.definitions import read_definition
from hotline_client.schedules.model import Expectation, Schedule
from hotline_client.schedules.plan import next_due
from hotline_client.schedules.template import render
from hotline_client.vault.schedules import Schedules, StoredSchedule
from hotline_client.words.times import dtg
from hotline_protocol.documents.kinds import kind_of
from hotline_protocol.documents.summary import summary
from hotline_protocol.documents.talk import Text
from hotline_protocol.errors import HotlineError
from hotline_protocol.text import show


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """A schedule or an expectation. `next`: unix s, None if nothing is due any more; `waiting`: documents that somebody is still to
    acknowledge; `problem`: why this version cannot work on it.
    """

    stored: StoredSchedule
    last: SlotRecord | None
    waiting: int
    next: int | None = None
    problem: str | None = None


def facts(store: Schedules, stored: StoredSchedule) -> ScheduleFacts:
    """How a schedule stands."""
    last = store.last(stored.name)
    waiting = sum(one.schedule == stored.name for one in store.open())
    try:
        return ScheduleFacts(stored, last, waiting, upcoming(store, stored, last))
    except HotlineError as error:
        return ScheduleFacts(stored, last, waiting, problem=str(error))


def upcoming(store: Schedules, stored: StoredSchedule, last: SlotRecord | None) -> int | None:
    """The next slot of a schedule or an expectation, unix s. FormatError if this version cannot work on it."""
    through = None if last is None else last.through
    made = read_definition(stored.name, stored.definition)
    if isinstance(made, Expectation):
        return made.recurrence.after(stored.since if through is None else through)
    return next_due(made, since=stored.since, through=through, sent=store.sent(stored.name))


def schedule_text(told: ScheduleFacts) -> str:
    """Next slot, last slot and what became of it, and how many wait, on one line."""
    due = "PAUSED" if told.stored.paused else "over" if told.next is None else dtg(told.next * 1000)
    if told.problem is not None:
        due = f"PROBLEM: {show(told.problem)}"
    became = (
        "" if told.last is None else f"  last {dtg(told.last.through * 1000)} {told.last.outcome.upper()}"
    )
    waiting = f"  {told.waiting} UNACK" if told.waiting else ""
    return f"{told.stored.name:20}  {due}{became}{waiting}"


def schedule_record(told: ScheduleFacts) -> dict[str, Any]:
    """The same for a script; times in unix s."""
    return {
        "type": "schedule",
        "name": told.stored.name,
        "paused": told.stored.paused,
        "since": told.stored.since,
        "next": told.next,
        "last": None if told.last is None else slot_record(told.last),
        "unacknowledged": told.waiting,
        "problem": told.problem,
    }


# --- slots


def slot_text(one: SlotRecord, steps: list[StepRecord]) -> str:
    """What became of a slot, or of several at once, and the steps that followed, a line each."""
    span = dtg(one.slot * 1000) + (f" to {dtg(one.through * 1000)}, {one.count}" if one.count > 1 else "")
    reason = f": {show(one.reason)}" if one.reason else ""
    lines = [f"{span}  {one.schedule}  {one.outcome.upper()}{reason}"]
    lines += [f"    {dtg(step.at)}  {step.what}  {show(step.detail)}".rstrip() for step in steps]
    return "\n".join(lines)


def slot_record(one: SlotRecord) -> dict[str, Any]:
    """The same for a script; slots in unix s, `at` in unix ms."""
    return {"type": "slot", **fields(one), "document": one.document.hex() or None}


def steps_record(steps: list[StepRecord]) -> list[dict[str, Any]]:
    """The steps that followed, for a script."""
    return [fields(one, "document") for one in steps]


# --- what is to come


def preview(schedule: Schedule, slot: int, number: int) -> tuple[dict[str, Any], str]:
    """What will be said at a slot (unix s), as it would be sent; for a script and for a person. See `template.render` for errors."""
    body = render(schedule, slot, number=number, now=slot, late=False)
    said = body.text if isinstance(body, Text) else summary(body) or kind_of(body)
    record = {"type": "preview", "schedule": schedule.name, "slot": slot, "kind": kind_of(body), "text": said}
    return record, f"{dtg(slot * 1000)}  {kind_of(body)}\n{show(said, lines=True)}"
