"""A wire struct as the fields it was read as, so that a test can change one field and write all lengths around it right.

`parse` runs the engine's own decoder over a reader that remembers what it was asked for: no second description of the
structs is needed, and what the decoder reads as one opaque value is one field here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError

Read = Callable[[Reader], Any]


@dataclass
class Fixed:
    """An integer or bytes of a fixed size."""

    data: bytes

    def encode(self) -> bytes:
        return self.data


@dataclass
class Opaque:
    """`opaque<V>`. `prefix` replaces the right length prefix, `data` is what follows it."""

    data: bytes
    prefix: bytes | None = None

    def encode(self) -> bytes:
        return (codec.varint(len(self.data)) if self.prefix is None else self.prefix) + self.data


@dataclass
class Vector:
    """`T<V>`: one list of fields an item. `prefix` as in `Opaque`."""

    items: list[list[Field]]
    prefix: bytes | None = None

    def encode(self) -> bytes:
        data = b"".join(map(write, self.items))
        return (codec.varint(len(data)) if self.prefix is None else self.prefix) + data


@dataclass
class Optional:
    """`optional<T>`: the presence byte and the fields behind it."""

    flag: bytes
    content: list[Field] = field(default_factory=list)

    def encode(self) -> bytes:
        return self.flag + write(self.content)


Field = Fixed | Opaque | Vector | Optional


def write(fields: list[Field]) -> bytes:
    """The fields as bytes."""
    return b"".join(one.encode() for one in fields)


def walk(fields: list[Field]) -> Iterator[tuple[list[Field], int]]:
    """Every field at any depth, as the list it stands in and its place there."""
    for place, one in enumerate(fields):
        yield fields, place
        if isinstance(one, Vector):
            for item in one.items:
                yield from walk(item)
        elif isinstance(one, Optional):
            yield from walk(one.content)


def parse(read: Read, data: bytes) -> list[Field]:
    """The fields of exactly one object; what the decoder refuses is refused here."""
    reader = TracingReader(data)
    read(reader)
    reader.finish()
    return reader.fields


class TracingReader(Reader):
    """A reader that keeps what it read."""

    __slots__ = ("fields",)

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        super().__init__(data, start, end)
        self.fields: list[Field] = []

    def _inside(self, take: Callable[[], Any]) -> Any:
        """`take` without keeping the fields that it is made of."""
        kept, self.fields = self.fields, []
        try:
            return take()
        finally:
            self.fields = kept

    def _fixed(self, size: int) -> bytes:
        data = bytes(self._inside(lambda: super(TracingReader, self).raw(size)))
        self.fields.append(Fixed(data))
        return data

    def raw(self, size: int) -> bytes:
        return self._fixed(size)

    def u8(self) -> int:
        return int.from_bytes(self._fixed(1), "big")

    def u16(self) -> int:
        return int.from_bytes(self._fixed(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self._fixed(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self._fixed(8), "big")

    def varint(self) -> int:
        value: int = self._inside(super().varint)
        self.fields.append(Fixed(codec.varint(value)))
        return value

    def opaque(self) -> bytes:
        data = bytes(self._inside(super().opaque))
        self.fields.append(Opaque(data))
        return data

    def vector(self, read: Callable[[Reader], Any]) -> list[Any]:
        inner = TracingReader(bytes(self._inside(super().opaque)))
        values: list[Any] = []
        items: list[list[Field]] = []
        while inner.remaining:
            inner.fields = []
            values.append(read(inner))
            items.append(inner.fields)
        self.fields.append(Vector(items))
        return values

    def optional(self, read: Callable[[Reader], Any]) -> Any:
        outer, self.fields = self.fields, []
        try:
            present = self.u8()
            if present > 1:
                raise MalformedError(f"a presence byte is {present}")
            value = read(self) if present else None
            flag, *content = self.fields
        finally:
            self.fields = outer
        self.fields.append(Optional(flag.encode(), content))
        return value
