from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hotline_client.line.views import Answered
from hotline_client.presenters import notice
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.documents.notices import Action, Finding, Notice, Verdict
from hotline_protocol.folds.notices import Entry
from hotline_protocol.terms import Arena, Response
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party
from tests.support.notices import air, circle

HOUR = 3_600_000
HERE = circle(33.0, 34.0, 18_520)


def times(start: int) -> dict[str, int]:
    return {"start": NOW + start * HOUR, "end": NOW + (start + 6) * HOUR}


def taking_over(target: Target, body: Notice) -> Notice:
    return msgspec.structs.replace(body, action=Action.REPLACE, target=target)


def entry(line: MemoryLine, target: Target) -> Entry:
    return line.affairs.book.journal.notices.all[target.id]


class Story:
    """Two notices of theirs and one of ours; ours took the place of another, and both sides differ about theirs."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        say = self.line.affairs.book.say
        self.old = say(party(ANNA), air(HERE, **times(30)))
        self.theirs = say(party(MIRIAM), air(HERE, **times(48)))
        short = air(HERE, short_lead=True, **times(4))
        self.ours = say(party(ANNA), taking_over(self.old, short))
        say(party(ANNA), Finding(self.theirs, Verdict.POSSIBLE, b"\1" * 32, (self.ours.id,)))
        say(party(MIRIAM), Finding(self.theirs, Verdict.CLEAR, bytes(32), ()))

    def told(self, target: Target) -> notice.NoticeFacts:
        return notice.facts(self.line, "plenary", entry(self.line, target))


def test_a_page_says_what_each_side_found_and_that_they_differ() -> None:
    told = Story().told(Story().theirs)
    assert notice.page(told, NOW).splitlines() == [
        "P-0001/26 (#2)  AIR notice by BRAVO, PENDING",
        "    Status          REAL",
        "    Activity        flying",
        "    From            251432Z NOV 26",
        "    Until           252032Z NOV 26",
        "    Area            CIRCLE 330000N0340000E 10NM",
        "    Precedence      ROUTINE",
        "    Answer          R",
        "    Actual lead     48.0 h, 24.0 h are agreed for air",
        "    We found        POSSIBLE, inputs 0101010101010101",
        "    They found      CLEAR, inputs 0000000000000000",
        "    Not clear of    ALPHA P-0002/26 (#3)",
        "    DISPUTED        the two sides' computers differ: talk to the other side",
        "    Issued          231432Z NOV 26",
    ]


def test_a_page_says_what_took_whose_place_and_how_short_its_lead_is() -> None:
    story = Story()
    assert notice.page(story.told(story.ours), NOW).splitlines()[-5:] == [
        "    Actual lead     SHORT: 4.0 h, 24.0 h are agreed for air",
        "    We found        nothing yet",
        "    They found      nothing yet",
        "    Issued          231432Z NOV 26",
        "    Replaces        ALPHA P-0001/26 (#1)",
    ]
    before = notice.page(story.told(story.old), NOW).splitlines()
    assert before[0].endswith("REPLACED")
    assert before[-1] == "    Replaced by     ALPHA P-0002/26 (#3)"


def test_a_page_says_who_answered_what_and_why() -> None:
    story = Story()
    told = story.told(story.ours)
    assert told.message is not None
    answers = (
        Answered(MIRIAM, Answer.UNABLE, "no fuel", NOW, present=True),
        Answered(ANNA, Answer.ROGER, "", 10**30, present=True),
    )
    told = replace(told, message=replace(told.message, answers=answers))
    assert notice.history(told)[-2:] == [
        ("Answer", "UNABLE 231432Z NOV 26 by BRAVO Miriam Levi: no fuel"),
        ("Answer", "ROGER impossible time by ALPHA Anna Berg"),
    ]


def test_a_cancellation_stands_in_the_history() -> None:
    story = Story()
    gone = Notice(Action.CANCEL, Arena.AIR, NOW, None, target=story.ours, response=Response.NONE)
    story.line.affairs.book.say(party(ANNA), gone)
    told = story.told(story.ours)
    assert notice.history(told)[-1] == ("Cancelled by", "ALPHA P-0003/26 (#6)")
    assert notice.phase(told.entry, NOW) == "CANCELLED"


def test_our_own_words_are_said_in_the_reader_s_language() -> None:
    story = Story()

    def shout(message: str, /, **_values: object) -> str:
        return message.upper().replace("{", "<").replace("}", ">")

    assert notice.judged(story.told(story.theirs), shout)[0] == (
        "ACTUAL LEAD",
        "<LEAD>, <AGREED> ARE AGREED FOR <ARENA>",
    )
    assert notice.history(story.told(story.ours), shout)[-1][0] == "REPLACES"


def test_a_table_shows_both_findings_and_says_below_what_is_wrong() -> None:
    story = Story()
    told = [story.told(story.theirs), story.told(story.ours)]
    assert notice.board(told, NOW).splitlines() == [
        "NUMBER     SIDE    ARENA  FROM         UNTIL        PHASE    WE FIND   THEY FIND",
        "P-0001/26  theirs  air    251432Z NOV  252032Z NOV  PENDING  POSSIBLE  CLEAR",
        "P-0002/26  ours    air    231832Z NOV  240032Z NOV  PENDING  -         -",
        "DISPUTED BRAVO P-0001/26 (#2): the two sides' computers differ",
        "BRAVO P-0001/26 (#2) is not clear of ALPHA P-0002/26 (#3)",
    ]


def test_a_record_holds_every_fact() -> None:
    story = Story()
    record = notice.record("plenary", story.told(story.theirs), NOW)
    found = entry(story.line, story.theirs)
    expected: dict[str, Any] = {
        "type": "notice",
        "channel": "plenary",
        "id": found.id.hex(),
        "seq": 2,
        "reference": "P-0001/26",
        "side": "b",
        "ours": False,
        "action": "NEW",
        "state": "IN FORCE",
        "phase": "PENDING",
        "start": NOW + 48 * HOUR,
        "end": NOW + 54 * HOUR,
        "at": NOW,
        "lead": 48 * HOUR,
        "agreed_lead": 24 * HOUR,
        "short_lead": False,
        "verdicts": {
            "a": {"verdict": "POSSIBLE", "against": [story.ours.id], "inputs": b"\1" * 32},
            "b": {"verdict": "CLEAR", "against": [], "inputs": bytes(32)},
        },
        "disputed": True,
        "predecessor": None,
        "successor": None,
        "answers": [],
        "hash": found.content,
    }
    assert record.pop("fields")["activity"] == "flying"
    assert record == expected
    assert notice.record("plenary", story.told(story.ours), NOW)["predecessor"] == story.old.id
    assert notice.record("plenary", story.told(story.old), NOW)["successor"] == story.ours.id


@pytest.mark.parametrize(
    ("verdicts", "urgency"),
    [
        ((), 0),
        ((Verdict.CLEAR,), 1),
        ((Verdict.POSSIBLE,), 2),
        ((Verdict.CONFLICT,), 3),
        ((Verdict.CONFLICT, Verdict.POSSIBLE), notice.DISPUTED),
    ],
)
def test_what_is_to_be_looked_at_first(verdicts: tuple[Verdict, ...], urgency: int) -> None:
    line = MemoryLine()
    target = line.affairs.book.say(party(ANNA), air(HERE, **times(30)))
    for who, verdict in zip((ANNA, MIRIAM), verdicts, strict=False):
        line.affairs.book.say(party(who), Finding(target, verdict, bytes(32), ()))
    assert notice.worst(entry(line, target)) == urgency


def test_what_is_in_force_is_what_is_not_replaced_and_not_over() -> None:
    story = Story()
    book = story.line.affairs.book.journal
    active = [one.id for one in notice.entries(book, NOW, everything=False)]
    assert active == [story.theirs.id, story.ours.id]
    assert len(notice.entries(book, NOW, everything=True)) == 3
    later = NOW + 20 * HOUR
    assert [one.id for one in notice.entries(book, later, everything=False)] == [story.theirs.id]
    assert notice.is_over(entry(story.line, story.ours), later)
    assert not notice.is_over(entry(story.line, story.theirs), later)


def test_what_is_about_to_be_sent_is_held_against_the_others_but_not_what_it_replaces() -> None:
    story = Story()
    body = air(HERE, **times(48))
    sent = notice.tentative(body, "a", NOW)
    assert (sent.lead, sent.side) == (48 * HOUR, "a")
    assert notice.check(story.line, "plenary", sent) == (Verdict.CONFLICT, (story.theirs.id,))
    instead = notice.tentative(body, "b", NOW, story.theirs.id)
    assert notice.check(story.line, "plenary", instead) == (Verdict.CLEAR, ())


def test_files_name_the_notice_its_owner_and_what_it_replaces() -> None:
    story = Story()
    told = [story.told(story.ours), story.told(story.theirs)]
    blocks = notice.blocks(told)
    assert "P-0002/26 NOTICER P-0001/26" in blocks
    assert blocks.count("NOTAM-STYLE, NOT A NOTAM") == 2
    features = json.loads(notice.geojson(told))["features"]
    assert [(one["properties"]["number"], one["properties"]["owner"]) for one in features] == [
        ("P-0002/26", "ALPHA"),
        ("P-0001/26", "BRAVO"),
    ]
    drawn = notice.drawing(told, "Notices in plenary", NOW)
    assert "Notices in plenary" in drawn
    assert "PENDING, NOT CHECKED by us" in drawn
    assert "PENDING, POSSIBLE by us with ALPHA P-0002/26 (#3), DISPUTED" in drawn
