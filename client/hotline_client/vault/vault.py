"""The vault of one device: two files in a directory of its own, opened by a passphrase, shared by several processes.

vault.db     everything this device knows, encrypted under a random key
vault.key    that key, sealed under the passphrase; written last, so that a vault is whole once it is there
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from hotline_client import files
from hotline_client.engine.store import Changes
from hotline_client.vault import keyfile, keyring, writing
from hotline_client.vault.database import Database, Transaction, create_file
from hotline_client.vault.device import Device
from hotline_client.vault.reading import Reader
from hotline_client.vault.schedules import Schedules
from hotline_protocol.errors import StorageError, UsageError

DATABASE: Final = "vault.db"
KEY: Final = "vault.key"

Random = Callable[[int], bytes]


class Vault(Reader):
    """An open vault: the engine's `Store`, this device's papers, and small things that screens and scripts keep."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.device = Device(database)
        self.schedules = Schedules(database)

    @classmethod
    def create(
        cls,
        directory: Path,
        passphrase: str,
        *,
        rng: Random,
        unsafe_testing_cost: keyfile.Cost | None = None,
    ) -> Vault:
        """A new, empty, open vault in `directory`, which is made if missing. UsageError if there is one already."""
        files.private_directory(directory)
        if cls.exists(directory):
            raise UsageError(f"{directory} holds a vault already")
        files.must_be_absent(directory / KEY)
        files.must_be_absent(directory / DATABASE)
        key = rng(keyring.KEY_SIZE)
        create_file(directory / DATABASE)
        try:
            database = Database(directory / DATABASE, key, new=True)
            try:
                keyring.create(directory / KEY, key, passphrase, rng, unsafe_testing_cost)
            except BaseException:
                database.close()
                raise
        except BaseException:
            _remove_database(directory)
            raise
        return cls(database)

    @classmethod
    def open(cls, directory: Path, passphrase: str) -> Vault:
        """The vault in `directory`. WrongPassphrase, VaultDamaged, or StorageError: missing, open to others, newer."""
        _check_present(directory)
        files.private_directory(directory)
        key = keyring.unlock(directory / KEY, passphrase)
        return cls(Database(directory / DATABASE, key))

    @classmethod
    def exists(cls, directory: Path) -> bool:
        """Whether a whole vault seems to be there."""
        return all(os.path.lexists(directory / name) for name in (DATABASE, KEY))

    @classmethod
    def change_passphrase(
        cls,
        directory: Path,
        old: str,
        new: str,
        *,
        rng: Random,
        unsafe_testing_cost: keyfile.Cost | None = None,
    ) -> None:
        """Seal the vault's key under `new`. WrongPassphrase if `old` does not open it. Open processes go on undisturbed."""
        _check_present(directory)
        keyring.change(directory / KEY, old, new, rng, unsafe_testing_cost)

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """Authenticate every page and check its structure; VaultDamaged if anything is not what was written. Slow."""
        self._database.check()

    def transaction(self) -> AbstractContextManager[Transaction]:
        """All that is written inside, or nothing of it. Never nested."""
        return self._database.transaction()

    def commit(self, channel: str, version: int, changes: Changes) -> int:
        """Write `changes` on top of `version` (0: nothing stored yet); the new version. StaleError if it is not current."""
        with self._database.transaction() as tx:
            return writing.write(tx, channel, version, changes)

    # --- what screens and scripts keep

    def cursor(self, name: str, channel: str) -> int:
        """Up to which seq the reader of this name has got, 0 if it has never read."""
        row = self._database.row("SELECT seq FROM cursor WHERE name = ? AND channel = ?", (name, channel))
        return 0 if row is None else int(row[0])

    def set_cursor(self, name: str, channel: str, seq: int) -> None:
        """Remember how far a reader got."""
        with self._database.transaction() as tx:
            tx.run(
                "INSERT INTO cursor (name, channel, seq) VALUES (?, ?, ?) "
                "ON CONFLICT (name, channel) DO UPDATE SET seq = excluded.seq",
                (name, channel, seq),
            )

    def setting(self, name: str) -> bytes | None:
        """A small value that somebody kept here, such as a draft."""
        row = self._database.row("SELECT value FROM setting WHERE name = ?", (name,))
        return None if row is None else row[0]

    def set_setting(self, name: str, value: bytes | None) -> None:
        """Keep a small value, or forget it (None)."""
        with self._database.transaction() as tx:
            if value is None:
                tx.run("DELETE FROM setting WHERE name = ?", (name,))
                return
            tx.run(
                "INSERT INTO setting (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )


def _check_present(directory: Path) -> None:
    there = [name for name in (DATABASE, KEY) if os.path.lexists(directory / name)]
    if len(there) == 2:
        return
    if not there:
        error = StorageError(f"there is no vault in {directory}")
        error.add_note("make one with `hotline enrol request`, or name another directory with --home")
        raise error
    missing = KEY if there == [DATABASE] else DATABASE
    error = StorageError(f"the vault in {directory} is not whole: {missing} is missing")
    error.add_note(
        f"put {missing} back; if the vault was only being made when this happened, remove {there[0]}"
    )
    raise error


def _remove_database(directory: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (directory / (DATABASE + suffix)).unlink(missing_ok=True)
