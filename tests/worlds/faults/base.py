"""A row of the table of faults: its number, its name, and how to draw a world that has it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.worlds.clock import SECOND
from tests.worlds.script import Event, Script
from tests.worlds.seeds import stream
from tests.worlds.workload import SAMPLE, XWING, plain
from tests.worlds.world import Report

Make = Callable[[random.Random], tuple[str, list[Event]]]


@dataclass(frozen=True)
class Row:
    """`make` draws cast and events. `shows`: the violation by which the row is known, its checker and a pattern of its words.
    `noise`: how much else goes on. `founded`: whether the channel exists at the start.
    """

    number: int
    name: str
    make: Make
    shows: tuple[str, str]
    noise: tuple[int, int] = (2, 6)
    founded: bool = True
    real_suite: bool = True

    def found(self, report: Report) -> bool:
        """Whether the world shows this row, and not only something else that is wrong."""
        checker, pattern = self.shows
        return any(one.checker == checker and re.search(pattern, one.words) for one in report.violations)

    def draw(self, seed: int) -> tuple[str, list[Event]]:
        """The cast, and the events that make the fault."""
        return self.make(stream(f"fault {self.number}", seed))

    def script(self, seed: int) -> Script:
        cast, events = self.draw(seed)
        around = plain(seed, cast=cast, events=self.noise).events if self.noise[1] > 1 else ()
        suite = XWING if self.real_suite and seed % SAMPLE == 0 else 0x0001
        everything = tuple(sorted([*around, *events], key=lambda one: one.at))
        return Script(seed, cast, everything, (self.name,), suite, founded=self.founded)


ROWS: Final[dict[str, Row]] = {}


def row(number: int, name: str, shows: tuple[str, str], **more: Any) -> Callable[[Make], Make]:
    """Registers the generator of a row."""

    def register(make: Make) -> Make:
        ROWS[name] = Row(number, name, make, shows, **more)
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
