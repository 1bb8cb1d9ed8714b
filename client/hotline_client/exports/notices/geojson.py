"""Notices as GeoJSON (RFC 7946): one feature a notice, its outline as polygons, and all its fields as properties.

J1 the properties are the fields of `hotline_protocol.notices.form`; `areas` and `exclusions` in words are what counts, the outline is
   drawn from them, so that circles, corridors and shortest lines survive
J2 a feature without `areas` is read from its geometry: polygons and their holes; a point with `radius`, a line with `width`
J3 several features of one file are one notice in several areas; what they say about it must not differ
J4 where both are there, the outline must be the one that the words describe, to a thousandth of a degree
J5 coordinates are longitude and latitude in WGS 84; a file that says otherwise is refused
J6 a property that is no field is refused by its name, with the field that it looks like; only how a map was drawn is left out, and told
J7 what map programs do to corners is mended and told: float noise, a corner twice, an outline not closed, longitudes beyond 180
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

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

_ROUNDED: Final = 1e-3
"""Degrees by which a corner may be elsewhere: what rounding to three digits after the point does."""
_DIGITS: Final = 7
"""Of a degree, after the point: a centimetre."""
_WGS84: Final = frozenset({"OGC:1.3:CRS84", "OGC:CRS84", "CRS84", "EPSG:4326", "WGS84", "WGS 84"})
_OURS: Final = frozenset(
    {
        "action",
        "radius_m",
        "number",
        "side",
        "id",
        "owner",
        "reference",
        "state",
        "phase",
        "verdicts",
        "radius",
        "width",
    }
)
"""Properties besides the fields that our own files have, or that geometries need."""
_SIZES: Final = ("radius", "width")
_STYLES: Final = frozenset(
    {
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "fill",
        "fill-opacity",
        "marker-color",
        "marker-size",
        "marker-symbol",
        "styleUrl",
        "styleHash",
    }
)

Json = dict[str, Any]
Note = Callable[[str], None]
"""Takes a sentence about what was mended."""


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


class Given(NamedTuple):
    """The form that a file describes, and what of it was mended or left out, in sentences."""

    form: form.Form
    notes: tuple[str, ...] = ()


def read(content: bytes | str) -> Given:
    """The form that a file describes. FormatError names the feature and the property."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormatError(f"this is no JSON: {error}") from None
    features = _features(found)
    merged: dict[str, Any] = {}
    areas: list[str] = []
    exclusions: list[str] = []
    notes: list[str] = []
    for number, one in enumerate(features, 1):
        mended: list[str] = []
        try:
            given, inside, outside = _read(one, mended.append)
        except FormatError as error:
            raise FormatError(f"feature {number}: {error}") from None
        for key, value in given.items():
            if merged.setdefault(key, value) != value:
                raise FormatError(f"feature {number} says another {key} than those before it")
        areas += inside
        exclusions += outside
        notes += [f"feature {number}: {words}" for words in mended]
    return Given({**merged, "areas": areas, "exclusions": exclusions}, tuple(notes))


def _features(found: Any) -> list[Any]:
    if isinstance(found, dict):
        _check_crs(found.get("crs"))
    if isinstance(found, dict) and found.get("type") == "Feature":
        return [found]
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise FormatError("expected a GeoJSON FeatureCollection")
    if not 1 <= len(features) <= MAX_FEATURES:
        raise FormatError(f"expected one to {MAX_FEATURES} features, found {len(features)}")
    return features


def _check_crs(crs: Any) -> None:
    """J5: what older files say of their coordinates, if it is longitude and latitude in WGS 84."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else str(crs)
    if name.upper().replace("::", ":").removeprefix("URN:OGC:DEF:CRS:") not in _WGS84:
        raise FormatError(
            f"the file's crs is {show(name[:60])}; export it in WGS 84, as longitude and latitude (RFC 7946)"
        )


def _read(one: Any, note: Note) -> tuple[dict[str, Any], list[str], list[str]]:
    """Fields, areas and exclusions of a feature."""
    if not isinstance(one, dict) or one.get("type") != "Feature":
        raise FormatError("expected a GeoJSON Feature")
    properties, geometry = one.get("properties") or {}, one.get("geometry")
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise FormatError("a feature has properties and a geometry")
    _check_crs(one.get("crs"))
    _check_known(properties, note)
    given = {key: value for key, value in properties.items() if key in FIELDS}
    inside, outside = given.pop("areas", None), given.pop("exclusions", [])
    if inside is None:
        return given, *_drawn(geometry, properties, note)
    words = [form.lines(one) if isinstance(one, str) else one for one in (inside, outside)]
    if not all(isinstance(some, list) and all(isinstance(word, str) for word in some) for some in words):
        raise FormatError("areas and exclusions are texts or lists of texts")
    _check(given, words[0], words[1], geometry)
    return given, words[0], words[1]


def _check_known(properties: Mapping[str, Any], note: Note) -> None:
    """J6: a property that nobody reads may be a level that somebody relies on."""
    left_out = sorted(key for key in properties if key in _STYLES and properties[key] is not None)
    for key, value in properties.items():
        if key in FIELDS or key in _OURS or key in _STYLES or value is None:
            continue
        near = _nearest(key)
        hint = f"; did you mean {near}?" if near else f"; the fields are {', '.join(FIELDS)}"
        raise FormatError(f"the property {show(key[:40])} is no field of a notice{hint}")
    if left_out:
        note(f"left out how it was drawn: {', '.join(left_out)}")


def _nearest(key: str) -> str | None:
    words = "".join(one for one in key.lower() if one.isalnum())
    for name in sorted((*FIELDS, *_SIZES), key=len, reverse=True):
        if name.replace("_", "") in words:
            return name
    labels = {field.label.lower(): name for name, field in FIELDS.items()}
    near = difflib.get_close_matches(words, [*FIELDS, *labels, *_SIZES], 1)
    return labels.get(near[0], near[0]) if near else None


def _check(given: Mapping[str, Any], inside: list[str], outside: list[str], geometry: Json) -> None:
    """J4."""
    notice = form.to_notice({**given, "areas": inside, "exclusions": outside})
    check_areas(notice)
    described = outline.geographic(notice)
    try:
        shown = shapely.make_valid(shapely.from_geojson(msgspec.json.encode(geometry)))
        differing = shapely.symmetric_difference(shown, described).area
        apart = shapely.hausdorff_distance(shapely.boundary(shown), shapely.boundary(described))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise FormatError("the geometry is no valid GeoJSON") from None
    if not (differing <= _NEAR * max(described.area, 1e-9) or apart <= _ROUNDED):
        raise FormatError(
            "the geometry is not what the property areas describes: delete the one that is wrong"
        )


def _drawn(geometry: Json, properties: Mapping[str, Any], note: Note) -> tuple[list[str], list[str]]:
    """J2."""
    kind, places = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [f"CIRCLE {_points([places], note)} {_size(properties, 'radius')}"], []
    if kind == "LineString":
        return [f"CORRIDOR {_points(places, note)} WIDTH {_size(properties, 'width')}"], []
    if kind not in ("Polygon", "MultiPolygon"):
        raise FormatError(f"{show(str(kind))} is no geometry of a notice")
    polygons = [places] if kind == "Polygon" else places
    if not isinstance(polygons, list) or not all(isinstance(one, list) and one for one in polygons):
        raise FormatError("the coordinates make no polygon")
    return (
        [f"POLYGON {_points(rings[0], note, ring=True)}" for rings in polygons],
        [f"POLYGON {_points(ring, note, ring=True)}" for rings in polygons for ring in rings[1:]],
    )


def _size(properties: Mapping[str, Any], name: str) -> str:
    size = properties.get(name)
    if isinstance(size, int | float) and not isinstance(size, bool):
        raise FormatError(f"the property {name} is {size} without its unit; write such as 5NM, 10KM or 900M")
    if not isinstance(size, str):
        raise FormatError(f"it needs the property {name}, a text such as 5NM")
    try:
        return values.print_metres(values.parse_metres(size))
    except FormatError as error:
        raise FormatError(f"the property {name}: {error}") from None


def _points(places: Any, note: Note, *, ring: bool = False) -> str:
    """Longitude comes first in GeoJSON; a height is left out. J7: corners that are the same to a centimetre are one."""
    found: list[tuple[float, float]] = []
    for given in _pairs(places):
        longitude, latitude = round(given[0], _DIGITS), round(given[1], _DIGITS)
        if (longitude, latitude) != given:
            note(f"coordinates were rounded to {_DIGITS} digits after the point")
        if 180 < abs(longitude) <= 360:
            note(f"longitude {longitude} is taken as {_around(longitude)}")
            longitude = _around(longitude)
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            raise FormatError(f"{longitude}, {latitude} is no longitude and latitude, in this order")
        if found and found[-1] == (longitude, latitude):
            note(f"the corner {longitude}, {latitude} stands there twice; once is enough")
            continue
        found.append((longitude, latitude))
    if ring and len(found) > 1 and found[0] == found[-1]:
        found.pop()
    elif ring:
        note("an outline that is not closed was closed")
    return " ".join(values.print_point((one[1], one[0])) for one in found)


def _around(longitude: float) -> float:
    return round(longitude - 360 if longitude > 0 else longitude + 360, _DIGITS)


def _pairs(places: Any) -> list[tuple[float, float]]:
    try:
        return [(float(one[0]), float(one[1])) for one in places]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise FormatError("the coordinates are no list of longitudes and latitudes") from None
