"""Whether an area makes sense on the globe, by arithmetic alone, so that every client judges a notice alike in the log.

G1 a polygon's sides are the shortest lines between its corners; no side or leg is longer than 10,000 km,
   no outline is longer than 100,000 km
G2 a polygon neither crosses nor touches itself, and neighbouring points are more than a metre apart
G3 no corner is more than 85 degrees from the middle of the corners, no circle wider than a quarter of the globe: what an area
   holds is the part within that reach, the smaller part, also around a pole or across the antimeridian
G4 a corridor is at most 500 km wide and 40,000 km long; it may cross itself
G5 a moving haven is one outline of at most 250 km from its middle, goes at most 5,000 km, and stays below 85 degrees of latitude
G6 all areas and exclusions of a notice together have radii of at most 30,000 km (of a corridor, half its length), and polygons whose
   numbers of points, squared, are at most 500,000 together, so that nobody can keep the others' machines busy

Directions are unit vectors normal to the WGS-84 ellipsoid, rounded to 6 mm; only sums, products, quotients and square roots follow,
which are the same on every machine. Nothing here imports a library: what draws areas is in `hotline_protocol.notices.drawing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from hotline_protocol.documents.notices import Area, Notice, Point, Shape
from hotline_protocol.errors import FormatError
from hotline_protocol.notices.buffers import NAUTICAL_MILE

Vector = tuple[float, float, float]
Side = Callable[[int, int], float]
"""On which side of an edge a corner lies: positive, negative or zero."""

SHORTEST_RADIUS: Final = 6_335_439.0
LONGEST_RADIUS: Final = 6_399_594.0
"""Metres. A step of one radian between two normals of the ellipsoid is never shorter than the one and never longer than the other."""
MAX_RADIUS: Final = 10_000_000.0
MAX_LEG: Final = 10_000_000.0
MAX_WIDTH: Final = 500_000.0
MAX_LENGTH: Final = 40_000_000.0
MAX_OUTLINE: Final = 100_000_000.0
MAX_TOGETHER: Final = 30_000_000.0
MAX_PAIRS: Final = 500_000
"""Most pairs of corners that a notice's polygons have together, each with itself."""
MAX_HAVEN: Final = 250_000.0
MAX_WAY: Final = 5_000_000.0
MAX_HAVEN_LATITUDE: Final = 85.0
_COS_REACH: Final = 0.08715574
"""Of 85 degrees."""
_METRE: Final = 1.0 / 6_371_000.0
_GRAIN: Final = 1e9


def check_area(area: Area) -> None:
    """FormatError with one sentence if the area makes no sense (G1 to G4)."""
    why = _why_not(area)
    if why is not None:
        raise FormatError(why)


@lru_cache(maxsize=4096)
def _why_not(area: Area) -> str | None:
    """Remembered, since a log is folded again and again."""
    try:
        _judge(area)
    except FormatError as error:
        return str(error)
    return None


def _judge(area: Area) -> None:
    if area.shape is Shape.CIRCLE:
        if (area.metres or 0.0) > MAX_RADIUS:
            raise FormatError(
                f"a circle with a radius of {_km(area.metres or 0.0)} km is larger than a hemisphere"
            )
        return
    vectors = [vector(point) for point in area.points]
    legs = _legs(area)
    _check_legs(legs)
    if area.shape is Shape.POLYGON:
        if sum(legs) > MAX_OUTLINE:
            raise FormatError(f"the outline is {_km(sum(legs))} km long, at most {_km(MAX_OUTLINE)} km")
        _check_reach(vectors)
        _check_simple(vectors)
    else:
        _check_corridor(sum(legs), area.metres or 0.0)


def check_areas(notice: Notice) -> None:
    """FormatError with one sentence if a notice's areas, exclusions or moving haven make no sense (G1 to G6)."""
    polygons = [one for one in (*notice.areas, *notice.exclusions) if one.shape is Shape.POLYGON]
    pairs = sum(len(one.points) ** 2 for one in polygons)
    if pairs > MAX_PAIRS:
        raise FormatError(
            f"the polygons have {sum(len(one.points) for one in polygons)} points in {len(polygons)} outlines, which is too much to "
            f"compare: give fewer points, or two notices"
        )
    for what, areas in (("area", notice.areas), ("exclusion", notice.exclusions)):
        for number, area in enumerate(areas, 1):
            try:
                check_area(area)
            except FormatError as error:
                raise FormatError(f"{what} {number}: {error}") from None
    together = sum(map(_extent, (*notice.areas, *notice.exclusions)))
    if together > MAX_TOGETHER:
        raise FormatError(
            f"the areas have radii of {_km(together)} km together, at most {_km(MAX_TOGETHER)} km"
        )
    naval = notice.naval
    if naval is not None and naval.course is not None and naval.speed is not None and notice.end is not None:
        _check_haven(notice.areas[0], naval.course, way(naval.speed, notice.end - notice.start))


def way(knots: float, milliseconds: float) -> float:
    """Metres that something goes in a time."""
    return knots * NAUTICAL_MILE * milliseconds / 3_600_000


def vector(point: Point) -> Vector:
    """The normal of the ellipsoid at a point."""
    latitude, longitude = math.radians(point[0]), math.radians(point[1])
    level = math.cos(latitude)
    return (
        round(level * math.cos(longitude) * _GRAIN) / _GRAIN,
        round(level * math.sin(longitude) * _GRAIN) / _GRAIN,
        round(math.sin(latitude) * _GRAIN) / _GRAIN,
    )


def angle(one: Vector, other: Vector) -> float:
    """Radians between two directions."""
    return 2.0 * math.asin(min(1.0, math.dist(one, other) / 2.0))


def middle(vectors: Sequence[Vector]) -> Vector | None:
    """The direction of their sum; None if they cancel out."""
    x, y, z = (sum(one[axis] for one in vectors) for axis in range(3))
    size = math.sqrt(x * x + y * y + z * z)
    return (x / size, y / size, z / size) if size > 1e-6 * len(vectors) else None


def position(direction: Vector) -> Point:
    """Latitude and longitude of a normal, degrees."""
    x, y, z = direction
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def reach(area: Area) -> tuple[Vector, float]:
    """A direction, and metres within which of it the whole polygon or corridor lies, or the whole circle."""
    if area.shape is Shape.CIRCLE:
        return vector(area.points[0]), area.metres or 0.0
    vectors = [vector(point) for point in area.points]
    centre = middle(vectors) or vectors[0]
    metres = max(angle(centre, one) for one in vectors) * LONGEST_RADIUS
    # the shortest line on the ellipsoid lies at most its flattening beside the great circle
    return centre, metres * 1.01 + 10.0 + (area.metres or 0.0) / 2.0


def _legs(area: Area) -> list[float]:
    """Metres from point to point; a polygon's outline is closed."""
    vectors = [vector(point) for point in area.points]
    closed = [*vectors, vectors[0]] if area.shape is Shape.POLYGON else vectors
    return [angle(one, following) * LONGEST_RADIUS for one, following in pairwise(closed)]


def _extent(area: Area) -> float:
    return sum(_legs(area)) / 2.0 if area.shape is Shape.CORRIDOR else reach(area)[1]


def _km(metres: float) -> str:
    return f"{metres / 1000:,.0f}"


def _check_legs(legs: Sequence[float]) -> None:
    for number, metres in enumerate(legs, 1):
        following = number % len(legs) + 1 if len(legs) > 2 else number + 1
        if metres <= 1.0:
            raise FormatError(f"points {number} and {following} are the same place")
        if metres > MAX_LEG:
            raise FormatError(
                f"points {number} and {following} are {_km(metres)} km apart: give points between them"
            )


def _check_reach(vectors: Sequence[Vector]) -> None:
    centre = middle(vectors)
    if centre is None or any(_dot(centre, one) < _COS_REACH for one in vectors):
        raise FormatError("the polygon is larger than a hemisphere: draw it as several smaller ones")


def _check_corridor(length: float, width: float) -> None:
    if width > MAX_WIDTH:
        raise FormatError(
            f"the corridor is {_km(width)} km wide, at most {_km(MAX_WIDTH)} km: draw a polygon"
        )
    if length > MAX_LENGTH:
        raise FormatError(f"the corridor is {_km(length)} km long, at most {_km(MAX_LENGTH)} km")


def _check_haven(area: Area, course: float, metres: float) -> None:
    if reach(area)[1] > MAX_HAVEN:
        raise FormatError(f"a moving haven reaches at most {_km(MAX_HAVEN)} km from its middle")
    if metres > MAX_WAY:
        raise FormatError(f"the moving haven goes {_km(metres)} km, at most {_km(MAX_WAY)} km")
    begin = position(reach(area)[0])[0]
    # a degree of latitude has 110.6 to 111.7 km
    end = begin + math.cos(math.radians(course)) * math.degrees(metres / SHORTEST_RADIUS)
    if max(abs(begin), abs(end)) > MAX_HAVEN_LATITUDE:
        raise FormatError("the moving haven comes too near a pole for a course to mean anything")


def _dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _normal(one: Vector, other: Vector) -> Vector:
    """Of the plane through both and the centre, as long as the way between them."""
    x, y, z = other[0] - one[0], other[1] - one[1], other[2] - one[2]
    return (one[1] * z - one[2] * y, one[2] * x - one[0] * z, one[0] * y - one[1] * x)


def _check_simple(vectors: Sequence[Vector]) -> None:
    """G2, edge by edge: which sides do the corners lie on of those whose boxes meet."""
    count = len(vectors)
    normals = [_normal(vectors[one], vectors[(one + 1) % count]) for one in range(count)]

    def side(edge: int, corner: int) -> float:
        return _dot(normals[edge], vectors[corner])

    for one, other in _meeting([_box(vectors[edge], vectors[(edge + 1) % count]) for edge in range(count)]):
        for edge, beside in ((one, other), (other, one)):
            _check_touch(vectors, side, edge, beside)
        apart = (one + 1) % count != other and (other + 1) % count != one
        if apart and side(one, other) * side(one, (other + 1) % count) < 0.0:
            _check_pair(side, count, one, other)


def _box(start: Vector, end: Vector) -> tuple[Vector, Vector]:
    """Between which coordinates the shortest line lies: those of its ends, and as much as it bulges between them."""
    half = math.dist(start, end) / 2.0
    bulge = 1.0 - math.sqrt(max(0.0, 1.0 - half * half)) + 2.0 * _METRE
    low = (min(start[0], end[0]) - bulge, min(start[1], end[1]) - bulge, min(start[2], end[2]) - bulge)
    return low, (max(start[0], end[0]) + bulge, max(start[1], end[1]) + bulge, max(start[2], end[2]) + bulge)


def _meeting(boxes: Sequence[tuple[Vector, Vector]]) -> Iterator[tuple[int, int]]:
    """The pairs of edges whose boxes meet, by a sweep along one axis."""
    order = sorted(range(len(boxes)), key=lambda edge: boxes[edge][0][0])
    for place, one in enumerate(order):
        (_, south, low), (east, north, high) = boxes[one]
        for other in islice(order, place + 1, None):
            start, end = boxes[other]
            if start[0] > east:
                break
            if start[1] <= north and end[1] >= south and start[2] <= high and end[2] >= low:
                yield (one, other) if one < other else (other, one)


def _check_touch(vectors: Sequence[Vector], side: Side, edge: int, beside: int) -> None:
    """Whether an end of the edge `beside` lies on `edge`."""
    count = len(vectors)
    following = (edge + 1) % count
    start, end = vectors[edge], vectors[following]
    length = math.dist(start, end)
    for corner in (beside, (beside + 1) % count):
        if corner in (edge, following) or abs(side(edge, corner)) > _METRE * length:
            continue
        if _between(vectors[corner], start, end, length):
            raise FormatError(
                f"the outline touches itself: point {corner + 1} lies on the side from point {edge + 1} to {following + 1}"
            )


def _between(corner: Vector, start: Vector, end: Vector, length: float) -> bool:
    limit = length + _METRE
    return math.dist(corner, start) <= limit and math.dist(corner, end) <= limit


def _check_pair(side: Side, count: int, one: int, other: int) -> None:
    """Two edges of which the second has its ends on both sides of the first."""
    one_after, other_after = (one + 1) % count, (other + 1) % count
    first, second = -side(one, other), side(one, other_after)
    third, fourth = -side(other, one_after), side(other, one)
    if (first > 0.0) == (second > 0.0) == (third > 0.0) == (fourth > 0.0) and third * fourth > 0.0:
        raise FormatError(
            f"the outline crosses itself: the side from point {one + 1} to {one_after + 1} crosses that from point "
            f"{other + 1} to {other_after + 1}"
        )
