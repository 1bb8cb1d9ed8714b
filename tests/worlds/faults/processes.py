"""Two processes on one vault (25, beyond the table): what one of them takes first must not look like a broken promise to the other."""

from __future__ import annotations

import random

from tests.worlds.cast import CASTS
from tests.worlds.clock import SECOND
from tests.worlds.faults.base import row, seconds, talk
from tests.worlds.script import Event


@row(25, "two-processes", ("no false alarm", "never delivered it"), noise=(0, 3))
def _two_processes(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies"])
    who = rng.choice(CASTS[cast].people)
    at = seconds(10, 30, rng)
    events = []
    for number in range(6):
        begin = at + number * 40 * SECOND
        events += [
            Event(begin, "command", who, {"words": f"command {number} of {who}"}),
            *[talk(begin + 300 * place, who, f"screen {number} {place}") for place in range(1, 6)],
        ]
    return cast, events
