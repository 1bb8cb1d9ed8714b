"""The map: well-formed whatever foreign text is on it, with every notice, window and side named in words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from hotline_client.exports.notices import picture
from hotline_client.exports.notices.picture import Drawn
from hotline_protocol.notices import form, values

NOW = values.parse_time("250000Z NOV 26")


def drawn(*areas: str, number: str = "P-0001/26", activity: str = "Firing", **more: Any) -> Drawn:
    fields = {
        "arena": "air",
        "activity": activity,
        "start": "240600Z NOV 26",
        "end": "261200Z NOV 26",
        "areas": list(areas),
        **more,
    }
    return Drawn(form.to_notice(fields), number, "a", "ALPHA", "CONFLICT with P-0007/26")


def texts(svg: str) -> str:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return "\n".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("text"))


def test_everything_is_told_in_words() -> None:
    other = Drawn(drawn("circle 33.2N034.6E 5NM", exercise="yes").notice, "P-0001/26", "b", "BRAVO")
    shown = texts(picture.svg([drawn("circle 33.0N034.5E 15NM"), other], title="Notices", now=NOW))
    for word in (
        "ALPHA: full line",
        "BRAVO: broken line",
        "CONFLICT with P-0007/26",
        "EXERCISE",
        "NM (",
        "NOW",
    ):
        assert word in shown
    assert "34°30'E" in shown
    assert "33°00'N" in shown


def test_foreign_text_neither_breaks_out_nor_turns_the_line_around() -> None:
    nasty = drawn("circle 33.0N034.5E 15NM", activity="<script>&\"'</text>")
    svg = picture.svg([nasty], title="\u202e</svg><script>", now=NOW)
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert "<script>&\"'</text>" in texts(svg)


@pytest.mark.parametrize(
    "area",
    [
        "circle 10S179.9E 50NM",
        "corridor 10S170E 12S170W width 20NM",
        "circle 89.9N010E 100NM",
        "circle 33.0N034.5E 10M",
        "polygon 10N010E 10N040E 40N040E 40N010E",
    ],
)
def test_a_map_is_drawn_anywhere_on_the_globe(area: str) -> None:
    svg = picture.svg([drawn(area)], title="x", now=0)
    ET.fromstring(svg)  # noqa: S314 - our own
    [path] = [line for line in svg.splitlines() if 'fill="url(#a)" fill-rule' in line]
    places = path.split('d="')[1].split('"')[0].replace("M", " ").replace("L", " ").replace("Z", " ").split()
    across, down = [float(one) for one in places[::2]], [float(one) for one in places[1::2]]
    assert 24 <= min(across) < max(across) <= 976
    assert 64 <= min(down) < max(down) <= 704
    assert "nan" not in svg
