"""Instants as people type them: `2026-11-24T06:00Z`, `240600Z NOV 26`, or a duration from now such as `24h`."""

from __future__ import annotations

import re
from typing import Any, Final

import click

from hotline_client.cli.base.durations import Duration
from hotline_client.words.times import moment

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
