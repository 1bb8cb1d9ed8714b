"""Frequency bands against each other: whole hertz, both ends belong to a band, the guard between them grows with the frequency."""

from __future__ import annotations

from hotline_protocol.documents.notices import Band, Em
from hotline_protocol.notices.buffers import Buffers, Degree, of_gap


def compare(one: Em, other: Em, buffers: Buffers) -> Degree:
    """The nearest two bands of both decide."""
    return max(_bands(mine, yours, buffers) for mine in one.bands for yours in other.bands)


def _bands(one: Band, other: Band, buffers: Buffers) -> Degree:
    end = max(one.low, other.low)
    guard = max(buffers.band_hertz, end // buffers.band_fraction)
    return of_gap(end - min(one.high, other.high), guard)
