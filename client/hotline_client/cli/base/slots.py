"""Click parameter types for candidate times and zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hotline_client.cli.base.durations import Typed
from hotline_client.words.times import slot
from hotline_client.words.zones import zone
from hotline_protocol.documents.meetings import Slot


class SlotType(Typed[Slot]):
    """A candidate time."""

    def __init__(self) -> None:
        super().__init__("time/length", slot)


class ZoneType(Typed[ZoneInfo]):
    """A time zone by its name."""

    def __init__(self) -> None:
        super().__init__("zone", zone)
