from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents.notices import Notice
from hotline_protocol.notices.buffers import Degree
from hotline_protocol.notices.validity import common, compare, windows
from tests.support.notices import DAY, HOUR, START, air, circle

MINUTE = 60_000
AREA = circle(0, 0, 10.0)


def held(start: int, end: int | None, *daily: tuple[int, int]) -> Notice:
    """Hours after START."""
    return air(AREA, start=START + start * HOUR, end=None if end is None else START + end * HOUR, daily=daily)


def hours(notice: Notice, since: int, until: int) -> list[tuple[float, float]]:
    found = windows(notice, START + since * HOUR, START + until * HOUR)
    return [((first - START) / HOUR, (last - START) / HOUR) for first, last in found]


def test_without_a_schedule_it_holds_all_the_time() -> None:
    assert hours(held(5, 50), 0, 100) == [(5, 50)]
    assert hours(held(5, 50), 10, 20) == [(10, 20)]
    assert hours(held(5, None), 0, 1000) == [(5, 1000)]
    assert hours(held(5, 50), 51, 60) == hours(held(5, 50), 0, 4) == []
    assert hours(held(5, 50), 50, 60) == [(50, 50)]


def test_daily_windows_are_cut_by_start_and_end() -> None:
    assert hours(held(7, 55, (360, 480)), 0, 100) == [(7, 8), (30, 32), (54, 55)]
    assert hours(held(7, None, (360, 480)), 0, 60) == [(7, 8), (30, 32), (54, 56)]


def test_windows_over_midnight() -> None:
    late = held(0, 72, (1320, 120))
    assert hours(late, 0, 100) == [(0, 2), (22, 26), (46, 50), (70, 72)]
    assert hours(held(1, 72, (1440, 120)), 0, 100) == [(1, 2), (24, 26), (48, 50), (72, 72)]


def test_windows_that_touch_are_one() -> None:
    assert hours(held(0, 48, (0, 1440)), 0, 100) == [(0, 48)]
    assert hours(held(0, 24, (60, 120), (120, 180), (100, 130)), 0, 100) == [(1, 3)]
    assert hours(held(0, 48, (720, 1440), (0, 60)), 0, 40) == [(0, 1), (12, 25), (36, 40)]


def test_what_touches_meets_and_what_is_near_is_near() -> None:
    one = held(0, 5)
    assert compare(one, held(5, 9), 0) is Degree.SURE
    assert compare(one, held(6, 9), HOUR) is Degree.NEAR
    assert compare(one, held(6, 9), HOUR - 1) is Degree.APART
    assert compare(held(0, None, (0, 60)), held(0, None, (120, 180)), HOUR) is Degree.NEAR
    assert compare(held(0, None, (0, 60)), held(0, None, (120, 180)), HOUR - 1) is Degree.APART
    assert compare(held(0, None, (1380, 60)), held(900, None, (0, 5)), 0) is Degree.SURE


def test_the_next_windows_for_a_screen() -> None:
    forever = windows(held(0, None, (480, 540)), START + 9 * HOUR, START + 400 * DAY)
    assert [next(forever) for _ in range(2)] == [
        (START + 9 * HOUR, START + 9 * HOUR),
        (START + 32 * HOUR, START + 33 * HOUR),
    ]
    night = held(0, None, (480, 540))
    assert list(windows(night, START + 8 * HOUR, START + 8 * HOUR))
    assert not list(windows(night, START + 8 * HOUR - 1, START + 8 * HOUR - 1))


SCHEDULES = st.lists(
    st.tuples(st.integers(0, 48), st.integers(0, 48)).map(lambda one: (one[0] * 30, one[1] * 30)),
    max_size=3,
    unique=True,
).map(lambda found: [one for one in found if one[0] != one[1]])


@st.composite
def held_notices(draw: st.DrawFn) -> Notice:
    start = draw(st.integers(0, 96))
    end = draw(st.one_of(st.none(), st.integers(start + 1, start + 100)))
    daily = tuple(draw(SCHEDULES))
    half = HOUR // 2
    return air(AREA, start=START + start * half, end=None if end is None else START + end * half, daily=daily)


def active(notice: Notice, moment: int) -> bool:
    """Written again from the words of the rule."""
    if moment < notice.start or (notice.end is not None and moment > notice.end):
        return False
    minute = moment % DAY // MINUTE
    for first, last in notice.daily:
        if first < last and (first <= minute <= last or (last == 1440 and minute == 0)):
            return True
        if first >= last and (minute >= first or minute <= last):
            return True
    return not notice.daily


HALF_HOURS = [START + number * HOUR // 2 for number in range(400)]


@given(held_notices())
def test_windows_are_apart_in_order_and_hold_what_is_active(notice: Notice) -> None:
    found = list(windows(notice, HALF_HOURS[0], HALF_HOURS[-1]))
    assert all(before[1] < after[0] for before, after in pairwise(found))
    for moment in HALF_HOURS:
        inside = any(first <= moment <= last for first, last in found)
        assert inside is active(notice, moment) is bool(list(windows(notice, moment, moment)))


@given(held_notices(), held_notices(), st.integers(0, 6))
def test_two_notices_meet_exactly_if_some_moment_is_in_both(one: Notice, other: Notice, halves: int) -> None:
    buffer = halves * HOUR // 2
    mine = [moment for moment in HALF_HOURS if active(one, moment)]
    yours = {moment for moment in HALF_HOURS if active(other, moment)}
    near = any(moment + step * HOUR // 2 in yours for moment in mine for step in range(-halves, halves + 1))
    sure = bool(yours & set(mine))
    expected = Degree.SURE if sure else Degree.NEAR if near else Degree.APART
    assert compare(one, other, buffer) is compare(other, one, buffer) is expected


@given(held_notices(), held_notices())
def test_common_windows(one: Notice, other: Notice) -> None:
    found = list(common(one, other, 0, HALF_HOURS[-1]))
    for moment in HALF_HOURS:
        both = active(one, moment) and active(other, moment)
        assert any(first <= moment <= last for first, last in found) is both
