from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party, Text
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import (
    DECLINING,
    LEGAL,
    Answer,
    Correction,
    Reply,
    Translation,
    Withdrawal,
)
from hotline_protocol.errors import FormatError
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.identity.charter import Channel
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import (
    BOT_A,
    BOT_B,
    EVERYBODY,
    HEAD_A,
    OBSERVER_A,
    OFFICER_A,
    OFFICER_B,
    TARGETS,
    WATCH_A,
    WATCH_B,
    Chronicle,
)


def ask(response: Response, precedence: Precedence = Precedence.FLASH) -> Text:
    return Text("cease buzzer", precedence, response)


def reply(target: Target, answer: Answer) -> Reply:
    return Reply(target, answer, "we cannot" if answer in DECLINING else "")


@pytest.mark.parametrize("response", Response)
@pytest.mark.parametrize("answer", Answer)
def test_only_the_answers_of_the_attribute_are_taken(response: Response, answer: Answer) -> None:
    log = Chronicle()
    asked = log.say(OFFICER_A, ask(response))
    if answer not in LEGAL[response]:
        log.refused(WATCH_B, reply(asked, answer))
        return
    log.say(WATCH_B, reply(asked, answer))
    found = log.journal.dialogues.all[asked.id]
    expected = {Answer.STANDBY: Phase.STANDBY, Answer.UNABLE: Phase.DECLINED, Answer.NEGATIVE: Phase.DECLINED}
    assert found.phase is expected.get(answer, Phase.ANSWERED)
    assert (found.said[0].author, found.said[0].answer) == (WATCH_B.device, answer)
    assert (asked.id in log.journal.dialogues.open) is (answer is Answer.STANDBY)


def test_the_table_of_doc_4444() -> None:
    assert {str(one): sorted(LEGAL[one]) for one in Response} == {
        "W/U": ["STANDBY", "UNABLE", "WILCO"],
        "A/N": ["AFFIRM", "NEGATIVE", "STANDBY"],
        "R": ["ROGER", "STANDBY", "UNABLE"],
        "Y": ["AFFIRM", "NEGATIVE", "ROGER", "STANDBY", "UNABLE", "WILCO"],
        "N": [],
    }


@pytest.mark.parametrize("answer", sorted(DECLINING))
def test_declining_needs_a_reason(answer: Answer) -> None:
    with pytest.raises(FormatError, match="needs a reason"):
        Reply(Target(bytes(16), bytes(32)), answer)


def test_time_runs_from_the_entry_and_standby_restarts_it() -> None:
    log = Chronicle()
    asked = log.say(OFFICER_A, ask(Response.WILCO_UNABLE))
    found = log.journal.dialogues.all[asked.id]
    minutes = TARGETS[Precedence.FLASH] // 60

    def urgency(after: float) -> Urgency | None:
        return found.urgency(TARGETS, log.now + int(after * 60_000))

    assert [
        urgency(minutes - 0.001),
        urgency(minutes),
        urgency(2 * minutes - 0.001),
        urgency(2 * minutes),
    ] == [
        Urgency.DUE,
        Urgency.OVERDUE,
        Urgency.OVERDUE,
        Urgency.ESCALATED,
    ]
    log.wait(minutes + 1)
    log.say(WATCH_B, reply(asked, Answer.STANDBY))
    assert (urgency(0), urgency(minutes)) == (Urgency.DUE, Urgency.OVERDUE)
    log.say(WATCH_B, reply(asked, Answer.WILCO))
    assert (urgency(99), found.deadline(TARGETS)) == (None, None)
    assert "is ANSWERED" in log.refused(WATCH_B, reply(asked, Answer.STANDBY))


def test_who_answers() -> None:
    log = Chronicle()
    asked = log.say(OFFICER_A, ask(Response.ROGER))
    for author in (OFFICER_A, HEAD_A, OBSERVER_A, BOT_A, BOT_B):
        log.refused(author, reply(asked, Answer.ROGER))
    log.say(WATCH_B, Text("words close nothing", Precedence.ROUTINE, Response.NONE, reply_to=asked.id))
    assert asked.id in log.journal.dialogues.open
    log.say(WATCH_B, reply(asked, Answer.ROGER))


def test_in_a_channel_of_one_side_anybody_but_the_author_answers() -> None:
    log = Chronicle(Channel("caucus.a", "a"))
    asked = log.say(OFFICER_A, ask(Response.AFFIRM_NEGATIVE))
    assert "nobody answers themself" in log.refused(OFFICER_A, reply(asked, Answer.AFFIRM))
    log.say(WATCH_A, reply(asked, Answer.AFFIRM))


def test_an_answer_is_to_the_present_words() -> None:
    log = Chronicle()
    asked = log.say(OFFICER_A, ask(Response.WILCO_UNABLE))
    log.say(WATCH_B, reply(asked, Answer.WILCO))
    for author in (HEAD_A, OFFICER_B):
        assert "only the author" in log.refused(author, Correction(asked, "cease buzzer north"))
    new = log.say(OFFICER_A, Correction(asked, "cease buzzer north"))
    found = log.journal.dialogues.all[asked.id]
    assert (found.phase, found.earlier, found.present) == (Phase.OPEN, [asked.hash], new.id)
    assert found.said[0].content == asked.hash
    assert "another content" in log.refused(WATCH_B, reply(asked, Answer.UNABLE))
    log.say(WATCH_B, Reply(Target(asked.id, new.hash), Answer.UNABLE, "too late"))
    assert found.phase is Phase.DECLINED


def test_what_is_withdrawn_awaits_nothing() -> None:
    log = Chronicle()
    asked = log.say(BOT_A, ask(Response.ROGER))
    plain = log.say(OFFICER_A, Text("good morning", Precedence.ROUTINE, Response.NONE))
    log.say(BOT_A, Withdrawal(asked, "sent twice"))
    log.say(OFFICER_A, Withdrawal(plain, "a mistake"))
    assert not log.journal.dialogues.open
    assert {log.journal.dialogues.all[one.id].phase for one in (asked, plain)} == {Phase.WITHDRAWN}
    assert "is WITHDRAWN" in log.refused(WATCH_B, reply(asked, Answer.ROGER))
    assert "was withdrawn" in log.refused(OFFICER_A, Correction(plain, "good evening"))
    assert "no words in the log" in log.refused(OFFICER_A, Withdrawal(Target(bytes(16), bytes(32)), "what"))


def test_what_is_no_words_is_not_corrected() -> None:
    log = Chronicle()
    asked = log.say(OFFICER_A, ask(Response.ROGER))
    answer = log.say(WATCH_B, reply(asked, Answer.ROGER))
    assert "no words" in log.refused(WATCH_B, Correction(answer, "other words"))
    assert "no words" in log.refused(WATCH_B, Withdrawal(answer, "changed my mind"))
    log.say(WATCH_B, Translation(asked, "ru", "слова"))


BODIES = st.one_of(
    st.builds(ask, st.sampled_from(Response), st.sampled_from(Precedence)),
    st.tuples(st.sampled_from(["reply", "withdraw", "correct"]), st.integers(0, 9), st.sampled_from(Answer)),
)
SAID = st.lists(st.tuples(st.sampled_from(EVERYBODY), BODIES, st.integers(0, 30)), max_size=25)


def play(said: list[tuple[Party, object, int]]) -> Chronicle:
    """All of it in order; what is not legal is left out by the journal itself."""
    log = Chronicle()
    targets: list[Target] = [Target(bytes(16), bytes(32))]
    for author, what, minutes in said:
        log.wait(minutes)
        if isinstance(what, Text):
            if log.try_say(author, what):
                targets.append(Target(log.events[-1].id, log.events[-1].hash))
            continue
        assert isinstance(what, tuple)
        verb, number, answer = what
        target = targets[number % len(targets)]
        bodies: dict[str, Body] = {
            "reply": reply(target, answer),
            "withdraw": Withdrawal(target, "why"),
            "correct": Correction(target, "new words"),
        }
        log.try_say(author, bodies[verb])
    return log


@given(SAID, st.integers(0, 25))
def test_the_same_log_gives_the_same_state_also_by_way_of_a_snapshot(
    said: list[tuple[Party, object, int]], place: int
) -> None:
    log = play(said)
    assert log.refold() == log.refold(snapshot_after=place) == log.journal


@given(SAID)
def test_nobody_closes_the_own_question_by_an_answer(said: list[tuple[Party, object, int]]) -> None:
    log = play(said)
    for found in log.journal.dialogues.all.values():
        assert all(one.side != found.side for one in found.said)
        answered = [one.answer for one in found.said]
        if found.phase in {Phase.ANSWERED, Phase.DECLINED}:
            assert answered[-1] is not Answer.STANDBY
        assert (found.id in log.journal.dialogues.open) is (found.phase in {Phase.OPEN, Phase.STANDBY})


@given(SAID, st.sampled_from(EVERYBODY), st.sampled_from(Answer))
def test_what_is_refused_changes_nothing(
    said: list[tuple[Party, object, int]], author: Party, answer: Answer
) -> None:
    log = play(said)
    for event in list(log.events):
        body = reply(Target(event.id, event.hash), answer)
        if not log.try_say(author, body):
            log.refused(author, body)
