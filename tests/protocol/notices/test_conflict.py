from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_protocol.documents.notices import Area, Naval, Notice, Shape, Verdict
from hotline_protocol.notices import drawing
from hotline_protocol.notices.buffers import AGREED, HORIZONTAL, Degree
from hotline_protocol.notices.conflict import PAIRS, Subject, compare, inputs, judge
from hotline_protocol.notices.index import Index
from hotline_protocol.terms import Arena
from tests.support.notices import (
    BEARINGS,
    DAY,
    HOUR,
    START,
    air,
    areas,
    beside,
    circle,
    em,
    feet,
    holds,
    naval,
    pairs,
    polygon,
    subject,
)

RANK = {Verdict.CLEAR: 0, Verdict.POSSIBLE: 1, Verdict.CONFLICT: 2}
HERE = circle(55, 20, 20_000.0)


def verdict(one: Notice, other: Notice) -> Verdict:
    return compare(subject(one), subject(other))


@pytest.mark.parametrize(
    ("time", "place", "level", "expected"),
    [
        (0, 0, 0, Verdict.CONFLICT),
        (0, 0, 1, Verdict.POSSIBLE),
        (0, 1, 0, Verdict.POSSIBLE),
        (1, 0, 0, Verdict.POSSIBLE),
        (1, 1, 1, Verdict.POSSIBLE),
        (2, 0, 0, Verdict.CLEAR),
        (0, 2, 0, Verdict.CLEAR),
        (0, 0, 2, Verdict.CLEAR),
        (2, 1, 1, Verdict.CLEAR),
    ],
)
def test_the_table(time: int, place: int, level: int, expected: Verdict) -> None:
    one = air(HERE, air=feet(1000, 5000))
    start = START + DAY + (0, 10, 16)[time] * 60_000
    metres = (39_999, 40_000 + 9_200, 40_000 + 9_400)[place]
    low = (5000, 6000, 6001)[level]
    there = circle(*beside(55, 20, 77, metres), 20_000.0)
    other = air(there, start=start, end=start + DAY, air=feet(low, 9000))
    assert verdict(one, other) is verdict(other, one) is expected


def test_only_the_same_arena() -> None:
    assert verdict(air(HERE), naval(HERE)) is Verdict.CLEAR
    assert verdict(em(100, 200, HERE), em(200, 300, HERE)) is Verdict.CONFLICT
    assert verdict(em(100, 200, HERE), em(10**9, 10**10, HERE)) is Verdict.CLEAR
    mine, yours = Naval("x", shallow=0, deep=50), Naval("x", shallow=90)
    assert verdict(naval(HERE, part=mine), naval(HERE, part=yours)) is Verdict.CLEAR


def test_any_of_several_areas_counts_and_exclusions_do_not() -> None:
    far = circle(-30, 100, 5_000.0)
    assert verdict(air(far, HERE), air(HERE)) is Verdict.CONFLICT
    hollow = air(HERE, exclusions=(circle(55, 20, 19_000.0),))
    assert verdict(hollow, air(circle(55, 20, 5_000.0))) is Verdict.CLEAR
    assert verdict(hollow, air(circle(55, 20, 15_000.0))) is Verdict.POSSIBLE
    assert verdict(hollow, air(circle(55, 20, 19_000.0))) is Verdict.CONFLICT
    assert verdict(air(HERE, exclusions=(HERE,)), air(HERE)) is Verdict.CLEAR


def test_over_the_pole_and_across_the_antimeridian() -> None:
    cap = air(polygon((80, 0), (80, 90), (80, 180), (80, -90)))
    assert verdict(cap, air(circle(89, 17, 1000.0))) is Verdict.CONFLICT
    assert verdict(cap, air(circle(70, 17, 1000.0))) is Verdict.CLEAR
    assert verdict(air(circle(60, 179.99, 5000.0)), air(circle(60, -179.99, 5000.0))) is Verdict.CONFLICT


@settings(max_examples=60)
@given(pairs())
def test_a_pair_has_one_verdict(pair: tuple[Area, Area]) -> None:
    one, other = map(air, pair)
    assert verdict(one, other) is verdict(other, one)


@settings(max_examples=60)
@given(areas(), st.integers(0, 2))
def test_a_notice_conflicts_with_itself(area: Area, which: int) -> None:
    haven = Naval("transit", course=40.0, speed=5.0)
    moving = area.shape is Shape.CIRCLE and abs(area.points[0][0]) < 80
    notice = (air(area), em(5, 6, area), naval(area, part=haven if moving else None))[which]
    assert verdict(notice, notice) is Verdict.CONFLICT


def moved(area: Area, degrees: float) -> Area:
    points = tuple((north, (east + degrees + 180) % 360 - 180) for north, east in area.points)
    return msgspec.structs.replace(area, points=points)


@settings(max_examples=60)
@given(pairs(), st.floats(-180, 180))
def test_the_globe_has_no_seam(pair: tuple[Area, Area], degrees: float) -> None:
    one, other = (air(moved(area, degrees)) for area in pair)
    assert verdict(one, other) is verdict(*map(air, pair))


@settings(max_examples=60)
@given(pairs(), st.floats(0.1, 0.9), st.integers(1, 11), st.integers(0, 400))
def test_less_never_conflicts_more(pair: tuple[Area, Area], share: float, hours: int, rise: int) -> None:
    one, other = pair
    whole = air(one, air=feet(1000, 2000), start=START, end=START + DAY)
    facing = air(other, air=feet(1500, 9000), start=START + DAY - 5 * HOUR, end=START + 2 * DAY)
    less: dict[str, Any] = {"air": feet(1000 + rise, 2000 - rise), "end": START + DAY - hours * HOUR}
    if one.metres is not None and one.metres * (1 - share) > 50:
        less["areas"] = (msgspec.structs.replace(one, metres=one.metres * share),)
    smaller = msgspec.structs.replace(whole, **less)
    assert RANK[verdict(smaller, facing)] <= RANK[verdict(whole, facing)]
    assert RANK[verdict(air(one, exclusions=(other,)), air(other))] <= RANK[verdict(air(one), air(other))]


@settings(max_examples=80)
@given(pairs(), st.lists(st.tuples(BEARINGS, st.floats(0, 200_000)), min_size=20, max_size=20))
def test_clear_means_that_no_place_is_in_both(
    pair: tuple[Area, Area], spots: list[tuple[float, float]]
) -> None:
    one, other = pair
    found = verdict(air(one), air(other))
    for bearing, metres in spots:
        place = beside(*other.points[0], bearing, metres)
        if holds(other, place):
            assert found is Verdict.CONFLICT or not holds(one, place)
            near = beside(*place, bearing, HORIZONTAL[Arena.AIR] * 0.999)
            assert found is not Verdict.CLEAR or not holds(one, near)


@settings(max_examples=25)
@given(st.lists(areas(around=(89.0, 179.0), reach=100_000.0), min_size=2, max_size=12), st.data())
def test_the_index_leaves_out_only_what_is_clear(drawn: list[Area], data: st.DataObject) -> None:
    index = Index()
    subjects = [
        subject(
            air(
                area,
                start=START + data.draw(st.integers(0, 30)) * HOUR,
                end=START + 31 * HOUR,
                call_sign=f"N{place}",
            )
        )
        for place, area in enumerate(drawn)
    ]
    for one in subjects:
        index.add(one)
        index.add(one)
    for one in subjects:
        near = index.near(one)
        for other in subjects:
            assert other in near or compare(one, other) is Verdict.CLEAR


def test_the_index_far_and_long() -> None:
    index = Index()
    road = subject(air(Area(Shape.CORRIDOR, ((50, 170), (50, -100), (-40, -80)), 20_000.0)))
    haven = subject(
        naval(circle(10, 170, 5000.0), part=Naval("x", course=90.0, speed=100.0), end=START + DAY)
    )
    index.add(road)
    fleet = Index()
    fleet.add(haven)
    assert index.near(subject(air(circle(50.1, 170.1, 100.0)))) == [road]
    assert index.near(subject(air(circle(-40, -80, 100.0)))) == [road]
    assert fleet.near(subject(naval(circle(10, -152, 100.0)))) == [haven]
    assert not fleet.near(subject(naval(circle(10, 20, 100.0))))
    assert index.near(subject(air(circle(-40, 100, 100.0)))) == []
    assert index.near(subject(air(circle(50.1, 170.1, 100.0), start=START + 3 * DAY, end=None))) == []


def test_the_worst_pair_decides_and_the_inputs_are_hashed() -> None:
    new = subject(air(HERE, call_sign="NEW"))
    hit = subject(air(HERE))
    near = subject(air(circle(*beside(55, 20, 0, 45_000), 20_000.0)))
    clear = subject(air(circle(0, 0, 10.0)))
    outcome = judge(new, [near, clear, hit], [one.content for one in (near, clear, hit)])
    assert (outcome.verdict, outcome.against) == (Verdict.CONFLICT, (hit.id, near.id))
    assert outcome.pairs == {hit.id: Verdict.CONFLICT, near.id: Verdict.POSSIBLE}
    assert judge(new, [near], [near.content]).verdict is Verdict.POSSIBLE
    assert judge(new, [clear], [clear.content]).verdict is judge(new, [], []).verdict is Verdict.CLEAR
    agreed = AGREED[Arena.AIR]
    contents = [hit.content, near.content]
    same = inputs(new.content, contents, agreed)
    assert same == inputs(new.content, contents[::-1], agreed)
    assert len({same, inputs(new.content, contents[:1], agreed), inputs(hit.content, contents, agreed)}) == 3
    assert same != inputs(new.content, contents, msgspec.structs.replace(agreed, time=1))


def test_what_a_pair_with_a_moving_haven_costs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two notices of 743 bytes, a haven and five interleaved corridors each, took 46 seconds."""

    def ladder(latitude: float) -> list[Area]:
        ways = ((-150.0, -120.0, -90.0, -60.0),) * 5
        return [
            Area(Shape.CORRIDOR, tuple((latitude + place * 0.03, one) for one in way), 1000.0)
            for place, way in enumerate(ways)
        ]

    def moving(latitude: float, ladders: float) -> Subject:
        part = Naval("x", course=90.0, speed=30.0)
        haven = Area(Shape.CIRCLE, ((latitude, 64.0),), 240_000.0)
        return subject(naval(haven, *ladder(ladders), part=part, end=START + 40 * 3_600_000))

    compared: list[int] = []
    real = drawing.compare

    def counted(one: drawing.Piece, other: drawing.Piece, buffer: float) -> Degree:
        compared.append(1)
        return real(one, other, buffer)

    monkeypatch.setattr(drawing, "compare", counted)
    assert compare(moving(0.0, 30.0), moving(4.35, 30.015)) is Verdict.POSSIBLE
    once = 5_000  # what stands still is compared with what stands still: once, and not at every moment
    assert len(compared) <= 2 * PAIRS + once
