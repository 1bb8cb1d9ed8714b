"""Who came later (13): its receipts must not claim what it can never read."""

from __future__ import annotations

import random

from tests.worlds.cast import CASTS
from tests.worlds.clock import SECOND
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.script import Event


@row(13, "newcomer", ("true receipts", "guest got entry"))
def _newcomer(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    guest = rng.choice(["a.guest", "b.guest"])
    other = "b.head" if guest[0] == "a" else "a.head"
    at = seconds(20, 60, rng)
    return cast, [
        talk(5 * SECOND, other, "before"),
        talk(8 * SECOND, CASTS[cast].people[0], "before"),
        Event(at, "enter", guest),
        *looks(at + 20 * SECOND, guest),
        talk(at + 60 * SECOND, other, "after"),
        Event(at + 80 * SECOND, "see", guest),
    ]
