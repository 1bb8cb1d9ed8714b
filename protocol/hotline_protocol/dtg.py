"""Date-time groups (ACP 121): `221432Z NOV 26`, always Zulu. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def dtg(milliseconds: int) -> str:
    """The full group of a unix time in milliseconds: `221432Z NOV 26`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%d%H%M}Z {MONTHS[moment.month - 1]} {moment:%y}"


def short_dtg(milliseconds: int) -> str:
    """Hour and minute alone: `1432Z`."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H%M}Z"
