"""Click parameter types for candidate times and zones, as `hotline_client.words.times` reads them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click

from hotline_client.words.times import slot, zone
from hotline_protocol.documents.meetings import Slot
from hotline_protocol.errors import FormatError


class SlotType(click.ParamType[Slot]):
    """A click parameter type: a candidate time."""

    name = "time/length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Slot:
        """A usage error says what is wrong with it, in one sentence."""
        if isinstance(value, Slot):
            return value
        try:
            return slot(str(value))
        except FormatError as error:
            self.fail(str(error), param, ctx)


class ZoneType(click.ParamType[ZoneInfo]):
    """A click parameter type: an IANA time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        """A usage error with names that look like it."""
        if isinstance(value, ZoneInfo):
            return value
        try:
            return zone(str(value))
        except FormatError as error:
            self.fail(str(error), param, ctx)
