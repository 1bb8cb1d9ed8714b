from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.documents.notices import (
    Action,
    Air,
    Altitude,
    Area,
    Finding,
    Notice,
    Reference,
    Shape,
    Verdict,
)
from hotline_protocol.documents.talk import Receipt
from hotline_protocol.folds.notices import LEAD, NoticeState, Phase, Registered
from hotline_protocol.terms import Arena
from tests.support.chronicle import (
    BOT_A,
    EVERYBODY,
    OBSERVER_A,
    OFFICER_A,
    OFFICER_B,
    START,
    WATCH_B,
    Chronicle,
)

HOUR = 3_600_000
DAY = 24 * HOUR
AREA = Area(Shape.CIRCLE, ((33.0, 34.0),), 9260.0)
AIR = Air("refuelling", Altitude(Reference.FL, 240), Altitude(Reference.UNL))
LATER = START + LEAD[Arena.AIR]


def air(start: int = LATER, end: int | None = LATER + HOUR, **more: Any) -> Notice:
    values: dict[str, Any] = {"action": Action.NEW, "areas": (AREA,), "air": AIR, **more}
    return Notice(arena=Arena.AIR, start=start, end=end, **values)


def entry(log: Chronicle, target: Target) -> Registered:
    return log.journal.notices.all[target.id]


def test_a_notice_is_issued_replaced_and_cancelled_by_its_own_side() -> None:
    log = Chronicle()
    first = log.say(BOT_A, air())
    assert (entry(log, first).state, entry(log, first).lead) == (NoticeState.IN_FORCE, LEAD[Arena.AIR])
    replace = air(action=Action.REPLACE, target=first)
    assert "for the side that proposed" in log.refused(OFFICER_B, replace)
    second = log.say(OFFICER_A, replace)
    assert (entry(log, first).state, entry(log, first).successor) == (NoticeState.REPLACED, second.id)
    assert entry(log, second).predecessor == first.id
    assert [one.id for one in log.journal.notices.active(log.now)] == [second.id]
    assert "is REPLACED" in log.refused(OFFICER_A, air(action=Action.REPLACE, target=first))
    cancel = Notice(Action.CANCEL, Arena.AIR, LATER, target=second)
    log.refused(OBSERVER_A, cancel)
    log.say(OFFICER_A, cancel)
    assert entry(log, second).state is NoticeState.CANCELLED
    assert not list(log.journal.notices.active(log.now))
    assert log.references[first.id] == "P-0001/26"


def test_a_notice_opens_at_least_once() -> None:
    log = Chronicle()
    minute = LATER // 60_000 % 1440
    never, once = ((minute + 120) % 1440, (minute + 180) % 1440), ((minute + 30) % 1440, (minute + 90) % 1440)
    assert "none of the notice's daily windows" in log.refused(OFFICER_A, air(daily=(never,)))
    log.say(OFFICER_A, air(daily=(never, once)))


def test_a_short_lead_must_be_said() -> None:
    log = Chronicle()
    soon = log.now + LEAD[Arena.AIR] - 1
    assert "24 are agreed for air" in log.refused(OFFICER_A, air(soon, soon + HOUR))
    target = log.say(OFFICER_A, air(soon, soon + HOUR, short_lead=True))
    assert entry(log, target).lead == LEAD[Arena.AIR] - 1


def test_what_is_over_changes_nothing() -> None:
    log = Chronicle()
    assert "its end has passed" in log.refused(OFFICER_A, air(log.now - HOUR, log.now, short_lead=True))
    target = log.say(OFFICER_A, air())
    found = entry(log, target)
    assert [found.phase(LATER - 1), found.phase(LATER), found.phase(LATER + HOUR)] == [
        Phase.PENDING,
        Phase.ACTIVE,
        Phase.OVER,
    ]
    log.now = LATER + HOUR
    assert "is over" in log.refused(OFFICER_A, Notice(Action.CANCEL, Arena.AIR, LATER, target=target))
    assert not list(log.journal.notices.active(log.now))
    log.say(OFFICER_A, Receipt(1, 1))
    forever = log.say(OFFICER_A, air(LATER, None, short_lead=True))
    assert entry(log, forever).phase(LATER * 2) is Phase.ACTIVE
    assert list(log.journal.notices.in_force) == [
        target.id,
        forever.id,
    ]  # one side alone has said how late it is
    log.say(OFFICER_B, Receipt(1, 1))
    again = log.say(OFFICER_A, air(LATER, None, short_lead=True))
    assert list(log.journal.notices.in_force) == [forever.id, again.id]


@pytest.mark.parametrize("relay_ahead", [0, 400 * DAY])
@pytest.mark.parametrize("author_ahead", [0, 400 * DAY])
def test_only_author_and_relay_together_keep_a_notice_from_being_held_against_others(
    relay_ahead: int, author_ahead: int
) -> None:
    log = Chronicle()
    first = log.say(OFFICER_A, air())
    log.relay_ahead = relay_ahead - author_ahead
    log.now += author_ahead
    second = log.say(OFFICER_B, air(LATER, None, short_lead=True))
    against = [one.id for one in log.journal.notices.before(entry(log, second))]
    assert against == ([] if relay_ahead and author_ahead else [first.id])


def test_only_the_arena_of_the_certificate() -> None:
    log = Chronicle()
    sailor = Party(b"sailor", "a", OFFICER_A.role, frozenset({Arena.NAVAL}))
    assert "not for air" in log.refused(sailor, air())
    target = log.say(OFFICER_A, air())
    wrong = Notice(Action.CANCEL, Arena.NAVAL, LATER, target=target)
    assert "a notice about air" in log.refused(OFFICER_A, wrong)
    assert "no notice" in log.refused(
        OFFICER_A, air(action=Action.REPLACE, target=Target(bytes(16), bytes(32)))
    )


def test_a_notice_is_answered_like_words() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, air())
    assert target.id in log.journal.dialogues.open
    log.say(WATCH_B, Reply(target, Answer.ROGER))
    assert target.id not in log.journal.dialogues.open


@pytest.mark.parametrize(
    ("verdict", "inputs", "disputed"),
    [
        (Verdict.CLEAR, bytes(32), False),
        (Verdict.CONFLICT, bytes(32), True),
        (Verdict.CLEAR, b"\1" * 32, True),
    ],
)
def test_two_sides_that_compute_differently_are_told(verdict: Verdict, inputs: bytes, disputed: bool) -> None:  # noqa: FBT001
    log = Chronicle()
    target = log.say(OFFICER_A, air())
    log.say(BOT_A, Finding(target, Verdict.CLEAR, bytes(32)))
    assert not log.journal.notices.disputed()
    log.say(WATCH_B, Finding(target, verdict, inputs))
    assert bool(log.journal.notices.disputed()) is disputed
    log.refused(WATCH_B, Finding(Target(bytes(16), bytes(32)), verdict, inputs))


MOVES = st.lists(
    st.tuples(
        st.sampled_from(EVERYBODY),
        st.sampled_from(["new", "replace", "cancel", "find"]),
        st.integers(0, 4),
        st.integers(0, 20 * HOUR),
    ),
    max_size=25,
)


@given(MOVES, st.integers(0, 25))
def test_the_same_log_gives_the_same_notices(moves: list[tuple[Party, str, int, int]], place: int) -> None:
    log = Chronicle()
    targets = [Target(bytes(16), bytes(32))]
    for author, act, number, passed in moves:
        log.now += passed
        target = targets[number % len(targets)]
        start = log.now + 10 * HOUR
        bodies: dict[str, Body] = {
            "new": air(start, start + HOUR, short_lead=True),
            "replace": air(start, start + HOUR, short_lead=True, action=Action.REPLACE, target=target),
            "cancel": Notice(Action.CANCEL, Arena.AIR, start, target=target),
            "find": Finding(target, Verdict.CLEAR, bytes(32)),
        }
        if log.try_say(author, bodies[act]) and act in {"new", "replace"}:
            targets.append(Target(log.events[-1].id, log.events[-1].hash))
    book = log.journal
    assert log.refold() == log.refold(snapshot_after=place) == book
    for found in book.notices.all.values():
        successor = book.notices.all.get(found.successor or b"")
        assert successor is None or successor.side == found.side
        assert (found.id not in book.notices.in_force) or found.state is NoticeState.IN_FORCE


def test_each_side_says_once_what_it_found() -> None:
    log = Chronicle()
    book = log.journal.notices
    target = log.say(OFFICER_A, air())
    assert [list(book.unfound[side]) for side in ("a", "b")] == [[target.id], [target.id]]
    log.say(BOT_A, Finding(target, Verdict.CLEAR, bytes(32)))
    assert [list(book.unfound[side]) for side in ("a", "b")] == [[], [target.id]]
    assert "already said" in log.refused(OFFICER_A, Finding(target, Verdict.CONFLICT, bytes(32)))
    log.say(OFFICER_A, Notice(Action.CANCEL, Arena.AIR, LATER, target=target))
    assert not book.unfound["b"]
    log.say(WATCH_B, Finding(target, Verdict.CLEAR, bytes(32), (bytes(16),)))
    assert entry(log, target).disputed


def test_a_notice_is_held_against_what_was_in_force_when_it_came() -> None:
    log = Chronicle()
    first, second = log.say(OFFICER_A, air()), log.say(OFFICER_B, air())
    brief = log.say(OFFICER_B, air(log.now, log.now + HOUR, short_lead=True))
    log.wait(61)
    again = log.say(OFFICER_A, air(action=Action.REPLACE, target=first, short_lead=True))
    last = log.say(OFFICER_B, air(short_lead=True))
    log.say(OFFICER_B, Notice(Action.CANCEL, Arena.AIR, LATER, target=second))

    def before(target: Target) -> list[bytes]:
        return [one.id for one in log.journal.notices.before(entry(log, target))]

    assert [before(one) for one in (first, second, brief)] == [[], [first.id], [first.id, second.id]]
    assert before(again) == [second.id]
    assert before(last) == [second.id, again.id]


def test_areas_that_make_no_sense_on_the_globe_change_nothing() -> None:
    log = Chronicle()
    bow_tie = Area(Shape.POLYGON, ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)))
    assert "area 1: the outline crosses itself" in log.refused(OFFICER_A, air(areas=(bow_tie,)))
    huge = Area(Shape.CIRCLE, ((0.0, 0.0),), 10_000_001.0)
    assert "exclusion 1: a circle" in log.refused(OFFICER_A, air(exclusions=(huge,)))
