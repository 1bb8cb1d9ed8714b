"""What is agreed between the delegations about how near is too near, and the three degrees of nearness."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

import msgspec

from hotline_protocol.terms import Arena

NAUTICAL_MILE: Final = 1852
HORIZONTAL: Final[Mapping[Arena, int]] = MappingProxyType(
    {Arena.AIR: 5 * NAUTICAL_MILE, Arena.NAVAL: 2 * NAUTICAL_MILE, Arena.EM: 10 * NAUTICAL_MILE}
)
"""Metres between the areas of two notices of an arena."""
VERTICAL: Final = 1_000
"""Feet between the ceiling of one notice and the floor of another."""
DEPTH: Final = 30
"""Metres between the lower depth of one notice and the upper depth of another."""
TIME: Final = 15 * 60_000
"""Milliseconds between the windows of two notices."""
BAND_HERTZ: Final = 25_000
"""Hertz between two bands, at least."""
BAND_FRACTION: Final = 1_000
"""And at least one part in so many of the frequency where the gap between the bands ends."""


class Buffers(msgspec.Struct, frozen=True, array_like=True):
    """All of them for one arena; metres, feet, metres, milliseconds, hertz, and one part in so many."""

    horizontal: int
    vertical: int = VERTICAL
    depth: int = DEPTH
    time: int = TIME
    band_hertz: int = BAND_HERTZ
    band_fraction: int = BAND_FRACTION


AGREED: Final[Mapping[Arena, Buffers]] = MappingProxyType(
    {arena: Buffers(metres) for arena, metres in HORIZONTAL.items()}
)


class Degree(IntEnum):
    """How two extents stand to each other. NEAR: they meet only by a buffer, or because they cannot be compared exactly."""

    APART = 0
    NEAR = 1
    SURE = 2


def of_gap(gap: int, buffer: int) -> Degree:
    """A gap of nothing or less is an overlap: what touches counts."""
    if gap <= 0:
        return Degree.SURE
    return Degree.NEAR if gap <= buffer else Degree.APART
