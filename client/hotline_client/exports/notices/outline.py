"""What notices cover, as one outline: in the plane around a position for pictures, or cut into longitudes for GeoJSON.

Longitudes are unrolled along each ring, an outline around a pole is closed over it, and what goes beyond 180 degrees is cut
off there and put where it belongs (RFC 7946, 3.1.9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import shapely

from hotline_protocol.documents.notices import Area, Notice
from hotline_protocol.notices.drawing import Array, Piece, Planar, pieces, project, redrawn, unproject
from hotline_protocol.notices.geometry import middle, position, vector
from hotline_protocol.notices.haven import haven

DIGITS: Final = 7
"""Decimals of a longitude or latitude in an outline: a centimetre."""
_EDGE: Final = 10.0
"""Length of the sides that are put along a parallel or meridian where an outline is closed, degrees."""


def centre(notices: Iterable[Notice]) -> tuple[float, float]:
    """Latitude and longitude in the middle of the notices' areas."""
    vectors = [vector(point) for one in notices for area in one.areas for point in area.points]
    return position(middle(vectors) or vectors[0])


def start(notice: Notice) -> tuple[float, float]:
    """Latitude and longitude in the middle of the first area."""
    vectors = [vector(point) for point in notice.areas[0].points]
    return position(middle(vectors) or vectors[0])


def planar(notice: Notice, latitude: float, longitude: float) -> Planar:
    """All places that a notice ever covers, its exclusions taken out, in metres east and north of a position."""
    moving = haven(notice)
    drawn = [one for area in notice.areas for one in pieces(area)]
    if moving is not None:
        drawn += list(moving.swept())
    holes = [one for area in notice.exclusions for one in pieces(area)]
    covered = _union(drawn, latitude, longitude)
    return shapely.difference(covered, _union(holes, latitude, longitude)) if holes else covered


def area(one: Area, latitude: float, longitude: float) -> Planar:
    """One area in the plane around a position."""
    return _union(pieces(one), latitude, longitude)


def _union(drawn: Iterable[Piece], latitude: float, longitude: float) -> Planar:
    return shapely.union_all([shapely.make_valid(redrawn(one, latitude, longitude)) for one in drawn])


# --- longitudes and latitudes


def geographic(notice: Notice) -> Planar:
    """The same as polygons of longitudes from -180 to 180 and latitudes, each ring turning as RFC 7946 wants."""
    latitude, longitude = centre((notice,))
    parts = [
        one
        for polygon in _polygons(planar(notice, latitude, longitude))
        for one in _polygons(_unrolled(polygon, latitude, longitude))
    ]
    outline = shapely.set_precision(shapely.union_all(parts), 10.0**-DIGITS)
    return shapely.orient_polygons(outline, exterior_cw=False)


def _polygons(geometry: Planar) -> Iterator[Planar]:
    return (one for one in shapely.get_parts(geometry) if one.geom_type == "Polygon" and not one.is_empty)


def _unrolled(polygon: Planar, latitude: float, longitude: float) -> Planar:
    shell = _closed(_ring(polygon.exterior, latitude, longitude))
    covered = _wrapped(shell)
    for interior in polygon.interiors:
        covered = shapely.difference(covered, _wrapped(_closed(_ring(interior, latitude, longitude))))
    return covered


def _ring(ring: Planar, latitude: float, longitude: float) -> Array:
    """Longitudes that go on where they would jump, and latitudes; the last position may be a turn away from the first."""
    positions = unproject(shapely.get_coordinates(ring), latitude, longitude)
    positions[:, 0] = np.rad2deg(np.unwrap(np.deg2rad(positions[:, 0])))
    return positions


def _closed(ring: Array) -> Planar:
    """A ring that goes around a pole encloses it: it is closed along the pole's parallel."""
    turn = ring[-1, 0] - ring[0, 0]
    if abs(turn) > 180.0:
        pole = 90.0 if ring[:, 1].mean() > 0.0 else -90.0
        steps = np.linspace(ring[-1, 0], ring[0, 0], int(360 / _EDGE) + 1)
        ring = np.vstack((ring, np.column_stack((steps, np.full(len(steps), pole))), ring[:1]))
    return shapely.make_valid(shapely.Polygon(ring))


def _wrapped(outline: Planar) -> Planar:
    """Cut at the antimeridian, each part moved to where it belongs."""
    west, _, east, _ = outline.bounds
    first, last = int(np.floor((west + 180.0) / 360.0)), int(np.floor((east + 180.0) / 360.0))
    parts = []
    for turn in range(first, last + 1):
        box = shapely.box(turn * 360.0 - 180.0, -90.0, turn * 360.0 + 180.0, 90.0)
        part = shapely.intersection(outline, box)
        parts.append(shapely.transform(part, lambda places, by=turn: places - np.array([by * 360.0, 0.0])))
    return shapely.union_all(parts)


__all__ = ["DIGITS", "area", "centre", "geographic", "planar", "project", "start"]
