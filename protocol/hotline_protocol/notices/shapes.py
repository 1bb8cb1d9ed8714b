"""Areas as people type and print them: `CIRCLE P 5NM`, `POLYGON P P P`, `CORRIDOR P P WIDTH 10NM`."""

from __future__ import annotations

from hotline_protocol.documents.notices import MAX_POINTS, Area, Point, Shape
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import values
from hotline_protocol.text import show


def parse_area(typed: str) -> Area:
    """`CIRCLE 33.0N034.5E 5NM`, `POLYGON P P P`, `CORRIDOR P P WIDTH 10NM`. FormatError."""
    shape, _, rest = typed.strip().partition(" ")
    try:
        kind = Shape(shape.lower())
    except ValueError:
        raise FormatError(
            f"{show(shape)} is no shape; write `circle P 5NM`, `polygon P P P` or `corridor P P width 10NM`"
        ) from None
    count = len(rest.split())
    if count > 2 * MAX_POINTS + 2:
        raise FormatError(f"the {kind} is written in {count} words, at most {MAX_POINTS} points are allowed")
    if kind is Shape.POLYGON:
        points = values.parse_points(rest)
        # an outline drawn back to its start is the same outline
        closed = len(points) > 3 and points[0] == points[-1]
        return Area(kind, _counted(points[:-1] if closed else points))
    words = rest.upper().replace(" WIDTH ", " ").replace(" RADIUS ", " ").split()
    what = "radius" if kind is Shape.CIRCLE else "width"
    if len(words) < 2:
        raise FormatError(f"a {kind} has positions and a {what}, such as 5NM, after them")
    points, metres = values.parse_points(" ".join(words[:-1])), values.parse_metres(words[-1])
    if not 0 < metres <= 20_000_000:
        raise FormatError(f"the {what} {show(words[-1])} is not between nothing and 20,000 km")
    return Area(kind, _counted(points), metres)


def _counted(points: tuple[Point, ...]) -> tuple[Point, ...]:
    if len(points) > MAX_POINTS:
        raise FormatError(f"the area has {len(points)} points, at most {MAX_POINTS} are allowed")
    return points


def print_area(area: Area) -> str:
    """What `parse_area` reads."""
    points = " ".join(values.print_point(one) for one in area.points)
    if area.metres is None:
        return f"POLYGON {points}"
    width = "WIDTH " if area.shape is Shape.CORRIDOR else ""
    return f"{area.shape.upper()} {points} {width}{values.print_metres(area.metres)}"
