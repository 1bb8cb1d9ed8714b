"""Levels and depths against each other, in whole feet and metres.

Limits from the same surface are compared exactly: AGL and SFC from the ground, AMSL from the sea, FL from the standard pressure.
Limits from different ones are only known to lie within a span of feet above mean sea level; what then neither surely meets nor
surely stays apart is NEAR. No floor, SFC and 0 ft AGL are the ground, and nothing lies below it; no ceiling and UNL have no end.
"""

from __future__ import annotations

from typing import Final

from hotline_protocol.documents.notices import Air, Altitude, Naval, Reference
from hotline_protocol.notices.buffers import Buffers, Degree, of_gap

LOWEST_GROUND: Final = -1_500
HIGHEST_GROUND: Final = 29_100
"""Feet above mean sea level: the shore of the Dead Sea and Mount Everest, rounded outwards."""
PRESSURE_FEET: Final = 4_000
PRESSURE_PART: Final = 10
"""A flight level lies at most so many feet, and one part in so many of its own height for the temperature, from its number:
4000 ft are 143 hPa, more than any weather has been off the standard."""


def compare(one: Air, other: Air, buffers: Buffers) -> Degree:
    """Both must reach up to the other's floor."""
    return min(
        _reaches(_ceiling(one), _floor(other), buffers.vertical),
        _reaches(_ceiling(other), _floor(one), buffers.vertical),
    )


def compare_depths(one: Naval, other: Naval, buffers: Buffers) -> Degree:
    """Both must reach down to the other's upper depth; a missing depth has no end."""
    return min(_sinks(one, other, buffers.depth), _sinks(other, one, buffers.depth))


def _sinks(upper: Naval, lower: Naval, buffer: int) -> Degree:
    if upper.deep is None or lower.shallow is None:
        return Degree.SURE
    return of_gap(lower.shallow - upper.deep, buffer)


def _floor(air: Air) -> Altitude | None:
    low = air.lower
    ground = (
        low is None or low.reference is Reference.SFC or (low.reference is Reference.AGL and not low.value)
    )
    return None if ground else low


def _ceiling(air: Air) -> Altitude | None:
    high = air.upper
    return None if high is None or high.reference is Reference.UNL else high


def _reaches(top: Altitude | None, bottom: Altitude | None, buffer: int) -> Degree:
    if top is None or bottom is None:
        return Degree.SURE
    if top.reference is bottom.reference:
        return of_gap(_feet(bottom) - _feet(top), buffer)
    (top_least, top_most), (bottom_least, bottom_most) = _span(top), _span(bottom)
    if top_least >= bottom_most:
        return Degree.SURE
    return Degree.NEAR if top_most + buffer >= bottom_least else Degree.APART


def _feet(altitude: Altitude) -> int:
    return (altitude.value or 0) * (100 if altitude.reference is Reference.FL else 1)


def _span(altitude: Altitude) -> tuple[int, int]:
    """Between which heights above mean sea level it surely lies, feet."""
    feet = _feet(altitude)
    if altitude.reference is Reference.AGL:
        return feet + LOWEST_GROUND, feet + HIGHEST_GROUND
    if altitude.reference is Reference.FL:
        off = PRESSURE_FEET - -feet // PRESSURE_PART
        return feet - off, feet + off
    return feet, feet
