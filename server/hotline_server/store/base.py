"""What the relay needs of a store; every implementation passes tests/server/store/test_contract.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.frames import Submission
from hotline_server.ordering import Decision, LogKey, Position


class Batch(NamedTuple):
    """Submissions for one log, in order."""

    key: LogKey
    submissions: Sequence[Submission]


class StoreFullError(StorageError):
    """There is no room for the batch; nothing was stored, and the store goes on as soon as there is room."""


class Store(Protocol):
    """Append-only logs. `append` may run in another thread than everything else; the two may overlap."""

    def append(self, batches: Sequence[Batch], now: int) -> list[Decision]:
        """Decide (`ordering.decide`) and store all batches, each of another log, in one transaction; `now` in unix ms.

        On return everything answered `appended` survives loss of power. On StorageError nothing may be answered.
        """
        ...

    def position(self, key: LogKey) -> Position:
        """Where a log stands; an unknown log is empty."""
        ...

    def read(self, key: LogKey, after: int, limit: int, max_bytes: int) -> list[bytes]:
        """The exact bytes of entries after + 1 …, at most `limit`, ending with the one that reaches `max_bytes`."""
        ...

    def recovering(self, key: LogKey) -> bool:
        """Whether a log may lack entries, and takes none until it is adopted; quick."""
        ...

    def recover(self, key: LogKey) -> None:
        """From now on the log is recovering."""
        ...

    def recover_all(self) -> None:
        """From now on every log is recovering, also those that are not there yet."""
        ...

    def stage(self, key: LogKey, first: int, raws: Sequence[bytes]) -> None:
        """Keep entries `first` … for `adopt`, in place of any that were staged there; nobody sees them."""
        ...

    def adopt(self, key: LogKey, base: int, position: Position) -> None:
        """In one transaction: what was staged after entry `base` takes the place of what is there, the log stands at `position`,
        whose entries were all staged, and is no longer recovering. With `base` as the position's tail nothing else changes.
        """
        ...

    def probe(self) -> None:
        """Raise StorageError if the next `append` would fail; quick."""
        ...

    def check(self) -> None:
        """Verify the files and recompute every chain; slow. Raises StorageError with the first thing found wrong."""
        ...

    def close(self) -> None:
        """Release the store; nothing is lost without it."""
        ...
