from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from hotline_client.exports.calendars import CalendarEntry, calendar
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    Level,
    MeetingCancel,
    MeetingCounter,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show
from tests.protocol.folds.test_meetings import MONDAY, TUESDAY, WEDNESDAY, agree
from tests.support import rfc5545
from tests.support.chronicle import HEAD_A, HEAD_B, OFFICER_A, Chronicle
from tests.support.people import link

Events = dict[datetime, tuple[str, int, str]]


def exported(log: Chronicle, target: Target, *alarms: int) -> bytes:
    entry = CalendarEntry(log.journal.meetings.all[target.id], "P-0001/26", ("P-0002/26 air corridors",))
    return calendar(link().charter, [entry], alarms)


def opened(log: Chronicle, target: Target) -> Events:
    """What another library finds in the file: by start the status, the sequence and the UID."""
    stream = exported(log, target, 86_400)
    rfc5545.read(stream)
    events = IcsCalendarStream.calendar_from_ics(stream.decode()).events
    found: Events = {}
    for one in events:
        assert isinstance(one.dtstart, datetime)
        assert one.status is not None
        assert one.uid is not None
        assert one.sequence is not None
        if found.get(one.dtstart, ("CANCELLED",))[0] == "CANCELLED":
            found[one.dtstart] = (one.status.value, one.sequence, one.uid)
    return found


def at(slot: Slot) -> datetime:
    return datetime.fromtimestamp(slot.start // 1000, UTC)


def test_a_calendar_follows_a_meeting_from_its_candidates_to_its_end() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, MeetingPropose("talks", (MONDAY, TUESDAY)))
    first = opened(log, target)
    assert {when: one[0] for when, one in first.items()} == {
        at(MONDAY): "TENTATIVE",
        at(TUESDAY): "TENTATIVE",
    }

    log.say(HEAD_B, MeetingCounter(target, slots=(TUESDAY, WEDNESDAY)))
    second = opened(log, target)
    assert second[at(MONDAY)][0] == "CANCELLED"
    assert second[at(TUESDAY)][2] == first[at(TUESDAY)][2]
    assert all(second[when][1] > one[1] for when, one in first.items())

    for author in (HEAD_A, HEAD_B):
        log.say(author, agree(log, target, Part.TIME, 1))
    third = opened(log, target)
    meeting = third[at(WEDNESDAY)]
    assert meeting[0] == "TENTATIVE"
    assert meeting[2] not in {second[at(WEDNESDAY)][2], second[at(TUESDAY)][2]}
    assert third[at(TUESDAY)][0] == "CANCELLED"

    log.say(HEAD_A, MeetingCounter(target, place="Geneva", level=Level.HEADS))
    for part in (Part.PLACE, Part.LEVEL):
        log.say(HEAD_B, agree(log, target, part))
    fourth = opened(log, target)
    assert fourth[at(WEDNESDAY)][0::2] == ("CONFIRMED", meeting[2])
    assert fourth[at(WEDNESDAY)][1] > meeting[1]
    assert exported(log, target) == exported(log, target)

    log.say(HEAD_B, MeetingCounter(target, slots=(MONDAY,)))
    fifth = opened(log, target)
    assert (fifth[at(MONDAY)][0], fifth[at(WEDNESDAY)][0]) == ("TENTATIVE", "CANCELLED")
    log.say(HEAD_A, agree(log, target, Part.TIME))
    assert opened(log, target)[at(MONDAY)][0::2] == ("CONFIRMED", meeting[2])
    log.say(HEAD_A, MeetingCancel(target, "illness"))
    assert {one[0] for one in opened(log, target).values()} == {"CANCELLED"}


def test_every_uid_that_was_ever_published_and_lives_no_more_is_taken_back() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,)))
    published: set[str] = set()
    for slots in ((TUESDAY,), (WEDNESDAY, MONDAY), (TUESDAY,)):
        published |= {event.one("UID") for event in rfc5545.read(exported(log, target)).parts}
        log.say(HEAD_B, MeetingCounter(target, slots=slots))
        log.say(HEAD_A, agree(log, target, Part.TIME))
        if len(slots) > 1:
            log.say(HEAD_B, agree(log, target, Part.TIME))
        present = {event.one("UID") for event in rfc5545.read(exported(log, target)).parts}
        assert published <= present


def test_what_is_in_an_event() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,), "Geneva", Level.HEADS, "bring maps"))
    log.say(HEAD_B, agree(log, target, Part.TIME))
    times = {MONDAY: ("Mon 2026-11-30 09:52 to 12:52 Europe/Zurich (+01:00)",)}
    entry = CalendarEntry(
        log.journal.meetings.all[target.id], "P-0001/26", ("P-0002/26 air corridors",), times
    )
    made = rfc5545.read(calendar(link().charter, [entry], (86_400, 3_600, 5_400)))
    event, candidate = made.parts
    assert event.one("LOCATION") == "Geneva (not agreed)"
    assert event.one("DTSTART") == f"{at(MONDAY):%Y%m%dT%H%M%SZ}"
    assert event.one("DESCRIPTION").split("\n") == [
        "P-0001/26, PROPOSED, version 1: time agreed, place open, level open",
        *times[MONDAY],
        "Level: heads",
        "bring maps",
        "1. P-0002/26 air corridors",
    ]
    assert [alarm.one("TRIGGER") for alarm in event.parts] == ["-P1D", "-PT1H", "-PT1H30M"]
    assert (candidate.one("STATUS"), candidate.parts) == ("CANCELLED", [])


WORDS = st.text(max_size=120)


@given(WORDS, WORDS, WORDS)
def test_no_words_break_the_file(title: str, place: str, note: str) -> None:
    log = Chronicle()
    try:
        target = log.say(HEAD_A, MeetingPropose(title, (MONDAY,), place, None, note))
    except FormatError:
        return
    stream = exported(log, target)
    (event,) = rfc5545.read(stream).parts
    (other,) = IcsCalendarStream.calendar_from_ics(stream.decode()).events
    assert event.one("SUMMARY") == other.summary == show(title)
    if place:
        assert event.one("LOCATION") == other.location == f"{show(place)} (not agreed)"
    if note:
        assert show(note, lines=True) in event.one("DESCRIPTION")


@pytest.mark.parametrize(
    "words", ["a\r\nSTATUS:CONFIRMED", "a\nEND:VEVENT", "\x1b[2J", "a\u202eb", "\u2028STATUS:X", "a\x85b"]
)
def test_what_no_document_may_say_is_harmless_all_the_same(words: str) -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,)))
    meeting = log.journal.meetings.all[target.id]
    meeting.title = meeting.place = meeting.reason = meeting.note = words
    (event,) = rfc5545.read(exported(log, target)).parts
    assert event.one("STATUS") == "TENTATIVE"
    assert event.one("SUMMARY") == show(words)
