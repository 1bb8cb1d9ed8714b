"""The first text of minutes, as far as the log alone can say it: the meeting, and each item with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotline_protocol.documents.agenda import Outcome
from hotline_protocol.documents.meetings import Part
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.agenda import Item
from hotline_protocol.folds.meetings import Meeting

NumberOf = Callable[[bytes], str]
"""The number of a document as a person types it."""


def reportable(items: Sequence[Item], now: int) -> list[Item]:
    """The items of the board that have an outcome no minutes told of yet. `now`: unix ms."""
    ended = {str(one) for one in Outcome}
    return [one for one in items if str(one.state_at(now)) in ended]


def meeting_facts(number: str, meeting: Meeting) -> tuple[tuple[str, str], ...]:
    """Title, and what is agreed of time, place and level."""
    rows = [("Meeting", f"{number}  {meeting.title}")]
    slot = meeting.slot
    rows += [("Time", f"{dtg(slot.start)} to {dtg(slot.end)}")] if slot is not None else []
    rows += [("Place", meeting.place)] if meeting.agreed(Part.PLACE) else []
    rows += [("Level", str(meeting.level))] if meeting.agreed(Part.LEVEL) else []
    return tuple(rows)


def first_text(title: str, meeting: Meeting | None, items: Sequence[Item], number: NumberOf, now: int) -> str:
    """The meeting with what is agreed of it, and each item with its outcome, numbered."""
    lines = [title, ""]
    if meeting is not None:
        lines += [*(f"{name}: {value}" for name, value in meeting_facts(number(meeting.id), meeting)), ""]
    for at, item in enumerate(items, 1):
        lines.append(f"{at}. {item.title} ({number(item.id)})")
        words = item.text_at(now)
        outcome = str(item.state_at(now))
        lines += [f"   {outcome}: {words}" if words else f"   {outcome}", ""]
    return "\n".join(lines).rstrip("\n")
