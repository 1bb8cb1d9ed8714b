from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaAmend,
    AgendaClose,
    AgendaCounter,
    AgendaDecline,
    AgendaObject,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    AgendaWithdraw,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.talk import Receipt, Text
from hotline_protocol.folds.agenda import SHORTEST_SILENCE, TABLE, Item, ItemState
from hotline_protocol.terms import Arena, Precedence, Response
from tests.support.chronicle import (
    BOT_A,
    DEPUTY_A,
    DEPUTY_B,
    EVERYBODY,
    HEAD_A,
    HEAD_B,
    MINUTE,
    OFFICER_A,
    OFFICER_B,
    WATCH_B,
    Chronicle,
)

HOURS = SHORTEST_SILENCE // MINUTE


def item(log: Chronicle, target: Target) -> Item:
    return log.journal.agenda.items[target.id]


def proposed(log: Chronicle, title: str = "air corridors", **more: Any) -> Target:
    return log.say(OFFICER_A, AgendaPropose(title, **more))


def adopted(log: Chronicle, *titles: str) -> list[Target]:
    """Items that both sides have adopted, in this order."""
    items = [proposed(log, title) for title in titles or ("air corridors",)]
    for one in items:
        log.say(HEAD_B, AgendaAccept(one))
    log.say(HEAD_A, AgendaAdopt(tuple(items)))
    log.say(DEPUTY_B, AgendaAdopt(tuple(items)))
    return items


def opened(log: Chronicle) -> Target:
    (target,) = adopted(log)
    log.say(HEAD_B, AgendaOpen(target))
    return target


def test_an_item_goes_from_a_proposal_to_its_outcome() -> None:
    log = Chronicle()
    target = opened(log)
    assert item(log, target).state is ItemState.OPEN
    log.say(HEAD_A, AgendaOutcome(target, Outcome.AGREED, "FL250 and above"))
    assert item(log, target).state is ItemState.OPEN
    log.say(HEAD_B, AgendaOutcome(target, Outcome.AGREED, "FL240 and above"))
    assert item(log, target).state is ItemState.OPEN
    log.say(DEPUTY_A, AgendaOutcome(target, Outcome.AGREED, "FL240 and above"))
    assert (item(log, target).state, item(log, target).text) == (ItemState.AGREED, "FL240 and above")
    log.say(HEAD_A, AgendaClose(target))
    assert item(log, target).state is ItemState.AGREED
    log.say(HEAD_B, AgendaClose(target))
    assert item(log, target).state is ItemState.CLOSED
    assert not log.journal.agenda.board()


def test_words_are_countered_until_one_side_accepts() -> None:
    log = Chronicle()
    first = proposed(log)
    second_words = log.say(OFFICER_B, AgendaCounter(first, "air corridors and tankers", arena=Arena.AIR))
    second = Target(first.id, second_words.hash)
    assert (item(log, first).version, item(log, first).side) == (2, "b")
    assert "another version" in log.refused(HEAD_B, AgendaAccept(first))
    assert "for the other side" in log.refused(HEAD_B, AgendaAccept(second))
    third_words = log.say(OFFICER_A, AgendaCounter(second, "tankers"))
    third = Target(first.id, third_words.hash)
    log.say(HEAD_B, AgendaAccept(third))
    assert (item(log, first).state, item(log, first).title) == (ItemState.ACCEPTED, "tankers")
    assert "is ACCEPTED" in log.refused(OFFICER_B, AgendaCounter(third, "again"))


def test_who_brought_it_up_withdraws_it_until_it_is_adopted() -> None:
    log = Chronicle()
    target = proposed(log)
    words = log.say(OFFICER_B, AgendaCounter(target, "other words"))
    now = Target(target.id, words.hash)
    log.refused(OFFICER_B, AgendaWithdraw(now))
    log.say(OFFICER_A, AgendaWithdraw(now, "settled otherwise"))
    assert item(log, target).state is ItemState.WITHDRAWN
    (kept,) = adopted(log, "kept")
    assert "is ADOPTED" in log.refused(HEAD_A, AgendaWithdraw(kept))


def test_an_agenda_is_one_when_both_sides_want_the_same() -> None:
    log = Chronicle()
    one, two = adopted(log, "one", "two")
    board = log.journal.agenda.board
    assert [entry.title for entry in board()] == ["one", "two"]
    three = proposed(log, "three", aob=True)
    four = proposed(log, "four")
    for new in (three, four):
        log.say(HEAD_B, AgendaAccept(new))
    assert "1 adopted items are missing" in log.refused(HEAD_A, AgendaAdopt((four, one)))
    log.say(HEAD_A, AgendaAdopt((four, two, one)))
    log.say(HEAD_B, AgendaAdopt((two, four, one)))
    assert [entry.title for entry in board()] == ["one", "two", "four", "three"]
    log.say(HEAD_A, AgendaAdopt((two, four, one)))
    assert [entry.title for entry in board()] == ["two", "four", "one", "three"]
    assert item(log, four).state is ItemState.ADOPTED
    log.say(HEAD_A, AgendaOpen(two))
    log.say(HEAD_A, AgendaAdopt((one, four)))
    log.say(HEAD_B, AgendaAdopt((one, four)))
    assert [entry.title for entry in board()] == ["two", "one", "four", "three"]


def test_an_item_nobody_accepted_is_not_adopted() -> None:
    log = Chronicle()
    target = proposed(log)
    assert "is PROPOSED" in log.refused(HEAD_A, AgendaAdopt((target,)))
    log.say(HEAD_B, AgendaDecline(target, "not ours to discuss"))
    assert item(log, target).reason == "not ours to discuss"
    assert "is DECLINED" in log.refused(HEAD_A, AgendaAdopt((target,)))


def hushed(log: Chronicle, *, by: Party = HEAD_A) -> tuple[Target, int, int]:
    """An item over which a silence runs; (its target, the seq of the silence, its end)."""
    target = opened(log)
    until = log.now + SHORTEST_SILENCE
    log.say(by, AgendaSilence(target, Outcome.AGREED, "as discussed", until))
    return target, log.events[-1].seq, until


def words(log: Chronicle, author: Party) -> Target:
    return log.say(author, Text("and now something else", Precedence.ROUTINE, Response.NONE))


def test_a_silence_passes_with_the_next_word_of_who_saw_it_in_time() -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(HEAD_B, Receipt(seq, seq))
    found = item(log, target)
    log.now = until - 1
    words(log, HEAD_B)
    assert found.state is ItemState.OPEN
    log.now = until
    for other in (HEAD_A, DEPUTY_A, DEPUTY_B, OFFICER_B, WATCH_B):
        words(log, other)  # our own side, who did not see it, who does not decide
    assert (found.state, found.silence is None) == (ItemState.OPEN, False)
    words(log, HEAD_B)
    assert (found.state, found.text, found.silence) == (ItemState.AGREED, "as discussed", None)
    assert "is AGREED" in log.refused(HEAD_B, AgendaObject(target, "too late"))
    assert "is AGREED" in log.refused(HEAD_B, AgendaAmend(target, "too late"))
    log.say(HEAD_A, AgendaClose(target))
    assert log.refold() == log.journal


@pytest.mark.parametrize("by", [HEAD_A, DEPUTY_A, OFFICER_B, WATCH_B])
def test_nobody_but_a_head_or_deputy_of_the_other_side_lets_a_silence_stand(by: Party) -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(by, Receipt(seq, seq))
    log.now = until + 1
    words(log, by)
    assert item(log, target).state is ItemState.OPEN


def test_a_relay_that_is_ahead_ends_no_silence() -> None:
    log = Chronicle()
    target = opened(log)
    log.say(HEAD_A, AgendaSilence(target, Outcome.AGREED, "as discussed", log.now + 3 * SHORTEST_SILENCE))
    seq = log.events[-1].seq
    log.say(HEAD_B, Receipt(seq, seq))
    log.wait(2 * HOURS)
    log.relay_ahead = 9 * SHORTEST_SILENCE
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN


def test_who_says_nothing_consents_to_nothing() -> None:
    log = Chronicle()
    target, _, until = hushed(log)
    log.now = until + 100 * SHORTEST_SILENCE
    words(log, HEAD_A)
    assert item(log, target).state is ItemState.OPEN
    log.say(OFFICER_B, AgendaObject(target, "we were away"))
    assert item(log, target).silence is None


def test_who_sees_a_silence_late_has_as_long_as_anybody() -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.now = until + MINUTE
    log.say(HEAD_B, Receipt(seq, seq))
    words(log, HEAD_B)
    log.wait(HOURS - 1)
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN
    log.wait(1)
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.AGREED


def test_a_silence_that_is_dated_back_gives_nobody_less_time() -> None:
    """Its author and the relay say that it began twelve hours ago; who sees it now still has twelve hours."""
    log = Chronicle()
    target = opened(log)
    real = log.now + SHORTEST_SILENCE - MINUTE
    log.relay_ahead = 0
    log.say(HEAD_A, AgendaSilence(target, Outcome.AGREED, "as discussed", real + MINUTE))
    seq = log.events[-1].seq
    log.now = real
    log.say(HEAD_B, Receipt(seq, seq))
    log.wait(2)
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN


@pytest.mark.parametrize("ahead", [-SHORTEST_SILENCE, 0, 1000 * SHORTEST_SILENCE])
def test_an_objection_stops_a_silence_however_the_relay_dates_it(ahead: int) -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(HEAD_B, Receipt(seq, seq))
    log.relay_ahead = ahead
    words(log, HEAD_B)
    words(log, HEAD_A)
    assert item(log, target).state is ItemState.OPEN
    log.now = until - 1
    log.say(HEAD_B, AgendaObject(target, "no"))
    log.now = until + 1
    words(log, HEAD_B)
    assert (item(log, target).state, item(log, target).silence) == (ItemState.OPEN, None)


def test_a_first_word_after_the_end_may_still_be_an_objection() -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(HEAD_B, Receipt(seq, seq))
    log.now = until + 1
    log.say(HEAD_B, AgendaObject(target, "no"))
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN


def test_a_clock_of_ours_that_is_ahead_ends_no_silence() -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(HEAD_B, Receipt(seq, seq))
    log.now, log.relay_ahead = until + 1, -SHORTEST_SILENCE
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN


def test_a_receipt_that_claims_what_is_to_come_says_nothing() -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    assert "not before its own" in log.refused(HEAD_B, Receipt(seq + 99, seq + 99))
    log.now = until
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN


@pytest.mark.parametrize("by", [OFFICER_B, WATCH_B, HEAD_B])
@pytest.mark.parametrize(
    "speak", [lambda target: AgendaObject(target, "no"), lambda target: AgendaAmend(target, "other words")]
)
def test_the_other_side_breaks_a_silence(by: Party, speak: Callable[[Target], Body]) -> None:
    log = Chronicle()
    target, seq, until = hushed(log)
    log.say(HEAD_B, Receipt(seq, seq))
    log.now = until - 1
    assert "does not break it" in log.refused(HEAD_A, speak(target))
    log.say(by, speak(target))
    log.now = until + 1
    words(log, HEAD_B)
    assert item(log, target).state is ItemState.OPEN
    assert "no silence runs" in log.refused(by, speak(target))


def test_a_silence_is_long_enough_to_be_heard() -> None:
    log = Chronicle()
    target = opened(log)
    short = AgendaSilence(target, Outcome.NOTED, "as discussed", log.now + SHORTEST_SILENCE - 1)
    assert f"at least {HOURS // 60} hours" in log.refused(HEAD_A, short)
    log.say(HEAD_A, AgendaSilence(target, Outcome.NOTED, "words", log.now + SHORTEST_SILENCE))
    log.say(HEAD_A, AgendaSilence(target, Outcome.NOTED, "better words", log.now + 2 * SHORTEST_SILENCE))
    theirs = AgendaSilence(target, Outcome.NOTED, "our words", log.now + 3 * SHORTEST_SILENCE)
    assert "runs" in log.refused(HEAD_B, theirs)
    for author in (HEAD_A, HEAD_B):
        log.say(author, AgendaOutcome(target, Outcome.REFERRED, "to the ministers"))
    assert item(log, target).silence is None
    log.say(DEPUTY_B, AgendaOpen(target))
    assert item(log, target).state is ItemState.OPEN


def test_what_is_agreed_ad_referendum_becomes_agreed() -> None:
    log = Chronicle()
    target = opened(log)
    for outcome in (Outcome.AD_REFERENDUM, Outcome.AGREED):
        for author in (HEAD_A, HEAD_B):
            log.say(author, AgendaOutcome(target, outcome, "text"))
    assert item(log, target).state is ItemState.AGREED


ACTS: dict[str, Callable[[Target, int], Body]] = {
    "counter": lambda target, _now: AgendaCounter(target, "other words"),
    "accept": lambda target, _now: AgendaAccept(target),
    "decline": lambda target, _now: AgendaDecline(target, "no"),
    "withdraw": lambda target, _now: AgendaWithdraw(target),
    "adopt": lambda target, _now: AgendaAdopt((target,)),
    "open": lambda target, _now: AgendaOpen(target),
    "agreed": lambda target, _now: AgendaOutcome(target, Outcome.AGREED, "text"),
    "deferred": lambda target, _now: AgendaOutcome(target, Outcome.DEFERRED),
    "silence": lambda target, now: AgendaSilence(target, Outcome.AGREED, "text", now + SHORTEST_SILENCE),
    "object": lambda target, _now: AgendaObject(target, "no"),
    "amend": lambda target, _now: AgendaAmend(target, "other words"),
    "close": lambda target, _now: AgendaClose(target),
    "see": lambda _target, _now: Receipt(5, 5),
}
MOVES = st.lists(
    st.tuples(
        st.sampled_from(EVERYBODY), st.sampled_from(sorted(ACTS)), st.integers(0, 2), st.integers(0, 400)
    ),
    max_size=30,
)


def play(moves: list[tuple[Party, str, int, int]]) -> Chronicle:
    """Two items and whatever is done to their present words, legal or not."""
    log = Chronicle()
    ids = [proposed(log).id, log.say(OFFICER_B, AgendaPropose("jamming")).id]
    for author, act, number, minutes in moves:
        log.wait(minutes)
        known = log.journal.agenda.items[ids[number % 2]]
        target = Target(known.id, known.content if number < 2 else bytes(32))
        log.try_say(author, ACTS[act](target, log.now))
    return log


@given(MOVES, st.integers(0, 30))
def test_the_same_log_gives_the_same_agenda(moves: list[tuple[Party, str, int, int]], place: int) -> None:
    log = play(moves)
    assert log.refold() == log.refold(snapshot_after=place) == log.journal


@given(MOVES)
def test_one_side_alone_brings_nothing_about(moves: list[tuple[Party, str, int, int]]) -> None:
    log = play([move for move in moves if move[0].side == "a"])
    alone = {
        ItemState.PROPOSED,
        ItemState.WITHDRAWN,
        ItemState.COUNTERED,
        ItemState.ACCEPTED,
        ItemState.DECLINED,
    }
    own, theirs = log.journal.agenda.items.values()
    assert own.state in {ItemState.PROPOSED, ItemState.WITHDRAWN}
    assert theirs.state in alone
    assert not log.journal.agenda.order


@given(MOVES)
def test_whatever_happens_an_outcome_has_both_sides_behind_it(
    moves: list[tuple[Party, str, int, int]],
) -> None:
    log = play([move for move in moves if move[1] != "silence"])
    for found in log.journal.agenda.items.values():
        if found.state in set(map(str, Outcome)) | {ItemState.ADOPTED, ItemState.OPEN, ItemState.CLOSED}:
            said = [event for event in log.events if type(event.body) in {AgendaAdopt, AgendaOutcome}]
            assert {event.author.side for event in said} == {"a", "b"}


def test_programs_and_officers_decide_nothing() -> None:
    log = Chronicle()
    (target,) = adopted(log)
    for author in (BOT_A, OFFICER_A, WATCH_B):
        log.refused(author, AgendaOpen(target))
        log.refused(author, AgendaAdopt((target,)))
    log.refused(BOT_A, AgendaPropose("of a program"))


def test_every_state_of_the_design_can_be_reached() -> None:
    ends = {step.after for step in TABLE.steps if step.after} | {TABLE.initial}
    assert ends == set(ItemState)
