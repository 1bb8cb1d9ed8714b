from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotline_protocol.documents.notices import Area, Point
from hotline_protocol.notices.buffers import Degree
from hotline_protocol.notices.drawing import compare, draw, pieces, stretch
from tests.support.notices import (
    BEARINGS,
    GLOBE,
    LATITUDES,
    LONGITUDES,
    air,
    areas,
    beside,
    circle,
    corridor,
    holds,
    polygon,
)

BUFFER = 9_260


def degree(one: Area, other: Area, buffer: float = BUFFER) -> Degree:
    return max(compare(mine, yours, buffer) for mine in pieces(one) for yours in pieces(other))


def touches(area: Area, place: Point) -> bool:
    return degree(area, circle(*place, 0.001), 0.0) is Degree.SURE


@given(
    st.tuples(LATITUDES, LONGITUDES),
    BEARINGS,
    st.floats(100, 400_000),
    st.floats(100, 400_000),
    st.floats(-500, 20_000),
)
def test_circles_against_the_distance_of_their_middles(
    place: Point, bearing: float, one: float, other: float, gap: float
) -> None:
    assume(one + other + gap >= 0)
    away = beside(*place, bearing, one + other + gap)
    found = degree(circle(*place, one), circle(*away, other))
    if gap <= 0:
        assert found is Degree.SURE
    elif gap > 30:
        assert found is not Degree.SURE
    if gap <= BUFFER:
        assert found is not Degree.APART
    elif gap > BUFFER * 1.002 + 50:
        assert found is Degree.APART


@given(areas(), BEARINGS, st.floats(0, 1.3))
def test_what_is_drawn_holds_what_the_area_holds(area: Area, bearing: float, share: float) -> None:
    place = beside(*area.points[0], bearing, share * 150_000)
    if holds(area, place):
        assert touches(area, place)
    elif touches(area, place):
        around = [beside(*place, turn, 40.0) for turn in range(0, 360, 30)]
        assert any(holds(area, one) for one in around)


@settings(max_examples=15)
@given(LATITUDES, LONGITUDES, st.floats(600_000, 9_900_000), BEARINGS, st.floats(0.01, 0.999))
def test_large_circles_have_no_holes(
    latitude: float, longitude: float, radius: float, bearing: float, share: float
) -> None:
    large = circle(latitude, longitude, radius)
    assert touches(large, beside(latitude, longitude, bearing, radius * share))
    assert not touches(large, beside(latitude, longitude, bearing, radius + 100.0))


def test_an_area_over_the_pole() -> None:
    cap = polygon((70, 0), (70, 90), (70, 180), (70, -90))
    assert touches(cap, (90.0, 0.0))
    assert touches(cap, (80.0, 45.0))
    assert not touches(cap, (70.5, 45.0))
    assert touches(polygon((-80, 0), (-80, 120), (-80, -120)), (-90.0, 77.0))


def test_an_area_across_the_antimeridian() -> None:
    box = polygon((10, 179), (10, -179), (12, -179), (12, 179))
    assert touches(box, (11.0, 180.0))
    assert touches(box, (11.0, -179.5))
    assert not touches(box, (11.0, 0.0))
    assert not touches(box, (11.0, 178.5))


def test_sides_are_the_shortest_lines() -> None:
    box = polygon((50, -30), (50, 30), (40, 30), (40, -30))
    top = GLOBE.npts(-30, 50, 30, 50, 1)[0]
    assert touches(box, (top[1], top[0]))
    assert not touches(box, (top[1] + 0.001, top[0]))
    assert not touches(box, (41.0, 0.0))


def test_a_corridor_has_its_whole_width_all_along() -> None:
    road = corridor(20_000.0, (50, -60), (50, 0))
    spine = GLOBE.npts(-60, 50, 0, 50, 9)
    for before, (east, north) in zip([(-60, 50), *spine], spine, strict=False):
        back, _, _ = GLOBE.inv(east, north, *before)
        assert touches(road, beside(north, east, back + 90, 9_990.0))
        assert touches(road, beside(north, east, back - 90, 9_990.0))
        assert not touches(road, beside(north, east, back + 90, 10_050.0))
    assert touches(road, beside(50, 0, 90, 9_900.0))


def test_exclusions_are_cut_out() -> None:
    notice = air(
        circle(60, 179.9, 700_000.0),
        exclusions=(circle(60, -179.9, 300_000.0), circle(0, 0, 9_000_000.0), circle(60, 175, 10_000.0)),
    )
    left = draw(notice, notice.areas)

    def at(latitude: float, longitude: float) -> bool:
        (spot,) = pieces(circle(latitude, longitude, 10.0))
        return any(compare(one, spot, 0) is Degree.SURE for one in left)

    assert not at(60, -179.9)
    assert not at(61.5, 178)
    assert not at(60, 175)
    assert at(65, -179.9)
    assert not draw(air(circle(0, 0, 1000.0), exclusions=(circle(0, 0, 2000.0),)), (circle(0, 0, 1000.0),))


@pytest.mark.parametrize(("metres", "times"), [(0.0, 1.0), (500_000.0, 1.00105), (1_250_000.0, 1.0067)])
def test_planes_are_nearly_true(metres: float, times: float) -> None:
    assert stretch(metres) <= times
