"""A meeting as it stands: what is agreed, what is open, what each side proposed last; for a person, a script, a caucus, a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hotline_client.line.views import MessageView
from hotline_client.presenters.references import Source, delegations, reference
from hotline_client.words.columns import WIDTH, fit, table, wrap
from hotline_client.words.times import local_times, zulu
from hotline_client.words.translation import Translate, english
from hotline_protocol.documents.meetings import Fits, Part, Slot
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.meetings import Meeting, Offer
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show

Zones = tuple[ZoneInfo, ...]
Names = Mapping[Side, str]
"""What the sides call themselves."""


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting with its number and, in words, the attached items; `references`: their numbers alone."""

    meeting: Meeting
    number: str
    references: tuple[str, ...]
    items: tuple[str, ...]
    names: Names


def facts(line: Source, channel: str, meeting: Meeting) -> MeetingFacts:
    """All that is known of a meeting."""
    titles = line.read(channel, lambda book: [book.agenda.items[one].title for one in meeting.items])
    references = tuple(reference(line, channel, one) for one in meeting.items)
    items = tuple(f"{number} {title}" for number, title in zip(references, titles, strict=True))
    return MeetingFacts(meeting, reference(line, channel, meeting.id), references, items, delegations(line))


# --- which ones


def named(book: Journal, messages: Sequence[MessageView]) -> list[Meeting]:
    """Those that some messages began, or are a counter-proposal to that still counts."""
    ids, contents = {one.id for one in messages}, {one.content_hash for one in messages}
    return [
        one
        for one in book.meetings.all.values()
        if one.id in ids or any(part.version in contents for part in one.parts.values())
    ]


def soonest(meeting: Meeting, now: int) -> Slot | None:
    """The agreed time, or the first candidate that is not over at `now` (unix ms)."""
    times = [meeting.slot] if meeting.slot is not None else sorted(meeting.slots, key=lambda one: one.start)
    return next((one for one in times if one.end > now), None)


def is_within(meeting: Meeting, now: int, seconds: int) -> bool:
    """Whether it will be held and begins that soon, or has begun."""
    slot = soonest(meeting, now)
    return meeting.is_living and slot is not None and slot.start <= now + seconds * 1000


def waiting_parts(meeting: Meeting, side: Side) -> list[Part]:
    """What the other side proposed last and `side` has not agreed to."""
    return [
        part
        for part in Part
        if (known := meeting.parts.get(part)) is not None
        and known.version
        and known.side != side
        and not known.is_agreed
        and side not in known.agreed
        and meeting.is_living
    ]


# --- what both sides say


def times(meeting: Meeting, names: Names, t: Translate = english) -> list[tuple[str, Slot, str]]:
    """The agreed time, or every candidate: its number, when, and what each side says about it."""
    if meeting.slot is not None:
        return [("", meeting.slot, "")]
    return [
        (str(at + 1), slot, ", ".join(_said(meeting, names, at, t))) for at, slot in enumerate(meeting.slots)
    ]


def _said(meeting: Meeting, names: Names, number: int, t: Translate) -> list[str]:
    known = meeting.parts.get(Part.TIME)
    agreed = {} if known is None else known.agreed
    words = []
    for side in SIDES:
        if agreed.get(side) == number:
            words.append(t("{side} agrees", side=names[side]))
        elif side in meeting.answers:
            words.append(_fitting(meeting.answers[side][number], names[side], t))
    return words


def _fitting(fits: Fits, side: str, t: Translate) -> str:
    return {
        Fits.YES: t("{side} yes", side=side),
        Fits.IF_NEEDED: t("{side} if needed", side=side),
        Fits.NO: t("{side} no", side=side),
    }[fits]


def side_by_side(meeting: Meeting, t: Translate = english) -> list[tuple[Part, str, str, str]]:
    """The last word of each side about each part; what differs is said."""
    rows = []
    for part in Part:
        ours, theirs = (_last_word(meeting, part, side, t) for side in SIDES)
        differs = ours != theirs and "-" not in (ours, theirs)
        verdict = "agreed" if meeting.agreed(part) else "differs" if differs else "open"
        rows.append((part, ours, theirs, verdict))
    return rows


def _last_word(meeting: Meeting, part: Part, side: Side, t: Translate) -> str:
    """What a side agreed to, or else proposed last."""
    known, offer = meeting.parts.get(part), meeting.offers.get(side, Offer())
    has_agreed = known is not None and side in known.agreed
    if part is Part.PLACE:
        return (meeting.place if has_agreed else offer.place) or "-"
    if part is Part.LEVEL:
        level = meeting.level if has_agreed else offer.level
        return t(level.value) if level else "-"
    if known is not None and has_agreed:
        return t("candidate {number}", number=known.agreed[side] + 1)
    return _candidates(meeting, offer, t)


def _candidates(meeting: Meeting, offer: Offer, t: Translate) -> str:
    count = len(offer.slots)
    if not count:
        return "-"
    if offer.slots != meeting.slots:
        return t("{count} other times", count=count)
    return t("any of {count}", count=count) if count > 1 else t("candidate {number}", number=1)


def held(meeting: Meeting, names: Names, t: Translate = english) -> list[str]:
    """Who says that it took place."""
    return [t("{side} says it was held", side=names[side]) for side in meeting.held]


# --- for a person


def meeting_text(told: MeetingFacts, zones: Zones = ()) -> str:
    """A meeting whole, in 80 columns, its times also in some zones."""
    meeting, names = told.meeting, told.names
    rows = [f"{meeting.state}, version {meeting.version}: {meeting.standing()}"]
    for label, slot, words in times(meeting, names):
        rows.append("  ".join(one for one in (label, zulu(slot), words) if one))
        rows += [f"    {one}" for one in local_times(slot, zones)]
    rows += table(("", *(names[side] for side in SIDES), ""), side_by_side(meeting), width=76).splitlines()
    rows += [f"item {at}: {words}" for at, words in enumerate(told.items, 1)]
    rows += [*meeting.note.splitlines(), *held(meeting, names)]
    rows += [f"cancelled: {meeting.reason}"] if meeting.reason else []
    head = f"{told.number}  {names[meeting.side]} #{meeting.seq}  {meeting.title}"
    return wrap("\n".join([head, *(f"    {one}" for one in rows)]))


def listed(told: MeetingFacts, now: int, zones: Zones = ()) -> str:
    """A meeting in a list: where it stands, and its soonest time."""
    meeting = told.meeting
    head = f"{told.number}  {show(told.names[meeting.side])} #{meeting.seq}  {meeting.state}  "
    lines = [head + fit(meeting.title, max(WIDTH - len(head), 8)).rstrip(), f"    {meeting.standing()}"]
    slot = soonest(meeting, now)
    if slot is not None:
        of = "" if meeting.slot else f"  (the first of {len(meeting.slots)} candidates)"
        lines += [f"    {zulu(slot)}{of}", *(f"        {one}" for one in local_times(slot, zones))]
    return "\n".join(lines)


def news(told: MeetingFacts) -> str:
    """What a delegation tells its own people: standing and number, in Zulu time, the same whoever tells it."""
    meeting = told.meeting
    lines = [
        f"Meeting {told.number} of {told.names[meeting.side]}: {meeting.title}",
        f"{meeting.state}, version {meeting.version}: {meeting.standing()}",
    ]
    for label, slot, _ in times(meeting, told.names):
        lines.append(f"Candidate {label}: {zulu(slot)}" if label else f"Time: {zulu(slot)}")
    for part, value in ((Part.PLACE, meeting.place), (Part.LEVEL, str(meeting.level or ""))):
        if value:
            agreed = "" if meeting.agreed(part) else " (proposed, not agreed)"
            lines.append(f"{part.title()}: {value}{agreed}")
    lines += [f"Item: {one}" for one in told.items]
    lines += [f"Cancelled: {meeting.reason}"] if meeting.reason else []
    return "\n".join(lines)


# --- for a script


def meeting_record(channel: str, told: MeetingFacts) -> dict[str, Any]:
    """A meeting; times in unix ms, slots counted from 1."""
    meeting = told.meeting
    return {
        "type": "meeting",
        "channel": channel,
        "id": meeting.id,
        "seq": meeting.seq,
        "reference": told.number,
        "state": meeting.state,
        "version": meeting.version,
        "sequence": meeting.sequence,
        "proposed_by": meeting.side,
        "title": meeting.title,
        "note": meeting.note,
        "standing": meeting.standing(),
        "time": None if meeting.slot is None else _slot_record(meeting.slot),
        "candidates": [_slot_record(one) for one in meeting.slots],
        "answers": meeting.answers,
        "place": meeting.place,
        "level": meeting.level,
        "agreed": {part: meeting.agreed(part) for part in Part},
        "agreed_by": {
            part: {side: slot + 1 for side, slot in known.agreed.items()}
            for part, known in meeting.parts.items()
        },
        "proposed": {side: _offer_record(one) for side, one in meeting.offers.items()},
        "items": told.references,
        "held_say": meeting.held,
        "reason": meeting.reason,
        "changed_at": meeting.at,
    }


def _slot_record(slot: Slot) -> dict[str, int]:
    return {"start": slot.start, "end": slot.end}


def _offer_record(offer: Offer) -> dict[str, Any]:
    candidates = [_slot_record(one) for one in offer.slots]
    return {"candidates": candidates, "place": offer.place, "level": offer.level}


# --- as a file


def calendar(
    line: Source,
    channel: str,
    meetings: Iterable[Meeting],
    alarms: Sequence[int] | None = None,
    zones: Zones = (),
) -> bytes:
    """As iCalendar, those of some meetings of which a time was ever proposed. `alarms`: reminders, seconds before each.
    UsageError if there are none.
    """
    # here, because only who exports waits for the library
    from hotline_client.exports import calendars  # noqa: PLC0415

    told = [facts(line, channel, one) for one in meetings if one.slots]
    if not told:
        raise UsageError("no time was proposed yet: there is nothing to put into a calendar")
    entries = [
        calendars.CalendarEntry(
            one.meeting,
            one.number,
            one.items,
            {slot: tuple(local_times(slot, zones)) for slot in one.meeting.slots},
        )
        for one in told
    ]
    return calendars.calendar(line.charter, entries, calendars.ALARMS if alarms is None else alarms)
