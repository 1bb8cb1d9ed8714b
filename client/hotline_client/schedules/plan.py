"""What is due of a schedule: every slot is accounted for once, as sent, sent late or skipped with its reason.

S10 a slot is in time up to `grace` after it; what is later was missed
S11 of missed slots with the policy `late` the newest is sent, marked, unless `give_up` has passed; the older ones are skipped as superseded:
    a line is not flooded after a night without power
S12 with the policy `skip` every missed slot is skipped; so is every slot while the schedule is paused
S13 the last slot accounted for is the only cursor: a clock that goes back brings nothing twice, one that jumps ahead makes slots missed
S14 after `count` slots that were sent, or behind `until`, nothing is due
S15 a second host with `standby` waits so long after each slot, and says it only if the first one did not (S22)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hotline_client.schedules.model import Schedule
from hotline_protocol.dtg import dtg

MOST: Final = 100_000
"""Slots that are looked at in one go; what lies behind them is due at once again."""


@dataclass(frozen=True, slots=True)
class Send:
    """Say it for this slot, unix s."""

    slot: int
    late: bool


@dataclass(frozen=True, slots=True)
class Skip:
    """Say nothing for the slots from `first` to `last`, unix s, `count` of them."""

    first: int
    last: int
    count: int
    reason: str


def next_due(schedule: Schedule, *, since: int, through: int | None, sent: int = 0) -> int | None:
    """The next slot that is to be accounted for, unix s."""
    if schedule.given.count is not None and sent >= schedule.given.count:
        return None
    slot = schedule.recurrence.after(since if through is None else through)
    return None if slot is None or (schedule.until is not None and slot > schedule.until) else slot


def decide(
    schedule: Schedule, *, since: int, through: int | None, now: int, paused: bool, sent: int = 0
) -> Iterator[Send | Skip]:
    """What is to be done at `now` (unix s) about every slot up to then, in order. `sent`: how many were sent before."""
    slots = list(_due(schedule, since, through, now - schedule.given.standby))
    if paused:
        yield from _skip(slots, "paused")
        return
    given = schedule.given
    in_time = [slot for slot in slots if slot + given.standby + given.grace >= now]
    missed = slots[: len(slots) - len(in_time)]
    sends = [Send(slot, late=False) for slot in in_time]
    if missed and given.missed == "skip":
        yield from _skip(missed, f"missed: nothing ran until {dtg(now * 1000)}")
    elif missed and missed[-1] + given.give_up < now:
        yield from _skip(missed, f"missed by more than {given.give_up} s")
    elif missed:
        newest = missed.pop()
        yield from _skip(missed, f"superseded by {dtg(newest * 1000)}")
        sends.insert(0, Send(newest, late=True))
    for place, one in enumerate(sends):
        if given.count is not None and sent + place >= given.count:
            return
        yield one


def _due(schedule: Schedule, since: int, through: int | None, now: int) -> Iterator[int]:
    place = since if through is None else through
    for _ in range(MOST):
        slot = next_due(schedule, since=since, through=place)
        if slot is None or slot > now:
            return
        yield slot
        place = slot


def _skip(slots: list[int], reason: str) -> Iterator[Skip]:
    if slots:
        yield Skip(slots[0], slots[-1], len(slots), reason)
