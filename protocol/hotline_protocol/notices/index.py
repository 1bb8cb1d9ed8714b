"""Which of many notices may be near one: an index that grows notice by notice.

Every area stands in it as a circle around a direction in space, with its times: one product of matrices tells the distance to all of
them at once, in microseconds for ten thousand. Directions know neither antimeridian nor poles, so nothing has to be split there.
The index only leaves out what is surely clear; `conflict.compare` decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from hotline_protocol.documents.notices import Area, Shape
from hotline_protocol.notices.buffers import AGREED, Buffers
from hotline_protocol.notices.conflict import Subject
from hotline_protocol.notices.geometry import SHORTEST_RADIUS, Vector, position, reach, vector, way
from hotline_protocol.notices.rhumb import along

_FOREVER: Final = 1 << 53
_MARGIN: Final = 1_000.0
_STRETCH: Final = 200_000.0
_LEG: Final = 100_000.0


class Index:
    """Notices of one arena."""

    def __init__(self) -> None:
        self.subjects: dict[bytes, Subject] = {}
        self._order: list[Subject] = []
        self._middles = np.empty((64, 3))
        self._radii = np.empty(64)
        self._times = np.empty((64, 2))
        self._owners = np.empty(64, dtype=np.int64)
        self._count = 0

    def add(self, subject: Subject) -> None:
        """Once more changes nothing."""
        if subject.id in self.subjects:
            return
        self.subjects[subject.id] = subject
        for circle in circles(subject):
            self._append(circle)
        self._order.append(subject)

    def near(self, subject: Subject, buffers: Buffers | None = None) -> list[Subject]:
        """All that may conflict with it, itself included if it is here, in the order they were added."""
        agreed = buffers or AGREED[subject.notice.arena]
        found: set[int] = set()
        for circle in circles(subject):
            found.update(self._within(circle, agreed))
        return [self._order[number] for number in sorted(found)]

    def _within(self, circle: Circle, buffers: Buffers) -> list[int]:
        """Whose circles are near one, at about the same time."""
        used = slice(0, self._count)
        limits = (self._radii[used] + (circle.radius + buffers.horizontal)) / SHORTEST_RADIUS
        found = self._middles[used] @ np.array(circle.middle) >= np.cos(np.minimum(limits, math.pi))
        found &= self._times[used, 0] <= circle.end + buffers.time
        found &= self._times[used, 1] >= circle.start - buffers.time
        return [int(owner) for owner in np.unique(self._owners[used][found])]

    def _append(self, circle: Circle) -> None:
        if self._count == len(self._radii):
            for name in ("_middles", "_radii", "_times", "_owners"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate((old, np.empty_like(old))))
        self._middles[self._count] = circle.middle
        self._radii[self._count] = circle.radius
        self._times[self._count] = circle.start, circle.end
        self._owners[self._count] = len(self._order)
        self._count += 1


class Circle(NamedTuple):
    """Around a direction, radius in metres, for a while, unix ms."""

    middle: Vector
    radius: float
    start: float
    end: float


def circles(subject: Subject) -> Iterator[Circle]:
    """Circles that hold all places of a notice, with a margin for roundings."""
    notice, naval = subject.notice, subject.notice.naval
    start, end = float(notice.start), float(_FOREVER if notice.end is None else notice.end)
    moving = naval is not None and naval.course is not None
    if naval is not None and naval.course is not None and naval.speed is not None:
        yield from _of_haven(notice.areas[0], naval.course, naval.speed, start, end)
    for area in notice.areas[1:] if moving else notice.areas:
        for middle, radius in _of_area(area):
            yield Circle(middle, radius, start, end)


def _of_haven(area: Area, course: float, speed: float, start: float, end: float) -> Iterator[Circle]:
    """Leg by leg, around the same middle as it is drawn."""
    middle, radius = reach(area)
    latitude, longitude = position(middle)
    whole = way(speed, end - start)
    count = max(1, math.ceil(whole / _LEG))
    for number in range(count):
        there = along(latitude, longitude, course, whole * (number + 0.5) / count)
        yield Circle(
            vector(there),
            radius + whole / count * 0.51 + _MARGIN,
            start + (end - start) * number / count,
            start + (end - start) * (number + 1) / count,
        )


def _of_area(area: Area) -> Iterator[tuple[Vector, float]]:
    middle, radius = reach(area)
    if area.shape is not Shape.CORRIDOR or radius <= _STRETCH:
        yield middle, radius + _MARGIN
        return
    half = (area.metres or 0.0) / 2.0
    vectors = [vector(point) for point in area.points]
    for one, other in pairwise(vectors):
        yield from _of_leg(one, other, half)


def _of_leg(one: Vector, other: Vector, half: float) -> Iterator[tuple[Vector, float]]:
    """Along the great circle, beside which the shortest line lies at most by the ellipsoid's flattening."""
    turn = 2.0 * math.asin(min(1.0, math.dist(one, other) / 2.0))
    length = turn * SHORTEST_RADIUS
    count = max(1, math.ceil(length / _STRETCH))
    radius = length / count * 0.51 + length * 0.004 + half * 1.01 + _MARGIN
    for number in range(count):
        share = (number + 0.5) / count
        near, far = math.sin((1.0 - share) * turn) / math.sin(turn), math.sin(share * turn) / math.sin(turn)
        yield (
            (near * one[0] + far * other[0], near * one[1] + far * other[1], near * one[2] + far * other[2]),
            radius,
        )
