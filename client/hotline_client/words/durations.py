"""Durations as people write them: `90s`, `15m`, `2h`, `1d`; and how long a meeting takes: `1h30m`."""

from __future__ import annotations

import re
from typing import Final

from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PATTERN: Final = r"[0-9]{1,6}[smhd]"
"""A duration, where it stands in something longer."""
_FORM: Final = re.compile(PATTERN)
_LENGTH: Final = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m)?")


def is_duration(typed: str) -> bool:
    """Whether `seconds` reads it."""
    return _FORM.fullmatch(typed.strip().lower()) is not None


def seconds(typed: str) -> int:
    """Whole seconds. FormatError."""
    if not is_duration(typed):
        raise FormatError("expected a number and a unit, such as 90s, 15m, 2h or 1d")
    words = typed.strip().lower()
    return int(words[:-1]) * _UNITS[words[-1]]


def length(typed: str) -> int:
    """Milliseconds of `3h`, `90m`, `1h30m` or `2d`. FormatError."""
    match = _LENGTH.fullmatch(typed.strip().lower())
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = ((days * 24 + hours) * 60 + minutes) * 60_000
    if total <= 0:
        raise FormatError(f"{show(typed)} is no length of time; write 3h, 90m or 1h30m")
    return total
