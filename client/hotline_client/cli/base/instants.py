"""Instants as people type them: `2026-11-24T06:00Z`, `240600Z NOV 26`, or a duration from now such as `24h`."""

from __future__ import annotations

from hotline_client.cli.base.durations import Typed
from hotline_client.words.durations import is_duration, seconds
from hotline_client.words.times import zoned
from hotline_protocol.errors import FormatError


def _read(typed: str) -> int:
    if is_duration(typed):
        return -1000 * seconds(typed)
    known = zoned(typed)
    if known is None:
        raise FormatError(
            "expected a time with its zone, such as 2026-11-24T06:00Z, 240600Z NOV 26, or 24h from now"
        )
    return known


class Instant(Typed[int]):
    """Gives unix ms, or, for a duration from now, the negative number of ms (see `resolve`)."""

    def __init__(self) -> None:
        super().__init__("instant", _read)


def resolve(instant: int, now: int) -> int:
    """What `Instant` gave, as unix ms; `now` in unix ms."""
    return now - instant if instant < 0 else instant
