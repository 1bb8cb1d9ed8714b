"""Durations as people type them: `90s`, `15m`, `2h`, `1d`."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM: Final = re.compile(r"([0-9]{1,6})([smhd])")


class Duration(click.ParamType[int]):
    """A click parameter type giving whole seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds from `15m`; anything else is a usage error that shows the form."""
        if isinstance(value, int):
            return value
        match = _FORM.fullmatch(str(value).strip().lower())
        if match is None:
            self.fail("expected a number and a unit, such as 90s, 15m, 2h or 1d", param, ctx)
        return int(match[1]) * _UNITS[match[2]]
