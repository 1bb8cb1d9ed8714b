"""Logs in one SQLite file: WAL, `synchronous=FULL`, one writing and one reading connection."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from hotline_protocol.errors import FormatError, StorageError
from hotline_protocol.relay.chain import extend
from hotline_server.ordering import Decision, Known, LogKey, Position, decide, empty
from hotline_server.store.base import Batch, StoreFullError

_VERSION: Final = 1
_APPLICATION: Final = 0x484F544C  # "HOTL"
_SCHEMA: Final = (
    """CREATE TABLE logs (
        log INTEGER PRIMARY KEY, link BLOB NOT NULL, channel TEXT NOT NULL, tail INTEGER NOT NULL,
        last_commit INTEGER NOT NULL, head BLOB NOT NULL, at INTEGER NOT NULL, UNIQUE (link, channel)) STRICT""",
    "CREATE TABLE entries (place INTEGER PRIMARY KEY, log INTEGER NOT NULL, id BLOB NOT NULL, raw BLOB NOT NULL) STRICT",
    "CREATE UNIQUE INDEX entry_ids ON entries (log, id)",
    f"PRAGMA application_id={_APPLICATION}",
    f"PRAGMA user_version={_VERSION}",
)
_SPAN: Final = 1 << 40
"""Sequence numbers a log may use; `place` = log · _SPAN + seq keeps each log in one clustered run of the table."""
_CHECKPOINT_PAGES: Final = 8192


class SqliteStore:
    """See `Store`. The directory of `path` must exist; the file is made with mode 0600 by the process's umask."""

    def __init__(self, path: Path, *, min_free_bytes: int = 0) -> None:
        self._path = path
        self._min_free_bytes = min_free_bytes
        with _storage(f"cannot open {path.name}"):
            self._writer = self._connect()
            self._prepare()
            self._reader = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        connection.execute("PRAGMA cache_size=-32768")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection

    def _prepare(self) -> None:
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._writer.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                self._writer.execute(statement)
            self._writer.execute("COMMIT")
        elif version != _VERSION:
            raise StorageError(f"{self._path.name} has format {version}, this relay reads format {_VERSION}")

    def append(self, batches: Sequence[Batch], now: int) -> list[Decision]:
        """See `Store.append`."""
        self._check_room()
        with _storage("cannot store entries"):
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                decisions = [self._append(batch, now) for batch in batches]
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            return decisions

    def _append(self, batch: Batch, now: int) -> Decision:
        log, position = self._log(self._writer, batch.key)
        known = self._known(log, [submission.id for submission in batch.submissions]) if log else {}
        decision = decide(position, known, batch.submissions, now)
        if not decision.raws:
            return decision
        after = decision.position
        if not log:
            log = self._new_log(batch.key, position)
        first = log * _SPAN + decision.first
        self._writer.executemany(
            "INSERT INTO entries (place, log, id, raw) VALUES (?, ?, ?, ?)",
            [(first + index, log, decision.ids[index], raw) for index, raw in enumerate(decision.raws)],
        )
        self._writer.execute(
            "UPDATE logs SET tail=?, last_commit=?, head=?, at=? WHERE log=?",
            (after.tail, after.last_commit, after.head, after.at, log),
        )
        return decision

    def _new_log(self, key: LogKey, position: Position) -> int:
        cursor = self._writer.execute(
            "INSERT INTO logs (link, channel, tail, last_commit, head, at) VALUES (?, ?, 0, 0, ?, 0)",
            (key.link_id, key.channel, position.head),
        )
        return int(cursor.lastrowid or 0)

    def _log(self, connection: sqlite3.Connection, key: LogKey) -> tuple[int, Position]:
        """Number (0: not there yet) and position of a log."""
        row = connection.execute(
            "SELECT log, tail, last_commit, head, at FROM logs WHERE link=? AND channel=?", key
        ).fetchone()
        return (row[0], Position(*row[1:])) if row else (0, empty(key))

    def _known(self, log: int, ids: Sequence[bytes]) -> dict[bytes, Known]:
        known: dict[bytes, Known] = {}
        for start in range(0, len(ids), 64):
            some = ids[start : start + 64]
            # One statement text for every size keeps the prepared statement: the rest repeats the first id.
            padded = (*some, *([some[0]] * (64 - len(some))))
            rows = self._writer.execute(_FIND, (log, *padded))
            known.update((row[0], Known(row[1] - log * _SPAN, row[2])) for row in rows)
        return known

    def position(self, key: LogKey) -> Position:
        """See `Store.position`."""
        with _storage("cannot read a log"):
            return self._log(self._reader, key)[1]

    def read(self, key: LogKey, after: int, limit: int, max_bytes: int) -> list[bytes]:
        """See `Store.read`."""
        with _storage("cannot read a log"):
            log, position = self._log(self._reader, key)
            if after >= position.tail:
                return []
            rows = self._reader.execute(
                "SELECT raw FROM entries WHERE place > ? AND place <= ? ORDER BY place LIMIT ?",
                (log * _SPAN + after, log * _SPAN + position.tail, limit),
            )
            return _until(rows, max_bytes)

    def probe(self) -> None:
        """See `Store.probe`."""
        self._check_room()
        with _storage("cannot read the database"):
            self._reader.execute("SELECT count(*) FROM logs").fetchone()

    def _check_room(self) -> None:
        """Stop while there is still room for a checkpoint, for logs, and for the operator to work."""
        try:
            free = os.statvfs(self._path.parent)
        except OSError as error:
            raise StorageError(f"cannot look at the disk: {error.strerror}") from None
        if free.f_bavail * free.f_frsize < self._min_free_bytes:
            raise StoreFullError(f"less than {self._min_free_bytes} bytes are free")

    def check(self) -> None:
        """See `Store.check`."""
        with _storage("cannot read the database"):
            result = self._reader.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if result != "ok":
                raise StorageError(f"the database is damaged: {result}")
            keys = [LogKey(*row) for row in self._reader.execute("SELECT link, channel FROM logs")]
        for key in keys:
            self._check_chain(key)

    def _check_chain(self, key: LogKey) -> None:
        want, head, seq = self.position(key), empty(key).head, 0
        while raws := self.read(key, seq, 1024, 1 << 22):
            for raw in raws:
                seq += 1
                head = extend(head, seq, raw)
        if (seq, head) != (want.tail, want.head):
            name = f"channel {key.channel} of link {key.link_id.hex()[:12]}"
            raise StorageError(
                f"{name}: the log ends at entry {seq} of {want.tail} or its chain does not match"
            )

    def close(self) -> None:
        """See `Store.close`."""
        self._reader.close()
        self._writer.close()


_FIND: Final = f"SELECT id, place, raw FROM entries WHERE log=? AND id IN ({','.join('?' * 64)})"  # noqa: S608 - only marks


def _until(rows: sqlite3.Cursor, max_bytes: int) -> list[bytes]:
    """Rows up to the one that reaches `max_bytes`."""
    raws: list[bytes] = []
    size = 0
    for (raw,) in rows:
        raws.append(raw)
        size += len(raw)
        if size >= max_bytes:
            rows.close()
            break
    return raws


@contextmanager
def _storage(what: str) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as error:
        kind = StoreFullError if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL" else StorageError
        raise kind(f"{what}: {error}") from error
    except FormatError as error:
        raise StorageError(f"{what}: {error}") from error
