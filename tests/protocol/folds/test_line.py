from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Body, Party
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import Attendance, LineCheck, LineEcho, LineMissed, LineStatus
from hotline_protocol.folds.line import KEPT, Check, CheckState
from tests.support.chronicle import (
    BOT_A,
    BOT_B,
    EVERYBODY,
    OBSERVER_A,
    OFFICER_A,
    WATCH_A,
    WATCH_B,
    Chronicle,
)

NONCE = bytes(range(16))
CHECK = LineCheck(NONCE, 60)


def check(log: Chronicle, target: Target) -> Check:
    return log.journal.line.checks[target.id]


def test_a_check_is_echoed_to_its_last_millisecond() -> None:
    log = Chronicle()
    target = log.say(BOT_A, CHECK)
    assert "another nonce" in log.refused(BOT_B, LineEcho(target, bytes(16)))
    for author in (BOT_A, WATCH_A, OBSERVER_A):
        log.refused(author, LineEcho(target, NONCE))
    log.now += 60_000
    assert "not passed yet" in log.refused(WATCH_A, LineMissed(target))
    assert not log.journal.line.overdue(log.now)
    log.say(BOT_B, LineEcho(target, NONCE))
    assert check(log, target).state is CheckState.ECHOED
    assert "echoed before" in log.refused(WATCH_B, LineEcho(target, NONCE))


def test_what_comes_late_is_late() -> None:
    log = Chronicle()
    target = log.say(BOT_A, CHECK)
    log.now += 60_001
    assert [one.id for one in log.journal.line.overdue(log.now)] == [target.id]
    log.say(WATCH_B, LineEcho(target, NONCE))
    assert check(log, target).state is CheckState.LATE


def test_a_missed_check_stays_missed_though_an_echo_comes() -> None:
    log = Chronicle()
    target = log.say(WATCH_A, CHECK)
    log.wait(5)
    log.say(WATCH_B, LineMissed(target, "the watch room was evacuated"))
    log.say(WATCH_B, LineEcho(target, NONCE))
    found = check(log, target)
    assert (found.state, found.echoed_by) == (CheckState.MISSED, WATCH_B.device)
    assert "is MISSED" in log.refused(WATCH_A, LineMissed(target))


def test_people_say_whether_they_attend() -> None:
    log = Chronicle()
    log.say(WATCH_A, LineStatus(Attendance.ATTENDED))
    log.say(OFFICER_A, LineStatus(Attendance.UNATTENDED, "until 0600Z"))
    log.refused(BOT_A, LineStatus(Attendance.ATTENDED))
    declared = log.journal.line.attendance
    assert (declared["a"].attendance, declared["a"].note) == (Attendance.UNATTENDED, "until 0600Z")
    assert "b" not in declared


def test_ended_checks_do_not_pile_up() -> None:
    log = Chronicle()
    for _ in range(KEPT + 20):
        log.say(BOT_B, LineEcho(log.say(BOT_A, CHECK), NONCE))
    assert len(log.journal.line.checks) <= KEPT + 1


MOVES = st.lists(
    st.tuples(
        st.sampled_from(EVERYBODY),
        st.sampled_from(["check", "echo", "miss", "status"]),
        st.integers(0, 3),
        st.integers(0, 90_000),
    ),
    max_size=30,
)


@given(MOVES, st.integers(0, 30))
def test_the_same_log_gives_the_same_line(moves: list[tuple[Party, str, int, int]], place: int) -> None:
    log = Chronicle()
    targets = [Target(bytes(16), bytes(32))]
    for author, act, number, passed in moves:
        log.now += passed
        target = targets[number % len(targets)]
        bodies: dict[str, Body] = {
            "check": CHECK,
            "echo": LineEcho(target, NONCE),
            "miss": LineMissed(target),
            "status": LineStatus(Attendance.DECLINED),
        }
        if log.try_say(author, bodies[act]) and act == "check":
            targets.append(Target(log.events[-1].id, log.events[-1].hash))
    assert log.refold() == log.refold(snapshot_after=place) == log.journal
    for found in log.journal.line.checks.values():
        assert (found.state is CheckState.ECHOED) is (
            found.echoed_at is not None and found.echoed_at <= found.deadline
        )
