"""What a line shows of questions: answers, corrections, withdrawals, translations, and which silence lies over them."""

from __future__ import annotations

import pytest

from hotline_client.line.line import Line
from hotline_client.line.silence import Silence, silence, silence_text
from hotline_client.line.views import MessageView, Receipt
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer, Correction, Reply, Translation, Withdrawal
from hotline_protocol.errors import NotAppliedError, UsageError
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.terms import Precedence, Response
from tests.client.engine.house import CHANNEL, House, founded


def pair() -> tuple[House, Line, Line]:
    house = House()
    dana, viktor = founded(house)
    return house, Line(dana.desk), Line(viktor.desk)


def view(line: Line, document: bytes) -> MessageView:
    found = line.message(CHANNEL, document)
    assert found is not None
    return found


def ask(house: House, line: Line, words: str = "cease buzzer") -> bytes:
    asked = line.send_text(CHANNEL, words, precedence=Precedence.FLASH, response=Response.WILCO_UNABLE)
    house.settle()
    return asked


def test_the_silences_are_told_apart() -> None:
    house, ours, theirs = pair()
    asked = ours.send_text(CHANNEL, "cease", precedence=Precedence.FLASH, response=Response.WILCO_UNABLE)
    assert silence_text(view(ours, asked)) == "undelivered, still here"
    house.settle()
    found = view(ours, asked)
    assert (found.phase, found.urgency) == (Phase.OPEN, Urgency.DUE)
    assert silence(found) is Silence.UNSEEN
    theirs.mark_seen(CHANNEL, view(theirs, asked).seq or 0)
    house.clock.pass_(seconds=5)
    house.settle()
    assert silence(view(ours, asked)) is Silence.UNANSWERED
    theirs.acknowledge(CHANNEL, asked)
    house.settle()
    assert "acknowledged" in silence_text(view(ours, asked))
    theirs.say(CHANNEL, Reply(theirs.target(CHANNEL, asked), Answer.STANDBY))
    house.settle()
    assert silence_text(view(ours, asked)).startswith("seen and unanswered, STANDBY")
    assert view(ours, asked).receipt is Receipt.ACKNOWLEDGED
    theirs.say(CHANNEL, Reply(theirs.target(CHANNEL, asked), Answer.UNABLE, "no crew"))
    house.settle()
    found = view(ours, asked)
    assert (found.receipt, silence(found)) == (Receipt.DECLINED, Silence.DECLINED)
    assert silence_text(found).endswith(": no crew")
    assert silence(view(theirs, asked)) is None


def test_an_answer_ends_the_silence() -> None:
    house, ours, theirs = pair()
    asked = ask(house, ours)
    assert view(theirs, asked).needs_ack
    theirs.say(CHANNEL, Reply(theirs.target(CHANNEL, asked), Answer.WILCO))
    house.settle()
    found = view(ours, asked)
    assert (found.receipt, silence(found), found.deadline) == (Receipt.ANSWERED, None, None)
    assert found.answer is not None
    assert (found.answer.answer, found.answer.person.own) == (Answer.WILCO, False)
    assert not view(theirs, asked).needs_ack


def test_an_acknowledgement_of_the_old_words_is_not_one_of_the_new() -> None:
    house, ours, theirs = pair()
    asked = ask(house, ours)
    theirs.acknowledge(CHANNEL, asked)
    house.settle()
    assert not theirs.unacknowledged()
    old = ours.target(CHANNEL, asked)
    ours.say(CHANNEL, Correction(old, "cease buzzer on 243.0"))
    house.settle()
    for line in (ours, theirs):
        found = view(line, asked)
        assert (found.text, found.first_text) == ("cease buzzer on 243.0", "cease buzzer")
        assert (found.corrections, found.acknowledged, len(found.acknowledged_before)) == (1, (), 1)
        assert found.receipt is not Receipt.ACKNOWLEDGED
    assert [one.id for one in theirs.unacknowledged()] == [asked]
    assert view(theirs, asked).needs_ack
    with pytest.raises(NotAppliedError):
        theirs.say(CHANNEL, Reply(old, Answer.WILCO))
    theirs.acknowledge(CHANNEL, asked)
    house.settle()
    found = view(ours, asked)
    assert (found.receipt, len(found.acknowledged), len(found.acknowledged_before)) == (
        Receipt.ACKNOWLEDGED,
        1,
        1,
    )
    assert not theirs.unacknowledged()


def test_only_its_author_corrects_and_withdraws_and_a_withdrawn_question_asks_nothing() -> None:
    house, ours, theirs = pair()
    asked = ask(house, ours)
    target = theirs.target(CHANNEL, asked)
    for body in (Correction(target, "other words"), Withdrawal(target, "not yours")):
        with pytest.raises(NotAppliedError):
            theirs.say(CHANNEL, body)
    ours.say(CHANNEL, Withdrawal(ours.target(CHANNEL, asked), "sent in error"))
    house.settle()
    found = view(theirs, asked)
    assert (found.phase, found.withdrawn, found.needs_ack) == (Phase.WITHDRAWN, "sent in error", False)
    assert not theirs.unacknowledged()
    assert silence(view(ours, asked)) is None
    with pytest.raises(UsageError, match="withdrawn"):
        theirs.acknowledge(CHANNEL, asked)


def test_translations_stand_beside_the_words_that_they_translate() -> None:
    house, ours, theirs = pair()
    asked = ask(house, ours)
    target = theirs.target(CHANNEL, asked)
    theirs.say(CHANNEL, Translation(target, "he", "לחדול משיבוש"))
    house.settle()
    found = view(ours, asked)
    assert [(one.language, one.text, one.person.own) for one in found.translations] == [
        ("he", "לחדול משיבוש", False)
    ]
    assert found.text == "cease buzzer"
    ours.say(CHANNEL, Correction(ours.target(CHANNEL, asked), "cease"))
    house.settle()
    assert view(theirs, asked).translations == ()
    with pytest.raises(NotAppliedError):
        theirs.say(CHANNEL, Translation(Target(asked, target.hash), "he", "מילים"))
