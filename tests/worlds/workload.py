"""Plain worlds: who says what and what breaks by itself, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from tests.worlds.cast import CASTS, PLAIN
from tests.worlds.clock import SECOND
from tests.worlds.script import Event, Script
from tests.worlds.seeds import stream

SPAN: Final = 4 * 60 * SECOND
XWING: Final = 0x004E
SAMPLE: Final = 50
"""One world in so many speaks the charter's default suite, X-Wing."""

Happening = tuple[str, str, dict[str, Any]]
Maker = Callable[[random.Random, str, int], Happening]


def writers(cast: str) -> list[str]:
    return [one for one in CASTS[cast].people if "observer" not in one]


def persons_of(cast: str) -> list[str]:
    return [one for one in writers(cast) if "bot" not in one]


def anybody(rng: random.Random, cast: str) -> str:
    return rng.choice(CASTS[cast].people)


def _say(rng: random.Random, cast: str, number: int) -> Happening:
    speaker = rng.choice(writers(cast))
    asks = {"asks": True} if rng.random() < 0.3 else {}
    return "say", speaker, {"words": f"words {number} of {speaker}", **asks}


def _act(name: str) -> Maker:
    return lambda rng, cast, _number: (name, rng.choice(persons_of(cast)), {})


def _update(rng: random.Random, cast: str, _number: int) -> Happening:
    return "update", anybody(rng, cast), {}


def _cut(rng: random.Random, cast: str, _number: int) -> Happening:
    who = rng.choice((anybody(rng, cast), anybody(rng, cast), "relay0"))
    return "cut", who, {"seconds": rng.randrange(1, 90), "silent": rng.random() < 0.5}


def _partition(rng: random.Random, _cast: str, _number: int) -> Happening:
    return "partition", "", {"side": rng.choice("ab"), "seconds": rng.randrange(5, 90)}


def _kill(rng: random.Random, cast: str, _number: int) -> Happening:
    if rng.random() < 0.2:
        return "kill", "relay0", {"at": rng.choice(("store", "stored")), "count": rng.randrange(1, 12)}
    moment = rng.choice(("store", "stored", "send", "sent"))
    return "kill", anybody(rng, cast), {"at": moment, "count": rng.randrange(1, 12)}


def _clock(rng: random.Random, cast: str, _number: int) -> Happening:
    """Behind, and put right in the end; one that was ahead has a row of its own."""
    return "clock", anybody(rng, cast), {"ahead": -rng.randrange(300)}


def _slow(rng: random.Random, _cast: str, _number: int) -> Happening:
    return "slow", "", {"times": rng.choice((5, 20)), "seconds": rng.randrange(5, 60)}


def _real_vault(rng: random.Random, cast: str, _number: int) -> Happening:
    return "vault: real", anybody(rng, cast), {}


MAKERS: Final[tuple[tuple[Maker, int], ...]] = (
    (_say, 47),
    (_act("ack"), 9),
    (_act("see"), 9),
    (_act("check line"), 4),
    (_update, 6),
    (_cut, 8),
    (_partition, 2),
    (_kill, 10),
    (_clock, 3),
    (_slow, 2),
    (_real_vault, 1),
)
"""What may happen, and how often of a hundred times it does. Newcomers, clocks ahead, second processes and revocations
have rows of their own (13, 24 to 26)."""


def _something(rng: random.Random, cast: str, number: int) -> Event:
    maker = rng.choices([one for one, _ in MAKERS], [weight for _, weight in MAKERS])[0]
    return Event(_when(rng), *maker(rng, cast, number))


def _when(rng: random.Random) -> int:
    """Any time, or one of three moments at which much happens at once: races need company."""
    if rng.random() < 0.4:
        return SPAN // 4 * rng.randrange(1, 4) + rng.randrange(500)
    return rng.randrange(SPAN)


def plain(seed: int, *, cast: str | None = None, events: tuple[int, int] = (5, 14)) -> Script:
    """A world in which nobody lies."""
    rng = stream("workload", seed)
    cast = cast or rng.choices(list(PLAIN), list(PLAIN.values()))[0]
    happening = [_something(rng, cast, number) for number in range(rng.randrange(*events))]
    return Script(
        seed,
        cast,
        tuple(sorted(happening, key=lambda one: one.at)),
        suite=XWING if seed % SAMPLE == 0 else 0x0001,
        relays=2 if rng.random() < 0.2 else 1,
    )
