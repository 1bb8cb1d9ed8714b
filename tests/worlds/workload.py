"""Plain worlds: who says what and what breaks by itself, drawn from a seed."""

from __future__ import annotations

import random
from typing import Final

from tests.worlds.cast import CASTS, PLAIN
from tests.worlds.clock import SECOND
from tests.worlds.script import Event, Script

SPAN: Final = 4 * 60 * SECOND
XWING: Final = 0x004E
SAMPLE: Final = 50
"""One world in so many speaks the charter's default suite, X-Wing."""


def writers(cast: str) -> list[str]:
    return [one for one in CASTS[cast].people if "observer" not in one]


def persons_of(cast: str) -> list[str]:
    return [one for one in writers(cast) if "bot" not in one]


def _something(rng: random.Random, cast: str, number: int) -> Event:
    at = rng.randrange(SPAN)
    chosen = rng.random()
    who = rng.choice(persons_of(cast))
    anybody = rng.choice(CASTS[cast].people)
    if chosen < 0.45:
        speaker = rng.choice(writers(cast))
        more = {"asks": True} if rng.random() < 0.3 else {}
        return Event(at, "say", speaker, {"words": f"words {number} of {speaker}", **more})
    if chosen < 0.55:
        return Event(at, "ack", who)
    if chosen < 0.65:
        return Event(at, "see", who)
    if chosen < 0.70:
        return Event(at, "check line", who)
    if chosen < 0.76:
        return Event(at, "update", anybody)
    if chosen < 0.84:
        return Event(at, "cut", rng.choice((anybody, anybody, "relay0")), {"seconds": rng.randrange(1, 90), "silent": rng.random() < 0.5})
    if chosen < 0.93:
        moment = rng.choice(("store", "stored", "send", "sent"))
        victim = anybody if rng.random() < 0.8 else "relay0"
        moment = rng.choice(("store", "stored")) if victim == "relay0" else moment
        return Event(at, "kill", victim, {"at": moment, "count": rng.randrange(1, 6)})
    if chosen < 0.96:
        return Event(at, "clock", anybody, {"ahead": rng.randrange(-300, 300)})
    return Event(at, "slow", "", {"times": rng.choice((5, 20)), "seconds": rng.randrange(5, 60)})


def plain(seed: int, *, cast: str | None = None, events: tuple[int, int] = (6, 16)) -> Script:
    """A world in which nobody lies."""
    rng = random.Random(f"workload {seed}")
    cast = cast or rng.choice(PLAIN)
    happening = [_something(rng, cast, number) for number in range(rng.randrange(*events))]
    return Script(
        seed,
        cast,
        tuple(sorted(happening, key=lambda one: one.at)),
        suite=XWING if seed % SAMPLE == 0 else 0x0001,
        relays=2 if rng.random() < 0.2 else 1,
    )
