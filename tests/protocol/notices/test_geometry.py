from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents.notices import Area, Naval, Point, Shape
from hotline_protocol.errors import FormatError
from hotline_protocol.notices.geometry import check_area, check_areas, position, reach, vector
from tests.support.notices import DAY, GLOBE, START, air, areas, circle, corridor, naval, polygon


@pytest.mark.parametrize(
    "area",
    [
        polygon((0, 0), (0, 1), (1, 1), (1, 0)),
        polygon((10, 179), (10, -179), (12, -179), (12, 179)),
        polygon((70, 0), (70, 90), (70, 180), (70, -90)),
        polygon((-80, 0), (-80, 120), (-80, -120)),
        polygon((90, 0), (80, 10), (80, 60)),
        polygon((0, 0), (0, 60), (40, 30)),
        circle(90, 0, 10_000_000.0),
        circle(0, 180, 1.0),
        corridor(500_000.0, (50, 170), (50, -170)),
        corridor(1000.0, (0, 0), (1, 1), (0, 1), (1, 0)),
    ],
)
def test_sound_areas(area: Area) -> None:
    check_area(area)


@pytest.mark.parametrize(
    ("area", "reason"),
    [
        (polygon((0, 0), (1, 1), (0, 1), (1, 0)), "crosses itself: the side from point 1 to 2 crosses that"),
        (polygon((10, 179), (12, -179), (10, -179), (12, 179)), "crosses itself"),
        (polygon((89, 0), (89, 180), (89, 90), (89, -90)), "crosses itself"),
        (polygon((0, 0), (0, 1), (0, 2)), "touches itself"),
        (
            polygon((0, 0), (0, 2), (0, 1), (1, 1)),
            "touches itself: point 3 lies on the side from point 1 to 2",
        ),
        (
            polygon((0, 0), (2, 0), (2, 2), (1, 0)),
            "touches itself: point 4 lies on the side from point 1 to 2",
        ),
        (polygon((0, 180), (1, 179), (1, 178), (0, -180), (-1, 178), (-1, 179)), "touches itself"),
        (polygon((0, 180), (0, -180), (1, 179)), "points 1 and 2 are the same place"),
        (polygon((90, 0), (90, 10), (80, 5)), "points 1 and 2 are the same place"),
        (polygon((1, 1), (2, 2), (1, 1.000001)), "points 3 and 1 are the same place"),
        (polygon((0, 0), (0, 120), (0, -120)), "13,403 km apart: give points between"),
        (polygon((-5, 0), (5, 60), (-5, 120), (5, 180), (-5, -120), (5, -60)), "larger than a hemisphere"),
        (circle(0, 0, 10_000_001.0), "a radius of 10,000 km is larger than a hemisphere"),
        (corridor(500_001.0, (0, 0), (0, 1)), "km wide"),
        (corridor(10.0, (0, 0), (0, 0.000001)), "points 1 and 2 are the same place"),
        (corridor(10.0, (0, 0), (0, 179)), "give points between"),
        (corridor(10.0, *((lat, lon) for lat in range(10) for lon in (0, 60))), "km long, at most 40,000 km"),
    ],
)
def test_what_makes_no_sense(area: Area, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        check_area(area)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("area", "course", "knots", "reason"),
    [
        (circle(50, 0, 250_001.0), 0, 10, "at most 250 km from its middle"),
        (circle(50, 0, 20_000.0), 0, 20, None),
        (circle(50, 0, 20_000.0), 90, 100, None),
        (circle(84, 0, 20_000.0), 0, 10, "too near a pole"),
        (circle(-84, 0, 20_000.0), 180, 10, "too near a pole"),
        (circle(86, 0, 20_000.0), 180, 10, "too near a pole"),
    ],
)
def test_moving_havens(area: Area, course: float, knots: float, reason: str | None) -> None:
    notice = naval(area, part=Naval("transit", course=course, speed=knots))
    if reason is None:
        check_areas(notice)
        return
    with pytest.raises(FormatError, match=reason):
        check_areas(notice)


def test_a_haven_goes_so_far_and_no_further() -> None:
    part = Naval("transit", course=90.0, speed=10.0)
    check_areas(naval(circle(10, 0, 5000.0), part=part, end=START + 11 * DAY))
    with pytest.raises(FormatError, match="goes 5,334 km, at most 5,000 km"):
        check_areas(naval(circle(10, 0, 5000.0), part=part, end=START + 12 * DAY))


def test_the_sentence_says_which_area() -> None:
    bow_tie = polygon((0, 0), (1, 1), (0, 1), (1, 0))
    with pytest.raises(FormatError, match=r"^area 2: the outline crosses itself"):
        check_areas(naval(circle(0, 0, 10.0), bow_tie))
    with pytest.raises(FormatError, match=r"^exclusion 1: the outline crosses itself"):
        check_areas(naval(circle(0, 0, 10.0), exclusions=(bow_tie,)))


def test_nobody_keeps_the_others_machines_busy() -> None:
    large = [circle(0, 10 * place, 9_000_000.0) for place in range(4)]
    check_areas(naval(*large[:3], part=None))
    with pytest.raises(FormatError, match="radii of 36,000 km together, at most 30,000 km"):
        check_areas(naval(*large[:2], exclusions=tuple(large[2:])))
    there = [(0.2 * place, 0.0 if place % 2 else 60.0) for place in range(30)]
    comb = polygon(*there, *((north + 0.1, east + 60.0) for north, east in reversed(there)))
    with pytest.raises(FormatError, match=r"the outline is \d+,\d+ km long, at most 100,000 km"):
        check_area(comb)
    ring = tuple((place / 100, 1.0 + (place % 2) / 100) for place in range(500))
    with pytest.raises(FormatError, match="at most 2000 points together"):
        naval(*[Area(Shape.CORRIDOR, ring, 10.0)] * 5)


@given(areas())
def test_areas_drawn_around_a_place_make_sense_and_lie_within_their_reach(area: Area) -> None:
    check_area(area)
    direction, metres = reach(area)
    latitude, longitude = position(direction)
    for north, east in area.points:
        assert GLOBE.inv(longitude, latitude, east, north)[2] <= metres + 1.0


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_directions_are_positions(latitude: float, longitude: float) -> None:
    north, east = position(vector((latitude, longitude)))
    assert GLOBE.inv(longitude, latitude, east, north)[2] < 0.05


@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=3, max_size=8, unique=True))
def test_any_outline_is_judged_alike_from_whichever_corner(points: list[Point]) -> None:
    def verdict(some: list[Point]) -> bool:
        try:
            check_area(polygon(*some))
        except FormatError:
            return False
        return True

    turned = points[1:] + points[:1]
    assert verdict(points) is verdict(turned) is verdict(points[::-1])


def test_polygons_with_too_many_corners_to_compare_are_refused_before_they_are_compared() -> None:
    """A zigzag of 500 corners took seconds of every device; two of them are within the bound, and quick."""
    teeth = [(10.0 + (0.5 if corner % 2 else 0.0), 20.0 + corner * 0.01) for corner in range(498)]
    one = polygon(*teeth, (12.0, 25.0), (12.0, 20.0))
    check_areas(air(one, one))
    with pytest.raises(FormatError, match="too much to compare"):
        check_areas(air(one, one, one))
