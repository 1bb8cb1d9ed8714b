"""Notices as GeoJSON, read by an independent reader of it, also across the antimeridian and around the poles; and read back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import shapely

from hotline_client.exports.notices import geojson
from hotline_client.exports.notices.files import read_geojson
from hotline_protocol.documents.notices import Notice
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import form

FIELDS = {"arena": "naval", "activity": "Firing", "start": "240600Z NOV 26", "end": "250600Z NOV 26"}
AREAS = {
    "circle": ["circle 33.0N034.5E 5NM"],
    "two": ["circle 33.0N034.5E 5NM", "corridor 33.0N034.0E 33.5N035.0E width 3NM"],
    "antimeridian": ["circle 10S179.9E 50NM"],
    "across": ["corridor 10S170E 12S170W width 20NM"],
    "north pole": ["circle 89.5N010E 100NM"],
    "south pole": ["polygon 80S000E 80S090E 80S180E 80S090W"],
    "large": ["polygon 10N010E 10N040E 40N040E 40N010E"],
}


def notice(*areas: str, **more: Any) -> Notice:
    return form.to_notice({**FIELDS, "areas": list(areas), **more})


@pytest.mark.parametrize("name", AREAS)
def test_what_is_written_is_valid_and_comes_back(name: str) -> None:
    given = notice(*AREAS[name])
    written = json.dumps(geojson.collection([geojson.feature(given, number="P-0001/26")]))
    drawn = shapely.from_geojson(json.dumps(json.loads(written)["features"][0]["geometry"]))
    assert drawn.is_valid
    west, south, east, north = drawn.bounds
    assert west >= -180
    assert east <= 180
    assert south >= -90
    assert north <= 90
    for polygon in shapely.get_parts(drawn):
        assert polygon.exterior.is_ccw
        assert not any(ring.is_ccw for ring in polygon.interiors)
    assert form.to_notice(geojson.read(written).form) == given


def test_the_antimeridian_cuts_an_area_and_its_exclusion_in_two() -> None:
    found = geojson.feature(notice("circle 10S179.9E 50NM", exclusions=["circle 10S180E 5NM"]))
    assert found["geometry"]["type"] == "MultiPolygon"
    assert found["bbox"][0] > 179
    assert found["bbox"][2] < -179
    drawn = shapely.from_geojson(json.dumps(found["geometry"]))
    for inside, longitude in ((True, 179.5), (False, 179.99), (False, -179.99), (True, -179.5), (False, 0.0)):
        assert drawn.contains(shapely.Point(longitude, -10.0)) is inside


def test_a_pole_is_inside_what_lies_around_it() -> None:
    drawn = shapely.from_geojson(json.dumps(geojson.feature(notice("circle 89.5N010E 100NM"))["geometry"]))
    assert all(drawn.contains(shapely.Point(longitude, 89.9)) for longitude in (-179, -90, 0, 90, 179))
    assert not drawn.contains(shapely.Point(0.0, 85.0))


def test_a_moving_haven_covers_its_way() -> None:
    found = geojson.feature(notice("circle 33.0N034.5E 2NM", course="90", speed="10KT"))
    drawn = shapely.from_geojson(json.dumps(found["geometry"]))
    assert drawn.contains(shapely.Point(36.5, 33.0))


def one(geometry: Any, **properties: Any) -> str:
    feature = {"type": "Feature", "geometry": geometry, "properties": {**FIELDS, **properties}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


RING = [[34.0, 33.0], [35.0, 33.0], [35.0, 34.0], [34.0, 33.0]]
HOLE = [[34.6, 33.2], [34.8, 33.2], [34.8, 33.4], [34.6, 33.2]]


def test_a_map_drawn_elsewhere_is_read_from_its_geometry() -> None:
    polygon = form.to_notice(geojson.read(one({"type": "Polygon", "coordinates": [RING, HOLE]})).form)
    assert (len(polygon.areas[0].points), len(polygon.exclusions)) == (3, 1)
    circle = form.to_notice(
        geojson.read(one({"type": "Point", "coordinates": [34.5, 33.0, 7]}, radius="5NM")).form
    )
    assert circle.areas == notice("circle 33.0N034.5E 5NM").areas
    line = form.to_notice(
        geojson.read(one({"type": "LineString", "coordinates": RING[:2]}, width="5NM")).form
    )
    assert line.areas == notice("corridor 33.0N034.0E 33.0N035.0E width 5NM").areas


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no JSON"),
        ("[]", "FeatureCollection"),
        ('{"type":"FeatureCollection","features":[]}', "one to"),
        ('{"type":"FeatureCollection","features":[1]}', "feature 1: expected"),
        (one({"type": "Point", "coordinates": [34.5, 33.0]}), "radius"),
        (one({"type": "Point", "coordinates": [34.5, 133.0]}, radius="5NM"), "no longitude"),
        (one({"type": "Point", "coordinates": "x"}, radius="5NM"), "no list"),
        (one({"type": "Polygon", "coordinates": []}), "feature 1"),
        (one({"type": "MultiPoint", "coordinates": []}), "no geometry of a notice"),
        (one({"type": "Polygon", "coordinates": [RING]}, areas="circle 33.0N034.5E 5NM"), "delete the one"),
        (one({"type": "Polygon", "coordinates": 7}, areas="circle 33.0N034.5E 5NM"), "no valid GeoJSON"),
        (one({"type": "Polygon", "coordinates": [RING]}, areas="circle 33N034E 9000NM"), "hemisphere"),
        (one({"type": "Polygon", "coordinates": [RING]}, areas=[7]), "lists of texts"),
    ],
)
def test_what_is_no_map_of_a_notice_is_refused_in_one_sentence(content: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        form.to_notice(geojson.read(content).form)
    assert "\n" not in str(caught.value)


CASES = Path(__file__).parents[3] / "cases"
SQUARE = [[34.0, 33.0], [34.5, 33.0], [34.5, 33.4], [34.0, 33.4], [34.0, 33.0]]
AREA = "POLYGON 330000N0340000E 330000N0343000E 332400N0343000E 332400N0340000E"


@pytest.mark.parametrize(
    ("name", "areas", "note"),
    [
        ("03_duplicate_vertex", AREA, "stands there twice"),
        ("47_float_noise", AREA, "rounded"),
        ("51_bom", AREA, ""),
        ("41_end_24", AREA, ""),
        ("26_point_radius_nm", "CIRCLE 330000N0343000E 5NM", ""),
    ],
)
def test_files_of_map_programs_are_taken_and_what_was_mended_is_said(
    name: str, areas: str, note: str
) -> None:
    said: list[str] = []
    given = read_geojson(CASES / "geojson" / f"{name}.geojson", said.append)
    assert given["areas"] == [areas]
    assert [note in one for one in said] == ([True] if note else [])
    assert form.to_form(form.to_notice(given))["end"] == (
        "110000Z JAN 27" if "24" in name else "101200Z JAN 27"
    )


@pytest.mark.parametrize(
    ("ring", "note"),
    [
        (SQUARE[:-1], "closed"),
        ([[34.0, 33.0, 12.5], *SQUARE[1:]], ""),
        (SQUARE[::-1], ""),
        ([[34.00000000000001, 33.0], *SQUARE[1:-1], [33.99999999999999, 33.0]], "rounded"),
        ([*SQUARE[:2], [34.50000000001, 33.0], *SQUARE[2:]], "twice"),
        ([[-326.0, 33.0], *SQUARE[1:]], "taken as 34.0"),
    ],
)
def test_what_map_programs_do_to_corners_is_mended(ring: list[list[float]], note: str) -> None:
    found = geojson.read(one({"type": "Polygon", "coordinates": [ring]}))
    assert set(found.form["areas"][0].split()[1:]) == set(AREA.split()[1:])
    assert any(note in words for words in found.notes) is bool(note)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"lowerLimit": "FL100"}, "lowerLimit is no field of a notice; did you mean lower?"),
        ({"ceiling": "FL100"}, "did you mean upper?"),
        ({"Upper Limit": "FL100"}, "did you mean upper?"),
        ({"callsign": "RANGE"}, "did you mean call_sign?"),
        ({"zzz": "red"}, "the fields are arena"),
        ({"radius": 5}, "5 without its unit"),
        ({"radius": "5 leagues"}, "5 leagues is no distance"),
        ({"radius_nm": "5"}, "did you mean radius?"),
    ],
)
def test_a_property_that_nobody_reads_is_refused_by_its_name(properties: dict[str, Any], words: str) -> None:
    with pytest.raises(FormatError, match=re.escape(words)):
        geojson.read(one({"type": "Point", "coordinates": [34.5, 33.0]}, **properties))


def test_a_file_in_another_projection_is_refused_and_how_it_was_drawn_is_left_out() -> None:
    content = json.loads(one({"type": "Polygon", "coordinates": [SQUARE]}, stroke="#f00"))
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"):
        found = geojson.read(json.dumps(content | {"crs": {"type": "name", "properties": {"name": name}}}))
        assert found.notes == ("feature 1: left out how it was drawn: stroke",)
    with pytest.raises(FormatError, match="crs is urn:ogc:def:crs:EPSG::2039"):
        geojson.read(
            json.dumps(
                content | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2039"}}}
            )
        )


def test_an_export_of_ours_that_another_program_rounded_is_taken() -> None:
    given = form.to_notice(
        {**FIELDS, "areas": ["circle 33.0N034.5E 5NM", "polygon 33.6N034.1E 33.9N034.1E 33.9N034.6E"]}
    )
    feature = geojson.feature(given)
    assert form.to_notice(geojson.read(json.dumps(_rounded(feature, 3))).form) == given
    with pytest.raises(FormatError, match="not what the property areas describes"):
        geojson.read(json.dumps(_rounded(feature, 1)))


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, list | tuple):
        return [_rounded(one, digits) for one in value]
    return {key: _rounded(one, digits) for key, one in value.items()} if isinstance(value, dict) else value
