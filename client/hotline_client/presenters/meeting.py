"""How a meeting looks to a person and to a script: what is agreed, what is open, and what each side proposed last."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from hotline_client.line.line import Line
from hotline_client.presenters.references import reference
from hotline_client.words.columns import table, wrap
from hotline_client.words.meetings import said, side_by_side
from hotline_client.words.times import local_times, zulu
from hotline_protocol.documents.meetings import Part, Slot
from hotline_protocol.folds.meetings import Meeting, Offer
from hotline_protocol.terms import SIDES, Side

Zones = tuple[ZoneInfo, ...]


def record(line: Line, channel: str, meeting: Meeting) -> dict[str, Any]:
    """A meeting for a script; times in unix ms, slots counted from 1."""
    return {
        "type": "meeting",
        "channel": channel,
        "id": meeting.id.hex(),
        "seq": meeting.seq,
        "reference": reference(line, channel, meeting.id),
        "state": str(meeting.state),
        "version": meeting.version,
        "sequence": meeting.sequence,
        "proposed_by": meeting.side,
        "title": meeting.title,
        "note": meeting.note,
        "standing": meeting.standing(),
        "time": None if meeting.slot is None else _slot_record(meeting.slot),
        "candidates": [_slot_record(one) for one in meeting.slots],
        "answers": {side: [str(one) for one in said] for side, said in meeting.answers.items()},
        "place": meeting.place,
        "level": None if meeting.level is None else str(meeting.level),
        "agreed": {str(part): meeting.agreed(part) for part in Part},
        "agreed_by": {
            str(part): {side: slot + 1 for side, slot in known.agreed.items()}
            for part, known in meeting.parts.items()
        },
        "proposed": {side: _offer_record(one) for side, one in meeting.offers.items()},
        "items": [reference(line, channel, one) for one in meeting.items],
        "held_say": list(meeting.held),
        "reason": meeting.reason,
        "changed_at": meeting.at,
    }


def _slot_record(slot: Slot) -> dict[str, int]:
    return {"start": slot.start, "end": slot.end}


def _offer_record(offer: Offer) -> dict[str, Any]:
    return {
        "candidates": [_slot_record(one) for one in offer.slots],
        "place": offer.place,
        "level": None if offer.level is None else str(offer.level),
    }


def text(line: Line, channel: str, meeting: Meeting, zones: Zones) -> str:
    """A meeting for a person, whole."""
    names = {side: line.charter.delegation(side).delegation for side in SIDES}
    lines = [
        f"{reference(line, channel, meeting.id)}  {names[meeting.side]} #{meeting.seq}  {meeting.title}",
        f"    {meeting.state}, version {meeting.version}: {meeting.standing()}",
    ]
    lines += _times(meeting, names, zones)
    sides = table(("", names["a"], names["b"], ""), side_by_side(meeting), width=76)
    lines += [f"    {line}" for line in sides.splitlines()]
    lines += _items(line, channel, meeting)
    lines += [f"    {line}" for line in meeting.note.splitlines()]
    lines += [f"    {names[side]} says it was held" for side in meeting.held]
    lines += [f"    cancelled: {meeting.reason}"] if meeting.reason else []
    return wrap("\n".join(lines))


def _times(meeting: Meeting, names: dict[Side, str], zones: Zones) -> list[str]:
    """The agreed time, or every candidate with what each side says about it."""
    if meeting.slot is not None:
        return [
            f"    {zulu(meeting.slot)}",
            *(f"        {one}" for one in local_times(meeting.slot, zones)),
        ]
    lines = []
    for number, slot in enumerate(meeting.slots):
        told = said(meeting, names, number)
        lines.append(f"    {number + 1}  {zulu(slot)}" + (f"  {', '.join(told)}" if told else ""))
        lines += [f"        {one}" for one in local_times(slot, zones)]
    return lines


def _items(line: Line, channel: str, meeting: Meeting) -> list[str]:
    return [f"    item {number}: {words}" for number, words in enumerate(items(line, channel, meeting), 1)]


def items(line: Line, channel: str, meeting: Meeting) -> tuple[str, ...]:
    """The attached items of the agenda, each with its number and title."""
    titles = line.read(channel, lambda book: [book.agenda.items[one].title for one in meeting.items])
    return tuple(
        f"{reference(line, channel, one)} {title}" for one, title in zip(meeting.items, titles, strict=True)
    )


def news(line: Line, channel: str, meeting: Meeting) -> str:
    """What a delegation tells its own people: standing and number, in Zulu time, the same whoever tells it."""
    proposer = line.charter.delegation(meeting.side).delegation
    lines = [
        f"Meeting {reference(line, channel, meeting.id)} of {proposer}: {meeting.title}",
        f"{meeting.state}, version {meeting.version}: {meeting.standing()}",
    ]
    if meeting.slot is not None:
        lines.append(f"Time: {zulu(meeting.slot)}")
    else:
        lines += [f"Candidate {number}: {zulu(slot)}" for number, slot in enumerate(meeting.slots, 1)]
    for part, value in ((Part.PLACE, meeting.place), (Part.LEVEL, str(meeting.level or ""))):
        if value:
            lines.append(
                f"{part.title()}: {value}" + ("" if meeting.agreed(part) else " (proposed, not agreed)")
            )
    lines += [f"Item: {one}" for one in items(line, channel, meeting)]
    lines += [f"Cancelled: {meeting.reason}"] if meeting.reason else []
    return "\n".join(lines)
