"""The map: outlines of notices in the plane around their middle, with degrees at the edges and a number at each that the list explains.

The plane is azimuthal equidistant (`hotline_protocol.notices.drawing`), so the antimeridian and the poles are places like any other.
Outlines are projected once for a set of notices; zooming and panning only scale and clip them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from hotline_client.exports.notices import outline
from hotline_client.tui.looks.rows import Look, Row
from hotline_client.tui.notices.chart.canvas import ACROSS, DOWN, Canvas, Dots
from hotline_protocol.documents.notices import Notice
from hotline_protocol.notices.buffers import NAUTICAL_MILE
from hotline_protocol.notices.drawing import project, unproject

_STEPS: Final = (1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.5, 1, 2, 5, 10, 15, 30)
_LEAST: Final = 10_000.0
"""Metres across that are shown at least."""
_MOST: Final = 20_000_000.0
_MILES: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
ZOOM: Final = 1.5


@dataclass(frozen=True, slots=True)
class Spot:
    """A notice on the map: what number stands at it, how it looks, whether it is the marked one."""

    notice: Notice
    number: str
    look: Look
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What part of the plane is seen: its middle in metres east and north, and metres across."""

    x: float
    y: float
    across: float

    def zoomed(self, factor: float) -> Window:
        """Nearer (below 1) or further away."""
        return replace(self, across=min(max(self.across * factor, _LEAST), _MOST))

    def moved(self, right: float, up: float) -> Window:
        """By parts of what is seen."""
        return replace(self, x=self.x + right * self.across, y=self.y + up * self.across)


class Plot:
    """A set of notices with areas, drawn as often as one likes."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self.latitude, self.longitude = outline.centre(notices)
        self._outlines: Any = np.array(
            [outline.planar(one, self.latitude, self.longitude) for one in notices], dtype=object
        )
        self._inside = shapely.get_coordinates(shapely.point_on_surface(self._outlines))
        self._simple: tuple[int, Any] = (-1, self._outlines)

    def whole(self, *places: int, shape: float = 2.0) -> Window:
        """A window around all notices, or those at some places. `shape`: width through height of what is seen."""
        chosen = self._outlines[list(places)] if places else self._outlines
        west, south, east, north = shapely.total_bounds(chosen)
        across = max(_LEAST, (east - west) * 1.3, (north - south) * 1.3 * shape)
        return Window((west + east) / 2, (south + north) / 2, min(across, _MOST))

    def simple(self, dot: float) -> Any:
        """The edges, as fine as dots of so many metres show them; kept while one does not zoom."""
        level = int(np.floor(np.log2(dot)))
        if self._simple[0] != level:
            self._simple = level, shapely.boundary(shapely.simplify(self._outlines, 2.0**level / 2))
        return self._simple[1]

    def draw(self, spots: Sequence[Spot], seen: Window, canvas: Canvas) -> list[Row]:
        """The rows. `spots`: the notices in the order they were given; the marked one is drawn last, above all."""
        view = _View(self, seen, canvas)
        view.graticule()
        order = sorted(range(len(spots)), key=lambda at: spots[at].marked)
        for look in ("own", "peer", "warn", "bad"):
            view.outlines([at for at in order if spots[at].look == look and not spots[at].marked], look)
        view.outlines([at for at in order if spots[at].marked], "strong")
        for at in reversed(order):
            view.label(self._outlines[at], self._inside[at : at + 1], spots[at])
        view.scale()
        return canvas.made()


class _View:
    def __init__(self, plot: Plot, seen: Window, canvas: Canvas) -> None:
        self._plot, self._seen, self._canvas = plot, seen, canvas
        self._dot = seen.across / canvas.width
        half = self._dot * canvas.width / 2, self._dot * canvas.height / 2
        self._box = (seen.x - half[0], seen.y - half[1], seen.x + half[0], seen.y + half[1])

    def _place(self, plane: Any) -> Dots:
        x = (plane[:, 0] - self._box[0]) / self._dot
        y = (self._box[3] - plane[:, 1]) / self._dot
        placed: Dots = np.column_stack((x, y))
        return placed

    def outlines(self, places: Sequence[int], look: Look) -> None:
        """The edges of some areas, as far as they are seen."""
        if places:
            edges = self._plot.simple(self._dot)[list(places)]
            self._lines(shapely.get_parts(shapely.clip_by_rect(edges, *self._box)), look)

    def _lines(self, strings: Any, look: Look, *, every: int = 1) -> None:
        places, which = shapely.get_coordinates(strings, return_index=True)
        if len(places) < 2:
            return
        dots = self._place(places)
        joined = which[:-1] == which[1:]
        self._canvas.lines(dots[:-1][joined], dots[1:][joined], look, every=every)

    def label(self, shape: Any, inside: Dots, spot: Spot) -> None:
        """Its number inside it; a bit lower where another stands."""
        west, south, east, north = self._box
        if not (west <= inside[0, 0] <= east and south <= inside[0, 1] <= north):
            if not spot.marked:
                return
            part = shapely.clip_by_rect(shape, *self._box)
            if shapely.is_empty(part):
                return
            inside = shapely.get_coordinates(shapely.point_on_surface(part))
        x, y = (int(value) for value in self._place(inside)[0])
        words = f"[{spot.number}]" if spot.marked else spot.number
        for down in range(3):
            if self._canvas.say(max(0, x // ACROSS - len(words) // 2), y // DOWN + down, words, spot.look):
                return

    def graticule(self) -> None:
        """Every so many degrees a dotted line, and its degrees at the edge."""
        west, south, east, north = self._degrees()
        step = _step(north - south, self._canvas.rows / 5)
        wide = _step(east - west, self._canvas.cells / 14)
        for latitude in _marks(south, north, step):
            if abs(latitude) < 90:
                self._curve(
                    [(one, latitude) for one in np.linspace(west, east, 61)],
                    _latitude(latitude, step),
                    edge="left",
                )
        for longitude in _marks(west, east, wide):
            top, bottom = min(89.9, north), max(-89.9, south)
            self._curve(
                [(longitude, one) for one in np.linspace(bottom, top, 61)],
                _longitude(longitude, wide),
                edge="top",
            )

    def _degrees(self) -> tuple[float, float, float, float]:
        """West, south, east and north of what is seen; longitudes go on beyond 180."""
        west, south, east, north = self._box
        edge = np.array([(x, y) for x in np.linspace(west, east, 15) for y in np.linspace(south, north, 15)])
        positions = unproject(edge, self._plot.latitude, self._plot.longitude)
        longitudes = (positions[:, 0] - self._plot.longitude + 180.0) % 360.0 - 180.0 + self._plot.longitude
        low, high = positions[:, 1].min(), positions[:, 1].max()
        if high > 75.0 or low < -75.0:
            return self._plot.longitude - 180.0, low, self._plot.longitude + 180.0, high
        return longitudes.min(), low, longitudes.max(), high

    def _curve(self, positions: Sequence[tuple[float, float]], words: str, *, edge: str) -> None:
        plane = project(np.array(positions), self._plot.latitude, self._plot.longitude)
        clipped = shapely.clip_by_rect(shapely.LineString(plane), *self._box)
        if shapely.is_empty(clipped):
            return
        self._lines(shapely.get_parts(clipped), "dim", every=4)
        dots = self._place(shapely.get_coordinates(clipped))
        if edge == "left":
            _x, y = dots[dots[:, 0].argmin()]
            self._canvas.say(0, min(int(y) // DOWN, self._canvas.rows - 1), words, "dim")
        else:
            x, _y = dots[dots[:, 1].argmin()]
            self._canvas.say(max(0, int(x) // ACROSS - len(words) // 2), 0, words, "dim")

    def scale(self) -> None:
        """A bar of so many nautical miles, at the lower right."""
        room = self._seen.across / 4
        miles = max((one for one in _MILES if one * NAUTICAL_MILE <= room), default=_MILES[0])
        length = max(2, round(miles * NAUTICAL_MILE / self._dot / ACROSS))
        words = f" |{'-' * (length - 2)}| {miles:g} NM"
        self._canvas.say(self._canvas.cells - len(words), self._canvas.rows - 1, words, "dim")


def _step(degrees: float, most: float) -> float:
    return next((one for one in _STEPS if degrees / one <= max(most, 2.0)), 30.0)


def _marks(first: float, last: float, step: float) -> list[float]:
    begin = int(np.ceil(first / step))
    return [number * step for number in range(begin, begin + 60) if number * step <= last]


def _latitude(value: float, step: float) -> str:
    return _angle(abs(value), step) + ("N" if value >= 0 else "S")


def _longitude(value: float, step: float) -> str:
    around = (value + 180.0) % 360.0 - 180.0
    return _angle(abs(around), step) + ("E" if around >= 0 else "W")


def _angle(value: float, step: float) -> str:
    minutes = round(value * 60)
    return f"{minutes // 60}" if step >= 1 else f"{minutes // 60}-{minutes % 60:02}"
