"""Whether a vault is the one that was last used here, or an older copy of it: a mark and a counter, in the vault and beside it.

The vault counts its steps, and makes a new mark with the first step of each run and with each change of keys. Both are written
to a second place after the step is on disk and before anything of it is sent: a file in the user's state directory, named by
the vault's own random id and by the machine. So what was sent is known there. A copy of the vault does not carry it:

    a copy put back, a write-ahead log that is cut or lost      the second place knows more: `older`
    a vault moved to another machine, or to another user        there is no second place: `elsewhere`
    a whole disk put back, the second place with it             nothing shows here; the log does (D10), before anything is sealed (L35)

The vault remembers the directory, so that a service and a shell of the same user, with other environments, mean the same one.
The second place is synced with each new mark only. After a loss of power it may know less than the vault, which is no fault.
"""

from __future__ import annotations

import os
import platform
import struct
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from hotline_client import files
from hotline_client.engine.store import PutBack, StaleError
from hotline_client.vault.database import Database, Row, Transaction
from hotline_client.vault.errors import VaultDamaged
from hotline_client.words.put_back import Why
from hotline_protocol.errors import HotlineError, StorageError

MARK_SIZE: Final = 16
_SECOND: Final = struct.Struct(">8s16sQ")
_MAGIC: Final = b"hotlrun1"
_READ: Final = "SELECT vault, mark, previous, steps, state, why, detail FROM run"
_MACHINE_IDS: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


class _Place(NamedTuple):
    """What the second place knows: the mark, and how many steps were made."""

    mark: bytes
    steps: int


class _Run(NamedTuple):
    """What the vault knows. `previous`: what the second place held when the mark was made; `state`: the directory, empty before the first step."""

    vault: bytes
    mark: bytes
    previous: bytes
    steps: int
    state: str
    why: Why | None
    detail: str


def state_directory() -> Path:
    """Where this user's programs keep what belongs to this machine."""
    named = os.environ.get("XDG_STATE_HOME", "")
    base = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    return base / "hotline"


def machine() -> bytes:
    """What names this machine: its id where it has one, else its name."""
    for path in _MACHINE_IDS:
        with suppress(OSError):
            if found := path.read_bytes().strip():
                return found
    return platform.node().encode()


class RunMark:
    """Of one process on an open vault. `state`: the directory of second places, if the vault remembers none."""

    def __init__(self, database: Database, state: Path, rng: Callable[[int], bytes]) -> None:
        self._database = database
        self._state = state
        self._rng = rng
        row = self._row()
        self._name = sha256(b"hotline run mark\x00" + row.vault + machine()).hexdigest()[:40]
        self._begun = False
        self._fault = _compare(row, self._look(row))

    def put_back(self) -> PutBack | None:
        """Why nothing may be sealed with this vault; None if all is well."""
        row = self._row()
        if row.why is not None:
            return PutBack(row.why, row.detail)
        if self._fault is not None:
            # another process may have recovered it meanwhile
            self._fault = _compare(row, self._look(row))
        return self._fault

    def step(self, tx: Transaction, *, new_keys: bool, found: PutBack | None) -> None:
        """One more step, in its transaction. StaleError if the vault turns out to be old now: then it must be made again."""
        row = _run(tx.row(_READ))
        if row.why is not None:
            return
        seen = self._look(row)
        if self._fault is None:
            self._fault = _compare(row, seen)
            if self._fault is not None:
                raise StaleError
        stop = found or self._fault
        if stop is not None:
            tx.run("UPDATE run SET why = ?, detail = ?", (stop.why, stop.detail))
        elif new_keys or not self._begun:
            seen = seen or self._write(row)
            new = (self._rng(MARK_SIZE), seen.mark, str(self._path(row).parent))
            tx.run("UPDATE run SET mark = ?, previous = ?, state = ?, steps = steps + 1", new)
            self._begun = True
        else:
            tx.run("UPDATE run SET steps = steps + 1")

    def publish(self) -> None:
        """After a step: the second place learns how far the vault is, whichever process was last."""
        row = self._row()
        if row.why is not None:
            return
        seen = self._look(row)
        self._fault = _compare(row := self._row(), seen)
        while self._fault is None and seen != (row.mark, row.steps):
            seen = self._write(row, sync=seen is None or seen.mark != row.mark)
            row = self._row()

    def renew(self, tx: Transaction) -> None:
        """A person decided: from here on this vault is another one than its copies."""
        row = _run(tx.row(_READ))
        seen = self._look(row)
        state = self._path(row).parent if seen else self._state
        known = seen or _Place(row.mark, row.steps)
        new = (self._rng(MARK_SIZE), known.mark, str(state), max(row.steps, known.steps) + 1)
        tx.run("UPDATE run SET mark = ?, previous = ?, state = ?, steps = ?, why = NULL, detail = ''", new)

    def renewed(self) -> None:
        """The second place learns it, whatever it knew."""
        self._write(self._row())
        self._fault, self._begun = None, True

    def _row(self) -> _Run:
        return _run(self._database.row(_READ))

    # --- the second place

    def _path(self, row: _Run) -> Path:
        return (Path(row.state) if row.state else self._state) / self._name

    def _look(self, row: _Run) -> _Place | None:
        try:
            place = os.open(self._path(row), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            data = os.pread(place, _SECOND.size, 0)
        finally:
            os.close(place)
        if len(data) != _SECOND.size:
            return None
        magic, mark, steps = _SECOND.unpack(data)
        return _Place(mark, steps) if magic == _MAGIC else None

    def _write(self, row: _Run, *, sync: bool = True) -> _Place:
        path = self._path(row)
        try:
            files.private_directory(path.parent)
            place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(place, _SECOND.pack(_MAGIC, row.mark, row.steps), 0)
                if sync:
                    os.fsync(place)
            finally:
                os.close(place)
        except (OSError, HotlineError) as error:
            raise _unusable(path, error) from None
        return _Place(row.mark, row.steps)


def mark_restored(tx: Transaction, made: str) -> None:
    """In a backup: whoever opens it knows that it is one. `made`: when, for a person."""
    tx.run("UPDATE run SET why = 'restored', detail = ?", (made,))


def _run(row: Row | None) -> _Run:
    if row is None:
        raise VaultDamaged("the vault does not know its own id")
    return _Run(*row)


def _compare(row: _Run, seen: _Place | None) -> PutBack | None:
    if seen is None:
        return PutBack("elsewhere") if row.steps else None
    known = seen.mark in (row.mark, row.previous) and seen.steps <= row.steps
    return None if known else PutBack("older")


def _unusable(path: Path, error: Exception) -> StorageError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    unusable = StorageError(f"the run mark of this vault cannot be kept in {path.parent}: {reason}")
    unusable.add_note(
        "it tells a vault from its copies; name a directory that can be written in XDG_STATE_HOME"
    )
    return unusable
