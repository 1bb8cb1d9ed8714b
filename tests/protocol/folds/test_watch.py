from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party, Text
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.folds.watch import TABLE, WatchState
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import BOT_A, DEPUTY_A, OFFICER_A, OFFICER_B, WATCH_A, WATCH_B, Chronicle


def handover(to: Party, *dialogues: Target) -> WatchHandover:
    return WatchHandover(to.device.ljust(32, b"\0"), tuple(one.id for one in dialogues), (), 1, bytes(32))


def person(party: Party) -> Party:
    """The same with a fingerprint of the size that certificates have."""
    return Party(party.device.ljust(32, b"\0"), party.side, party.role, party.arenas)


ONE, TWO, THEIRS = person(WATCH_A), person(OFFICER_A), person(WATCH_B)


def test_a_watch_is_taken_handed_over_and_accepted() -> None:
    log = Chronicle()
    open_ = log.say(THEIRS, Text("cease buzzer", Precedence.FLASH, Response.WILCO_UNABLE))
    assert "only who has the watch" in log.refused(ONE, handover(TWO))
    log.say(ONE, WatchTake())
    log.refused(BOT_A, WatchTake())
    assert "may not relieve who has it" in log.refused(TWO, WatchTake())
    log.say(THEIRS, WatchTake())
    assert "to themself" in log.refused(ONE, handover(ONE))
    assert "only who has the watch" in log.refused(TWO, handover(TWO))
    first = log.say(ONE, handover(TWO))
    assert log.journal.watches.waiting["a"].complete is False
    second = log.say(ONE, handover(TWO, open_))
    assert log.journal.watches.waiting["a"].complete is True
    assert "no handover that waits" in log.refused(TWO, WatchAccept(first))
    assert "somebody else" in log.refused(ONE, WatchAccept(second))
    assert "no handover that waits" in log.refused(person(OFFICER_B), WatchAccept(second))
    log.wait(1)
    log.say(TWO, WatchAccept(second))
    watch = log.journal.watches.now["a"]
    assert (watch.holder, watch.since) == (TWO.device, log.now)
    assert not log.journal.watches.waiting
    assert log.refold(snapshot_after=5) == log.journal


def test_a_head_or_deputy_relieves_who_cannot_hand_over() -> None:
    log = Chronicle()
    deputy = person(DEPUTY_A)
    log.say(ONE, WatchTake())
    assert "has the watch already" in log.refused(ONE, WatchTake())
    waiting = log.say(ONE, handover(TWO))
    assert log.journal.watches.waiting["a"].note == ""
    log.say(deputy, WatchTake())
    watch = log.journal.watches.now["a"]
    assert (watch.holder, watch.taken_from) == (deputy.device, ONE.device)
    assert "no handover that waits" in log.refused(TWO, WatchAccept(waiting))
    assert "only who has the watch" in log.refused(ONE, handover(TWO))


MOVES = st.lists(
    st.tuples(
        st.sampled_from([ONE, TWO, THEIRS, person(DEPUTY_A), person(OFFICER_B), person(BOT_A)]),
        st.sampled_from(["take", "hand over", "accept"]),
        st.sampled_from([ONE, TWO, THEIRS]),
        st.integers(0, 3),
    ),
    max_size=25,
)


@given(MOVES, st.integers(0, 25))
def test_one_person_a_side_has_the_watch_and_the_same_log_gives_the_same(
    moves: list[tuple[Party, str, Party, int]], place: int
) -> None:
    log = Chronicle()
    given_ = [Target(bytes(16), bytes(32))]
    for author, act, to, number in moves:
        bodies: dict[str, Body] = {
            "take": WatchTake(),
            "hand over": handover(to),
            "accept": WatchAccept(given_[number % len(given_)]),
        }
        before = dict(log.journal.watches.now)
        if not log.try_say(author, bodies[act]):
            assert log.journal.watches.now == before
        elif act == "hand over":
            given_.append(Target(log.events[-1].id, log.events[-1].hash))
        changed = {side for side, watch in log.journal.watches.now.items() if before.get(side) != watch}
        assert changed <= {author.side}
    assert log.refold() == log.refold(snapshot_after=place) == log.journal


def test_every_state_can_be_reached() -> None:
    assert {step.after for step in TABLE.steps} | {TABLE.initial} == set(WatchState)
