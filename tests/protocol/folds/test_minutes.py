from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.folds.agenda import ItemState
from hotline_protocol.folds.minutes import TABLE, MinutesState, Record
from tests.support.chronicle import (
    BOT_A,
    DEPUTY_A,
    DEPUTY_B,
    EVERYBODY,
    HEAD_A,
    HEAD_B,
    OFFICER_A,
    OFFICER_B,
    WATCH_A,
    Chronicle,
)


def minutes(log: Chronicle, target: Target) -> Record:
    return log.journal.minutes.all[target.id]


def with_outcome(log: Chronicle) -> Target:
    """An item on which both sides agreed."""
    item = log.say(OFFICER_A, AgendaPropose("air corridors"))
    log.say(HEAD_B, AgendaAccept(item))
    for author in (HEAD_A, HEAD_B):
        log.say(author, AgendaAdopt((item,)))
    log.say(HEAD_A, AgendaOpen(item))
    for author in (HEAD_A, HEAD_B):
        log.say(author, AgendaOutcome(item, Outcome.AGREED, "FL240"))
    return item


def test_minutes_go_from_a_draft_to_both_heads_signatures() -> None:
    log = Chronicle()
    item = with_outcome(log)
    target = log.say(OFFICER_A, MinutesDraft("first meeting", "1. Corridors", "en", items=(item.id,)))
    log.say(WATCH_A, MinutesComment(target, "which corridors?"))
    assert minutes(log, target).state is MinutesState.COMMENTED
    words = log.say(OFFICER_B, MinutesRevise(target, "1. Air corridors"))
    assert "another text" in log.refused(OFFICER_A, MinutesInitial(target))
    now = Target(target.id, words.hash)
    log.refused(WATCH_A, MinutesInitial(now))
    log.say(OFFICER_A, MinutesInitial(now))
    assert "already" in log.refused(DEPUTY_A, MinutesInitial(now))
    assert "is DRAFT" in log.refused(HEAD_A, MinutesSign(now))
    log.say(DEPUTY_B, MinutesInitial(now))
    assert minutes(log, target).state is MinutesState.INITIALLED
    log.say(DEPUTY_B, MinutesReserve(now, "subject to approval"))
    for author in (DEPUTY_A, OFFICER_A, BOT_A):
        log.refused(author, MinutesSign(now))
    log.say(HEAD_A, MinutesSign(now))
    assert "already" in log.refused(HEAD_A, MinutesSign(now))
    assert log.journal.agenda.items[item.id].state is ItemState.AGREED
    log.say(HEAD_B, MinutesSign(now))
    found = minutes(log, target)
    assert (found.state, set(found.signatures), len(found.reservations)) == (
        MinutesState.SIGNED,
        {"a", "b"},
        1,
    )
    assert log.journal.agenda.items[item.id].state is ItemState.MINUTED
    assert "is SIGNED" in log.refused(OFFICER_A, MinutesRevise(now, "other words"))
    assert "is SIGNED" in log.refused(HEAD_A, MinutesReserve(now, "too late"))


def test_a_new_text_makes_void_what_was_said_about_the_old_one() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, MinutesDraft("first meeting", "text", "en"))
    log.say(OFFICER_A, MinutesInitial(target))
    log.say(OFFICER_B, MinutesInitial(target))
    log.say(HEAD_A, MinutesSign(target))
    log.say(HEAD_A, MinutesReserve(target, "a reservation"))
    words = log.say(OFFICER_B, MinutesRevise(target, "other text"))
    found = minutes(log, target)
    assert (found.state, found.initials, found.signatures, found.reservations) == (
        MinutesState.DRAFT,
        {},
        {},
        [],
    )
    assert (found.version, found.content) == (2, words.hash)


def test_minutes_report_what_there_is() -> None:
    log = Chronicle()
    assert "1 of the named items" in log.refused(OFFICER_A, MinutesDraft("t", "x", "en", items=(bytes(16),)))
    assert "no meeting" in log.refused(OFFICER_A, MinutesDraft("t", "x", "en", meeting=bytes(16)))
    log.refused(OFFICER_A, MinutesInitial(Target(bytes(16), bytes(32))))


ACTS: dict[str, Callable[[Target], Body]] = {
    "revise": lambda target: MinutesRevise(target, "other words"),
    "comment": lambda target: MinutesComment(target, "who?"),
    "initial": MinutesInitial,
    "reserve": lambda target: MinutesReserve(target, "subject to approval"),
    "sign": MinutesSign,
}
MOVES = st.lists(st.tuples(st.sampled_from(EVERYBODY), st.sampled_from(sorted(ACTS))), max_size=30)


def play(moves: list[tuple[Party, str]]) -> Chronicle:
    log = Chronicle()
    target = log.say(OFFICER_A, MinutesDraft("first meeting", "text", "en"))
    for author, act in moves:
        log.try_say(author, ACTS[act](Target(target.id, minutes(log, target).content)))
    return log


@given(MOVES, st.integers(0, 30))
def test_the_same_log_gives_the_same_minutes(moves: list[tuple[Party, str]], place: int) -> None:
    log = play(moves)
    assert log.refold() == log.refold(snapshot_after=place) == log.journal


@given(MOVES)
def test_signed_means_both_heads_over_one_text(moves: list[tuple[Party, str]]) -> None:
    log = play(moves)
    (found,) = log.journal.minutes.all.values()
    signed = {event.author.device for event in log.events if isinstance(event.body, MinutesSign)}
    if found.state is MinutesState.SIGNED:
        assert {HEAD_A.device, HEAD_B.device} <= signed
        assert set(found.initials) == set(found.signatures) == {"a", "b"}


def test_every_state_can_be_reached() -> None:
    assert {step.after for step in TABLE.steps if step.after} | {TABLE.initial} == set(MinutesState)
