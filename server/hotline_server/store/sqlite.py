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
from hotline_server.ordering import Decision, LogKey, Position, empty
from hotline_server.store.base import Batch, StoreFullError
from hotline_server.store.sqlite_log import SPAN, WritableLog
from hotline_server.store.sqlite_refill import SCHEMA, SqliteRefill

_VERSION: Final = 2
APPLICATION: Final = 0x484F544C
"""`HOTL`: what tells our database from any other."""
_SCHEMA: Final = (
    """CREATE TABLE logs (
        log INTEGER PRIMARY KEY, link BLOB NOT NULL, channel TEXT NOT NULL, tail INTEGER NOT NULL,
        last_commit INTEGER NOT NULL, head BLOB NOT NULL, at INTEGER NOT NULL, indexed INTEGER NOT NULL,
        UNIQUE (link, channel)) STRICT""",
    "CREATE TABLE entries (place INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT",
    """CREATE TABLE ids (log INTEGER NOT NULL, id BLOB NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (log, id)) STRICT, WITHOUT ROWID""",
    *SCHEMA,
    f"PRAGMA application_id={APPLICATION}",
    f"PRAGMA user_version={_VERSION}",
)
_CHECKPOINT_PAGES: Final = 8192


class SqliteStore:
    """See `Store`. The directory of `path` must exist; the file is made with mode 0600 by the process's umask."""

    def __init__(self, path: Path, *, min_free_bytes: int = 0) -> None:
        self._path = path
        self._min_free_bytes = min_free_bytes
        self._logs: dict[LogKey, WritableLog] = {}
        with _storage(f"cannot open {path.name}"):
            self._writer = self._connect()
            self._prepare()
            self._reader = self._connect()
            self._refill = SqliteRefill(self._connect())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        connection.execute("PRAGMA cache_size=-8192")
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
                decisions = [self._log(batch.key).append(batch, now) for batch in batches]
                self._writer.execute("COMMIT")
            except BaseException:
                self._logs.clear()
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        for batch in batches:
            self._logs[batch.key].keep()
        return decisions

    def _log(self, key: LogKey) -> WritableLog:
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = WritableLog(self._writer, key)
        return log

    def position(self, key: LogKey) -> Position:
        """See `Store.position`."""
        with _storage("cannot read a log"):
            return self._look(key)[1]

    def _look(self, key: LogKey) -> tuple[int, Position]:
        """Number (0: not there yet) and committed position of a log."""
        row = self._reader.execute(
            "SELECT log, tail, last_commit, head, at FROM logs WHERE link=? AND channel=?", key
        ).fetchone()
        return (row[0], Position(*row[1:])) if row else (0, empty(key))

    def read(self, key: LogKey, after: int, limit: int, max_bytes: int) -> list[bytes]:
        """See `Store.read`."""
        with _storage("cannot read a log"):
            log, position = self._look(key)
            if after >= position.tail:
                return []
            rows = self._reader.execute(
                "SELECT raw FROM entries WHERE place > ? AND place <= ? ORDER BY place LIMIT ?",
                (log * SPAN + after, log * SPAN + position.tail, limit),
            )
            return _until(rows, max_bytes)

    def recovering(self, key: LogKey) -> bool:
        """See `Store.recovering`."""
        with _storage("cannot read the database"):
            return self._refill.recovering(key)

    def restored(self) -> bool:
        """Whether every log is recovering that was not opened since `recover_all`."""
        with _storage("cannot read the database"):
            return self._refill.restored()

    def totals(self) -> tuple[int, int]:
        """Logs with entries, and entries in all."""
        with _storage("cannot read the database"):
            query = "SELECT count(*), coalesce(sum(tail), 0) FROM logs WHERE tail > 0"
            logs, entries = self._reader.execute(query).fetchone()
            return logs, entries

    def recover(self, key: LogKey) -> None:
        """See `Store.recover`."""
        with _storage("cannot write the database"):
            self._refill.recover(key)

    def recover_all(self) -> None:
        """See `Store.recover_all`."""
        with _storage("cannot write the database"):
            self._refill.recover_all()

    def stage(self, key: LogKey, first: int, raws: Sequence[bytes]) -> None:
        """See `Store.stage`."""
        self._check_room()
        with _storage("cannot store entries"):
            self._refill.stage(key, first, raws)

    def adopt(self, key: LogKey, base: int, position: Position) -> None:
        """See `Store.adopt`."""
        with _storage("cannot store entries"):
            self._refill.adopt(key, base, position)
        self._logs.pop(key, None)

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
        self._refill.close()
        self._reader.close()
        self._writer.close()


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
