"""Reference numbers: every formal document has one per delegation, channel and year, counted along the log: `N-0042/26`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from hotline_protocol.folds.event import Event

_REFERENCE: Final = re.compile(r"([A-Z])-?(\d{1,6})(?:/(\d{2}))?", re.IGNORECASE)


class Numbering(msgspec.Struct):
    """How many formal documents each side has in each year: `side year` → last number."""

    last: dict[str, int] = msgspec.field(default_factory=dict)

    def next(self, event: Event) -> str:
        """The number of the next formal document that counts; the letter is the channel's first."""
        year = datetime.fromtimestamp(event.time / 1000, UTC).year
        counter = f"{event.author.side} {year}"
        self.last[counter] = number = self.last.get(counter, 0) + 1
        return f"{event.channel.name[0].upper()}-{number:04d}/{year % 100:02d}"


def parse_reference(typed: str, year: int) -> str | None:
    """What a person typed as a reference, in full: `n42` in 2026 is `N-0042/26`. None if it is none."""
    match = _REFERENCE.fullmatch(typed.strip())
    if match is None:
        return None
    letter, number, named = match.groups()
    return f"{letter.upper()}-{int(number):04d}/{named or f'{year % 100:02d}'}"
