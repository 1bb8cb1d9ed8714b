from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.frames import Appended
from hotline_server.ordering import LogKey
from hotline_server.store.base import Batch, StoreFullError
from hotline_server.store.sqlite import SqliteStore
from hotline_server.store.sqlite_log import UNINDEXED
from tests.support.relay_link import message

AIR = LogKey(b"L" * 32, "air")


def test_it_is_durable_before_append_returns(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "log.db") as store:
        assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_it_goes_on_after_reopening(tmp_path: Path) -> None:
    early, late = message(b"early"), message(b"late")
    with SqliteStore(tmp_path / "log.db") as store:
        (first,) = store.append([Batch(AIR, [early, *(message() for _ in range(UNINDEXED))])], 9)
        (second,) = store.append([Batch(AIR, [late])], 9)
    with SqliteStore(tmp_path / "log.db") as store:
        assert store.position(AIR) == second.position
        (again,) = store.append([Batch(AIR, [late, early])], 1)
        assert again.answers == [second.answers[0], first.answers[0]]
        (new,) = store.append([Batch(AIR, [message()])], 1)
        (answer,) = new.answers
        assert isinstance(answer, Appended)
        assert (answer.seq, answer.at) == (UNINDEXED + 3, 1), "it is the present time, whatever came before"


def test_a_full_disk_stores_nothing_and_is_got_over(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "log.db")
    store.append([Batch(AIR, [message()])], 1)
    pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
    store._writer.execute(f"PRAGMA max_page_count={pages + 2}")
    before, big = store.position(AIR), message(bytes(100_000))
    with pytest.raises(StoreFullError):
        store.append([Batch(AIR, [message(), big])], 2)
    assert store.position(AIR) == before
    store._writer.execute("PRAGMA max_page_count=1000000")
    (decision,) = store.append([Batch(AIR, [big])], 3)
    assert decision.position.tail == 2
    store.check()
    store.close()


def test_it_stops_before_the_disk_is_full(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "log.db", min_free_bytes=1 << 60) as store:
        with pytest.raises(StoreFullError, match="are free"):
            store.probe()
        with pytest.raises(StoreFullError):
            store.append([Batch(AIR, [message()])], 1)
        assert store.position(AIR).tail == 0


def test_check_finds_an_entry_that_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with SqliteStore(path) as store:
        store.append([Batch(AIR, [message(b"one"), message(b"two")])], 1)
    connection = sqlite3.connect(path, isolation_level=None)
    ((place, raw),) = connection.execute("SELECT place, raw FROM entries ORDER BY place LIMIT 1").fetchall()
    connection.execute("UPDATE entries SET raw=? WHERE place=?", (raw[:-1] + b"!", place))
    connection.close()
    with SqliteStore(path) as store, pytest.raises(StorageError, match="chain does not match"):
        store.check()


def test_check_finds_an_entry_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with SqliteStore(path) as store:
        store.append([Batch(AIR, [message(b"one"), message(b"two")])], 1)
        store._writer.execute("DELETE FROM entries WHERE place % 1024 = 2")
        with pytest.raises(StorageError, match="ends at entry 1 of 2"):
            store.check()


def test_foreign_and_newer_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, but long enough to be taken for one" * 20)
    with pytest.raises(StorageError, match="cannot open text"):
        SqliteStore(tmp_path / "text")
    with SqliteStore(tmp_path / "log.db") as store:
        store._writer.execute("PRAGMA user_version=99")
    with pytest.raises(StorageError, match="format 99"):
        SqliteStore(tmp_path / "log.db")
