"""Notices for tests: short ways to make them, hypothesis strategies all over the globe, and an oracle that draws nothing."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st
from pyproj import Geod

from hotline_protocol.codec import encode
from hotline_protocol.documents.notices import (
    Action,
    Air,
    Altitude,
    Area,
    Band,
    Effect,
    Em,
    Naval,
    Notice,
    Point,
    Reference,
    Shape,
)
from hotline_protocol.notices.conflict import Subject
from hotline_protocol.terms import Arena

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_795_392_000_000
"""A midnight."""
GLOBE = Geod(ellps="WGS84")


def circle(latitude: float, longitude: float, metres: float) -> Area:
    return Area(Shape.CIRCLE, ((latitude, longitude),), metres)


def polygon(*points: Point) -> Area:
    return Area(Shape.POLYGON, points)


def corridor(width: float, *points: Point) -> Area:
    return Area(Shape.CORRIDOR, points, width)


def feet(low: int, high: int) -> Air:
    return Air("flying", Altitude(Reference.AMSL, low), Altitude(Reference.AMSL, high))


def air(*areas: Area, **more: Any) -> Notice:
    values = {"start": START, "end": START + DAY, "air": Air("flying"), **more}
    return Notice(Action.NEW, Arena.AIR, areas=areas, **values)


def naval(*areas: Area, part: Naval | None = None, **more: Any) -> Notice:
    values = {"start": START, "end": START + DAY, **more}
    return Notice(Action.NEW, Arena.NAVAL, areas=areas, naval=part or Naval("diving"), **values)


def em(low: int, high: int, *areas: Area, **more: Any) -> Notice:
    values = {"start": START, "end": START + DAY, **more}
    return Notice(Action.NEW, Arena.EM, areas=areas, em=Em(Effect.EMIT, (Band(low, high),)), **values)


def subject(notice: Notice) -> Subject:
    content = sha256(encode(notice)).digest()
    return Subject(content[:16], content, notice)


# --- strategies

LATITUDES = st.one_of(st.floats(-89.9, 89.9), st.floats(-3, 3), st.floats(85, 90), st.floats(-90, -85))
LONGITUDES = st.one_of(st.floats(-180, 180), st.floats(175, 180), st.floats(-180, -175))
BEARINGS = st.floats(0, 359)


def beside(latitude: float, longitude: float, bearing: float, metres: float) -> Point:
    east, north, _ = GLOBE.fwd(longitude, latitude, bearing, metres)
    return float(north), float(east)


@st.composite
def areas(draw: st.DrawFn, around: Point | None = None, reach: float = 150_000.0) -> Area:
    """A sound area of up to about `reach`, anywhere or near a place."""
    latitude, longitude = around or (draw(LATITUDES), draw(LONGITUDES))
    if around is not None:
        latitude, longitude = beside(latitude, longitude, draw(BEARINGS), draw(st.floats(0, 2 * reach)))
    shape, size = draw(st.sampled_from(Shape)), draw(st.floats(500.0, reach))
    if shape is Shape.CIRCLE:
        return circle(latitude, longitude, size)
    bearing = draw(BEARINGS)
    if shape is Shape.CORRIDOR:
        turns = draw(st.lists(st.floats(-60, 60), min_size=1, max_size=3))
        points = [(latitude, longitude)]
        for turn in turns:
            bearing += turn
            points.append(beside(*points[-1], bearing, size))
        return corridor(draw(st.floats(100.0, reach / 4)), *points)
    spokes = draw(st.lists(st.floats(0.4, 1.0), min_size=3, max_size=9))
    step = 360 / len(spokes)
    return polygon(
        *(
            beside(latitude, longitude, bearing + step * place, size * spoke)
            for place, spoke in enumerate(spokes)
        )
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Area, Area]:
    """Two areas near each other, anywhere on the globe."""
    one = draw(areas())
    return one, draw(areas(around=one.points[0]))


# --- the oracle


def holds(area: Area, place: Point) -> bool:
    """Whether a place lies in an area, by distances and bearings on the ellipsoid alone."""
    latitude, longitude = place
    if area.shape is Shape.CIRCLE:
        (north, east), radius = area.points[0], area.metres or 0
        return bool(GLOBE.inv(longitude, latitude, east, north)[2] <= radius)
    if area.shape is Shape.CORRIDOR:
        return any(_beside(leg, place) <= (area.metres or 0) / 2 for leg in pairwise(area.points))
    bearings, _ = _seen(_line((*area.points, area.points[0])), place)
    turns = (np.diff(bearings) + 180.0) % 360.0 - 180.0
    return bool(abs(turns.sum()) > 180.0)


def _beside(leg: tuple[Point, Point], place: Point) -> float:
    """Metres from a place to the shortest line between two points, looked at ever more closely."""
    for _ in range(4):
        line = _line(leg)
        _, metres = _seen(line, place)
        nearest = int(metres.argmin())
        before, after = line[max(nearest - 1, 0)], line[min(nearest + 1, len(line) - 1)]
        leg = (float(before[1]), float(before[0])), (float(after[1]), float(after[0]))
    return float(metres.min())


def _line(points: tuple[Point, ...]) -> np.ndarray[Any, Any]:
    lines = []
    for (north, east), (next_north, next_east) in pairwise(points):
        between = GLOBE.npts(east, north, next_east, next_north, 100)
        lines += [(east, north), *between]
    return np.array([*lines, (points[-1][1], points[-1][0])])


def _seen(line: np.ndarray[Any, Any], place: Point) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    count = len(line)
    bearings, _, metres = GLOBE.inv(
        np.full(count, place[1]), np.full(count, place[0]), line[:, 0], line[:, 1]
    )
    return bearings, metres
