from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.folds.meetings import FORMER, TABLE, Meeting, MeetingState
from tests.support.chronicle import (
    BOT_A,
    DEPUTY_B,
    EVERYBODY,
    HEAD_A,
    HEAD_B,
    OFFICER_A,
    OFFICER_B,
    START,
    Chronicle,
)

HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY = Slot(START + 7 * DAY, START + 7 * DAY + 3 * HOUR)
TUESDAY = Slot(START + 8 * DAY, START + 8 * DAY + 3 * HOUR)
WEDNESDAY = Slot(START + 9 * DAY, START + 9 * DAY + 3 * HOUR)


def meeting(log: Chronicle, target: Target) -> Meeting:
    return log.journal.meetings.all[target.id]


def agree(log: Chronicle, target: Target, part: Part, slot: int = 0) -> MeetingAgree:
    return MeetingAgree(target, (Agreed(part, meeting(log, target).parts[part].version, slot),))


def test_the_first_meeting_date_agreed_place_open_place_countered_twice() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, MeetingPropose("first meeting", (MONDAY, TUESDAY), "Geneva"))
    found = meeting(log, target)
    assert (meeting(log, target).state, found.standing()) == (
        MeetingState.PROPOSED,
        "time open, place open, level open",
    )
    answers = (Fits.NO, Fits.YES)
    log.say(OFFICER_B, MeetingAnswer(target, found.parts[Part.TIME].version, answers))
    assert found.answers["b"] == list(answers)
    log.say(HEAD_A, agree(log, target, Part.TIME, 1))
    assert found.slot is None
    log.say(DEPUTY_B, agree(log, target, Part.TIME, 1))
    assert (meeting(log, target).slot, found.standing()) == (TUESDAY, "time agreed, place open, level open")

    old = agree(log, target, Part.PLACE)
    log.say(HEAD_B, MeetingCounter(target, place="Vienna", level=Level.DEPUTIES))
    assert "countered" in log.refused(HEAD_A, old)
    log.say(HEAD_A, MeetingCounter(target, place="Helsinki"))
    assert (found.version, found.state) == (3, MeetingState.COUNTERED)
    assert found.standing() == "time agreed, place open, level open"
    log.say(HEAD_B, agree(log, target, Part.PLACE))
    assert meeting(log, target).state is MeetingState.COUNTERED
    log.say(HEAD_A, agree(log, target, Part.LEVEL))
    assert (meeting(log, target).state, found.place, found.level) == (
        MeetingState.AGREED,
        "Helsinki",
        Level.DEPUTIES,
    )

    assert "not begun" in log.refused(HEAD_A, MeetingHeld(target))
    log.now = TUESDAY.start
    log.say(HEAD_A, MeetingHeld(target))
    assert meeting(log, target).state is MeetingState.AGREED
    log.say(HEAD_B, MeetingHeld(target))
    assert meeting(log, target).state is MeetingState.HELD
    assert "is HELD" in log.refused(HEAD_A, MeetingCancel(target, "illness"))


def test_a_change_makes_void_what_it_touches_and_nothing_else() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,), "Geneva", Level.HEADS))
    found = meeting(log, target)
    for part in Part:
        log.say(HEAD_B, agree(log, target, part))
    assert meeting(log, target).state is MeetingState.AGREED
    before = found.sequence
    log.say(OFFICER_B, MeetingCounter(target, slots=(WEDNESDAY,)))
    assert (meeting(log, target).state, found.standing()) == (
        MeetingState.COUNTERED,
        "time open, place agreed, level agreed",
    )
    assert found.sequence > before
    log.say(HEAD_A, agree(log, target, Part.TIME))
    assert meeting(log, target).state is MeetingState.COUNTERED
    log.say(HEAD_B, agree(log, target, Part.TIME))
    assert (meeting(log, target).state, found.slot) == (MeetingState.AGREED, WEDNESDAY)


def test_both_sides_choose_the_same_of_several_times() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY, TUESDAY)))
    found = meeting(log, target)
    log.say(HEAD_A, agree(log, target, Part.TIME, 0))
    log.say(HEAD_B, agree(log, target, Part.TIME, 1))
    assert found.slot is None
    assert "2 candidate times, not a number 3" in log.refused(HEAD_B, agree(log, target, Part.TIME, 2))
    log.say(HEAD_B, agree(log, target, Part.TIME, 0))
    assert found.slot == MONDAY


def test_what_is_agreed_is_opened_again_by_a_counter_proposal_alone() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, MeetingPropose("talks", (MONDAY, TUESDAY), "Geneva", Level.HEADS))
    for author in (HEAD_A, HEAD_B):
        for part in Part:
            log.say(author, agree(log, target, part))
    found = meeting(log, target)
    assert (found.state, found.slot) == (MeetingState.AGREED, MONDAY)
    assert "another time is agreed" in log.refused(HEAD_A, agree(log, target, Part.TIME, 1))
    log.say(HEAD_A, agree(log, target, Part.TIME, 0))
    assert meeting(log, target).slot == MONDAY


def test_what_one_side_said_of_a_meeting_as_held_is_void_after_a_counter_proposal() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,), "Geneva", Level.HEADS))
    for part in Part:
        log.say(HEAD_B, agree(log, target, part))
    log.now = MONDAY.start
    log.say(HEAD_A, MeetingHeld(target))
    log.say(HEAD_B, MeetingCounter(target, slots=(TUESDAY,)))
    log.say(HEAD_A, agree(log, target, Part.TIME))
    log.now = TUESDAY.start
    log.say(HEAD_B, MeetingHeld(target))
    assert meeting(log, target).state is MeetingState.AGREED
    log.say(HEAD_A, MeetingHeld(target))
    assert meeting(log, target).state is MeetingState.HELD
    assert not meeting(log, target).is_living


def test_what_a_calendar_has_to_take_back_is_kept() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY, TUESDAY)))
    found = meeting(log, target)
    log.say(HEAD_B, MeetingCounter(target, slots=(TUESDAY, WEDNESDAY)))
    assert (found.former, found.last) == ([MONDAY], None)
    for author in (HEAD_A, HEAD_B):
        log.say(author, agree(log, target, Part.TIME, 1))
    assert found.last == WEDNESDAY
    log.say(HEAD_A, MeetingCounter(target, slots=(MONDAY,)))
    assert (found.former, found.last, found.slot) == ([TUESDAY, WEDNESDAY], WEDNESDAY, None)


def test_each_sides_last_word_is_kept() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,), "Geneva"))
    log.say(HEAD_B, MeetingCounter(target, place="Vienna", level=Level.DEPUTIES))
    offers = meeting(log, target).offers
    assert (offers["a"].slots, offers["a"].place, offers["a"].level) == ([MONDAY], "Geneva", None)
    assert (offers["b"].slots, offers["b"].place, offers["b"].level) == ([], "Vienna", Level.DEPUTIES)


def test_former_times_do_not_pile_up() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks", (MONDAY,)))
    for number in range(FORMER + 20):
        slot = Slot(MONDAY.start + number * HOUR, MONDAY.end + number * HOUR)
        log.say(HEAD_B, MeetingCounter(target, slots=(slot,)))
    assert len(meeting(log, target).former) == FORMER


def test_what_is_not_there_is_not_agreed_to() -> None:
    log = Chronicle()
    target = log.say(HEAD_A, MeetingPropose("talks"))
    nothing = MeetingAgree(target, (Agreed(Part.PLACE, bytes(32)),))
    assert "no place is proposed" in log.refused(HEAD_B, nothing)
    log.say(HEAD_A, MeetingCounter(target, place="Geneva"))
    version = meeting(log, target).parts[Part.PLACE].version
    assert "no candidates" in log.refused(HEAD_B, MeetingAgree(target, (Agreed(Part.PLACE, version, 1),)))
    assert "names no meeting" in log.refused(HEAD_B, MeetingHeld(Target(bytes(16), bytes(32))))
    assert "other candidate times" in log.refused(HEAD_B, MeetingAnswer(target, bytes(32), (Fits.YES,)))


def test_items_of_the_agenda_are_attached() -> None:
    log = Chronicle()
    item = log.say(OFFICER_A, AgendaPropose("air corridors"))
    target = log.say(OFFICER_A, MeetingPropose("talks"))
    log.say(OFFICER_B, MeetingAttach(target, (item.id,)))
    assert (meeting(log, target).items, meeting(log, target).sequence) == ([item.id], 1)
    assert "1 of the named items" in log.refused(OFFICER_B, MeetingAttach(target, (item.id, bytes(16))))


def test_either_side_cancels() -> None:
    log = Chronicle()
    target = log.say(OFFICER_A, MeetingPropose("talks", (MONDAY,)))
    for author in (OFFICER_B, BOT_A):
        log.refused(author, MeetingCancel(target, "illness"))
    log.say(HEAD_B, MeetingCancel(target, "illness"))
    assert (meeting(log, target).state, meeting(log, target).reason) == (MeetingState.CANCELLED, "illness")
    assert "is CANCELLED" in log.refused(HEAD_A, MeetingCounter(target, place="Geneva"))


VALUES = st.sampled_from(
    [
        {"slots": (MONDAY,)},
        {"slots": (MONDAY, TUESDAY)},
        {"place": "Geneva"},
        {"level": Level.HEADS},
        {"slots": (WEDNESDAY,), "place": "Vienna", "level": Level.DEPUTIES},
    ]
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(EVERYBODY),
        st.sampled_from(["counter", "agree", "answer", "hold", "cancel"]),
        VALUES,
        st.sampled_from(Part),
        st.integers(0, 2),
    ),
    max_size=25,
)
Moves = list[tuple[Party, str, dict[str, object], Part, int]]


def play(moves: Moves) -> Chronicle:
    log = Chronicle()
    target = log.say(OFFICER_A, MeetingPropose("talks", (MONDAY, TUESDAY), "Geneva"))
    for author, act, values, part, slot in moves:
        log.wait(60 * 12)
        found = meeting(log, target)
        known = found.parts.get(part)
        version = known.version if known is not None and known.version else bytes(32)
        bodies: dict[str, Body] = {
            "counter": MeetingCounter(target, **values),  # type: ignore[arg-type]
            "agree": MeetingAgree(target, (Agreed(part, version, slot),)),
            "answer": MeetingAnswer(target, version, (Fits.YES,) * len(found.slots)),
            "hold": MeetingHeld(target),
            "cancel": MeetingCancel(target, "why"),
        }
        log.try_say(author, bodies[act])
    return log


@given(MOVES, st.integers(0, 25))
def test_the_same_log_gives_the_same_meeting(moves: Moves, place: int) -> None:
    log = play(moves)
    assert log.refold() == log.refold(snapshot_after=place) == log.journal


@given(MOVES)
def test_one_side_alone_agrees_on_nothing(moves: Moves) -> None:
    log = play([move for move in moves if move[0].side == "a"])
    (found,) = log.journal.meetings.all.values()
    assert found.state in {MeetingState.PROPOSED, MeetingState.COUNTERED, MeetingState.CANCELLED}
    assert not any(found.agreed(part) for part in Part)


@given(MOVES)
def test_agreed_means_the_same_version_of_every_part(moves: Moves) -> None:
    log = play(moves)
    (found,) = log.journal.meetings.all.values()
    if found.state in {MeetingState.AGREED, MeetingState.HELD}:
        assert all(set(found.parts[part].agreed) == {"a", "b"} for part in Part)
        assert found.slot in found.slots


def test_every_state_can_be_reached() -> None:
    assert {step.after for step in TABLE.steps if step.after} | {TABLE.initial} == set(MeetingState)
