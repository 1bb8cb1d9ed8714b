"""Time zones by the names that people and their programs give them."""

from __future__ import annotations

import difflib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from hotline_protocol.errors import FormatError
from hotline_protocol.text import show


def zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database, or the one that CLDR gives for a name of Windows. FormatError with names that look like it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # here, since nearly everybody writes a name of the IANA database, and the library takes its time
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

        if name in WINDOWS_TO_OLSON:
            return ZoneInfo(WINDOWS_TO_OLSON[name])
        near = difflib.get_close_matches(name, available_timezones(), 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; write one such as UTC or Europe/Zurich"
        raise FormatError(f"{show(name)} is no time zone{hint}") from None
