"""A device with a vault and hands on its clock, offline: what it would send stands in its outbox."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.line.line import Line
from hotline_client.schedules.definitions import EXPECT
from hotline_client.schedules.file import definition, expectation_of, schedule_of
from hotline_client.schedules.runner import Runner
from hotline_client.vault import Vault
from tests.support.copies import of_its_own

HOUR = 3600


@dataclass
class Hands:
    """Unix seconds, as a test wants them."""

    now: float = field(default_factory=lambda: float(int(time.time()) // HOUR * HOUR + HOUR))

    def __call__(self) -> float:
        return self.now

    def ms(self) -> int:
        return int(self.now * 1000)


@dataclass
class Desk:
    """One process on a vault."""

    vault: Vault
    line: Line
    runner: Runner
    hands: Hands

    def add(self, **table: Any) -> None:
        made = schedule_of({"text": "{name} {number} {slot}", **table})
        self.vault.schedules.put([(made.name, definition(made))], int(self.hands.now))
        self.runner.load()

    def expect(self, **table: Any) -> None:
        made = expectation_of(table)
        self.vault.schedules.put([(EXPECT + made.name, definition(made))], int(self.hands.now))
        self.runner.load()

    def texts(self, channel: str = "plenary") -> list[str]:
        """What stands in the outbox or the log, in order."""
        found = self.line.timeline(channel, limit=10_000)
        return [one.text for one in found if one.kind == "text"]

    def trail(self, name: str) -> list[tuple[str, int]]:
        """(outcome, how many slots) of a schedule, in order."""
        return [(one.outcome, one.count) for one in self.vault.schedules.trail(name, 10_000)]


@contextmanager
def desk(home: Path, passphrase: str, hands: Hands) -> Iterator[Desk]:
    """Another process on the same vault gets its own."""
    with Vault.open(home, passphrase) as vault:
        line = Line.open(vault, clock=hands.ms)
        runner = Runner(line, vault.schedules, clock=hands, doubt=lambda: None)
        runner.load()
        yield Desk(vault, line, runner, hands)


def copied(one: Enrolled, to: Path) -> Path:
    """A vault of its own with the same papers."""
    shutil.copytree(one.home, to)
    return of_its_own(to, one.passphrase)
