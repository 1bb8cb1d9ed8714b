"""Whether this device's clock can be acted on: held against what the relay announced, for as long as the process lives.

Rules T6 and T7 of docs/protocol.md; what is irrevocable waits, and goes on by itself when the two agree again.
The relay's time goes on by a clock that nobody sets, so that a jump of ours is seen at once and without asking again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from hotline_protocol.dtg import dtg

BOUND: Final = 5 * 60_000
"""How far this device's clock may be from the relay's, ms."""


def wall() -> int:
    """What this machine takes for the time, unix ms."""
    return time.time_ns() // 1_000_000


def steady() -> int:
    """Milliseconds that only grow, sleep of the machine included, and that nobody sets."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


class Reference:
    """The relay's time as last announced."""

    def __init__(self, clock: Callable[[], int], going: Callable[[], int] = steady) -> None:
        self._clock = clock
        self._going = going
        self._heard: tuple[int, int] | None = None

    def heard(self, theirs: int) -> None:
        """The relay says what time it is, unix ms."""
        self._heard = (theirs, self._going())

    def doubt(self) -> str | None:
        """Why this device's clock is not to be acted on now; None if it is."""
        if self._heard is None:
            return "no relay was reached since the start to compare this clock with"
        theirs = self._heard[0] + self._going() - self._heard[1]
        ours = self._clock()
        if abs(ours - theirs) <= BOUND:
            return None
        return f"this device's clock says {dtg(ours)}, the relay's {dtg(theirs)}: set the wrong one right"
