"""Durations as people write them: `90s`, `15m`, `2h`, `1d`."""

from __future__ import annotations

import re
from typing import Final

from hotline_protocol.errors import FormatError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM: Final = re.compile(r"([0-9]{1,6})([smhd])")


def seconds(typed: str) -> int:
    """Whole seconds. FormatError."""
    match = _FORM.fullmatch(typed.strip().lower())
    if match is None:
        raise FormatError("expected a number and a unit, such as 90s, 15m, 2h or 1d")
    return int(match[1]) * _UNITS[match[2]]
