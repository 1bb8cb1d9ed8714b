"""A store in memory, for tests of what stands on one. It passes the contract, and fails when told to."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_protocol.errors import StorageError
from hotline_server.ordering import Decision, Known, LogKey, Position, decide, empty
from hotline_server.store.base import Batch


class MemoryStore:
    """See `hotline_server.store.base.Store`. The next `append` raises `failure`, if there is one."""

    def __init__(self) -> None:
        self.failure: StorageError | None = None
        self.transactions = 0
        self._positions: dict[LogKey, Position] = {}
        self._raws: dict[LogKey, list[bytes]] = {}
        self._known: dict[LogKey, dict[bytes, Known]] = {}

    def append(self, batches: Sequence[Batch], now: int) -> list[Decision]:
        if self.failure is not None:
            raise self.failure
        self.transactions += 1
        decisions = []
        for key, submissions in batches:
            known = self._known.setdefault(key, {})
            decision = decide(self.position(key), known, submissions, now)
            self._positions[key] = decision.position
            self._raws.setdefault(key, []).extend(decision.raws)
            decisions.append(decision)
        return decisions

    def position(self, key: LogKey) -> Position:
        return self._positions.get(key) or empty(key)

    def read(self, key: LogKey, after: int, limit: int, max_bytes: int) -> list[bytes]:
        raws: list[bytes] = []
        for raw in self._raws.get(key, [])[after : after + limit]:
            raws.append(raw)
            if sum(map(len, raws)) >= max_bytes:
                break
        return raws

    def probe(self) -> None:
        if self.failure is not None:
            raise self.failure

    def check(self) -> None:
        """Nothing can be wrong with a list."""

    def close(self) -> None:
        """Nothing to release."""
