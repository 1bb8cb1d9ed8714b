"""Lines of constant bearing on WGS-84, as ships are steered: the library has shortest lines only.

Meridian arcs and footpoint latitudes by their series in the third flattening, isometric latitude in closed form (J. P. Snyder, Map
Projections: A Working Manual, USGS Professional Paper 1395, equations 3-1, 3-21, 3-26): right to a millimetre below 85 degrees.
"""

from __future__ import annotations

import math
from typing import Final

_A: Final = 6_378_137.0
_E2: Final = 0.006_694_379_990_141_317
_E: Final = math.sqrt(_E2)
_N: Final = (1.0 - math.sqrt(1.0 - _E2)) / (1.0 + math.sqrt(1.0 - _E2))
_RECTIFYING: Final = _A * (1.0 - _E2 / 4.0 - 3.0 * _E2**2 / 64.0 - 5.0 * _E2**3 / 256.0)


def along(latitude: float, longitude: float, course: float, metres: float) -> tuple[float, float]:
    """Latitude and longitude, degrees, so far on a line of constant bearing (degrees from true north)."""
    start, bearing = math.radians(latitude), math.radians(course)
    north = metres * math.cos(bearing)
    end = _footpoint(_arc(start) + north)
    if abs(north) > 1.0:
        per_metre = (_isometric(end) - _isometric(start)) / north
    else:
        per_metre = math.sqrt(1.0 - _E2 * math.sin(start) ** 2) / (_A * math.cos(start))
    east = longitude + math.degrees(metres * math.sin(bearing) * per_metre)
    return math.degrees(end), (east + 180.0) % 360.0 - 180.0


def _arc(latitude: float) -> float:
    """Metres along the meridian from the equator."""
    return _RECTIFYING * latitude - _A * (
        (3.0 * _E2 / 8.0 + 3.0 * _E2**2 / 32.0 + 45.0 * _E2**3 / 1024.0) * math.sin(2.0 * latitude)
        - (15.0 * _E2**2 / 256.0 + 45.0 * _E2**3 / 1024.0) * math.sin(4.0 * latitude)
        + 35.0 * _E2**3 / 3072.0 * math.sin(6.0 * latitude)
    )


def _footpoint(arc: float) -> float:
    turn = arc / _RECTIFYING
    return (
        turn
        + (3.0 * _N / 2.0 - 27.0 * _N**3 / 32.0) * math.sin(2.0 * turn)
        + (21.0 * _N**2 / 16.0 - 55.0 * _N**4 / 32.0) * math.sin(4.0 * turn)
        + 151.0 * _N**3 / 96.0 * math.sin(6.0 * turn)
        + 1097.0 * _N**4 / 512.0 * math.sin(8.0 * turn)
    )


def _isometric(latitude: float) -> float:
    sine = math.sin(latitude)
    return math.atanh(sine) - _E * math.atanh(_E * sine)
