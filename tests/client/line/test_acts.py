"""The working group's documents through whole lines: said, folded by both sides, refused before they are sent."""

from __future__ import annotations

import pytest

from hotline_client.engine import journal as joined
from hotline_client.engine.desk import Desk
from hotline_client.line.line import Line
from hotline_protocol.documents.dialogue import Answer, Correction, Reply, Withdrawal
from hotline_protocol.errors import NotAppliedError, UsageError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import Precedence, Response
from tests.client.engine.house import CHANNEL, House, Person, founded


def pair() -> tuple[House, Person, Person, Line, Line]:
    house = House()
    dana, viktor = founded(house)
    return house, dana, viktor, Line(dana.desk), Line(viktor.desk)


def same(*lines: Line) -> Journal:
    """The journal, which must be the same in all."""
    first, *others = (line.read(CHANNEL, Journal.encode) for line in lines)
    assert all(one == first for one in others)
    book = Journal.decode(first)
    assert book is not None
    return book


def ask(line: Line, words: str = "cease buzzer") -> bytes:
    return line.send_text(CHANNEL, words, precedence=Precedence.FLASH, response=Response.WILCO_UNABLE)


def test_a_question_is_answered_and_both_sides_see_it_alike() -> None:
    house, dana, _, ours, theirs = pair()
    asked = ask(ours)
    house.settle()
    assert list(same(ours, theirs).dialogues.open) == [asked]
    theirs.say(CHANNEL, Reply(theirs.target(CHANNEL, asked), Answer.STANDBY))
    house.settle()
    theirs.say(CHANNEL, Reply(theirs.target(CHANNEL, asked), Answer.WILCO))
    house.settle()
    dana.restart()
    book = same(Line(dana.desk), theirs)
    assert book.dialogues.all[asked].phase is Phase.ANSWERED
    assert not book.dialogues.open
    assert not theirs.unacknowledged()


def test_what_would_change_nothing_is_not_sent() -> None:
    house, _, _, ours, theirs = pair()
    asked = ask(ours)
    house.settle()
    target = theirs.target(CHANNEL, asked)
    for line, body in (
        (ours, Reply(target, Answer.WILCO)),
        (theirs, Reply(target, Answer.ROGER)),
        (theirs, Correction(target, "other words")),
        (theirs, Withdrawal(target, "not mine")),
    ):
        with pytest.raises(NotAppliedError):
            line.say(CHANNEL, body)
    with pytest.raises(UsageError, match="no such document"):
        ours.target(CHANNEL, bytes(16))
    assert not ours.outbox()
    assert not theirs.outbox()
    assert same(ours, theirs).dialogues.all[asked].phase is Phase.OPEN


def test_what_lost_a_race_is_recorded_with_the_reason() -> None:
    house, _, viktor, ours, theirs = pair()
    asked = ask(ours)
    house.settle()
    target = theirs.target(CHANNEL, asked)
    theirs.say(CHANNEL, Reply(target, Answer.WILCO))
    late = theirs.say(CHANNEL, Reply(target, Answer.UNABLE, "changed our mind"))
    house.settle()
    for line in (ours, theirs):
        found = line.message(CHANNEL, late)
        assert found is not None
        assert found.refused == "the dialogue is ANSWERED: decline is not possible now"
    viktor.restart()
    assert same(ours, Line(viktor.desk)).dialogues.all[asked].phase is Phase.ANSWERED


def test_numbers_count_along_the_log_and_are_found_again() -> None:
    house, _, _, ours, theirs = pair()
    mine = [ask(ours, f"words {number}") for number in range(3)]
    house.settle()
    yours = ask(theirs, "words of yours")
    house.settle()
    first, second = (line.numbered(CHANNEL, "p1") for line in (ours, theirs))
    assert first == second or [one.id for one in first] == [one.id for one in second]
    assert [one.id for one in first] == [mine[0], yours]
    (third,) = theirs.numbered(CHANNEL, "P-0003", side="a")
    assert third.id == mine[2]
    assert ours.numbered(CHANNEL, "#3") == ours.numbered(CHANNEL, "P-9") == []


def test_a_snapshot_is_as_good_as_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "SNAPSHOT_EVERY", 5)
    house, dana, viktor, ours, theirs = pair()
    for number in range(12):
        ask(ours if number % 3 else theirs, f"words {number}")
        house.settle()
    whole = same(ours, theirs)
    kept = dana.vault.snapshot(CHANNEL)
    assert kept is not None
    assert kept.seq > 5
    dana.restart()
    assert same(Line(dana.desk), theirs) == whole
    viktor.vault.channels[CHANNEL].snapshot = None
    viktor.restart()
    assert same(Line(dana.desk), Line(viktor.desk)) == whole


def test_a_journal_follows_what_another_process_added() -> None:
    house, dana, _, ours, theirs = pair()
    first = ask(ours)
    house.settle()
    assert list(same(ours, theirs).dialogues.open) == [first]
    other = Line(Desk(dana.desk.context, dana.vault, dana.desk.clock, dana.desk.rng))
    for number in range(3):
        ask(theirs, f"words {number}")
        house.settle()
        assert same(other, ours, theirs).seq == same(theirs).seq
    assert len(same(other, ours).dialogues.open) == 4
