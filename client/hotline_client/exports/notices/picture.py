"""A map of notices as SVG: areas with their numbers, a graticule, a scale, a legend in words, and below it when they hold.

What is meant is never told by colour alone: each side has its own hatching and line, exercises and conflicts are words. The map is
drawn around the middle of the notices, so antimeridian and poles are places like any other. Every text is made harmless, then escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np
import shapely

from hotline_client.exports.notices import outline, timeline
from hotline_client.exports.notices.text import what
from hotline_protocol.documents.notices import Notice
from hotline_protocol.dtg import dtg
from hotline_protocol.notices.buffers import NAUTICAL_MILE
from hotline_protocol.notices.drawing import Planar, project, unproject
from hotline_protocol.terms import Side
from hotline_protocol.text import show

WIDTH: Final = 1000.0
MAP: Final = 640.0
_TOP: Final = 64.0
_MARGIN: Final = 24.0
_STEPS: Final = (1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.25, 0.5, 1, 2, 5, 10, 15, 30)
_MILES: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_POLAR: Final = 75.0
_LEAST: Final = 10_000.0
_INK: Final = {"a": "#0b3d91", "b": "#9c2a00"}
_STYLE: Final = (
    "text{font:13px sans-serif;fill:#111}.t{font-size:20px;font-weight:bold}.s{font-size:11px}"
    ".g{fill:none;stroke:#bbb;stroke-width:.7}.h{paint-order:stroke;stroke:#fff;stroke-width:4px;font-weight:bold}"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A notice on the picture: its number, whose it is, and what is known about it in words, such as its verdict."""

    notice: Notice
    number: str
    side: Side
    owner: str
    words: str = ""

    @property
    def name(self) -> str:
        """The number with its delegation, since both count from 1."""
        return f"{self.owner[:12]} {self.number}"


def words(value: str, limit: int = 200) -> str:
    """A foreign text for an element of the picture: harmless, not too long, and escaped."""
    safe = show(value)
    return escape(safe if len(safe) <= limit else f"{safe[: limit - 1]}…", {'"': "&quot;"})


def svg(drawn: Sequence[Drawn], *, title: str, now: int) -> str:
    """The picture of at least one notice with areas; `now` in unix ms."""
    frame = _Frame(drawn)
    legend, below = _legend(drawn, _TOP + MAP + 28.0)
    table, height = timeline.rows([(one.name, one.notice) for one in drawn], below + 16.0, now)
    drawn_at = f"drawn {dtg(now)}, WGS-84, north is up in the middle of the map; not for navigation"
    box = f'viewBox="0 0 {WIDTH:.0f} {height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{words(title)}">',
        f"<style>{_STYLE}</style>",
        _patterns(),
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<text class="t" x="{_MARGIN}" y="32">{words(title, 80)}</text>',
        f'<text class="s" x="{_MARGIN}" y="52">{drawn_at}</text>',
        *frame.map(drawn),
        *legend,
        *table,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _patterns() -> str:
    """One side's areas are hatched one way, the other's the other way."""
    lines = {"a": "M0 10L10 0", "b": "M0 0L10 10"}
    return (
        "<defs>"
        + "".join(
            f'<pattern id="{side}" width="10" height="10" patternUnits="userSpaceOnUse">'
            f'<path d="{path}" stroke="{_INK[side]}" stroke-width="1" opacity=".55"/></pattern>'
            for side, path in lines.items()
        )
        + f'<clipPath id="map"><rect x="{_MARGIN}" y="{_TOP}" width="{WIDTH - 2 * _MARGIN}" height="{MAP}"/></clipPath>'
        + "</defs>"
    )


def _line(side: Side) -> str:
    dash = "" if side == "a" else ' stroke-dasharray="7 4"'
    return f'stroke="{_INK[side]}" stroke-width="2"{dash}'


def _legend(drawn: Sequence[Drawn], y: float) -> tuple[list[str], float]:
    """A line for each side and one for each notice, in words; where it ends."""
    parts, owners = [], {one.side: one.owner for one in drawn}
    for number, side in enumerate(sorted(owners)):
        x = _MARGIN + number * 480
        line = "full line, hatched upwards" if side == "a" else "broken line, hatched downwards"
        parts.append(f'<rect x="{x}" y="{y - 12}" width="34" height="16" fill="url(#{side})" {_line(side)}/>')
        parts.append(f'<text x="{x + 44}" y="{y + 1}">{words(owners[side], 24)}: {line}</text>')
    y += 26.0
    for one in drawn:
        said = [str(one.notice.arena), what(one.notice)]
        said += ["EXERCISE"] if one.notice.exercise else []
        parts.append(
            f'<text x="{_MARGIN}" y="{y}"><tspan font-weight="bold">{words(one.name, 40)}</tspan> '
            f"{words(', '.join([*said, one.words]).removesuffix(', '), 130)}</text>"
        )
        y += 18.0
    return parts, y


class _Frame:
    """Metres around the middle of the notices to points of the picture."""

    def __init__(self, drawn: Sequence[Drawn]) -> None:
        self.latitude, self.longitude = outline.centre([one.notice for one in drawn])
        self.outlines = [outline.planar(one.notice, self.latitude, self.longitude) for one in drawn]
        west, south, east, north = shapely.total_bounds(self.outlines)
        self._middle = (west + east) / 2.0, (south + north) / 2.0
        room = max(_LEAST, (east - west) * 1.25, (north - south) * 1.25 * (WIDTH - 2 * _MARGIN) / MAP)
        self.scale = (WIDTH - 2 * _MARGIN) / room

    def place(self, plane: Any) -> Any:
        """Points of the picture of metres in the plane."""
        x = WIDTH / 2 + (plane[:, 0] - self._middle[0]) * self.scale
        y = _TOP + MAP / 2 - (plane[:, 1] - self._middle[1]) * self.scale
        return np.column_stack((x, y))

    def map(self, drawn: Sequence[Drawn]) -> Iterator[str]:
        """All that is on the map."""
        box = f'x="{_MARGIN}" y="{_TOP}" width="{WIDTH - 2 * _MARGIN}" height="{MAP}"'
        yield f'<rect {box} fill="#fbfcfd" stroke="#444"/><g clip-path="url(#map)">'
        yield from self._graticule()
        for one, shape in zip(drawn, self.outlines, strict=True):
            yield f'<path d="{self._path(shape)}" fill="url(#{one.side})" fill-rule="evenodd" {_line(one.side)}/>'
        taken: list[tuple[float, float]] = []
        for one, shape in zip(drawn, self.outlines, strict=True):
            yield self._label(one, shape, taken)
        yield "</g>"
        yield self._scale_bar()

    def _path(self, shape: Planar) -> str:
        simple = shapely.simplify(shape, 0.3 / self.scale)
        rings = [
            ring
            for polygon in shapely.get_parts(simple)
            if polygon.geom_type == "Polygon"
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        return "".join(self._way(shapely.get_coordinates(ring)) + "Z" for ring in rings)

    def _way(self, plane: Any) -> str:
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self.place(plane))

    def _label(self, one: Drawn, shape: Planar, taken: list[tuple[float, float]]) -> str:
        largest = max(shapely.get_parts(shape), key=lambda part: part.area)
        spot = shapely.get_coordinates(shapely.point_on_surface(largest))
        x, y = (float(value) for value in self.place(spot)[0])
        while any(abs(x - left) < 110 and abs(y - top) < 16 for left, top in taken):
            y += 16.0
        taken.append((x, y))
        text = f"{one.name}{' EXERCISE' if one.notice.exercise else ''}"
        return f'<text class="h" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{words(text, 40)}</text>'

    # --- graticule and scale

    def _graticule(self) -> Iterator[str]:
        west, south, east, north = self._degrees()
        step = next((one for one in _STEPS if (north - south) / one <= 8), 30.0)
        wide = next((one for one in _STEPS if (east - west) / one <= 10), 30.0)
        for latitude in _marks(south, north, step):
            if abs(latitude) < 90:
                yield self._curve([(one, latitude) for one in np.linspace(west, east, 121)])
                yield self._mark(longitude=None, latitude=latitude, step=step)
        last = min(90.0, north + step)
        for longitude in _marks(west, east, wide):
            yield self._curve([(longitude, one) for one in np.linspace(max(-90.0, south - step), last, 61)])
            yield self._mark(longitude=longitude, latitude=None, step=wide)

    def _degrees(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the map; longitudes go on beyond 180."""
        half = (WIDTH / 2 - _MARGIN) / self.scale, MAP / 2 / self.scale
        sides = np.linspace(-1.0, 1.0, 41)
        edge = [(x, y) for x in sides for y in sides]
        plane = np.array([(self._middle[0] + x * half[0], self._middle[1] + y * half[1]) for x, y in edge])
        around = unproject(plane, self.latitude, self.longitude)
        off = (around[:, 0] - self.longitude + 180.0) % 360.0 - 180.0
        pole = float(np.abs(around[:, 1]).max()) > 89.0 or off.max() - off.min() > 300.0
        west, east = (-180.0, 180.0) if pole else (float(off.min()), float(off.max()))
        return self.longitude + west, around[:, 1].min(), self.longitude + east, around[:, 1].max()

    def _curve(self, positions: list[tuple[float, float]]) -> str:
        plane = project(np.array(positions), self.latitude, self.longitude)
        return f'<path class="g" d="{self._way(plane)}"/>'

    def _mark(self, *, longitude: float | None, latitude: float | None, step: float) -> str:
        """The degrees of a line of the graticule, where it meets the left or the lower side of the map."""
        if latitude is not None:
            many = [(one, latitude) for one in self.longitude + np.linspace(-180.0, 180.0, 3601)]
        else:
            many = [(longitude or 0.0, float(one)) for one in np.linspace(-89.9, 89.9, 3601)]
        spots = self.place(project(np.array(many), self.latitude, self.longitude))
        inside = (spots[:, 0] > _MARGIN) & (spots[:, 0] < WIDTH - _MARGIN)
        inside &= (spots[:, 1] > _TOP + 14) & (spots[:, 1] < _TOP + MAP - 4)
        if not inside.any():
            return ""
        found = spots[inside]
        if latitude is None and abs(self.latitude) > _POLAR:
            x, y = found[np.hypot(found[:, 0] - WIDTH / 2, found[:, 1] - _TOP - MAP / 2).argmax()]
        else:
            x, y = found[found[:, 0].argmin()] if latitude is not None else found[found[:, 1].argmax()]
        value = latitude if latitude is not None else ((longitude or 0.0) + 180.0) % 360.0 - 180.0
        name = _degree(value, "NS" if latitude is not None else "EW", step)
        return f'<text class="s" x="{x + 3:.1f}" y="{y - 3:.1f}">{name}</text>'

    def _scale_bar(self) -> str:
        miles = max(one for one in _MILES if one * NAUTICAL_MILE * self.scale <= 260 or one == _MILES[0])
        long = miles * NAUTICAL_MILE * self.scale
        x, y = WIDTH - _MARGIN - 16 - long, _TOP + MAP - 16
        return (
            f'<rect x="{x - 12:.1f}" y="{y - 26}" width="{long + 24:.1f}" height="38" fill="#fff"/>'
            f'<path d="M{x:.1f} {y - 6}V{y}H{x + long:.1f}V{y - 6}" fill="none" stroke="#111" stroke-width="2"/>'
            f'<text class="s" text-anchor="middle" x="{x + long / 2:.1f}" y="{y - 9}">{miles:g} NM '
            f"({miles * 1.852:.3g} km)</text>"
        )


def _marks(first: float, last: float, step: float) -> list[float]:
    return [number * step for number in range(math.ceil(first / step), math.floor(last / step) + 1)]


def _degree(value: float, hemispheres: str, step: float) -> str:
    minutes = round(abs(value) * 60)
    letter = "" if minutes in (0, 180 * 60) and hemispheres == "EW" else hemispheres[value < 0]
    rest = f"{minutes % 60:02d}'" if step < 1 else ""
    return f"{minutes // 60}°{rest}{letter}"
