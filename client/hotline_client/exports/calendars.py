"""Meetings as an iCalendar file (RFC 5545, METHOD:PUBLISH of RFC 5546) for the calendars of one's own delegation.

One event is the meeting itself, from when its time is agreed: TENTATIVE while place or level are open, then CONFIRMED. While the
time is open each candidate is a TENTATIVE event of its own, which is CANCELLED once the time is agreed or the candidate is no
longer proposed. UIDs come from the meeting's id, SEQUENCE and DTSTAMP from the log: the same state gives the same bytes,
and a later file takes the place of an earlier one in every calendar. Times are in UTC, which no change of clocks moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Event, vCalAddress

from hotline_protocol.documents.meetings import Part, Slot
from hotline_protocol.folds.meetings import Meeting, MeetingState
from hotline_protocol.identity.charter import Charter
from hotline_protocol.text import show

PRODUCT: Final = "-//Hotline//Meetings of the joint working group//EN"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A meeting with what its calendar entry says beside it. `times`: of a slot, in words, in the zones people want."""

    meeting: Meeting
    reference: str
    items: tuple[str, ...] = ()
    times: Mapping[Slot, tuple[str, ...]] | None = None


ALARMS: Final = (24 * 3600, 3600)
"""Seconds before an event at which one is reminded unless one says otherwise."""


def calendar(charter: Charter, entries: Iterable[CalendarEntry], alarms: Sequence[int] = ()) -> bytes:
    """The file. `alarms`: reminders, seconds before each event that is not cancelled."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for entry in entries:
        for event in _events(entry):
            event.add("organizer", _organizer(charter))
            for seconds in alarms if event["status"] != "CANCELLED" else ():
                event.add_component(_alarm(seconds, str(event["summary"])))
            made.add_component(event)
    return bytes(made.to_ical())


def _events(entry: CalendarEntry) -> Iterator[Event]:
    """The meeting itself if its time is or was agreed, then the candidates that were ever published."""
    meeting = entry.meeting
    over = meeting.state is MeetingState.CANCELLED
    agreed = meeting.slot
    if meeting.last is not None:
        confirmed = "CONFIRMED" if meeting.state in (MeetingState.AGREED, MeetingState.HELD) else "TENTATIVE"
        yield _event(
            entry,
            uid=UUID(bytes=meeting.id),
            slot=agreed or meeting.last,
            status="CANCELLED" if over or agreed is None else confirmed,
        )
    for number, slot in enumerate(meeting.slots, 1):
        status = "TENTATIVE" if agreed is None and not over else "CANCELLED"
        yield _event(entry, uid=_candidate(meeting, slot), slot=slot, status=status, number=number)
    for slot in meeting.former:
        yield _event(entry, uid=_candidate(meeting, slot), slot=slot, status="CANCELLED")


def _candidate(meeting: Meeting, slot: Slot) -> UUID:
    """The UID of a candidate: the same for the same time of the same meeting."""
    times = slot.start.to_bytes(8, "big") + slot.end.to_bytes(8, "big")
    return UUID(bytes=sha256(b"hotline.v1 candidate" + meeting.id + times).digest()[:16])


def _event(entry: CalendarEntry, *, uid: UUID, slot: Slot, status: str, number: int = 0) -> Event:
    meeting, event = entry.meeting, Event()
    of = f" (candidate {number} of {len(meeting.slots)})" if number and len(meeting.slots) > 1 else ""
    changed = _moment(meeting.at)
    event.add("uid", str(uid))
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", meeting.sequence)
    event.add("status", status)
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "OPAQUE" if status == "CONFIRMED" else "TRANSPARENT")
    event.add("dtstart", _moment(slot.start))
    event.add("dtend", _moment(slot.end))
    event.add("summary", show(meeting.title) + of)
    if meeting.place:
        event.add("location", show(meeting.place) + ("" if meeting.agreed(Part.PLACE) else " (not agreed)"))
    event.add("description", "\n".join(_description(entry, slot)))
    event.add("x-hotline-reference", entry.reference)
    event.add("x-hotline-state", str(meeting.state))
    return event


def _description(entry: CalendarEntry, slot: Slot) -> Iterator[str]:
    meeting = entry.meeting
    yield f"{entry.reference}, {meeting.state}, version {meeting.version}: {meeting.standing()}"
    yield from (entry.times or {}).get(slot, ())
    if meeting.level is not None:
        yield f"Level: {meeting.level}"
    if meeting.note:
        yield show(meeting.note, lines=True)
    if meeting.reason:
        yield f"Cancelled: {show(meeting.reason, lines=True)}"
    for number, item in enumerate(entry.items, 1):
        yield f"{number}. {show(item)}"


def _organizer(charter: Charter) -> vCalAddress:
    """Nobody organizes a meeting, RFC 5546 demands a name: the link itself, called by both delegations."""
    address = vCalAddress(UUID(bytes=charter.link_id[:16]).urn)
    names = " and ".join(show(charter.delegation(side).delegation) for side in ("a", "b"))
    address.params["CN"] = names.replace('"', "'")
    return address


def _alarm(seconds: int, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(seconds=-seconds))
    alarm.add("description", words)
    return alarm


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, UTC)
