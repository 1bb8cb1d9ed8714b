from __future__ import annotations

from typing import Any

import pytest

from hotline_client.presenters import agenda
from hotline_client.presenters.agenda import Awaited, ItemFacts
from hotline_protocol.documents import agenda as docs
from hotline_protocol.documents.agenda import Outcome
from hotline_protocol.documents.body import Target
from hotline_protocol.folds.agenda import Item
from hotline_protocol.terms import Arena, Side
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party

HOUR = 3_600_000
NAMES: dict[Side, str] = {"a": "ALPHA", "b": "BRAVO"}
US, THEM = party(ANNA), party(MIRIAM)


class Story:
    """The agenda of a line, on which both sides say things."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        self.say = self.line.affairs.book.say

    def proposed(self, title: str = "Corridors", **more: Any) -> Target:
        return self.say(THEM, docs.AgendaPropose(title, **more))

    def opened(self, title: str = "Corridors", **more: Any) -> Target:
        target = self.proposed(title, **more)
        self.say(US, docs.AgendaAccept(target))
        for who in (US, THEM):
            self.say(who, docs.AgendaAdopt((target,)))
        self.say(US, docs.AgendaOpen(target))
        return target

    def item(self, target: Target) -> Item:
        return self.line.affairs.book.journal.agenda.items[target.id]

    def told(self, target: Target) -> ItemFacts:
        return agenda.facts(self.line, "plenary", self.item(target))

    def lines(self, target: Target) -> list[str]:
        return agenda.item_text(self.line, self.told(target)).split("\n")


def test_an_item_says_whose_words_it_has_and_how_much_it_takes() -> None:
    story = Story()
    target = story.proposed(annex="Line one\nline two", arena=Arena.NAVAL, minutes=20, aob=True)
    assert story.lines(target) == [
        "P-0001/26  Corridors",
        "    PROPOSED, version 1 by BRAVO, naval, 20 min, any other business",
        "    Line one",
        "    line two",
    ]
    other = story.proposed("Other")
    story.say(US, docs.AgendaCounter(other, "Better", "", None, None))
    assert story.lines(other) == ["P-0002/26  Better", "    COUNTERED, version 2 by ALPHA"]
    story.say(US, docs.AgendaDecline(target, "no time"))
    assert story.lines(target)[-1] == "    reason: no time"


def test_what_each_side_says_and_a_running_silence_stand_under_an_open_item() -> None:
    story = Story()
    target = story.opened()
    story.say(THEM, docs.AgendaOutcome(target, Outcome.AGREED, "FL240"))
    story.say(US, docs.AgendaOutcome(target, Outcome.NOTED, "heard"))
    story.say(THEM, docs.AgendaSilence(target, Outcome.DEFERRED, "later", NOW + 13 * HOUR))
    assert story.lines(target)[1:] == [
        "    OPEN, version 1 by BRAVO",
        "    ALPHA says NOTED: heard",
        "    BRAVO says AGREED: FL240",
        "    silence by BRAVO until 240332Z NOV 26: DEFERRED: later",
    ]
    assert agenda.sayings(story.item(target), NAMES, joint=" ")[0] == "ALPHA says NOTED heard"


def test_when_a_silence_has_passed_its_outcome_stands() -> None:
    story = Story()
    target = story.opened()
    story.say(THEM, docs.AgendaSilence(target, Outcome.DEFERRED, "later", NOW + 13 * HOUR))
    story.item(target).settle()
    told = story.told(target)
    assert (told.state, told.outcome, told.silence) == ("DEFERRED", "later", None)
    assert story.lines(target)[1:] == [
        "    DEFERRED, version 1 by BRAVO",
        "    outcome: later",
    ]


def test_what_broke_a_silence_stays_under_the_item() -> None:
    story = Story()
    target = story.opened()
    story.say(THEM, docs.AgendaSilence(target, Outcome.AGREED, "so", NOW + 13 * HOUR))
    story.say(US, docs.AgendaAmend(target, "otherwise"))
    assert story.lines(target)[-1] == "    amended: otherwise"


def test_our_own_words_are_said_in_the_reader_s_language() -> None:
    def shout(message: str, /, **_values: object) -> str:
        return message.upper()

    story = Story()
    target = story.opened(minutes=5, aob=True)
    story.say(THEM, docs.AgendaOutcome(target, Outcome.AGREED, "FL240"))
    assert agenda.standing(story.told(target), NAMES, shout) == "{STATE}, VERSION {VERSION} BY {SIDE}"
    assert agenda.extent(story.item(target), shout) == ["{COUNT} MIN", "ANY OTHER BUSINESS"]
    assert agenda.sayings(story.item(target), NAMES, shout) == ["{SIDE} SAYS {WHAT}"]


def test_a_table_has_a_line_for_each() -> None:
    story = Story()
    told = [story.told(story.proposed(minutes=20)), story.told(story.opened("Second"))]
    assert agenda.board(told).splitlines() == [
        "ITEM       STATE     TITLE      MIN",
        "P-0001/26  PROPOSED  Corridors  20",
        "P-0002/26  OPEN      Second",
    ]


def test_the_board_leaves_out_what_is_over() -> None:
    story = Story()
    first, second = story.proposed("First"), story.proposed("Second")
    story.say(US, docs.AgendaDecline(first, "no"))
    book = story.line.affairs.book.journal
    assert [one.id for one in agenda.items(book, everything=False)] == [second.id]
    assert [one.id for one in agenda.items(book, everything=True)] == [first.id, second.id]


def test_reportable_is_what_has_an_outcome() -> None:
    story = Story()
    story.proposed()
    target = story.opened()
    story.say(THEM, docs.AgendaSilence(target, Outcome.REFERRED, "on", NOW + 13 * HOUR))
    board = story.line.affairs.book.journal.agenda.board()
    assert agenda.reportable(board) == []
    story.item(target).settle()
    board = story.line.affairs.book.journal.agenda.board()
    assert [one.id for one in agenda.reportable(board)] == [target.id]


def test_an_item_waits_for_the_side_whose_turn_it_is() -> None:
    story = Story()

    def waits(target: Target) -> tuple[Awaited | None, Awaited | None]:
        return agenda.awaited(story.item(target), "a"), agenda.awaited(story.item(target), "b")

    assert waits(story.proposed()) == (Awaited.JUDGEMENT, None)
    target = story.opened()
    assert waits(target) == (None, None)
    story.say(THEM, docs.AgendaOutcome(target, Outcome.AGREED, "FL240"))
    assert waits(target) == (Awaited.OUTCOME, None)
    story.say(US, docs.AgendaOutcome(target, Outcome.NOTED, "heard"))
    assert waits(target) == (None, None)
    story.say(THEM, docs.AgendaSilence(target, Outcome.AGREED, "so", NOW + 13 * HOUR))
    assert waits(target) == (Awaited.SILENCE, None)
    story.item(target).settle()
    assert waits(target) == (None, None)


@pytest.mark.parametrize("by", [US, THEM])
def test_what_a_silence_decided_waits_for_nobody_s_outcome(by: Any) -> None:
    story = Story()
    target = story.opened()
    story.say(THEM, docs.AgendaOutcome(target, Outcome.AGREED, "FL240"))
    story.say(by, docs.AgendaSilence(target, Outcome.NOTED, "so", NOW + 13 * HOUR))
    story.item(target).settle()
    assert agenda.awaited(story.item(target), "a") is None


def test_a_record_holds_every_fact() -> None:
    story = Story()
    target = story.opened(annex="more", arena=Arena.AIR, minutes=20)
    story.say(THEM, docs.AgendaOutcome(target, Outcome.AGREED, "FL240"))
    story.say(THEM, docs.AgendaSilence(target, Outcome.DEFERRED, "later", NOW + 13 * HOUR))
    expected = {
        "type": "agenda-item",
        "channel": "plenary",
        "id": target.id,
        "reference": "P-0001/26",
        "state": "OPEN",
        "version": 1,
        "proposed_by": "b",
        "brought_up_by": "b",
        "title": "Corridors",
        "annex": "more",
        "arena": "air",
        "minutes": 20,
        "aob": False,
        "reason": "",
        "outcome_text": "",
        "says": {"b": {"outcome": "AGREED", "text": "FL240"}},
        "silence": {"by": "b", "outcome": "DEFERRED", "text": "later", "until": NOW + 13 * HOUR},
        "amendment": "",
        "hash": target.hash,
    }
    assert agenda.item_record("plenary", story.told(target)) == expected
    story.say(US, docs.AgendaAmend(target, "otherwise"))
    after = agenda.item_record("plenary", story.told(target))
    assert after == expected | {"silence": None, "amendment": "otherwise"}
    declined = story.proposed()
    countered = story.say(US, docs.AgendaCounter(declined, "Better", "", None, None))
    story.say(THEM, docs.AgendaDecline(Target(declined.id, countered.hash), "no"))
    record = agenda.item_record("plenary", story.told(declined))
    assert [record[one] for one in ("proposed_by", "brought_up_by", "reason")] == ["a", "b", "no"]
