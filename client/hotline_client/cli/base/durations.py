"""Durations as a click parameter type."""

from __future__ import annotations

from typing import Any

import click

from hotline_client.words.durations import seconds
from hotline_protocol.errors import FormatError


class Duration(click.ParamType[int]):
    """Gives whole seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds from `15m`; anything else is a usage error that shows the form."""
        if isinstance(value, int):
            return value
        try:
            return seconds(str(value))
        except FormatError as error:
            self.fail(str(error), param, ctx)
