"""Transactions: all or nothing, one at a time, on disk; threads and processes wait for each other; nothing spills."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline_client.vault import Vault, VaultBusy, VaultDamaged, database, schema
from hotline_client.vault.database import Database, create_file
from hotline_protocol.errors import StorageError
from tests.client.vault.samples import create, reopen


def _names(vault: Vault) -> list[str]:
    return [row[0] for row in vault._database.rows("SELECT name FROM setting ORDER BY name")]


INSERT = "INSERT INTO setting (name, value) VALUES (?, x'')"


def _write_and_fail(vault: Vault, error: BaseException) -> None:
    with vault.transaction() as tx:
        tx.run(INSERT, ("lost",))
        raise error


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        with vault.transaction() as tx:
            assert tx.run(INSERT, ("kept",)) == 1
        for error in (ValueError("stop"), KeyboardInterrupt()):
            with pytest.raises(type(error)):
                _write_and_fail(vault, error)
        with pytest.raises(StorageError), vault.transaction() as tx:
            tx.run_all(INSERT, [("a",), ("kept",)])
        assert _names(vault) == ["kept"]
    with reopen(tmp_path / "home") as vault:
        assert _names(vault) == ["kept"]


def test_transactions_are_not_nested(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        with vault.transaction() as tx:
            tx.run(INSERT, ("outer",))
            with pytest.raises(RuntimeError), vault.transaction():
                raise AssertionError
        assert _names(vault) == ["outer"]


def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: vault.set_cursor("n", f"channel {number}", number), range(60)))
        assert [vault.cursor("n", f"channel {number}") for number in range(60)] == list(range(60))


def test_a_writer_that_never_ends_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with create(tmp_path / "home") as one:
        monkeypatch.setattr(database, "BUSY_TIMEOUT", 20)
        with reopen(tmp_path / "home") as two:
            with one.transaction(), pytest.raises(VaultBusy):
                two.set_cursor("a", "b", 1)
            two.set_cursor("a", "b", 2)
            assert one.cursor("a", "b") == 2


def test_the_settings_that_keep_the_promises(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        pragma = vault._database._connection.pragma
        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("temp_store") == 2
        assert pragma("secure_delete") == 1
        assert pragma("foreign_keys") == 1
        assert pragma("cipher") == "chacha20"
        assert pragma("trusted_schema") == 0


def test_foreign_keys_are_enforced(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault, pytest.raises(StorageError), vault.transaction() as tx:
        tx.run("INSERT INTO outbox (channel, id, item) VALUES (99, x'', x'')")


@pytest.mark.parametrize(("version", "words"), [(-1, "an earlier program"), (1, "a later program")])
def test_a_vault_of_another_program_is_left_alone(tmp_path: Path, version: int, words: str) -> None:
    with create(tmp_path / "home") as vault:
        vault._database._connection.pragma("user_version", schema.VERSION + version)
    before = (tmp_path / "home" / "vault.db").read_bytes()
    with pytest.raises(StorageError, match=words) as caught:
        reopen(tmp_path / "home")
    assert not isinstance(caught.value, VaultDamaged)
    assert (tmp_path / "home" / "vault.db").read_bytes() == before


def test_a_database_of_another_program_under_our_key_is_no_vault(tmp_path: Path) -> None:
    key = os.urandom(32)
    create_file(tmp_path / "vault.db")
    made = Database(tmp_path / "vault.db", key, new=True)
    made._connection.pragma("application_id", 7)
    made.close()
    with pytest.raises(VaultDamaged, match="no vault"):
        Database(tmp_path / "vault.db", key)
