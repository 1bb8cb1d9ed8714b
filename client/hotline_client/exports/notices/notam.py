"""Air notices in the manner of a NOTAM (ICAO Annex 15 and Doc 8126), for eyes that know one. It is none.

Q, and what has a word for its label, are ours: there is no flight information region, no Q-code, no location indicator, and
positions go with the areas under A.
"""

from __future__ import annotations

import math
import re
from typing import Final

from hotline_client.exports.notices.styles import Style, named
from hotline_protocol.documents.notices import Action, Altitude, Notice, Point, Reference
from hotline_protocol.notices import form
from hotline_protocol.notices.buffers import NAUTICAL_MILE
from hotline_protocol.notices.geometry import middle, position, reach
from hotline_protocol.terms import Arena


def summary(notice: Notice) -> str:
    """`AIR/REAL/000/240/3300N03430E005`: arena, status, lower and upper flight level, and the circle around all areas."""
    air = notice.air
    low = _level(air.lower if air is not None else None, 0, up=False)
    high = _level(air.upper if air is not None else None, 999, up=True)
    return f"{notice.arena.upper()}/{form.STATUS[notice.exercise]}/{low:03d}/{high:03d}/{_circle(notice)}"


def _level(altitude: Altitude | None, missing: int, *, up: bool) -> int:
    """Hundreds of feet, rounded outwards; heights above ground have no level and count as missing."""
    if altitude is None or altitude.value is None or altitude.reference is Reference.AGL:
        return missing
    feet = altitude.value * (100 if altitude.reference is Reference.FL else 1)
    return min(999, -(-feet // 100) if up else feet // 100)


def _circle(notice: Notice) -> str:
    circles = [reach(one) for one in notice.areas]
    centre = middle([one for one, _ in circles]) or circles[0][0]
    metres = max(math.dist(centre, one) * 6_400_000 * math.pi / 2 + radius for one, radius in circles)
    if len(circles) == 1:
        metres = circles[0][1]
    miles = min(999, math.ceil(round(metres / NAUTICAL_MILE, 3)))
    return f"{_minutes(position(centre))}{miles:03d}"


def _minutes(point: Point) -> str:
    north, east = (round(abs(value) * 60) for value in point)
    return (
        f"{north // 60:02d}{north % 60:02d}{'S' if point[0] < 0 else 'N'}"
        f"{east // 60:03d}{east % 60:02d}{'W' if point[1] < 0 else 'E'}"
    )


STYLE: Final = Style(
    arena=Arena.AIR,
    title="NOTAM-STYLE, NOT A NOTAM",
    end=")",
    labels=named(
        exercise="STATUS",
        areas="A",
        exclusions="EXCEPT",
        start="B",
        end="C",
        daily="D",
        activity="E",
        lower="F",
        upper="G",
        call_sign="CALL SIGN",
        frequencies="FREQ",
        precedence="PRECEDENCE",
        response="ANSWER",
        short_lead="LEAD",
        remarks="RMK",
    ),
    item=lambda label, _: f"{label}) ",
    pattern=re.compile(r"(?P<label>[A-Z ]+)\) ?"),
    verbs={Action.NEW: "NOTICEN", Action.REPLACE: "NOTICER", Action.CANCEL: "NOTICEC"},
    derived=("Q", summary),
)
