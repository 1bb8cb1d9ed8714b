"""A row of the table of faults: its number, its name, and how to draw a world that has it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.worlds.clock import SECOND
from tests.worlds.script import Event, Script
from tests.worlds.workload import SAMPLE, XWING, plain

Make = Callable[[random.Random], tuple[str, list[Event]]]


@dataclass(frozen=True)
class Row:
    """`make` draws cast and events. `noise`: how much else goes on. `founded`: whether the channel exists at the start."""

    number: int
    name: str
    make: Make
    noise: tuple[int, int] = (2, 6)
    founded: bool = True
    real_suite: bool = True

    def script(self, seed: int) -> Script:
        rng = random.Random(f"fault {self.number} {seed}")
        cast, events = self.make(rng)
        around = plain(seed, cast=cast, events=self.noise).events if self.noise[1] > 1 else ()
        suite = XWING if self.real_suite and seed % SAMPLE == 0 else 0x0001
        everything = tuple(sorted([*around, *events], key=lambda one: one.at))
        return Script(seed, cast, everything, (self.name,), suite, founded=self.founded)


ROWS: Final[dict[str, Row]] = {}


def row(number: int, name: str, **more: Any) -> Callable[[Make], Make]:
    """Registers the generator of a row."""

    def register(make: Make) -> Make:
        ROWS[name] = Row(number, name, make, **more)
        return make

    return register


def seconds(low: float, high: float, rng: random.Random) -> int:
    """A time between two, ms."""
    return rng.randrange(int(low * SECOND), int(high * SECOND))


def talk(at: int, who: str, words: str, **more: Any) -> Event:
    return Event(at, "say", who, {"words": f"{words} of {who}", **more})


def looks(at: int, *who: str) -> list[Event]:
    """People sit down one after the other, ten seconds apart, and do what they are told."""
    return [Event(at + 10 * SECOND * place, "look", one) for place, one in enumerate(who)]
