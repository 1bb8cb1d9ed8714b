"""The encrypted database file: opened privately, used by one thread at a time, changed only in whole transactions.

Rules: 0600, in a directory of ours alone, never through a symbolic link; ChaCha20-Poly1305 a page, log included; temporary
tables and sorting stay in memory; a commit is on disk before it returns (WAL, synchronous FULL); freed pages are wiped.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import apsw

from hotline_client.vault import schema
from hotline_client.vault.errors import VaultBusy, VaultDamaged
from hotline_protocol.errors import StorageError

BUSY_TIMEOUT: Final = 20_000
"""How long to wait for another process that is writing, ms; a transaction takes a few."""

_PAGES: Final = 256
"""How many pages are copied at once."""
_PAGE: Final = 4096

Row = tuple[Any, ...]

_PRAGMAS: Final = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("temp_store", "memory"),
    ("secure_delete", True),
    ("foreign_keys", True),
    ("trusted_schema", False),
    ("cell_size_check", True),
    ("journal_size_limit", 16 * 1024 * 1024),
    # document ids are random: each new one touches a page of their index, which should stay in memory, decrypted, and
    # be written back to the file once for many
    ("cache_size", -16 * 1024),
    ("wal_autocheckpoint", 4000),
)


def create_file(path: Path) -> None:
    """An empty file of mode 0600 that was not there before; FileExistsError if it was."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def check_private(path: Path) -> None:
    """StorageError unless `path` is a regular file of ours that nobody else may read or write."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(f"{path} is not a regular file (symbolic links are refused)")
    if status.st_uid != os.geteuid():
        raise StorageError(f"{path} belongs to another user")
    if status.st_mode & 0o077:
        error = StorageError(f"{path} is open to others: mode {stat.S_IMODE(status.st_mode):04o}")
        error.add_note(f"make it yours alone: chmod 600 '{path}', and ask who could have read it")
        raise error


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's errors as ours. Their texts are SQLite's own; no value of a row is in them."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as error:
        damaged = VaultDamaged(
            f"the vault's database is damaged: {type(error).__name__.removesuffix('Error')}"
        )
        damaged.add_note("restore a backup, or enrol this device anew; the other members keep the log")
        raise damaged from None
    except (apsw.BusyError, apsw.LockedError):
        raise VaultBusy(f"another process kept the vault for more than {BUSY_TIMEOUT // 1000} s") from None
    except apsw.FullError:
        raise StorageError("the vault cannot be written: no space left") from None
    except apsw.Error as error:
        raise StorageError(f"the vault's database failed: {type(error).__name__}: {error}") from None


class Database:
    """One connection to the file at `path`. Safe from any thread; threads wait for each other. `new`: it is empty yet."""

    def __init__(self, path: Path, key: bytes, *, new: bool = False) -> None:
        self._lock = threading.RLock()
        self._writing = False
        for suffix in ("", "-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if not suffix or beside.exists():
                check_private(beside)
        with translated():
            self._connection = _connect(path.parent.resolve() / path.name, key)
        try:
            self._prepare(new=new)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, *, new: bool) -> None:
        with translated():
            # before anything is written: a file that was cut to nothing would else become an empty vault
            schema.check_version(self._connection, new=new)
            for name, value in _PRAGMAS:
                self._connection.pragma(name, value)
        if new:
            with self.transaction(), translated():
                schema.create(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def copy_to(self, path: Path, key: bytes, progress: Callable[[int, int], object]) -> None:
        """Copy all of it, as of now, into an empty private file, encrypted under another key; other processes go on writing.

        `progress` is told how many of how many bytes are done.
        """
        with self._lock, translated():
            other = _connect(path.parent.resolve() / path.name, key)
            # a reader's transaction holds the state of this moment; without one every commit would begin the copy anew
            self._connection.execute("BEGIN")
            try:
                self._connection.execute("SELECT 1 FROM run").fetchall()
                other.pragma("synchronous", "off")
                with other.backup("main", self._connection, "main") as copying:
                    while not copying.done:
                        copying.step(_PAGES)
                        done = copying.page_count - copying.remaining
                        progress(done * _PAGE, copying.page_count * _PAGE)
            finally:
                self._connection.execute("ROLLBACK")
                other.close()

    def close(self) -> None:
        """Let go of the file; the last to do so folds the log into it."""
        with self._lock, translated():
            self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock, translated():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, if any."""
        with self._lock, translated():
            found: Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def data_version(self) -> int:
        """Changes when another connection commits."""
        with self._lock, translated():
            return int(self._connection.pragma("data_version"))

    def check(self) -> None:
        """Read and authenticate every page; VaultDamaged if one is not what was written."""
        with self._lock, translated():
            found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != ("ok",):
            raise VaultDamaged("the vault's database is damaged: its integrity check failed")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All that is written inside, or nothing of it; on disk when the block ends. One at a time, never nested."""
        with self._lock:
            if self._writing:
                raise RuntimeError("a transaction is open already")
            with translated():
                self._connection.execute("BEGIN IMMEDIATE")
            self._writing = True
            try:
                yield Transaction(self._connection)
                with translated():
                    self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._writing = False

    def _roll_back(self) -> None:
        # after some failures SQLite has rolled back by itself
        if self._connection.in_transaction:
            with translated():
                self._connection.execute("ROLLBACK")


class Transaction:
    """What may be done inside `Database.transaction`; of no use after it."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, if any."""
        with translated():
            found: Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute one statement; the number of rows it changed."""
        with translated():
            self._connection.execute(sql, values).fetchall()
            return int(self._connection.changes())

    def run_all(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute one statement for each row of values."""
        with translated():
            self._connection.executemany(sql, rows)


def _connect(path: Path, key: bytes) -> apsw.Connection:
    # the path is resolved, so that NOFOLLOW speaks of the file and not of a directory above it
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
    connection = apsw.Connection(str(path), flags=flags)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT)
        connection.pragma("cipher", "chacha20")
        # a raw key: it is random already, and needs no derivation
        connection.pragma("key", f"raw:{key.hex()}")
    except BaseException:
        connection.close()
        raise
    return connection
