"""A device's clock that was ahead and is put right (24, beyond the table): it must leave no trace."""

from __future__ import annotations

import random

from tests.worlds.cast import CASTS
from tests.worlds.clock import SECOND
from tests.worlds.faults.base import row, seconds, talk
from tests.worlds.script import Event


@row(24, "clock-put-right", ("true receipts", "is not shown that"))
def _put_right(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    victim, speaker = rng.sample(CASTS[cast].people, 2)
    at = seconds(10, 60, rng)
    return cast, [
        Event(at, "clock", victim, {"ahead": rng.choice([480, 3600, 86_400])}),
        talk(at + 10 * SECOND, speaker, "meanwhile"),
        Event(at + 60 * SECOND, "clock", victim, {"ahead": 0}),
    ]
