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
from hotline_client.engine.store import Changes, PutBack
from hotline_client.vault import backups, keyfile, keyring, writing
from hotline_client.vault.database import Database, Transaction, create_file
from hotline_client.vault.device import Device
from hotline_client.vault.reading import Reader
from hotline_client.vault.run_mark import RunMark, state_directory
from hotline_client.vault.schedules import Schedules
from hotline_protocol.errors import StorageError, UsageError

DATABASE: Final = "vault.db"
KEY: Final = "vault.key"

Random = Callable[[int], bytes]


class Vault(Reader):
    """An open vault: the engine's `Store`, this device's papers, and small things that screens and scripts keep."""

    def __init__(self, database: Database, state: Path, rng: Random = os.urandom) -> None:
        super().__init__(database)
        self._run = RunMark(database, state, rng)
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
        state: Path | None = None,
    ) -> Vault:
        """A new, empty, open vault in `directory`, which is made if missing. UsageError if there is one already.

        `state`: where run marks are kept, by default in the user's state directory.
        """
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
        return cls(database, state or state_directory(), rng)

    @classmethod
    def open(cls, directory: Path, passphrase: str, *, state: Path | None = None) -> Vault:
        """The vault in `directory`. WrongPassphrase, VaultDamaged, or StorageError: missing, open to others, newer."""
        _check_present(directory)
        files.private_directory(directory)
        key = keyring.unlock(directory / KEY, passphrase)
        database = Database(directory / DATABASE, key)
        try:
            return cls(database, state or state_directory())
        except BaseException:
            database.close()
            raise

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

    def backup(
        self,
        out: Path,
        passphrase: str,
        *,
        made: str,
        rng: Random,
        unsafe_testing_cost: keyfile.Cost | None = None,
        progress: backups.Progress = lambda _done, _all: None,
    ) -> int:
        """Copy all of it, as of now, into the new file `out`, sealed under `passphrase`; its size in bytes.

        `made`: when, for whoever restores it. Other processes go on meanwhile.
        """
        cost = unsafe_testing_cost
        return backups.write(
            self._database, out, passphrase, made=made, rng=rng, cost=cost, progress=progress
        )

    @classmethod
    def restore(
        cls,
        source: Path,
        directory: Path,
        passphrase: str,
        *,
        progress: backups.Progress = lambda _done, _all: None,
    ) -> None:
        """Make the vault in `directory`, which must not be there, of a backup, all of it or nothing. It seals nothing until it is
        recovered (L37). WrongPassphrase; StorageError if the backup is damaged.
        """
        with files.new_directory(directory) as aside:
            backups.unpack(source, aside / DATABASE, aside / KEY, passphrase, progress)

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
        new_keys = changes.group is not None and bool(changes.group.epoch)
        with self._database.transaction() as tx:
            self._run.step(tx, new_keys=new_keys, found=changes.put_back)
            written = writing.write(tx, channel, version, changes)
        self._run.publish()
        return written

    def put_back(self) -> PutBack | None:
        """Why nothing may be sealed with this vault; None if all is well."""
        return self._run.put_back()

    def recovered(self) -> None:
        """Every group was left: forget what is left of them, and let this vault seal again, as another one than its copies."""
        with self._database.transaction() as tx:
            writing.forget_groups(tx)
            self._run.renew(tx)
        self._run.renewed()

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
