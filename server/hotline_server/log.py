"""One log in memory: its position, the recent entries, and messages encoded once for all who follow."""

from __future__ import annotations

import struct
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from hotline_protocol.relay.frames import MAX_BATCH, Entries, encode_frame
from hotline_server.ordering import Decision, LogKey, Position
from hotline_server.store.base import Store

CACHE_BYTES: Final = 4 * 1024 * 1024
MESSAGE_BYTES: Final = 64 * 1024
"""An `entries` message stops growing here: on a thin line a whole message must pass between two pings."""

REMEMBERED: Final = 8
"""Encoded messages kept: followers of a live log stand in very few places."""

F = TypeVar("F")


class Message(NamedTuple):
    """`data` is a whole WebSocket frame with this many `entries` in it."""

    data: bytes
    entries: int


def websocket_frame(payload: bytes) -> bytes:
    """An unmasked, final, binary WebSocket frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x82" + size.to_bytes(1, "big") + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x82, 126, size) + payload
    return struct.pack("!BBQ", 0x82, 127, size) + payload


class Log(Generic[F]):
    """The end of one log, kept by the hub. `followers` is who wants to be told of new entries."""

    def __init__(self, key: LogKey, store: Store) -> None:
        self.key = key
        self.position: Position = store.position(key)
        self.followers: set[F] = set()
        self._store = store
        self._recent: list[bytes] = []
        self._recent_bytes = 0
        self._messages: dict[int, Message] = {}

    @property
    def tail(self) -> int:
        """Seq of the last entry."""
        return self.position.tail

    def grow(self, decision: Decision) -> None:
        """Take over what the store has stored."""
        self.position = decision.position
        self._messages.clear()
        self._recent.extend(decision.raws)
        self._recent_bytes += sum(map(len, decision.raws))
        if self._recent_bytes > CACHE_BYTES:
            self._trim()

    def _trim(self) -> None:
        """Forget the older half, so that trimming costs little for each entry."""
        while len(self._recent) > 1 and self._recent_bytes > CACHE_BYTES // 2:
            half = (len(self._recent) + 1) // 2
            self._recent_bytes -= sum(map(len, self._recent[:half]))
            del self._recent[:half]

    def after(self, seq: int) -> Message:
        """The message that continues from `seq`, which is less than `tail`; the same object for everyone who stands there."""
        message = self._messages.get(seq)
        if message is None:
            message = self._messages[seq] = self._encode(seq)
            if len(self._messages) > REMEMBERED:
                del self._messages[next(iter(self._messages))]
        return message

    def _encode(self, seq: int) -> Message:
        start = seq - (self.tail - len(self._recent))
        if start >= 0:
            raws = _fitting(self._recent[start : start + MAX_BATCH])
        else:
            raws = self._store.read(self.key, seq, MAX_BATCH, MESSAGE_BYTES)
        frame = Entries(self.key.channel, seq + 1, tuple(map(msgspec.Raw, raws)))
        return Message(websocket_frame(encode_frame(frame)), len(raws))


def _fitting(raws: list[bytes]) -> list[bytes]:
    size = 0
    for index, raw in enumerate(raws):
        size += len(raw)
        if size >= MESSAGE_BYTES:
            return raws[: index + 1]
    return raws
