"""A moving haven: an outline that goes along its course, a line of constant bearing, at its speed from the notice's start to its end.

It keeps its bearings and does not turn. What it covers in a while is drawn as the convex hull of where it is before and after,
which holds every place it passes; each such leg only when something else may be near it then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from hotline_protocol.documents.notices import Notice
from hotline_protocol.notices.drawing import Piece, Planar, Span, draw, piece, project, redrawn
from hotline_protocol.notices.geometry import position, reach, way
from hotline_protocol.notices.rhumb import along

STEP: Final = 25_000.0
"""Metres of way that are drawn as one piece."""
MOMENT: Final = 5_000.0
"""Metres of way between two moments at which overlaps are looked for."""
_TURN: Final = 100.0
"""Metres by which a hull may miss what turns a little against north on the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Haven:
    """`outlines`: in metres around its middle, each with its slack; `latitude`, `longitude`: of the middle at the start."""

    outlines: tuple[tuple[Planar, float], ...]
    latitude: float
    longitude: float
    radius: float
    start: int
    end: int
    course: float
    speed: float

    def way(self, start: int, end: int) -> float:
        """Metres between two moments."""
        return way(self.speed, end - start)

    def middle(self, moment: int) -> tuple[float, float]:
        """Latitude and longitude of its middle, unix ms."""
        gone = self.way(self.start, min(max(moment, self.start), self.end))
        return along(self.latitude, self.longitude, self.course, gone)

    def at(self, moment: int) -> list[Piece]:
        """Where it is at a moment, unix ms."""
        latitude, longitude = self.middle(moment)
        return [piece(outline, latitude, longitude, slack) for outline, slack in self.outlines]

    def legs(self) -> list[Leg]:
        """Its whole way."""
        moments = self.moments(((self.start, self.end),), STEP)
        return [self._leg(first, last) for first, last in pairwise(moments)]

    def swept(self) -> list[Piece]:
        """All that it covers, drawn."""
        return [leg.drawn for leg in self.legs()]

    def _leg(self, first: int, last: int) -> Leg:
        latitude, longitude = self.middle(first)
        slack = max(slack for _, slack in self.outlines) + _TURN
        radius = self.radius + self.way(first, last) * 1.01 + _TURN
        return Leg(latitude, longitude, radius, slack, (first, last), self)

    def moments(self, periods: Sequence[Span], metres: float) -> list[int]:
        """The ends of some periods and moments between, at most so many metres of way apart."""
        found: list[int] = []
        for start, end in periods:
            count = max(1, math.ceil(self.way(start, end) / metres))
            found += [start + (end - start) * step // count for step in range(count + 1)]
        return found


@dataclass(slots=True, eq=False)
class Leg:
    """Some of a haven's way, within a circle; drawn when that is first needed."""

    latitude: float
    longitude: float
    radius: float
    slack: float
    span: Span
    of: Haven
    _drawn: Piece | None = field(default=None)

    @property
    def drawn(self) -> Piece:
        """The places it covers."""
        if self._drawn is None:
            first, last = self.span
            corners = np.vstack([one.positions for one in (*self.of.at(first), *self.of.at(last))])
            points = shapely.MultiPoint(project(corners, self.latitude, self.longitude))
            outline = shapely.convex_hull(points)
            covered = piece(outline, self.latitude, self.longitude, self.slack)
            self._drawn = replace(covered, span=self.span)
        return self._drawn


def haven(notice: Notice) -> Haven | None:
    """The moving haven of a notice that `geometry.check_areas` accepted, if it is one."""
    naval = notice.naval
    if naval is None or naval.course is None or naval.speed is None or notice.end is None:
        return None
    base = draw(notice, notice.areas[:1])
    if not base:
        return None
    latitude, longitude = position(reach(notice.areas[0])[0])
    outlines = [(redrawn(one, latitude, longitude), one.slack) for one in base]
    corners = np.vstack([shapely.get_coordinates(outline) for outline, _ in outlines])
    return Haven(
        outlines=tuple(outlines),
        latitude=latitude,
        longitude=longitude,
        radius=float(np.hypot(corners[:, 0], corners[:, 1]).max()),
        start=notice.start,
        end=notice.end,
        course=naval.course,
        speed=naval.speed,
    )
