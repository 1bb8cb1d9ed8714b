from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from hotline_client.presenters import meeting as presenter
from hotline_client.presenters.meeting import MeetingFacts, meeting_record, meeting_text, news
from hotline_client.words.translation import english
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.terms import Side
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party

HOUR = 3_600_000
NAMES: dict[Side, str] = {"a": "ALPHA", "b": "BRAVO"}
US, THEM = party(ANNA), party(MIRIAM)
FIRST, SECOND = Slot(NOW + 24 * HOUR, NOW + 26 * HOUR), Slot(NOW + 48 * HOUR, NOW + 50 * HOUR)
ZURICH = (ZoneInfo("Europe/Zurich"),)


class Story:
    """Meetings on a line, about which both sides say things."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        self.say = self.line.affairs.book.say

    def proposed(self, *slots: Slot, place: str = "", level: Level | None = None, note: str = "") -> Target:
        return self.say(US, MeetingPropose("Talks", slots, place, level, note))

    def meeting(self, target: Target) -> Meeting:
        return self.line.affairs.book.journal.meetings.all[target.id]

    def told(self, target: Target) -> MeetingFacts:
        return presenter.facts(self.line, "plenary", self.meeting(target))

    def agree(self, target: Target, *parts: Part, slot: int = 0) -> None:
        known = self.meeting(target).parts
        agreed = (Agreed(one, known[one].version, slot if one is Part.TIME else 0) for one in parts)
        self.say(THEM, MeetingAgree(target, tuple(agreed)))

    def talked_about(self) -> Target:
        """Two candidates that they answered, our place against theirs, an item and a note."""
        target = self.proposed(FIRST, SECOND, place="Vienna", level=Level.HEADS, note="bring maps\nand pens")
        times = self.meeting(target).parts[Part.TIME].version
        self.say(THEM, MeetingAnswer(target, times, (Fits.IF_NEEDED, Fits.NO)))
        self.say(THEM, MeetingCounter(target, (), "Geneva", None, ""))
        item = self.say(US, AgendaPropose("Corridors"))
        self.say(US, MeetingAttach(target, (item.id,)))
        return target


def test_an_open_meeting_shows_every_candidate_and_both_last_words() -> None:
    story = Story()
    assert meeting_text(story.told(story.talked_about()), ZURICH).split("\n") == [
        "P-0001/26  ALPHA #1  Talks",
        "    COUNTERED, version 2: time open, place open, level open",
        "    1  241432Z NOV 26 to 241632Z NOV 26  BRAVO if needed",
        "        Tue 2026-11-24 15:32 to 17:32 Europe/Zurich (+01:00)",
        "    2  251432Z NOV 26 to 251632Z NOV 26  BRAVO no",
        "        Wed 2026-11-25 15:32 to 17:32 Europe/Zurich (+01:00)",
        "           ALPHA     BRAVO",
        "    time   any of 2  -       open",
        "    place  Vienna    Geneva  differs",
        "    level  heads     -       open",
        "    item 1: P-0002/26 Corridors",
        "    bring maps",
        "    and pens",
    ]


def test_an_agreed_time_stands_alone() -> None:
    story = Story()
    target = story.proposed(SECOND, place="Vienna", level=Level.EXPERTS)
    story.agree(target, *Part)
    assert meeting_text(story.told(target), ZURICH).split("\n")[1:] == [
        "    AGREED, version 1: time agreed, place agreed, level agreed",
        "    251432Z NOV 26 to 251632Z NOV 26",
        "        Wed 2026-11-25 15:32 to 17:32 Europe/Zurich (+01:00)",
        "           ALPHA        BRAVO",
        "    time   candidate 1  candidate 1  agreed",
        "    place  Vienna       Vienna       agreed",
        "    level  experts      experts      agreed",
    ]
    assert presenter.times(story.meeting(target), NAMES) == [("", SECOND, "")]


def test_who_agreed_to_a_candidate_is_said_beside_it() -> None:
    story = Story()
    target = story.proposed(FIRST, SECOND)
    story.agree(target, Part.TIME, slot=1)
    assert [words for _, _, words in presenter.times(story.meeting(target), NAMES)] == ["", "BRAVO agrees"]
    times = story.meeting(target).parts[Part.TIME].version
    story.say(US, MeetingAnswer(target, times, (Fits.YES, Fits.NO)))
    assert [words for _, _, words in presenter.times(story.meeting(target), NAMES)] == [
        "ALPHA yes",
        "ALPHA no, BRAVO agrees",
    ]


def test_other_times_than_the_present_ones_are_counted() -> None:
    story = Story()
    target = story.proposed(FIRST, SECOND)
    story.say(THEM, MeetingCounter(target, (SECOND,), "", None, ""))
    rows = presenter.side_by_side(story.meeting(target))
    assert rows[0] == (Part.TIME, "2 other times", "candidate 1", "differs")


def test_what_is_over_says_why_or_by_whom() -> None:
    story = Story()
    held = story.proposed(Slot(NOW, NOW + HOUR), place="Vienna", level=Level.HEADS)
    story.agree(held, *Part)
    story.say(US, MeetingHeld(held))
    assert meeting_text(story.told(held)).endswith("\n    ALPHA says it was held")
    gone = story.proposed(FIRST)
    story.say(THEM, MeetingCancel(gone, "nobody comes"))
    assert meeting_text(story.told(gone)).endswith("\n    cancelled: nobody comes")
    assert news(story.told(gone)).endswith("\nCancelled: nobody comes")


def test_a_list_names_the_soonest_time_that_is_not_over() -> None:
    story = Story()
    target = story.proposed(SECOND, FIRST)
    assert presenter.listed(story.told(target), NOW, ZURICH).split("\n") == [
        "P-0001/26  ALPHA #1  PROPOSED  Talks",
        "    time open, place open, level open",
        "    241432Z NOV 26 to 241632Z NOV 26  (the first of 2 candidates)",
        "        Tue 2026-11-24 15:32 to 17:32 Europe/Zurich (+01:00)",
    ]
    assert presenter.soonest(story.meeting(target), FIRST.end) == SECOND
    assert presenter.soonest(story.meeting(target), SECOND.end) is None
    story.agree(target, Part.TIME)
    story.say(
        US, MeetingAgree(target, (Agreed(Part.TIME, story.meeting(target).parts[Part.TIME].version, 0),))
    )
    assert presenter.listed(story.told(target), NOW).split("\n")[2] == "    251432Z NOV 26 to 251632Z NOV 26"


def test_what_is_within_some_time_begins_by_then_and_may_be_held() -> None:
    story = Story()
    target = story.proposed(FIRST)
    assert presenter.is_within(story.meeting(target), NOW, 24 * 3600)
    assert not presenter.is_within(story.meeting(target), NOW, 24 * 3600 - 1)
    story.say(THEM, MeetingCancel(target, "no"))
    assert not presenter.is_within(story.meeting(target), NOW, 24 * 3600)


def test_a_meeting_is_named_by_its_proposal_and_by_what_still_counts_of_a_counter_proposal() -> None:
    story = Story()
    target = story.proposed(FIRST, place="Vienna")
    counters = [story.say(THEM, MeetingCounter(target, (), place, None, "")) for place in ("Geneva", "Oslo")]
    other = story.proposed(SECOND)
    book, line = story.line.affairs.book, story.line

    def named(one: Target) -> list[bytes]:
        message = line.message("plenary", one.id)
        assert message is not None
        return [each.id for each in presenter.named(book.journal, [replace(message, content_hash=one.hash)])]

    assert named(target) == named(counters[1]) == [target.id]
    assert named(other) == [other.id]
    assert named(counters[0]) == []


def test_a_side_is_awaited_for_what_the_other_proposed_and_it_did_not_agree_to() -> None:
    story = Story()
    target = story.proposed(FIRST, place="Vienna")
    meeting = story.meeting(target)
    assert presenter.waiting_parts(meeting, "b") == [Part.TIME, Part.PLACE]
    assert presenter.waiting_parts(meeting, "a") == []
    story.agree(target, Part.TIME)
    assert presenter.waiting_parts(meeting, "b") == [Part.PLACE]
    story.say(THEM, MeetingCancel(target, "no"))
    assert presenter.waiting_parts(meeting, "b") == []


def test_the_news_for_the_own_people_says_what_is_only_proposed() -> None:
    story = Story()
    assert news(story.told(story.talked_about())).split("\n") == [
        "Meeting P-0001/26 of ALPHA: Talks",
        "COUNTERED, version 2: time open, place open, level open",
        "Candidate 1: 241432Z NOV 26 to 241632Z NOV 26",
        "Candidate 2: 251432Z NOV 26 to 251632Z NOV 26",
        "Place: Geneva (proposed, not agreed)",
        "Level: heads (proposed, not agreed)",
        "Item: P-0002/26 Corridors",
    ]
    target = story.proposed(FIRST, place="Oslo")
    story.agree(target, Part.TIME, Part.PLACE)
    assert news(story.told(target)).split("\n")[2:] == [
        "Time: 241432Z NOV 26 to 241632Z NOV 26",
        "Place: Oslo",
    ]


@pytest.mark.parametrize(
    ("fits", "words"), [(Fits.YES, "yes"), (Fits.IF_NEEDED, "if needed"), (Fits.NO, "no")]
)
def test_our_own_words_are_said_in_the_reader_s_language(fits: Fits, words: str) -> None:
    def shout(message: str, /, **values: object) -> str:
        return english(message.replace(words, words.upper()), **values)

    story = Story()
    target = story.proposed(FIRST)
    times = story.meeting(target).parts[Part.TIME].version
    story.say(THEM, MeetingAnswer(target, times, (fits,)))
    assert (
        presenter.times(story.meeting(target), NAMES, shout)[0][2] == f"ALPHA agrees, BRAVO {words.upper()}"
    )


def test_a_record_holds_every_fact() -> None:
    story = Story()
    target = story.talked_about()
    story.agree(target, Part.TIME, slot=1)
    first = {"start": FIRST.start, "end": FIRST.end}
    second = {"start": SECOND.start, "end": SECOND.end}
    expected = {
        "type": "meeting",
        "channel": "plenary",
        "id": target.id,
        "seq": 1,
        "reference": "P-0001/26",
        "state": "COUNTERED",
        "version": 2,
        "sequence": 3,
        "proposed_by": "a",
        "title": "Talks",
        "note": "bring maps\nand pens",
        "standing": "time open, place open, level open",
        "time": None,
        "candidates": [first, second],
        "answers": {"b": ["IF NEEDED", "NO"]},
        "place": "Geneva",
        "level": "heads",
        "agreed": {"time": False, "place": False, "level": False},
        "agreed_by": {"time": {"b": 2}, "place": {"b": 1}, "level": {"a": 1}},
        "proposed": {
            "a": {"candidates": [first, second], "place": "Vienna", "level": "heads"},
            "b": {"candidates": [], "place": "Geneva", "level": None},
        },
        "items": ("P-0002/26",),
        "held_say": [],
        "reason": "",
        "changed_at": NOW,
    }
    assert meeting_record("plenary", story.told(target)) == expected
    story.say(
        US, MeetingAgree(target, (Agreed(Part.TIME, story.meeting(target).parts[Part.TIME].version, 1),))
    )
    story.say(THEM, MeetingCancel(target, "no"))
    after = meeting_record("plenary", story.told(target))
    assert [after[one] for one in ("state", "time", "reason")] == ["CANCELLED", second, "no"]


def test_a_calendar_holds_what_has_a_time_with_its_items_in_the_zones_that_people_want() -> None:
    story = Story()
    without = story.proposed()
    every = [story.meeting(one) for one in (without, story.talked_about())]
    made = presenter.calendar(story.line, "plenary", every, zones=ZURICH).decode().replace("\r\n ", "")
    assert made.count("BEGIN:VEVENT") == 2
    assert made.count("BEGIN:VALARM") == 4
    assert "P-0002/26" in made
    assert "1. P-0003/26 Corridors" in made
    assert "Tue 2026-11-24 15:32 to 17:32 Europe/Zurich (+01:00)" in made
    assert presenter.calendar(story.line, "plenary", every, ()).count(b"BEGIN:VALARM") == 0
    with pytest.raises(UsageError, match="no time was proposed yet"):
        presenter.calendar(story.line, "plenary", every[:1])
