from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from hotline_client.presenters import minutes as presenter
from hotline_client.presenters.minutes import MinutesFacts, minutes_record, minutes_text
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.dialogue import Translation
from hotline_protocol.documents.meetings import Agreed, Level, MeetingAgree, MeetingPropose, Part, Slot
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import Record
from hotline_protocol.terms import Role
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party

HOUR = 3_600_000
US, THEM = party(ANNA), party(MIRIAM)
HEADS = party(replace(ANNA, role=Role.HEAD)), party(replace(MIRIAM, role=Role.HEAD))
DIGEST = sha256(b"One.\nTwo.").hexdigest()


class Story:
    """Minutes of theirs about a meeting and an item of the agenda."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        self.say = self.line.affairs.book.say
        slot = Slot(NOW + HOUR, NOW + 2 * HOUR)
        self.talks = self.say(US, MeetingPropose("Talks", (slot,), "Oslo", Level.HEADS, ""))
        times = self.meeting.parts[Part.TIME].version
        self.say(THEM, MeetingAgree(self.talks, (Agreed(Part.TIME, times, 0),)))
        self.item = self.say(US, AgendaPropose("Corridors"))
        draft = MinutesDraft("Protocol", "One.\nTwo.", "en", self.talks.id, (self.item.id,))
        self.target = self.say(THEM, draft)

    @property
    def meeting(self) -> Meeting:
        return self.line.affairs.book.journal.meetings.all[self.talks.id]

    @property
    def minutes(self) -> Record:
        return self.line.affairs.book.journal.minutes.all[self.target.id]

    def told(self) -> MinutesFacts:
        return presenter.facts(self.line, "plenary", self.minutes)

    def lines(self) -> list[str]:
        return minutes_text(self.line, self.told()).split("\n")

    def signed(self) -> None:
        for who in (US, THEM):
            self.say(who, MinutesInitial(self.target))
        for head in HEADS:
            self.say(head, MinutesSign(self.target))


def test_minutes_are_shown_whole_with_what_was_said_about_them() -> None:
    story = Story()
    story.say(THEM, MinutesComment(story.target, "Name the hours."))
    story.say(US, MinutesReserve(story.target, "Not FL240.\nNever."))
    story.say(US, MinutesInitial(story.target))
    story.say(THEM, Translation(story.target, "he", "אחת"))
    assert story.lines() == [
        "P-0001/26  Protocol",
        "    COMMENTED, version 1, en, by BRAVO/deputy Miriam Levi, 231336Z NOV 26",
        f"    SHA-256 of the text {DIGEST[:32]}",
        f"                        {DIGEST[32:]}",
        "    Meeting: P-0001/26  Talks",
        "    Time: 231532Z NOV 26 to 231632Z NOV 26",
        "    item P-0002/26  Corridors: PROPOSED",
        "",
        "One.",
        "Two.",
        "",
        "comment by somebody, 231432Z NOV 26:",
        "    Name the hours.",
        "RESERVATION by ALPHA/deputy Anna Berg, 231338Z NOV 26:",
        "    Not FL240.",
        "    Never.",
        "ALPHA: initialled by Anna Berg (deputy) 231432Z NOV 26; not signed",
        "BRAVO: not initialled; not signed",
        "courtesy translation (he) by BRAVO/deputy Miriam Levi, 231340Z NOV 26:",
        "    אחת",
    ]


def test_another_text_is_another_version_by_its_author() -> None:
    story = Story()
    story.say(US, MinutesRevise(story.target, "Three."))
    assert story.lines()[1] == "    DRAFT, version 2, en, by ALPHA/deputy Anna Berg, 231337Z NOV 26"
    assert presenter.text_hash(story.minutes) == sha256(b"Three.").hexdigest()


def test_what_a_side_owes_the_text_comes_step_by_step() -> None:
    story = Story()

    def owed() -> tuple[str | None, str | None]:
        return presenter.missing(story.minutes, "a"), presenter.missing(story.minutes, "b")

    assert owed() == ("initial", "initial")
    story.say(THEM, MinutesInitial(story.target))
    assert owed() == ("initial", None)
    story.say(US, MinutesInitial(story.target))
    assert owed() == ("sign", "sign")
    story.say(HEADS[0], MinutesSign(story.target))
    assert owed() == (None, "sign")
    story.say(HEADS[1], MinutesSign(story.target))
    assert owed() == (None, None)


def test_our_own_words_are_said_in_the_reader_s_language() -> None:
    def shout(message: str, /, **_values: object) -> str:
        return message.upper()

    story = Story()
    story.say(US, MinutesInitial(story.target))
    words = presenter.attested(story.minutes, "a", lambda _: "Anna", shout)
    assert words == "{WHAT} BY {WHO} {WHEN}; NOT SIGNED"
    assert presenter.attested(story.minutes, "b", lambda _: "", shout) == "NOT INITIALLED; NOT SIGNED"


def test_a_table_says_who_has_initialled_and_signed() -> None:
    story = Story()
    story.signed()
    other = story.say(US, MinutesDraft("Other", "x", "en", None, ()))
    story.say(THEM, MinutesInitial(other))
    every = list(story.line.affairs.book.journal.minutes.all.values())
    assert presenter.listed(story.line, "plenary", every).splitlines() == [
        "MINUTES    STATE   TITLE     INITIALLED    SIGNED",
        "P-0001/26  SIGNED  Protocol  ALPHA, BRAVO  ALPHA, BRAVO",
        "P-0003/26  DRAFT   Other     BRAVO",
    ]


def test_a_first_text_says_what_is_agreed_of_the_meeting_and_what_came_of_each_item() -> None:
    story = Story()
    item = story.line.affairs.book.journal.agenda.items[story.item.id]
    text = presenter.first_text("Minutes", story.meeting, [item, item], lambda one: one.hex()[:4])
    number, talks = story.item.id.hex()[:4], story.talks.id.hex()[:4]
    assert text.split("\n") == [
        "Minutes",
        "",
        f"Meeting: {talks}  Talks",
        "Time: 231532Z NOV 26 to 231632Z NOV 26",
        "",
        f"1. Corridors ({number})",
        "   PROPOSED",
        "",
        f"2. Corridors ({number})",
        "   PROPOSED",
    ]
    assert presenter.first_text("Minutes", None, [], bytes.hex) == "Minutes"


@pytest.mark.parametrize("signed", [False, True])
def test_a_record_holds_every_fact(signed: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    story = Story()
    comment = story.say(THEM, MinutesComment(story.target, "Name the hours."))
    reserve = story.say(US, MinutesReserve(story.target, "Not FL240."))
    story.say(US, MinutesInitial(story.target))
    if signed:
        story.say(THEM, MinutesInitial(story.target))
        for head in HEADS:
            story.say(head, MinutesSign(story.target))
    story.say(THEM, Translation(story.target, "he", "אחת"))
    told = story.told()

    def act(one: Any, **more: str) -> dict[str, Any]:
        known = ("role", "delegation", "at", "seq", "document", "hash")
        return {"by": one.name, **{name: getattr(one, name) for name in known}, **more}

    paper = told.paper
    record = minutes_record(story.line, "plenary", told)
    assert record == {
        "type": "minutes",
        "channel": "plenary",
        "id": story.target.id,
        "reference": "P-0001/26",
        "state": "SIGNED" if signed else "COMMENTED",
        "version": 1,
        "title": "Protocol",
        "language": "en",
        "text": "One.\nTwo.",
        "text_sha256": DIGEST,
        "hash": story.target.hash,
        "meeting": "P-0001/26",
        "items": ["P-0002/26"],
        "drafted": act(paper.drafted),
        "written": act(paper.written),
        "comments": [{"by": "somebody", "at": NOW, "document": comment.id, "text": "Name the hours."}],
        "reservations": [act(paper.reservations[0], text="Not FL240.")],
        "initials": {side: act(one) for side, one in paper.initials.items()},
        "signatures": {side: act(one) for side, one in paper.signatures.items()},
        "translations": [act(paper.translations[0], text="אחת", language="he")],
        "authorities": [
            {"side": one.side, "name": one.name, "fingerprint": one.fingerprint, "digits": one.digits}
            for one in paper.authorities
        ],
    }
    assert list(record["initials"]) == (["a", "b"] if signed else ["a"])
    assert list(record["signatures"]) == (["a", "b"] if signed else [])
    assert record["reservations"][0]["document"] == reserve.id
