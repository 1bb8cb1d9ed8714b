"""Disks: a vault in memory and a relay's store in memory that can be copied, put back and killed; and the real vault on a real disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from hotline_client.engine.store import Changes, PutBack, Store, Stored
from hotline_client.vault import Vault, keyfile
from hotline_protocol.errors import StorageError
from hotline_server.ordering import Decision, Known, LogKey, Position
from hotline_server.store.base import Batch
from tests.support.memory_store import MemoryStore
from tests.support.memory_vault import MemoryVault, _Channel

FAST: Final = Path("/dev/shm")  # noqa: S108  a place in memory, if this system has one


class Killed(BaseException):
    """The machine died at this very moment."""


class Fuse:
    """Burns down by one at each act of its kind, and kills the machine at the last."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}

    def burn(self, what: str) -> None:
        if what in self.left:
            self.left[what] -= 1
            if self.left[what] <= 0:
                self.left.clear()
                raise Killed(what)


def _nobody_looks(_disk: Disk | RealDisk, _channel: str, _changes: Changes) -> None:
    """Until a machine has the disk."""


class Disk(MemoryVault):
    """A vault in memory; `on_commit` sees what is written before it is, and `fuse` may kill the machine before or after it."""

    def __init__(self) -> None:
        super().__init__()
        self.fuse = Fuse()
        self.on_commit: Callable[[Disk | RealDisk, str, Changes], None] = _nobody_looks
        self.written: Callable[[], None] = lambda: None
        self.told = 0
        """How many steps the second place knows of (`vault/run_mark`); a copy does not carry it."""

    def put_back(self) -> PutBack | None:
        return self.stopped or (PutBack("older") if self.commits < self.told else None)

    def recovered(self) -> None:
        super().recovered()
        self.commits = self.told = max(self.commits, self.told) + 1

    def commit(self, channel: str, version: int, changes: Changes) -> int:
        self.fuse.burn("store")
        self.on_commit(self, channel, changes)
        self.stopped = self.put_back()
        written = super().commit(channel, version, changes)
        if self.stopped is None:
            self.told = self.commits
        self.written()
        self.fuse.burn("stored")
        return written

    def copy(self) -> Disk:
        """What a copy of the disk holds; records are never changed in place, so only the shelves are new."""
        new = Disk()
        new.channels = {name: _copied(one) for name, one in self.channels.items()}
        new.certificates = dict(self.certificates)
        new.commits, new.slots, new.steps = self.commits, list(self.slots), list(self.steps)
        new.told, new.stopped = self.commits, self.stopped
        return new

    def roll_back(self, old: Disk, *, whole: bool = False) -> None:
        """The vault is as it was when `old` was copied from it; `whole`: and all else on this disk, the second place too."""
        fresh = old.copy()
        self.commits, self.stopped = fresh.commits, fresh.stopped
        self.told = fresh.commits if whole else self.told
        self.channels, self.certificates = fresh.channels, fresh.certificates
        self.slots, self.steps = fresh.slots, fresh.steps

    def crash(self) -> None:
        """What was committed is there."""

    def close(self) -> None:
        """Nothing is open."""


def _copied(one: _Channel) -> _Channel:
    return replace(
        one,
        outbox=dict(one.outbox),
        entries=dict(one.entries),
        documents=list(one.documents),
        by_id={key: list(found) for key, found in one.by_id.items()},
        marks=list(one.marks),
        events=list(one.events),
        keys=dict(one.keys),
        contexts=dict(one.contexts),
        aside_entries=dict(one.aside_entries),
        aside_documents=dict(one.aside_documents),
    )


class RealDisk:
    """The real vault in a directory, with the same switches. A copy is a copy of its files, `-wal` included or lost."""

    def __init__(self, directory: Path, vault: Vault) -> None:
        self.directory = directory
        self.vault = vault
        self.fuse = Fuse()
        self.on_commit: Callable[[Disk | RealDisk, str, Changes], None] = _nobody_looks
        self.written: Callable[[], None] = lambda: None

    @classmethod
    def furnished(cls, memory: Disk, rng: Callable[[int], bytes]) -> RealDisk:
        """A real vault that holds what the vault in memory holds, written in one transaction a channel."""
        directory = Path(tempfile.mkdtemp(prefix="world-", dir=FAST if FAST.is_dir() else None))
        vault = Vault.create(
            directory / "v0",
            "x",
            rng=rng,
            unsafe_testing_cost=keyfile.UNSAFE_TESTING_COST,
            state=directory / "state",
        )
        for name, one in memory.channels.items():
            stored = memory.load(name)
            if stored is not None:
                vault.commit(name, 0, _everything(memory, one, stored))
        # the last process to close folds the log into the file: a vault of yesterday has its words there
        vault.close()
        return cls(directory / "v0", Vault.open(directory / "v0", "x", state=directory / "state"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.vault, name)

    def commit(self, channel: str, version: int, changes: Changes) -> int:
        self.fuse.burn("store")
        self.on_commit(self, channel, changes)
        written = self.vault.commit(channel, version, changes)
        self.written()
        self.fuse.burn("stored")
        return written

    def copy(self) -> Path:
        """A copy of the files, made while the vault is in use, as a backup program would."""
        kept = Path(tempfile.mkdtemp(prefix="copy-", dir=self.directory.parent))
        for file in self.directory.iterdir():
            if not file.name.endswith("-shm"):
                shutil.copy2(file, kept / file.name)
        return kept

    def put_back(self) -> PutBack | None:
        return self.vault.put_back()

    def recovered(self) -> None:
        self.vault.recovered()

    def roll_back(self, kept: Path, *, lose_wal: bool = False) -> None:
        """Open the copy in place of the vault; `lose_wal`: without its write-ahead log."""
        place = Path(tempfile.mkdtemp(prefix="v-", dir=self.directory.parent))
        for file in kept.iterdir():
            if not (lose_wal and file.name.endswith("-wal")):
                shutil.copy2(file, place / file.name)
        self.vault.close()
        place.chmod(0o700)
        self.directory, self.vault = place, Vault.open(place, "x", state=place.parent / "state")

    def crash(self) -> None:
        """The machine lost power: what was synced is there, a write-ahead log that nobody folded in among it."""
        self.roll_back(self.copy())

    def close(self) -> None:
        self.vault.close()
        shutil.rmtree(self.directory.parent, ignore_errors=True)


def _everything(memory: Disk, one: _Channel, stored: Stored) -> Changes:
    return Changes(
        standing=stored.standing,
        group=one.group,
        entries=tuple(one.entries.values()),
        documents=tuple(one.documents),
        marks=tuple(one.marks),
        events=tuple(one.events),
        outbox=stored.outbox,
        used_keys=tuple(one.keys.values()),
        certificates=memory.certificates,
        contexts=one.contexts,
        snapshot=one.snapshot,
    )


AnyDisk = Disk | RealDisk


def as_store(disk: AnyDisk) -> Store:
    return disk


class RelayDisk(MemoryStore):
    """The relay's logs; the next append fails if told to, and the whole can be copied and put back."""

    @classmethod
    def of(
        cls, key: LogKey, position: Position, raws: Sequence[bytes], known: dict[bytes, Known]
    ) -> RelayDisk:
        new = cls()
        new._positions[key], new._raws[key], new._known[key] = position, list(raws), dict(known)
        return new

    def append(self, batches: Sequence[Batch], now: int) -> list[Decision]:
        return super().append(batches, now)

    def copy(self) -> RelayDisk:
        new = RelayDisk()
        new._positions = dict(self._positions)
        new._raws = {key: list(raws) for key, raws in self._raws.items()}
        new._known = {key: dict(known) for key, known in self._known.items()}
        return new

    def put_back(self, old: RelayDisk) -> None:
        fresh = old.copy()
        self._positions, self._raws, self._known = fresh._positions, fresh._raws, fresh._known
        self._recovering, self._restored, self._staged = {}, False, {}

    def raws(self, key: LogKey) -> list[bytes]:
        return self._raws.get(key, [])


__all__ = ["AnyDisk", "Disk", "Fuse", "Killed", "RealDisk", "RelayDisk", "StorageError", "as_store"]
