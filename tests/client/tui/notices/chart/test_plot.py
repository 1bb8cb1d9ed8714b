"""The map: what is drawn lies where it should, at the poles and the antimeridian too, and is bounded."""

from __future__ import annotations

import pytest

from hotline_client.tui.looks.rows import Look, width, words
from hotline_client.tui.notices.chart.canvas import Canvas
from hotline_client.tui.notices.chart.plot import Plot, Spot, Window
from hotline_protocol.documents.notices import Naval, Notice
from tests.support.notices import air, circle, corridor, naval, polygon

MILE = 1852.0


def _draw(*notices: Notice, seen: Window | None = None, marked: int = -1, cells: int = 60) -> list[str]:
    plot = Plot(notices)
    canvas = Canvas(cells, 20)
    looks: tuple[Look, ...] = ("own", "peer")
    spots = [Spot(one, "PQRT"[at], looks[at % 2], at == marked) for at, one in enumerate(notices)]
    rows = plot.draw(spots, seen or plot.whole(shape=canvas.width / canvas.height), canvas)
    assert [width(row) for row in rows] == [cells] * 20
    return [words(row) for row in rows]


def _dots(rows: list[str]) -> int:
    return sum((ord(one) - 0x2800).bit_count() for row in rows for one in row if 0x2800 < ord(one) < 0x2900)


@pytest.mark.parametrize(
    ("latitude", "longitude", "seen"),
    [
        (33.0, 34.0, "33-00N"),
        (0.0, 0.0, "0-00N"),
        (-45.0, 179.9, "180"),
        (-45.0, -179.9, "180"),
        (60.0, 5.0, "60"),
    ],
)
def test_a_circle_is_a_ring_with_its_number_and_degrees_around_it(
    latitude: float, longitude: float, seen: str
) -> None:
    rows = _draw(air(circle(latitude, longitude, 10 * MILE)))
    assert sum(row.count("P") for row in rows) >= 1
    assert any(seen in row or f"{seen}-00" in row for row in rows)
    assert any("NM" in row for row in rows)
    assert _dots(rows) > 100


def test_the_pole_is_a_place_like_any_other() -> None:
    rows = _draw(air(circle(90.0, 0.0, 300 * MILE)))
    assert _dots(rows) > 200


def test_two_areas_across_the_antimeridian_stand_side_by_side() -> None:
    west, east = air(circle(10.0, 179.5, 10 * MILE)), air(circle(10.0, -179.5, 10 * MILE))
    rows = _draw(west, east)
    at = {letter: next(row.find(letter) for row in rows if letter in row) for letter in "PQ"}
    assert 0 < at["Q"] - at["P"] < 50


def test_every_shape_is_drawn_and_the_marked_one_is_in_brackets() -> None:
    notices = (
        air(circle(33.0, 34.0, 5 * MILE)),
        naval(polygon((33.2, 34.0), (33.4, 34.0), (33.4, 34.4), (33.2, 34.4))),
        air(corridor(2 * MILE, (32.8, 33.6), (32.8, 34.6))),
        naval(circle(32.6, 34.0, 2 * MILE), part=Naval("submarine", course=90.0, speed=5.0)),
    )
    shown = "\n".join(_draw(*notices, marked=1, cells=100))
    assert "[Q]" in shown
    assert all(number in shown for number in "PRT")


def test_zooming_and_moving_change_what_is_seen_within_limits() -> None:
    seen = Window(0.0, 0.0, 100_000.0)
    assert seen.zoomed(0.5).across == 50_000.0
    assert seen.zoomed(1e-9).across == 10_000.0
    assert seen.zoomed(1e9).across == 20_000_000.0
    assert seen.moved(0.5, -1.0) == Window(50_000.0, -100_000.0, 100_000.0)
    far = _draw(air(circle(33.0, 34.0, MILE)), seen=Window(5e6, 5e6, 20_000.0))
    assert not any("P" in row for row in far)


def test_the_whole_world_and_a_speck_are_drawn() -> None:
    notice = air(circle(33.0, 34.0, 100.0))
    for across in (10_000.0, 20_000_000.0):
        assert _draw(notice, seen=Window(0.0, 0.0, across))
