from __future__ import annotations

import pytest

from hotline_protocol.documents.notices import Naval, Notice, Verdict
from hotline_protocol.notices.buffers import Degree
from hotline_protocol.notices.conflict import compare
from hotline_protocol.notices.drawing import compare as compare_pieces
from hotline_protocol.notices.drawing import pieces
from hotline_protocol.notices.haven import haven
from hotline_protocol.notices.index import Index
from hotline_protocol.notices.rhumb import along
from tests.support.notices import DAY, GLOBE, HOUR, START, circle, corridor, naval, polygon, subject

EAST = Naval("transit", course=90.0, speed=10.0)


def transit(part: Naval = EAST, latitude: float = 55.0, longitude: float = 20.0, **more: object) -> Notice:
    return naval(circle(latitude, longitude, 10_000.0), part=part, **more)


def after(hours: float, longitude: float = 20.0, latitude: float = 55.0) -> tuple[float, float]:
    """Where a ship at ten knots on the parallel is."""
    _, _, degree = GLOBE.inv(0, latitude, 0.001, latitude)
    return latitude, longitude + hours * 18_520 / degree * 0.001


@pytest.mark.parametrize("latitude", [0.0, 55.0, -75.0])
def test_it_keeps_its_course_on_a_line_of_constant_bearing(latitude: float) -> None:
    found = haven(transit(latitude=latitude))
    assert found is not None
    (there,) = found.at(START + DAY)
    expected = after(24, latitude=latitude)
    assert GLOBE.inv(there.longitude, there.latitude, expected[1], expected[0])[2] < 100.0
    (north,) = haven(transit(Naval("x", course=0.0, speed=10.0))).at(START + 6 * HOUR)  # type: ignore[union-attr]
    assert GLOBE.inv(20, 55, 20, north.latitude)[2] == pytest.approx(6 * 18_520)


def test_it_conflicts_where_it_is_when_it_is_there() -> None:
    for hours in (0, 7.3, 24):
        there = circle(*after(hours), 3_000.0)
        moment = START + int(hours * HOUR)
        near = naval(there, start=moment - HOUR // 10, end=moment + HOUR // 10)
        assert compare(subject(transit()), subject(near)) is Verdict.CONFLICT
        assert compare(subject(near), subject(transit())) is Verdict.CONFLICT
    late = naval(circle(*after(2), 3_000.0), start=START + 12 * HOUR)
    assert compare(subject(transit()), subject(late)) is Verdict.CLEAR
    beside_it = naval(circle(57.0, after(7)[1], 3_000.0))
    assert compare(subject(transit()), subject(beside_it)) is Verdict.CLEAR
    aside = naval(circle(55.14, after(7)[1], 3_000.0))
    assert compare(subject(transit()), subject(aside)) is Verdict.POSSIBLE


def test_only_in_its_windows() -> None:
    there = naval(circle(*after(7), 3_000.0))
    morning = transit(daily=((6 * 60, 8 * 60),))
    assert compare(subject(morning), subject(there)) is Verdict.CONFLICT
    evening = transit(daily=((18 * 60, 20 * 60),))
    assert compare(subject(evening), subject(there)) is Verdict.CLEAR


def test_two_havens() -> None:
    west = Naval("transit", course=270.0, speed=10.0)
    head_on = transit(west, longitude=after(12)[1])
    assert compare(subject(transit()), subject(head_on)) is Verdict.CONFLICT
    behind = transit(longitude=after(-4)[1])
    assert compare(subject(transit()), subject(behind)) is Verdict.CLEAR
    crossing = transit(Naval("x", course=0.0, speed=10.0), *(53.0, after(12)[1]))
    found = compare(subject(transit()), subject(crossing))
    assert found is compare(subject(crossing), subject(transit())) is not Verdict.CLEAR


def test_what_it_sweeps_holds_every_place_it_passes() -> None:
    for course in (33.0, 200.0, 290.0):
        notice = naval(
            polygon((60, 179), (60.3, 179.5), (60.1, 179.9), (60.2, 179.4)),
            part=Naval("x", course=course, speed=17.0),
        )
        found = haven(notice)
        assert found is not None
        swept = found.swept()
        assert (swept[0].span or (0, 0))[0] == START
        assert (swept[-1].span or (0, 0))[1] == START + DAY
        for number in range(25):
            moment = START + number * HOUR
            for one in found.at(moment):
                for longitude, latitude in one.positions:
                    (spot,) = pieces(circle(float(latitude), float(longitude), 1.0))
                    assert any(
                        part.span is not None
                        and part.span[0] <= moment <= part.span[1]
                        and compare_pieces(part, spot, 0.0) is not Degree.APART
                        for part in swept
                    )


def test_no_haven() -> None:
    assert haven(naval(circle(0, 0, 10.0))) is None
    hidden = naval(circle(0, 0, 10.0), part=EAST, exclusions=(circle(0, 0, 20.0),))
    assert haven(hidden) is None
    assert compare(subject(hidden), subject(naval(circle(0, 0, 10.0)))) is Verdict.CLEAR


def test_the_index_knows_where_a_haven_is_when() -> None:
    index = Index()
    shapes = (
        polygon((60, 179), (60.3, 179.5), (60.1, 179.9), (60.2, 179.4)),
        corridor(20_000.0, (70, -170), (71, -168), (70, -166)),
        circle(-80, 10, 200_000.0),
    )
    for number, shape in enumerate(shapes):
        part = Naval("x", course=80.0 + 100 * number, speed=30.0)
        one = subject(naval(shape, part=part, end=START + 3 * DAY))
        index.add(one)
        found = haven(one.notice)
        assert found is not None
        for hours in range(0, 72, 5):
            moment = START + hours * HOUR
            there = naval(circle(*found.middle(moment), 10.0), start=moment, end=moment + 1)
            assert one in index.near(subject(there))
            assert compare(one, subject(there)) is not Verdict.CLEAR


@pytest.mark.parametrize("course", [0.0, 33.0, 90.0, 135.0, 269.9, 300.0])
def test_lines_of_constant_bearing_are_many_short_ones(course: float) -> None:
    latitude, longitude = 40.0, 170.0
    for _ in range(2_000):
        ahead = GLOBE.fwd(longitude, latitude, course, 500.0)
        longitude, latitude, _ = ahead
    north, east = along(40.0, 170.0, course, 1_000_000.0)
    assert GLOBE.inv(longitude, latitude, east, north)[2] < 150.0
