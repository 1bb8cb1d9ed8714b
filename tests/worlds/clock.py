"""Virtual time: one order of everything that happens, and a clock of its own, perhaps a wrong one, for every machine."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Final

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


STEPS: Final = 60_000
"""So much may happen in a world: a plain one takes some 700 steps, a flood 20,000."""


class TooMuch(Exception):  # noqa: N818  what a world came to
    """It does not come to rest."""


class Scheduler:
    """`now`: true time, unix ms. What is due at the same time happens in the order in which it was asked for."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.steps = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()

    def after(self, delay: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + max(0, int(delay)), next(self._number), act))

    def run(self, until: int) -> None:
        """Everything that is due up to true time `until`; then it is that late."""
        due = self._due
        while due and due[0][0] <= until:
            when, _, act = heapq.heappop(due)
            self.now = max(self.now, when)
            self.steps += 1
            if self.steps > STEPS:
                raise TooMuch
            act()
        self.now = max(self.now, until)


class Clock:
    """A machine's clock, unix ms: `ahead` of true time, and running `drift` ms an hour fast."""

    def __init__(self, scheduler: Scheduler, ahead: int = 0, drift: int = 0) -> None:
        self._scheduler = scheduler
        self._start = scheduler.now
        self.ahead = ahead
        self.drift = drift

    def __call__(self) -> int:
        now = self._scheduler.now
        return now + self.ahead + self.drift * (now - self._start) // HOUR
