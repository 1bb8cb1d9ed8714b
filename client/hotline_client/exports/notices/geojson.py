"""Notices as GeoJSON (RFC 7946): one feature a notice, its outline as polygons, and all its fields as properties.

J1 the properties are the fields of `hotline_protocol.notices.form`; `areas` and `exclusions` in words are what counts, the outline is
   drawn from them, so that circles, corridors and shortest lines survive
J2 a feature without `areas` is read from its geometry: polygons and their holes; a point with `radius`, a line with `width`
J3 several features of one file are one notice in several areas; what they say about it must not differ
J4 where both are there, the outline must be the one that the words describe
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import shapely

from hotline_client.exports.notices import outline
from hotline_protocol.documents.notices import Notice, Shape
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import form, values
from hotline_protocol.notices.form import FIELDS
from hotline_protocol.notices.geometry import check_areas
from hotline_protocol.text import show

MAX_FEATURES: Final = 40
_NEAR: Final = 1e-4
"""Part of an outline's area by which it may differ from what the words describe."""

Json = dict[str, Any]


def collection(features: Iterable[Json]) -> Json:
    """A file of features."""
    return {"type": "FeatureCollection", "features": list(features)}


def feature(notice: Notice, **more: Any) -> Json:
    """A notice and whatever else is known about it. A cancellation has no geometry."""
    drawn = outline.geographic(notice) if notice.areas else None
    properties: Json = {**form.to_form(notice), "action": str(notice.action)}
    radii = [one.metres for one in notice.areas if one.shape is Shape.CIRCLE]
    if radii:
        properties["radius_m"] = radii
    found: Json = {"type": "Feature", "properties": {**properties, **more}}
    if drawn is not None:
        found["bbox"] = _bounds(drawn)
    return {**found, "geometry": None if drawn is None else _geometry(drawn)}


def _geometry(drawn: Any) -> Json:
    geometry: Json = msgspec.json.decode(shapely.to_geojson(drawn))
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}


def _bounds(drawn: Any) -> list[float]:
    """West, south, east, north; west is east of east if it lies across the antimeridian (RFC 7946, 5.2)."""
    west, south, east, north = (float(one) for one in drawn.bounds)
    parts = [one.bounds for one in shapely.get_parts(drawn)]
    if west == -180.0 and east == 180.0:
        beyond = [one[2] for one in parts if one[0] == -180.0 and one[2] < 180.0]
        before = [one[0] for one in parts if one[2] == 180.0 and one[0] > -180.0]
        if beyond and before and max(beyond) < min(before):
            west, east = min(before), max(beyond)
    return [west, south, east, north]


# --- reading


def read(content: bytes | str) -> form.Form:
    """The form that a file describes. FormatError."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormatError(f"this is no JSON: {error}") from None
    features = _features(found)
    merged: dict[str, Any] = {}
    areas: list[str] = []
    exclusions: list[str] = []
    for number, one in enumerate(features, 1):
        try:
            given, inside, outside = _read(one)
        except FormatError as error:
            raise FormatError(f"feature {number}: {error}") from None
        for key, value in given.items():
            if merged.setdefault(key, value) != value:
                raise FormatError(f"feature {number} says another {key} than those before it")
        areas += inside
        exclusions += outside
    return {**merged, "areas": areas, "exclusions": exclusions}


def _features(found: Any) -> list[Any]:
    if isinstance(found, dict) and found.get("type") == "Feature":
        return [found]
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise FormatError("expected a GeoJSON FeatureCollection")
    if not 1 <= len(features) <= MAX_FEATURES:
        raise FormatError(f"expected one to {MAX_FEATURES} features, found {len(features)}")
    return features


def _read(one: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    """Fields, areas and exclusions of a feature."""
    if not isinstance(one, dict) or one.get("type") != "Feature":
        raise FormatError("expected a GeoJSON Feature")
    properties, geometry = one.get("properties") or {}, one.get("geometry")
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise FormatError("a feature has properties and a geometry")
    given = {key: value for key, value in properties.items() if key in FIELDS}
    inside, outside = given.pop("areas", None), given.pop("exclusions", [])
    if inside is None:
        return given, *_drawn(geometry, properties)
    words = [form.lines(one) if isinstance(one, str) else one for one in (inside, outside)]
    if not all(isinstance(some, list) and all(isinstance(word, str) for word in some) for some in words):
        raise FormatError("areas and exclusions are texts or lists of texts")
    _check(given, words[0], words[1], geometry)
    return given, words[0], words[1]


def _check(given: Mapping[str, Any], inside: list[str], outside: list[str], geometry: Json) -> None:
    """J4."""
    notice = form.to_notice({**given, "areas": inside, "exclusions": outside})
    check_areas(notice)
    described = outline.geographic(notice)
    try:
        shown = shapely.from_geojson(msgspec.json.encode(geometry))
        differing = shapely.symmetric_difference(shapely.make_valid(shown), described).area
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise FormatError("the geometry is no valid GeoJSON") from None
    if not differing <= _NEAR * max(described.area, 1e-9):
        raise FormatError(
            "the geometry is not what the property areas describes: delete the one that is wrong"
        )


def _drawn(geometry: Json, properties: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """J2."""
    kind, places = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [f"CIRCLE {_points([places])} {_size(properties, 'radius')}"], []
    if kind == "LineString":
        return [f"CORRIDOR {_points(places)} WIDTH {_size(properties, 'width')}"], []
    if kind not in ("Polygon", "MultiPolygon"):
        raise FormatError(f"{show(str(kind))} is no geometry of a notice")
    polygons = [places] if kind == "Polygon" else places
    if not isinstance(polygons, list) or not all(isinstance(one, list) and one for one in polygons):
        raise FormatError("the coordinates make no polygon")
    return (
        [f"POLYGON {_points(rings[0])}" for rings in polygons],
        [f"POLYGON {_points(ring)}" for rings in polygons for ring in rings[1:]],
    )


def _size(properties: Mapping[str, Any], name: str) -> str:
    size = properties.get(name)
    if not isinstance(size, str):
        raise FormatError(f"it needs the property {name}, a text such as 5NM")
    return size


def _points(places: Any) -> str:
    """Longitude comes first in GeoJSON; a height is left out."""
    found = _pairs(places)
    for longitude, latitude in found:
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            raise FormatError(f"{longitude}, {latitude} is no longitude and latitude")
    return " ".join(values.print_point((one[1], one[0])) for one in found)


def _pairs(places: Any) -> list[tuple[float, float]]:
    try:
        return [(float(one[0]), float(one[1])) for one in places]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise FormatError("the coordinates are no list of longitudes and latitudes") from None
