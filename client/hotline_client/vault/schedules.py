"""What a device sends by the clock, and what became of it: schedules as stored, their trail, and events that were parked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hotline_client.engine.records import SlotRecord, StepRecord
from hotline_client.vault import rows
from hotline_client.vault.database import Database
from hotline_protocol.errors import UsageError

_PUT: Final = (
    "INSERT INTO schedule (name, definition, since, paused) VALUES (?, ?, ?, 0) "
    "ON CONFLICT (name) DO UPDATE SET definition = excluded.definition"
)


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """A schedule or an expectation (`expect/` and its name). `definition`: JSON; `since`: unix s, no slot before it counts."""

    name: str
    definition: str
    since: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that a handler gave up on: the reader's name, where it stands, the exit code, how often it was tried, unix ms."""

    reader: str
    channel: str
    seq: int
    code: int
    attempts: int
    at: int


class Schedules:
    """See the methods; every writing one is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredSchedule]:
        """By name."""
        found = self._database.rows("SELECT name, definition, since, paused FROM schedule ORDER BY name")
        return [StoredSchedule(name, text, since, bool(paused)) for name, text, since, paused in found]

    def put(self, definitions: Iterable[tuple[str, str]], now: int) -> None:
        """Add them, from `now` (unix s) on; of one that is there the definition is replaced, its trail goes on."""
        with self._database.transaction() as tx:
            tx.run_all(_PUT, [(name, text, now) for name, text in definitions])

    def begin(self, name: str, since: int) -> None:
        """Let a schedule begin at another time, unix s."""
        with self._database.transaction() as tx:
            tx.run("UPDATE schedule SET since = ? WHERE name = ?", (since, name))

    def pause(self, name: str, *, paused: bool) -> None:
        """From the next slot on. UsageError if there is none of that name."""
        with self._database.transaction() as tx:
            if not tx.run("UPDATE schedule SET paused = ? WHERE name = ?", (paused, name)):
                raise UsageError(f"there is no schedule {name}; `hotline schedule list` shows them")

    def remove(self, name: str) -> None:
        """Its trail stays. UsageError if there is none of that name."""
        with self._database.transaction() as tx:
            if not tx.run("DELETE FROM schedule WHERE name = ?", (name,)):
                raise UsageError(f"there is no schedule {name}; `hotline schedule list` shows them")

    def trail(self, name: str | None = None, limit: int = 100) -> list[SlotRecord]:
        """What became of the last slots of one schedule or of all, oldest first."""
        sql = f"SELECT {rows.SLOT} FROM slot WHERE ?1 IS NULL OR schedule = ?1 ORDER BY at DESC, slot DESC LIMIT ?2"  # noqa: S608
        return [rows.slot(row) for row in self._database.rows(sql, (name, limit))][::-1]

    def last(self, name: str) -> SlotRecord | None:
        """What became of the last slot of a schedule."""
        sql = f"SELECT {rows.SLOT} FROM slot WHERE schedule = ? ORDER BY slot DESC LIMIT 1"  # noqa: S608
        row = self._database.row(sql, (name,))
        return None if row is None else rows.slot(row)

    def sent(self, name: str) -> int:
        """How many slots of a schedule were sent."""
        row = self._database.row(
            "SELECT count(*) FROM slot WHERE schedule = ? AND outcome IN ('sent', 'late', 'elsewhere')",
            (name,),
        )
        return 0 if row is None else int(row[0])

    def open(self) -> list[SlotRecord]:
        """The slots whose document somebody is still to acknowledge."""
        sql = f"SELECT {rows.SLOT} FROM slot WHERE open ORDER BY at"  # noqa: S608 - names of our own
        return [rows.slot(row) for row in self._database.rows(sql)]

    def steps(self, document: bytes) -> list[StepRecord]:
        """The steps taken about a document, in order."""
        sql = f"SELECT {rows.STEP} FROM step WHERE document = ? ORDER BY at, number"  # noqa: S608 - names of our own
        return [rows.step(row) for row in self._database.rows(sql, (document,))]

    # --- readers

    def park(self, parked: Parked) -> None:
        """Put an event aside for a person, and move the reader past it."""
        with self._database.transaction() as tx:
            tx.run(
                "INSERT OR REPLACE INTO parked (reader, channel, seq, code, attempts, at) VALUES (?, ?, ?, ?, ?, ?)",
                (parked.reader, parked.channel, parked.seq, parked.code, parked.attempts, parked.at),
            )
            tx.run(
                "INSERT INTO cursor (name, channel, seq) VALUES (?, ?, ?) "
                "ON CONFLICT (name, channel) DO UPDATE SET seq = max(seq, excluded.seq)",
                (parked.reader, parked.channel, parked.seq),
            )

    def parked(self, reader: str | None = None) -> list[Parked]:
        """What was put aside, oldest first."""
        found = self._database.rows(
            "SELECT reader, channel, seq, code, attempts, at FROM parked WHERE ?1 IS NULL OR reader = ?1 ORDER BY at",
            (reader,),
        )
        return [Parked(*row) for row in found]

    def unpark(self, parked: Parked) -> None:
        """It was dealt with."""
        with self._database.transaction() as tx:
            tx.run(
                "DELETE FROM parked WHERE reader = ? AND channel = ? AND seq = ?",
                (parked.reader, parked.channel, parked.seq),
            )
