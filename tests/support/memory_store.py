"""A store in memory, for tests of what stands on one. It passes the contract, and fails when told to."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.chain import decode_entry
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
        self._recovering: dict[LogKey, bool] = {}
        self._restored = False
        self._staged: dict[LogKey, dict[int, bytes]] = {}

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

    def recovering(self, key: LogKey) -> bool:
        return self._recovering.get(key, self._restored)

    def recover(self, key: LogKey) -> None:
        self._recovering[key] = True

    def recover_all(self) -> None:
        self._recovering, self._restored = {}, True

    def stage(self, key: LogKey, first: int, raws: Sequence[bytes]) -> None:
        self._staged.setdefault(key, {}).update(enumerate(raws, first))

    def adopt(self, key: LogKey, base: int, position: Position) -> None:
        staged = self._staged.pop(key, {})
        self._recovering[key] = False
        if base < position.tail:
            new = [staged[seq] for seq in range(base + 1, position.tail + 1)]
            self._raws[key] = self._raws.get(key, [])[:base] + new
            self._positions[key] = position
            self._known[key] = {
                decode_entry(raw).id: Known(seq, raw) for seq, raw in enumerate(self._raws[key], 1)
            }

    def probe(self) -> None:
        if self.failure is not None:
            raise self.failure

    def check(self) -> None:
        """Nothing can be wrong with a list."""

    def close(self) -> None:
        """Nothing to release."""
