"""Logs that are filled up again, in SQLite: which ones, what came for them so far, and the moment when it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from hotline_protocol.relay.chain import decode_entry
from hotline_server.ordering import LogKey, Position, empty
from hotline_server.store.sqlite_log import SPAN

SCHEMA: Final = (
    "CREATE TABLE restored (one INTEGER PRIMARY KEY CHECK (one = 1)) STRICT",
    """CREATE TABLE recovering (link BLOB NOT NULL, channel TEXT NOT NULL, yes INTEGER NOT NULL,
        PRIMARY KEY (link, channel)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE staged (link BLOB NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL,
        raw BLOB NOT NULL, UNIQUE (link, channel, seq)) STRICT""",
)
_STAGED: Final = "FROM staged WHERE link = ? AND channel = ? AND seq > ? AND seq <= ?"


class SqliteRefill:
    """Over a connection of its own: the one that appends may be at work in another thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[LogKey, bool] = {}

    def recovering(self, key: LogKey) -> bool:
        """See `Store.recovering`."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look(key)
        return known

    def _look(self, key: LogKey) -> bool:
        row = self._connection.execute(
            "SELECT yes FROM recovering WHERE link = ? AND channel = ?", key
        ).fetchone()
        return bool(row[0]) if row is not None else self.restored()

    def restored(self) -> bool:
        """Whether every log is recovering that was not opened since."""
        return self._connection.execute("SELECT one FROM restored").fetchone() is not None

    def recover(self, key: LogKey) -> None:
        """See `Store.recover`."""
        with self._transaction():
            self._set(key, yes=True)

    def recover_all(self) -> None:
        """See `Store.recover_all`."""
        with self._transaction():
            self._connection.execute("INSERT OR IGNORE INTO restored (one) VALUES (1)")
            self._connection.execute("DELETE FROM recovering")
            self._connection.execute("DELETE FROM staged")

    def stage(self, key: LogKey, first: int, raws: Sequence[bytes]) -> None:
        """See `Store.stage`."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO staged (link, channel, seq, id, raw) VALUES (?, ?, ?, ?, ?)",
                [(*key, seq, decode_entry(raw).id, raw) for seq, raw in enumerate(raws, first)],
            )

    def adopt(self, key: LogKey, base: int, position: Position) -> None:
        """See `Store.adopt`."""
        with self._transaction():
            if base < position.tail:
                self._replace(key, base, position)
            self._connection.execute("DELETE FROM staged WHERE link = ? AND channel = ?", key)
            self._set(key, yes=False)

    def _replace(self, key: LogKey, base: int, position: Position) -> None:
        execute = self._connection.execute
        log, indexed = self._number(key)
        first = log * SPAN
        execute("DELETE FROM entries WHERE place > ? AND place < ?", (first + base, first + SPAN))
        wanted = (*key, base, position.tail)
        execute(
            f"INSERT INTO entries (place, raw) SELECT ? + seq, raw {_STAGED} ORDER BY seq", (first, *wanted)
        )
        execute("DELETE FROM ids WHERE log = ? AND seq > ?", (log, base))
        execute(
            f"INSERT OR IGNORE INTO ids (log, id, seq) SELECT ?, id, seq {_STAGED} ORDER BY id",
            (log, *wanted),
        )
        left = execute(
            "SELECT place, raw FROM entries WHERE place > ? AND place <= ?",
            (first + min(indexed, base), first + base),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO ids (log, id, seq) VALUES (?, ?, ?)",
            ((log, decode_entry(raw).id, place - first) for place, raw in left.fetchall()),
        )
        execute(
            "UPDATE logs SET tail=?, last_commit=?, head=?, at=?, indexed=? WHERE log=?",
            (position.tail, position.last_commit, position.head, position.at, position.tail, log),
        )

    def _number(self, key: LogKey) -> tuple[int, int]:
        """The log's number, and up to which entry its ids are in the table."""
        look = "SELECT log, indexed FROM logs WHERE link = ? AND channel = ?"
        row = self._connection.execute(look, key).fetchone()
        if row is None:
            self._connection.execute(
                "INSERT INTO logs (link, channel, tail, last_commit, head, at, indexed) VALUES (?, ?, 0, 0, ?, 0, 0)",
                (*key, empty(key).head),
            )
            row = self._connection.execute(look, key).fetchone()
        return int(row[0]), int(row[1])

    def _set(self, key: LogKey, *, yes: bool) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO recovering (link, channel, yes) VALUES (?, ?, ?)", (*key, yes)
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        self._known.clear()

    def close(self) -> None:
        """Release the connection."""
        self._connection.close()
