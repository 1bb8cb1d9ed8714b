"""A copy of a relay's logs while it runs, and the way back from one: the relay then recovers (docs/protocol.md, R13)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from hotline_protocol.errors import StorageError, UsageError
from hotline_server.relay import only_one
from hotline_server.settings import PRIVATE_FILE, StateDirectory, sync_directory
from hotline_server.store.sqlite import APPLICATION, SqliteStore

_PAGES: Final = 4096
"""Copied between two reports."""

Progress = Callable[[int, int], None]
"""Told how many pages of how many are copied."""


class Copied(NamedTuple):
    """What a database holds: logs with entries, entries in all, bytes of the file."""

    logs: int
    entries: int
    size: int


def back_up(state: StateDirectory, file: Path, progress: Progress) -> Copied:
    """Copy the logs as they are at this moment to a new file, mode 0600, verified and on disk when this returns."""
    state.load_settings()
    if not state.database.exists():
        raise UsageError(f"there is nothing to copy: {state.database} does not exist")
    with _new_file(file) as partial:
        _copy(state.database, partial, progress)
        with SqliteStore(partial) as store:
            store.check()
            logs, entries = store.totals()
        _one_file(partial)
    return Copied(logs, entries, file.stat().st_size)


def restore(state: StateDirectory, file: Path | None, progress: Progress) -> Copied:
    """Put a copy in the place of logs that are gone, or take those that are there for a copy; then every channel recovers.

    UsageError if a relay runs there, or if `file` would take the place of logs.
    """
    state.load_settings()
    with only_one(state):
        if file is not None:
            _put_in_place(state, file, progress)
        with SqliteStore(state.database) as store:
            store.check()
            store.recover_all()
            logs, entries = store.totals()
        sync_directory(state.directory)
        return Copied(logs, entries, state.database.stat().st_size)


def _put_in_place(state: StateDirectory, file: Path, progress: Progress) -> None:
    for suffix in ("", "-wal", "-shm"):
        there = state.database.with_name(state.database.name + suffix)
        if there.exists():
            raise UsageError(
                f"{there} is there: move it and its neighbours {state.database.name}-* away first, and keep them"
            )
    if not file.exists():
        raise UsageError(f"{file} does not exist")
    with _new_file(state.database) as partial:
        _copy(file, partial, progress)
        with SqliteStore(partial) as store:
            store.check()
            store.recover_all()
        _one_file(partial)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy what is committed in `source` now; whoever writes to it goes on meanwhile."""
    with (
        _storage(f"cannot copy {source}"),
        closing(
            sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        ) as old,
        closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        # one read transaction over all steps: without it every commit of the relay would start the copy anew
        old.execute("BEGIN")
        if old.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise StorageError(f"{source} holds no relay's logs")
        old.backup(new, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))
        old.execute("ROLLBACK")


def _one_file(path: Path) -> None:
    """Without a write-ahead log beside it, and on disk."""
    with _storage(f"cannot write {path}"), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """A file beside `path`, empty and private, that gets its name when all went well, and never the place of another."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} exists; nothing is overwritten")
    partial = path.with_name(f".{path.name}.partial")
    try:
        _remove(partial)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        yield partial
        os.link(partial, path)
        sync_directory(path.parent)
    except FileExistsError:
        raise UsageError(f"{path} exists; nothing is overwritten") from None
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from None
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _storage(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{what}: {error}") from None
