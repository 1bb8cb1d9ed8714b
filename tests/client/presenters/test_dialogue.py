from __future__ import annotations

from dataclasses import replace
from typing import Any

from hotline_client.line.views import Answered, Receipt
from hotline_client.presenters import dialogue
from hotline_client.presenters.dialogue import DialogueFacts, dialogue_record, dialogue_text
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.phases import Urgency
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import TARGETS
from tests.support.memory_line import ANNA, MIRIAM, NOW, OTTO, MemoryLine, party, text

DUE = NOW + TARGETS[Precedence.FLASH] * 1000


class Story:
    """One question of each side: ours has STANDBY, theirs nothing."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        say = self.line.affairs.book.say
        ask: dict[str, Any] = {"precedence": Precedence.FLASH, "response": Response.AFFIRM_NEGATIVE}
        self.theirs = say(party(MIRIAM), Text("May we cross?\nAt noon.", **ask))
        self.ours = say(party(ANNA), Text("May we fly? " * 9, **ask))
        say(party(MIRIAM), Reply(self.ours, Answer.STANDBY, "soon"))
        standby = Answered(MIRIAM, Answer.STANDBY, "soon", NOW, present=True)
        asked: dict[str, Any] = {
            "id": self.ours.id,
            "response": Response.AFFIRM_NEGATIVE,
            "answers": (standby,),
        }
        self.line.messages = [
            text(2, ANNA, "May we fly? " * 9, reference="T-0001/26", receipt=Receipt.SEEN, **asked)
        ]

    def told(self, target: Target, now: int = NOW) -> DialogueFacts:
        found = self.line.affairs.book.journal.dialogues.all[target.id]
        return dialogue.facts(self.line, "plenary", found, now)


def test_a_question_of_theirs_is_on_one_line_with_when_it_is_due() -> None:
    story = Story()
    told = story.told(story.theirs)
    assert dialogue_text(told) == "P-0001/26 FLASH A/N OPEN DUE 231442Z NOV 26 May we cross?"
    assert told.deadline == DUE
    late = dialogue_text(replace(story.told(story.theirs, DUE), message=None))
    assert late == "#1 FLASH A/N OPEN OVERDUE 231442Z NOV 26 "


def test_under_a_question_of_ours_stands_the_silence_over_it() -> None:
    story = Story()
    first, silence = dialogue_text(story.told(story.ours)).split("\n")
    assert first.startswith("T-0001/26 FLASH A/N STANDBY DUE 231442Z NOV 26 May we fly? ")
    assert first.endswith("…")
    assert len(first) <= 80
    assert silence == "    seen and unanswered, STANDBY 1432Z by Miriam Levi"


def test_what_is_closed_has_no_deadline() -> None:
    story = Story()
    story.line.affairs.book.say(party(ANNA), Reply(story.theirs, Answer.AFFIRM, ""))
    told = story.told(story.theirs)
    assert (told.deadline, told.urgency) == (None, None)
    assert dialogue_text(told).startswith("P-0001/26 FLASH A/N ANSWERED ANSWERED ")


def test_a_record_holds_every_fact() -> None:
    story = Story()
    told = story.told(story.ours, DUE)
    assert dialogue_record("plenary", told) == {
        "type": "dialogue",
        "channel": "plenary",
        "id": story.ours.id,
        "seq": 2,
        "side": "a",
        "precedence": "FLASH",
        "response": "A/N",
        "phase": "STANDBY",
        "ours": True,
        "silence": "seen and unanswered, STANDBY 1432Z by Miriam Levi",
        "deadline": DUE,
        "urgency": Urgency.OVERDUE,
        "answers": ["AFFIRM", "NEGATIVE", "STANDBY"],
        "said": [{"by": MIRIAM.fingerprint, "answer": "STANDBY", "reason": "soon", "at": NOW}],
    }
    theirs = dialogue_record("plenary", story.told(story.theirs))
    assert (theirs["ours"], theirs["silence"], theirs["said"]) == (False, None, [])


def test_what_waits_is_owed_by_one_of_the_sides() -> None:
    story = Story()

    def owed(whose: str) -> list[bytes]:
        return [one.dialogue.id for one in dialogue.waiting(story.line, "plenary", NOW, whose)]

    assert owed("ours") == [story.theirs.id]
    assert owed("theirs") == [story.ours.id]
    assert owed("all") == [story.theirs.id, story.ours.id]


def test_in_a_caucus_anybody_owes_what_somebody_else_asked() -> None:
    story = Story()
    ours, theirs = (story.told(one).dialogue for one in (story.ours, story.theirs))
    story.line.read = lambda _channel, _look: [ours, theirs]  # type: ignore[method-assign, assignment, return-value]
    for me, owed in ((ANNA, [theirs.id]), (OTTO, [ours.id, theirs.id])):
        story.line.me = me
        found = dialogue.waiting(story.line, "caucus.a", NOW, "ours")
        assert [one.dialogue.id for one in found] == owed
