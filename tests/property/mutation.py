"""Changes to a valid object that know its structure: fields, items, lengths; everything not changed stays right.

Each change is one that has broken a decoder or a check somewhere: extremes, swapped, repeated, lost and foreign items,
another number of something, lengths that lie or are written too long, and presence that contradicts content.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from hotline_protocol.mls.errors import MLSError
from tests.property.fields import Field, Fixed, Opaque, Optional, Read, Vector, parse, walk, write

_SMALL: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 0x0A, 0x3F, 0x40, 0x7F, 0x80, 0xFE, 0xFF)
_REPEATS: Final = (2, 3, 17, 300)
_LARGEST: Final = 1 << 18
_LONGEST: Final = 1 << 15
"""Repeating what was repeated must outgrow neither the machine nor anybody's patience: bytes in all, and of one repetition."""

Dice = random.Random


def dice(seed: str) -> Dice:
    """The same numbers every time, so that a failure can be repeated."""
    return random.Random(seed)  # noqa: S311  # nothing secret is drawn


def mutate(read: Read, data: bytes, throw: Dice, others: Sequence[bytes] = ()) -> bytes:
    """`data` with one to three of its fields changed. `others` are objects of the same kind to take fields from.

    What `read` does not accept (a change on top of one that broke it) is changed as plain bytes.
    """
    for _ in range(throw.choice((1, 1, 1, 2, 3))):
        after = _once(read, data, throw, others)
        data = after if len(after) <= _LARGEST else data
    return data


def _once(read: Read, data: bytes, throw: Dice, others: Sequence[bytes]) -> bytes:
    try:
        fields = parse(read, data)
        donor = parse(read, throw.choice(others)) if others and throw.random() < 0.3 else parse(read, data)
    except MLSError:
        return changed(data, throw)
    places = list(walk(fields))
    if not places or throw.random() < 0.02:
        return changed(data, throw)
    holder, place = throw.choice(places)
    if throw.random() < 0.2:
        holder[place : place + 1] = _splice(holder[place], donor, throw)
    else:
        holder[place] = _change(holder[place], throw)
    return write(fields)


def _splice(one: Field, donor: list[Field], throw: Dice) -> list[Field]:
    """Another field of the same kind instead of this one, the same one twice, or none."""
    same = [holder[place] for holder, place in walk(donor) if type(holder[place]) is type(one)]
    way = throw.randrange(6)
    if way == 0:
        return []
    if way == 1:
        return [one, one]
    return [throw.choice(same)] if same else [one]


def _change(one: Field, throw: Dice) -> Field:
    if isinstance(one, Fixed):
        return Fixed(_integer(one.data, throw))
    if isinstance(one, Opaque):
        if throw.random() < 0.15:
            return Opaque(one.data, _prefix(len(one.data), throw))
        return Opaque(_content(one.data, throw))
    if isinstance(one, Vector):
        if throw.random() < 0.15:
            return Vector(one.items, _prefix(len(b"".join(map(write, one.items))), throw))
        return Vector(_items(one.items, throw))
    return _presence(one, throw)


def _integer(data: bytes, throw: Dice) -> bytes:
    size, value = len(data), int.from_bytes(data, "big")
    top = 1 << 8 * size
    ways: list[Callable[[], int]] = [
        lambda: 0,
        lambda: top - 1,
        lambda: top >> 1,
        lambda: value + 1,
        lambda: value - 1,
        lambda: throw.choice(_SMALL),
        lambda: 0x0A0A + 0x1010 * throw.randrange(16),
        lambda: value ^ 1 << throw.randrange(8 * size or 1),
        lambda: throw.randrange(top),
    ]
    return (throw.choice(ways)() % top).to_bytes(size, "big")


def _content(data: bytes, throw: Dice) -> bytes:
    ways: list[Callable[[], bytes]] = [
        lambda: b"",
        lambda: data[:-1],
        lambda: data[1:],
        lambda: data + b"\x00",
        lambda: bytes(len(data)),
        lambda: b"\xff" * len(data),
        lambda: throw.randbytes(len(data)),
        lambda: throw.randbytes(throw.choice((1, 16, 32, 63, 64, 65, 1216))),
        lambda: data * throw.choice(_REPEATS),
        lambda: changed(data, throw),
        lambda: changed(data, throw),
    ]
    return throw.choice(ways)()


def _items(items: list[list[Field]], throw: Dice) -> list[list[Field]]:
    if not items:
        return [[Fixed(throw.randbytes(throw.choice((1, 2, 4))))]]
    one, other = throw.randrange(len(items)), throw.randrange(len(items))
    times = min(throw.choice(_REPEATS), 1 + _LONGEST // (1 + len(write(items[one]))))
    swapped = list(items)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    ways: list[list[list[Field]]] = [
        [],
        items[:one] + items[one + 1 :],
        [*items[:one], items[one], *items[one:]],
        items[:one] + [items[one]] * times + items[one:],
        swapped,
        items[::-1],
        [*items, items[one]],
        items[: one + 1],
    ]
    return throw.choice(ways)


def _presence(one: Optional, throw: Dice) -> Field:
    flag = throw.choice((b"\x00", b"\x01", b"\x02", b"\xff"))
    if throw.random() < 0.5:
        return Optional(flag, [])
    return Optional(flag, one.content)


def _prefix(length: int, throw: Dice) -> bytes:
    """A length prefix that is too wide, reserved, or not the length."""
    ways: list[Callable[[], bytes]] = [
        lambda: wide(length, 2) if length < 0x40 else wide(length, 4),
        lambda: wide(length, 4),
        lambda: wide(min(length + 1, 0x3FFFFFFF), 4),
        lambda: wide(0x3FFFFFFF, 4),
        lambda: b"\xc0" + length.to_bytes(7, "big"),
        lambda: bytes([max(length - 1, 0) & 0x3F]),
        lambda: bytes([length + 1 & 0x3F]),
        lambda: b"",
    ]
    return throw.choice(ways)()


def wide(length: int, size: int) -> bytes:
    """The length in a prefix of `size` bytes (1, 2 or 4), whether or not fewer would do."""
    mark = {1: 0, 2: 1, 4: 2}[size] << 8 * size - 2
    return ((length & (1 << 8 * size - 2) - 1) | mark).to_bytes(size, "big")


def changed(data: bytes, throw: Dice) -> bytes:
    """`data` with one to three small changes that know no structure."""
    out = bytearray(data)
    for _ in range(throw.choice((1, 1, 1, 2, 3))):
        at = throw.randrange(len(out) + 1)
        size = throw.choice((1, 2, 4, 8, 32))
        way = throw.randrange(7)
        if way == 0 and at < len(out):
            out[at] ^= 1 << throw.randrange(8)
        elif way == 1 and at < len(out):
            out[at] = throw.choice(_SMALL)
        elif way == 2:
            del out[at : at + size]
        elif way == 3:
            out[at:at] = throw.randbytes(size)
        elif way == 4:
            out[at : at + size] = b"\xff" * size
        elif way == 5:
            out[at:at] = out[at : at + size]
        else:
            del out[at:]
    return bytes(out)
