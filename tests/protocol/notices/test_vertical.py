from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents.notices import Air, Altitude, Naval, Reference
from hotline_protocol.notices.buffers import AGREED, Degree
from hotline_protocol.notices.vertical import compare, compare_depths
from hotline_protocol.terms import Arena

AGREED_AIR = AGREED[Arena.AIR]


def level(typed: str) -> Altitude | None:
    if typed == "-":
        return None
    name, _, number = typed.partition(" ")
    return Altitude(Reference(name), int(number) if number else None)


def air(typed: str) -> Air:
    low, high = typed.split(" to ")
    return Air("flying", level(low), level(high))


@pytest.mark.parametrize(
    ("one", "other", "degree"),
    [
        ("FL 100 to FL 200", "FL 200 to FL 300", Degree.SURE),
        ("FL 100 to FL 200", "FL 201 to FL 300", Degree.NEAR),
        ("FL 100 to FL 200", "FL 210 to FL 300", Degree.NEAR),
        ("FL 100 to FL 200", "FL 211 to FL 300", Degree.APART),
        ("SFC to AGL 500", "AGL 500 to AGL 900", Degree.SURE),
        ("SFC to AGL 500", "AGL 1500 to AGL 1900", Degree.NEAR),
        ("SFC to AGL 500", "AGL 1501 to AGL 1900", Degree.APART),
        ("SFC to AGL 500", "AMSL 2000 to AMSL 3000", Degree.NEAR),
        ("SFC to AGL 500", "AMSL 30700 to UNL", Degree.APART),
        ("SFC to AMSL 500", "SFC to FL 300", Degree.SURE),
        ("SFC to AMSL 500", "AGL 0 to AGL 100", Degree.SURE),
        ("FL 300 to UNL", "SFC to AMSL 1000", Degree.APART),
        ("FL 300 to UNL", "SFC to AMSL 25000", Degree.NEAR),
        ("FL 300 to UNL", "- to AMSL 37000", Degree.SURE),
        ("FL 300 to UNL", "- to -", Degree.SURE),
        ("- to -", "- to -", Degree.SURE),
        ("AMSL 9000 to AMSL 11000", "FL 90 to FL 110", Degree.NEAR),
    ],
)
def test_levels(one: str, other: str, degree: Degree) -> None:
    assert compare(air(one), air(other), AGREED_AIR) is compare(air(other), air(one), AGREED_AIR) is degree


@pytest.mark.parametrize(
    ("one", "other", "degree"),
    [
        ((0, 50), (50, 100), Degree.SURE),
        ((0, 50), (80, 100), Degree.NEAR),
        ((0, 50), (81, 100), Degree.APART),
        ((0, None), (81, 100), Degree.SURE),
        ((None, 50), (81, None), Degree.APART),
        ((None, None), (81, 100), Degree.SURE),
    ],
)
def test_depths(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None], degree: Degree
) -> None:
    mine, yours = (Naval("diving", shallow=two[0], deep=two[1]) for two in (one, other))
    agreed = AGREED[Arena.NAVAL]
    assert compare_depths(mine, yours, agreed) is compare_depths(yours, mine, agreed) is degree


LIMITS = st.builds(
    Altitude, st.sampled_from([Reference.AGL, Reference.AMSL]), st.integers(0, 40_000)
) | st.builds(Altitude, st.just(Reference.FL), st.integers(0, 500))
GROUNDS = st.integers(-1_400, 29_000)
PRESSURES = st.integers(-3_900, 3_900)


LEVELS = st.tuples(LIMITS, LIMITS).filter(lambda two: two[0] != two[1])


@given(LEVELS, LEVELS, GROUNDS, PRESSURES, st.integers(-10, 10))
def test_what_ground_and_weather_may_do(
    one: tuple[Altitude, Altitude], other: tuple[Altitude, Altitude], ground: int, pressure: int, heat: int
) -> None:
    def true(limit: Altitude) -> float:
        value = limit.value or 0
        if limit.reference is Reference.AGL:
            return value + ground
        return value * 100 * (1 + heat / 100) + pressure if limit.reference is Reference.FL else value

    (low, high), (other_low, other_high) = (sorted(two, key=true) for two in (one, other))
    meet = true(low) <= true(other_high) and true(other_low) <= true(high)
    degree = compare(Air("x", low, high), Air("x", other_low, other_high), AGREED_AIR)
    assert degree is not Degree.APART or not meet
    assert degree is not Degree.SURE or meet or 0 in {low.value, other_low.value}
