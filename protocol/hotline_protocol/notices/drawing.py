"""Areas drawn as pieces of a plane, each in the azimuthal equidistant projection around its own middle on WGS-84.

A piece is small enough that its plane is nearly true: what is measured there is never shorter than on the globe, and at most
`stretch` times longer within a radius. Poles and the antimeridian are places like any other. Big areas are cut into
pieces that overlap a little; exclusions are cut out. Outlines are drawn to within `RESOLUTION` of what they should be, and
coordinates rounded to a millimetre, so that the last bits of a library's arithmetic decide nothing.

numpy, pyproj and shapely are loaded here and in the modules that import this one, never by the folds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from hotline_protocol.documents.notices import Area, Notice, Shape
from hotline_protocol.notices.buffers import Degree
from hotline_protocol.notices.geometry import SHORTEST_RADIUS, angle, middle, position, vector

RESOLUTION: Final = 10.0
"""Metres to which outlines are drawn; what is nearer than this touches."""
PIECE: Final = 500_000.0
"""Radius in metres up to which an area is one piece, and at least that of the pieces of a larger one."""
PIECES_ACROSS: Final = 8
"""A larger area's pieces reach at least so great a part of its own radius: no area has more than some hundred of them."""
_SIDE: Final = 20_000.0
"""Longest straight line in a plane, m: then it lies within RESOLUTION of the shortest line on the globe."""
_SAGITTA: Final = 8.0
_SEAM: Final = 100.0
_SLIVER: Final = 0.05
_FEW: Final = 16
_ROUNDED: Final = 1e-8
_STRETCH: Final = 100_000.0
"""Length of the pieces of a corridor, m."""

Array = NDArray[np.float64]
Planar = Any
"""A shapely geometry: the library has no types."""
Span = tuple[int, int]


class Round(Protocol):
    """Something on the globe within a circle: drawn, or to be drawn."""

    @property
    def latitude(self) -> float:
        """Of the middle, degrees."""

    @property
    def longitude(self) -> float:
        """Of the middle, degrees."""

    @property
    def radius(self) -> float:
        """Metres."""

    @property
    def slack(self) -> float:
        """Metres by which it may go beyond that."""

    @property
    def span(self) -> Span | None:
        """When it is there, unix ms; None if always."""

    @property
    def drawn(self) -> Piece:
        """The places themselves."""


One = TypeVar("One", bound=Round)
Other = TypeVar("Other", bound=Round)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """`outline` in metres around the middle; `positions`: longitude and latitude of its coordinates; `radius`: of the circle that
    holds it; `slack`: metres by which the true area may go beyond what is drawn; `span`: when it is there, if it moves, unix ms.
    """

    latitude: float
    longitude: float
    radius: float
    slack: float
    positions: Array
    outline: Planar
    span: Span | None = None

    @property
    def drawn(self) -> Piece:
        """It is."""
        return self


@cache
def globe() -> Geod:
    """WGS-84."""
    return Geod(ellps="WGS84")


def project(positions: Array, latitude: float, longitude: float) -> Array:
    """Metres east and north of a middle, along the shortest lines from it."""
    count = len(positions)
    azimuths, _, metres = globe().inv(
        np.full(count, longitude), np.full(count, latitude), positions[:, 0], positions[:, 1]
    )
    radians = np.radians(azimuths)
    return np.round(np.column_stack((metres * np.sin(radians), metres * np.cos(radians))), 3)


def unproject(plane: Array, latitude: float, longitude: float) -> Array:
    """The positions of points of the plane around a middle."""
    count = len(plane)
    azimuths = np.degrees(np.arctan2(plane[:, 0], plane[:, 1]))
    metres = np.hypot(plane[:, 0], plane[:, 1])
    longitudes, latitudes, _ = globe().fwd(
        np.full(count, longitude), np.full(count, latitude), azimuths, metres
    )
    return np.column_stack((longitudes, latitudes))


def stretch(metres: float) -> float:
    """How many times too long something can be measured within a radius."""
    turn = metres / SHORTEST_RADIUS
    return turn / math.sin(turn) if turn > 0.0 else 1.0


def piece(outline: Planar, latitude: float, longitude: float, slack: float = RESOLUTION) -> Piece:
    """What is drawn in the plane around a middle."""
    coordinates = shapely.get_coordinates(outline)
    radius = float(np.hypot(coordinates[:, 0], coordinates[:, 1]).max())
    return Piece(latitude, longitude, radius, slack, unproject(coordinates, latitude, longitude), outline)


def redrawn(one: Piece, latitude: float, longitude: float) -> Planar:
    """The piece in the plane around another middle."""
    return shapely.set_coordinates(one.outline, project(one.positions, latitude, longitude))


def draw(notice: Notice, areas: Iterable[Area]) -> list[Piece]:
    """Some of a notice's areas without its exclusions."""
    holes = [one for area in notice.exclusions for one in pieces(area)]
    whole = [one for area in areas for one in pieces(area)]
    if not holes:
        return whole
    cuts: dict[int, list[Piece]] = {}
    for one, hole in near(whole, holes, 0.0):
        cuts.setdefault(id(one), []).append(hole)
    return [left for one in whole for left in _without(one, cuts.get(id(one), ()))]


def pieces(area: Area) -> list[Piece]:
    """An area that `geometry.check_area` accepted."""
    if area.shape is Shape.CORRIDOR:
        return list(_corridor(area))
    outline, latitude, longitude = _circle(area) if area.shape is Shape.CIRCLE else _polygon(area)
    return list(_cut(outline, latitude, longitude))


def compare(one: Piece, other: Piece, buffer: float) -> Degree:
    """Whether they overlap or touch, come within the buffer (m) of each other, or neither; the same whichever comes first."""
    if _far(one, other, buffer):
        return Degree.APART
    small, large = sorted((one, other), key=_order)
    drawn = redrawn(large, small.latitude, small.longitude)
    shapely.prepare(small.outline)
    if shapely.dwithin(small.outline, drawn, RESOLUTION):
        return Degree.SURE
    limit = buffer + one.slack + other.slack
    limit = limit * stretch(small.radius + limit) + RESOLUTION
    return Degree.NEAR if shapely.dwithin(small.outline, drawn, limit) else Degree.APART


def near(mine: Sequence[One], yours: Sequence[Other], buffer: float) -> list[tuple[One, Other]]:
    """All pairs but those whose circles are surely too far apart."""
    if len(mine) * len(yours) <= _FEW:
        return [(one, other) for one in mine for other in yours if not _far(one, other, buffer)]
    one, other = (
        np.array([vector((part.latitude, part.longitude)) for part in some]) for some in (mine, yours)
    )
    reach, other_reach = (np.array([part.radius + part.slack for part in some]) for some in (mine, yours))
    limits = (reach[:, None] + other_reach[None, :] + (buffer + RESOLUTION)) / SHORTEST_RADIUS
    rows, columns = np.nonzero(one @ other.T >= np.cos(np.minimum(limits, math.pi)) - _ROUNDED)
    return [(mine[row], yours[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]


def _order(one: Piece) -> tuple[int, float, float]:
    return round(one.radius), one.latitude, one.longitude


def _far(one: Round, other: Round, buffer: float) -> bool:
    """Whether the circles around them are surely further apart than anything that counts."""
    middles = angle(vector((one.latitude, one.longitude)), vector((other.latitude, other.longitude)))
    return (
        middles * SHORTEST_RADIUS > one.radius + other.radius + buffer + one.slack + other.slack + RESOLUTION
    )


def _circle(area: Area) -> tuple[Planar, float, float]:
    latitude, longitude = area.points[0]
    radius = area.metres or 0.0
    count = max(16, math.ceil(math.pi * math.sqrt(radius / 2.0 / _SAGITTA)))
    turns = np.arange(count) * (2.0 * math.pi / count)
    between = radius * (1.0 + 1.0 / math.cos(math.pi / count)) / 2.0
    ring = np.column_stack((np.sin(turns), np.cos(turns))) * between
    return shapely.Polygon(ring), latitude, longitude


def _polygon(area: Area) -> tuple[Planar, float, float]:
    latitude, longitude = position(middle([vector(point) for point in area.points]) or (1.0, 0.0, 0.0))
    ring = _along([*area.points, area.points[0]], _SIDE)
    outline = shapely.Polygon(project(ring, latitude, longitude))
    return (outline if outline.is_valid else _solid(shapely.make_valid(outline))), latitude, longitude


def _along(points: Iterable[tuple[float, float]], longest: float) -> Array:
    """Positions on the shortest lines between points, at most so many metres apart, the points among them."""
    given = np.array([(longitude, latitude) for latitude, longitude in points])
    starts, ends = given[:-1], given[1:]
    azimuths, _, metres = globe().inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    counts = np.maximum(np.ceil(metres / longest).astype(int), 1)
    which = np.repeat(np.arange(len(counts)), counts)
    steps = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    longitudes, latitudes, _ = globe().fwd(
        starts[which, 0], starts[which, 1], azimuths[which], (metres / counts)[which] * steps
    )
    return np.vstack((np.column_stack((longitudes, latitudes)), given[-1:]))


def _corridor(area: Area) -> Iterator[Piece]:
    """Stretch by stretch, each with round ends that overlap those of the next."""
    half = (area.metres or 0.0) / 2.0
    spine = _along(area.points, _STRETCH / 4)
    _, _, metres = globe().inv(spine[:-1, 0], spine[:-1, 1], spine[1:, 0], spine[1:, 1])
    first, length = 0, 0.0
    for last, step in enumerate(metres, 1):
        length += float(step)
        if length >= _STRETCH or last == len(metres):
            yield _stretch_of(spine[first : last + 1], half)
            first, length = last, 0.0


def _stretch_of(spine: Array, half: float) -> Piece:
    longitude, latitude = (float(value) for value in spine[len(spine) // 2])
    line = shapely.LineString(project(spine, latitude, longitude))
    corners = max(4, math.ceil(math.pi * math.sqrt(half / 2.0 / _SAGITTA) / 4.0))
    outline = shapely.segmentize(line.buffer(half, quad_segs=corners), _SIDE)
    drawn = piece(outline, latitude, longitude)
    return replace(drawn, slack=RESOLUTION + half * (stretch(drawn.radius) - 1.0))


def _cut(outline: Planar, latitude: float, longitude: float) -> Iterator[Piece]:
    """The outline as one piece, or as many as it takes."""
    coordinates = shapely.get_coordinates(outline)
    radius = float(np.hypot(coordinates[:, 0], coordinates[:, 1]).max())
    if radius <= PIECE:
        yield piece(outline, latitude, longitude)
        return
    side = max(PIECE, radius / PIECES_ACROSS) * math.sqrt(2.0)
    west, south, east, north = outline.bounds
    for x in np.arange(west, east, side):
        for y in np.arange(south, north, side):
            box = shapely.box(x - _SEAM, y - _SEAM, x + side + _SEAM, y + side + _SEAM)
            part = _solid(shapely.intersection(outline, box))
            if not part.is_empty:
                yield _moved(part, latitude, longitude)


def _moved(part: Planar, latitude: float, longitude: float) -> Piece:
    """A part of a plane, in the plane around its own middle."""
    part = shapely.segmentize(part, _SIDE)
    west, south, east, north = part.bounds
    centre = np.array([[(west + east) / 2.0, (south + north) / 2.0]])
    own = unproject(centre, latitude, longitude)[0]
    positions = unproject(shapely.get_coordinates(part), latitude, longitude)
    own_latitude, own_longitude = float(own[1]), float(own[0])
    outline = shapely.set_coordinates(part, project(positions, own_latitude, own_longitude))
    return piece(outline, own_latitude, own_longitude)


def _without(one: Piece, holes: Iterable[Piece]) -> Iterator[Piece]:
    """What exclusions leave of a piece: one piece or none."""
    outline = one.outline
    for hole in holes:
        cut = shapely.make_valid(redrawn(hole, one.latitude, one.longitude))
        outline = _thick(shapely.difference(shapely.make_valid(outline), cut))
        if outline.is_empty:
            return
    if outline is one.outline:
        yield one
    else:
        yield piece(outline, one.latitude, one.longitude, one.slack + RESOLUTION)


def _thick(geometry: Planar) -> Planar:
    """Its polygons, without the slivers that roundings leave along a common outline."""
    parts = [one for one in shapely.get_parts(_solid(geometry)) if not one.buffer(-_SLIVER).is_empty]
    return shapely.union_all(parts)


def _solid(geometry: Planar) -> Planar:
    """Its polygons, without lines and points that cutting leaves over."""
    parts = [
        one
        for one in shapely.get_parts(geometry, return_index=False)
        if one.geom_type in ("Polygon", "MultiPolygon")
    ]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]
