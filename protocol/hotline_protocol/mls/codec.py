"""TLS presentation language as RFC 9420 §2.1 uses it: fixed integers, variable-size vectors, optionals.

Encoding is plain `bytes` concatenation with the helpers below. Decoding goes through one `Reader`, which refuses
trailing bytes, non-minimal length prefixes and lengths beyond the input, so every object has exactly one encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from hotline_protocol.mls.errors import MalformedError, UsageError

T = TypeVar("T")

MAX_VECTOR: Final = 0x3FFFFFFF
"""The largest length a vector prefix can carry, in bytes (RFC 9420 §2.1.2)."""


def u8(value: int) -> bytes:
    """One byte."""
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    """Two bytes, big-endian."""
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    """Four bytes, big-endian."""
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    """Eight bytes, big-endian."""
    return value.to_bytes(8, "big")


def varint(value: int) -> bytes:
    """The minimal variable-length length prefix of RFC 9420 §2.1.2."""
    if value < 0x40:
        return value.to_bytes(1, "big")
    if value < 0x4000:
        return (value | 0x4000).to_bytes(2, "big")
    if value <= MAX_VECTOR:
        return (value | 0x80000000).to_bytes(4, "big")
    raise UsageError(f"a vector holds at most {MAX_VECTOR} bytes, this one has {value}")


def opaque(value: bytes) -> bytes:
    """`opaque value<V>`."""
    return varint(len(value)) + value


def vector(encoded: Iterable[bytes]) -> bytes:
    """`T items<V>`, from the encodings of the items."""
    return opaque(b"".join(encoded))


def optional(encoded: bytes | None) -> bytes:
    """`optional<T>`, from the encoding of the value, or None when absent."""
    return b"\x00" if encoded is None else b"\x01" + encoded


class Reader:
    """A cursor over `data`. Every read method raises `MalformedError` and leaves nothing half-read behind it."""

    __slots__ = ("_data", "_end", "_pos")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._pos = start
        self._end = len(data) if end is None else end

    @property
    def position(self) -> int:
        """Offset of the next unread byte in the underlying data."""
        return self._pos

    @property
    def remaining(self) -> int:
        """Bytes left."""
        return self._end - self._pos

    def since(self, start: int) -> bytes:
        """The exact bytes read since `start`, for hashing and signing what was received."""
        return self._data[start : self._pos]

    def raw(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        pos = self._pos
        if size > self._end - pos:
            raise MalformedError(f"expected {size} more bytes, {self._end - pos} are left")
        self._pos = pos + size
        return self._data[pos : pos + size]

    def u8(self) -> int:
        """One byte."""
        pos = self._pos
        if pos >= self._end:
            raise MalformedError("expected 1 more bytes, 0 are left")
        self._pos = pos + 1
        return self._data[pos]

    def u16(self) -> int:
        """Two bytes, big-endian."""
        return int.from_bytes(self.raw(2), "big")

    def u32(self) -> int:
        """Four bytes, big-endian."""
        return int.from_bytes(self.raw(4), "big")

    def u64(self) -> int:
        """Eight bytes, big-endian."""
        return int.from_bytes(self.raw(8), "big")

    def varint(self) -> int:
        """A length prefix; a non-minimal one is refused (RFC 9420 §2.1.2)."""
        first = self.u8()
        if first < 0x40:
            return first
        prefix = first >> 6
        if prefix == 3:
            raise MalformedError("a length prefix starts with the reserved bits 11")
        rest = (1 << prefix) - 1
        value = (first & 0x3F) << 8 * rest | int.from_bytes(self.raw(rest), "big")
        if value < (0x40 if prefix == 1 else 0x4000):
            raise MalformedError(f"the length {value} is not encoded in the fewest bytes")
        return value

    def opaque(self) -> bytes:
        """`opaque value<V>`."""
        return self.raw(self.varint())

    def vector(self, read: Callable[[Reader], T]) -> list[T]:
        """`T items<V>`: reads items until the vector's bytes are used up exactly."""
        size = self.varint()
        if size > self.remaining:
            raise MalformedError(f"a vector claims {size} bytes, {self.remaining} are left")
        inner = Reader(self._data, self._pos, self._pos + size)
        items: list[T] = []
        while inner._pos < inner._end:
            items.append(read(inner))
        self._pos += size
        return items

    def optional(self, read: Callable[[Reader], T]) -> T | None:
        """`optional<T>`."""
        flag = self.u8()
        if flag > 1:
            raise MalformedError(f"an optional's presence byte is {flag}, expected 0 or 1")
        return read(self) if flag else None

    def finish(self) -> None:
        """Refuse trailing bytes."""
        if self.remaining:
            raise MalformedError(f"{self.remaining} bytes follow the end of the object")


def decode(read: Callable[[Reader], T], data: bytes) -> T:
    """Decode `data` as exactly one object."""
    reader = Reader(data)
    value = read(reader)
    reader.finish()
    return value
