"""Changes to DER that know its structure: one value gets another tag or content, is lost or repeated, and all lengths around it fit."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Final

from tests.property.mutation import Dice, changed

_CONSTRUCTED: Final = 0x20
_TAGS: Final = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0C,
    0x13,
    0x17,
    0x18,
    0x1E,
    0x30,
    0x31,
    0x80,
    0xA0,
    0xA3,
)
_CONTENTS: Final = (b"", b"\x00", b"\x80", b"\xff", b"\x7f" * 20, b"\xff" * 20, b"\x00" * 300, b"9912312359Z")


@dataclass
class Value:
    """One value: bytes, or values if it is constructed."""

    tag: int
    content: bytes | list[Value]

    def encode(self) -> bytes:
        data = (
            self.content
            if isinstance(self.content, bytes)
            else b"".join(one.encode() for one in self.content)
        )
        size = len(data)
        if size < 0x80:
            return bytes([self.tag, size]) + data
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes([self.tag, 0x80 | len(length)]) + length + data


def parse(data: bytes) -> list[Value]:
    """The values in well-formed DER."""
    found: list[Value] = []
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            more = size & 0x7F
            size = int.from_bytes(data[at : at + more], "big")
            at += more
        content = data[at : at + size]
        found.append(Value(tag, parse(content) if tag & _CONSTRUCTED else content))
        at += size
    return found


def places(values: list[Value]) -> list[tuple[list[Value], int]]:
    """Every value at any depth, as the list it stands in and its place there."""
    found: list[tuple[list[Value], int]] = []
    for place, one in enumerate(values):
        found.append((values, place))
        if isinstance(one.content, list):
            found += places(one.content)
    return found


def mutate(data: bytes, throw: Dice) -> bytes:
    """`data`, which is well-formed, with one or two of its values changed."""
    values = parse(data)
    for _ in range(throw.choice((1, 1, 2))):
        everywhere = places(values)
        if not everywhere:
            break
        holder, place = throw.choice(everywhere)
        _change(holder, place, throw, throw.choice(everywhere))
    return b"".join(one.encode() for one in values)


def _change(holder: list[Value], place: int, throw: Dice, other: tuple[list[Value], int]) -> None:
    one = holder[place]
    way = throw.randrange(8)
    if way == 0:
        one.tag = throw.choice(_TAGS)
    elif way == 1:
        del holder[place]
    elif way == 2:
        holder.insert(place, one)
    elif way == 3:
        # A copy: a value that holds itself has no end.
        if other[1] < len(other[0]):
            holder[place] = copy.deepcopy(other[0][other[1]])
    elif isinstance(one.content, list):
        one.content = one.content[::-1] if way == 4 else one.content[:-1]
    elif way == 4:
        one.content = throw.choice(_CONTENTS)
    else:
        one.content = changed(one.content, throw)
