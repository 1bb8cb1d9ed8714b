"""When the bell rings: at once for a new FLASH, and every ten seconds while any FLASH is not acknowledged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

AGAIN: Final = 10.0
"""Seconds from one bell to the next."""


class Alarm:
    """One bell for all of them: however many wait, it never rings twice for one moment."""

    def __init__(self) -> None:
        self._known: frozenset[bytes] = frozenset()
        self._last = 0.0

    def rings(self, waiting: Iterable[bytes], now: float) -> bool:
        """Whether to ring at `now` (seconds that only grow) for the ids of the FLASH messages that wait."""
        ids = frozenset(waiting)
        due = bool(ids - self._known) or (bool(ids) and now - self._last >= AGAIN)
        self._known = ids
        if due:
            self._last = now
        return due
