"""Instants as people type them: `2026-11-24T06:00Z`, `240600Z NOV 26`, or a duration from now such as `24h`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

import click

from hotline_client.cli.durations import Duration
from hotline_protocol.dtg import MONTHS

_DTG: Final = re.compile(r"(\d{2})(\d{2})(\d{2})Z ([A-Z]{3}) (\d{2})")
_DURATION: Final = re.compile(r"\d{1,6}[smhd]")


class Instant(click.ParamType[int]):
    """A click parameter type: unix ms, or, for a duration from now, the negative number of ms (see `resolve`)."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Unix ms; what names no zone or no real instant is a usage error that shows the forms."""
        if isinstance(value, int):
            return value
        typed = str(value).strip()
        if _DURATION.fullmatch(typed.lower()):
            return -1000 * Duration().convert(typed, param, ctx)
        known = moment(typed)
        if known is None:
            self.fail(
                "expected a time with its zone, such as 2026-11-24T06:00Z, 240600Z NOV 26, or 24h from now",
                param,
                ctx,
            )
        return int(known.timestamp() * 1000)


def resolve(instant: int, now: int) -> int:
    """What `Instant` gave, as unix ms; `now` in unix ms."""
    return now - instant if instant < 0 else instant


def moment(typed: str) -> datetime | None:
    """A time with its zone: ISO 8601 with Z or an offset, or a DTG; None if it is none."""
    match = _DTG.fullmatch(typed.upper())
    try:
        if match is not None:
            day, hour, minute, month, year = match.groups()
            number = MONTHS.index(month) + 1
            return datetime(2000 + int(year), number, int(day), int(hour), int(minute), tzinfo=UTC)
        known = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return known if known.tzinfo is not None else None
