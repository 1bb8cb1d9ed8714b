"""What the relay itself holds of a log that is recovering: a head after any entry, computed from the entries."""

from __future__ import annotations

from typing import Final

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.chain import decode_entry, extend
from hotline_server.ordering import LogKey, Position, empty
from hotline_server.store.base import Store

_MARK: Final = 1024
"""Heads are remembered for every so many entries, and computed on from there."""
_PAGE_BYTES: Final = 1 << 20


class OwnLog:
    """The relay's own log: a head after any entry, computed from the entries."""

    def __init__(self, store: Store, key: LogKey) -> None:
        self._store, self._key = store, key
        self.position = store.position(key)
        self._marks = [empty(key).head]
        self._known: dict[int, bytes] = {}

    def head(self, seq: int) -> bytes:
        """The head after entry `seq`, which is there."""
        while len(self._marks) <= seq // _MARK:
            self._marks.append(self._extended(len(self._marks) * _MARK))
        if seq not in self._known:
            self._known[seq] = self._extended(seq)
        return self._known[seq]

    def _extended(self, seq: int) -> bytes:
        place = min(seq // _MARK, len(self._marks) - 1) * _MARK
        head = self._marks[place // _MARK]
        while place < seq:
            raws = self._store.read(self._key, place, seq - place, _PAGE_BYTES)
            if not raws:
                raise StorageError(f"entry {place + 1} of channel {self._key.channel} is missing")
            for raw in raws:
                place += 1
                head = extend(head, place, raw)
        return head

    def at(self, seq: int) -> Position:
        """Where the log stood after entry `seq`."""
        if seq == self.position.tail:
            return self.position
        time, place = 0, seq
        while place:
            entry = decode_entry(self._store.read(self._key, place - 1, 1, 1)[0])
            time = time or entry.at
            if entry.kind != "knock":
                return Position(seq, place if entry.kind == "commit" else entry.after, self.head(seq), time)
            place -= 1
        return Position(seq, 0, self.head(seq), time)
