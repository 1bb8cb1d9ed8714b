"""A moving haven: an outline that goes along its course, a line of constant bearing, at its speed from the notice's start to its end.

It keeps its bearings and does not turn. What it covers in a while is drawn as the convex hull of where it is before and after,
which holds every place it passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from hotline_protocol.documents.notices import Notice
from hotline_protocol.notices.drawing import Piece, Planar, draw, globe, piece, project, redrawn
from hotline_protocol.notices.geometry import way

STEP: Final = 25_000.0
"""Metres of way that are drawn as one piece."""
MOMENT: Final = 5_000.0
"""Metres of way between two moments at which overlaps are looked for."""
_LEG: Final = 10_000.0
_TURN: Final = 100.0
"""Metres by which a hull may miss what turns a little against north on the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Haven:
    """`outlines`: in metres around its middle, each with its slack; `marks`: longitude and latitude of the middle every `_LEG`."""

    outlines: tuple[tuple[Planar, float], ...]
    start: int
    end: int
    course: float
    speed: float
    marks: tuple[tuple[float, float], ...]

    def way(self, start: int, end: int) -> float:
        """Metres between two moments."""
        return way(self.speed, end - start)

    def at(self, moment: int) -> list[Piece]:
        """Where it is at a moment, unix ms."""
        gone = self.way(self.start, min(max(moment, self.start), self.end))
        number = min(int(gone // _LEG), len(self.marks) - 1)
        longitude, latitude = _step(self.marks[number], self.course, gone - number * _LEG)
        return [piece(outline, latitude, longitude, slack) for outline, slack in self.outlines]

    def swept(self) -> Iterator[Piece]:
        """What it covers, in pieces with their times."""
        moments = self.moments(((self.start, self.end),), STEP)
        places = [self.at(moment) for moment in moments]
        for number in range(len(moments) - 1):
            before, after = places[number], places[number + 1]
            latitude, longitude = before[0].latitude, before[0].longitude
            corners = np.vstack([one.positions for one in (*before, *after)])
            hull = shapely.convex_hull(shapely.MultiPoint(project(corners, latitude, longitude)))
            slack = max(one.slack for one in before) + _TURN
            covered = piece(hull, latitude, longitude, slack)
            yield replace(covered, span=(moments[number], moments[number + 1]))

    def moments(self, periods: Sequence[tuple[int, int]], metres: float) -> list[int]:
        """The ends of some periods and moments between, at most so many metres of way apart."""
        found: list[int] = []
        for start, end in periods:
            count = max(1, math.ceil(self.way(start, end) / metres))
            found += [start + (end - start) * step // count for step in range(count + 1)]
        return found


def haven(notice: Notice) -> Haven | None:
    """The moving haven of a notice that `geometry.check_areas` accepted, if it is one."""
    naval = notice.naval
    if naval is None or naval.course is None or naval.speed is None or notice.end is None:
        return None
    base = draw(notice, notice.areas[:1])
    if not base:
        return None
    latitude, longitude = base[0].latitude, base[0].longitude
    outlines = tuple((redrawn(one, latitude, longitude), one.slack) for one in base)
    marks = [(longitude, latitude)]
    for _ in range(int(way(naval.speed, notice.end - notice.start) // _LEG)):
        marks.append(_step(marks[-1], naval.course, _LEG))
    return Haven(outlines, notice.start, notice.end, naval.course, naval.speed, tuple(marks))


def _step(mark: tuple[float, float], course: float, metres: float) -> tuple[float, float]:
    """Further on a line of constant bearing: on the shortest line that has this bearing half-way."""
    if metres <= 0.0:
        return mark
    ahead = globe().fwd(*mark, course, metres)
    back = (ahead[2] + 180.0 - course + 180.0) % 360.0 - 180.0
    longitude, latitude, _ = globe().fwd(*mark, course - back / 2.0, metres)
    return float(longitude), float(latitude)
