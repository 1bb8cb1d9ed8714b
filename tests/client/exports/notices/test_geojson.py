"""Notices as GeoJSON, read by an independent reader of it, also across the antimeridian and around the poles; and read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from hotline_client.exports.notices import geojson
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
    assert form.to_notice(geojson.read(written)) == given


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
    polygon = form.to_notice(geojson.read(one({"type": "Polygon", "coordinates": [RING, HOLE]})))
    assert (len(polygon.areas[0].points), len(polygon.exclusions)) == (3, 1)
    circle = form.to_notice(
        geojson.read(one({"type": "Point", "coordinates": [34.5, 33.0, 7]}, radius="5NM"))
    )
    assert circle.areas == notice("circle 33.0N034.5E 5NM").areas
    line = form.to_notice(geojson.read(one({"type": "LineString", "coordinates": RING[:2]}, width="5NM")))
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
        form.to_notice(geojson.read(content))
    assert "\n" not in str(caught.value)
