"""What a thief carries away: every byte string that live objects lead to, followed through slots, dicts and tuples.

The walk refuses to go past anything it cannot look into, so that no secret hides in a library's object unseen.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from enum import Enum
from hashlib import sha256

from hotline_protocol.mls.suites import CipherSuite, cipher_suite

_CODE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_PLAIN = (int, float, bool, type(None), Enum)
_CONTAINERS = (dict, list, tuple, set, frozenset, types.MappingProxyType)
_FRAMED_FROM = 65
"""A string this long is also searched for shorter ones written into it behind their length."""


def loot(*stolen: object) -> set[bytes]:
    """Every byte string in these objects, and in what they lead to."""
    found: set[bytes] = set()
    waiting, seen = list(stolen), set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, (bytes, bytearray, memoryview)):
            found.add(bytes(one))
        elif isinstance(one, str):
            found.add(one.encode())
        elif isinstance(one, (*_CODE, *_PLAIN)) or _is_a_suite_of_the_table(one) or id(one) in seen:
            continue
        else:
            seen.add(id(one))
            waiting += _inside(one)
    return found


def _is_a_suite_of_the_table(one: object) -> bool:
    return isinstance(one, CipherSuite) and one is cipher_suite(one.id)


def _inside(one: object) -> list[object]:
    # of a dict with text for keys the collector names the values only
    inside = [*one, *one.values()] if isinstance(one, dict) else gc.get_referents(one)
    inside = [part for part in inside if not isinstance(part, type)]
    if not inside and not isinstance(one, _CONTAINERS) and not _is_empty_of_slots(one):
        raise AssertionError(f"the state holds a {type(one).__name__}, which cannot be looked into")
    return inside


def _is_empty_of_slots(one: object) -> bool:
    """Whether it is an object of a Python class that holds nothing at present, as against one of a library in C."""
    return type(one).__flags__ & (1 << 9) != 0 and type(one).__module__.startswith(("hotline_", "tests"))


def framed(blob: bytes, lengths: frozenset[int]) -> Iterator[bytes]:
    """Every string of these lengths (below 64) that a length byte announces somewhere in the blob."""
    for length in lengths:
        start = blob.find(length)
        while start >= 0:
            piece = blob[start + 1 : start + 1 + length]
            if len(piece) == length:
                yield piece
            start = blob.find(length, start + 1)


def pieces(stolen: set[bytes], lengths: frozenset[int]) -> set[bytes]:
    """The strings of these lengths: loose, or written into longer ones as serialised states are."""
    found = {one for one in stolen if len(one) in lengths}
    for blob in stolen:
        if len(blob) >= _FRAMED_FROM:
            found.update(framed(blob, lengths))
    return found


def alive(digests: set[bytes], lengths: frozenset[int]) -> set[bytes]:
    """Which secrets, known by their SHA-256, are byte strings that anything in this process holds, caches included."""
    found: set[bytes] = set()
    for one in _everything():
        if type(one) is bytes and len(one) in lengths:
            found.add(sha256(one).digest())
    return found & digests


def opaque_keys() -> list[str]:
    """The library's key objects that anything in this process holds: no walk can see into them."""
    watched = {"AESGCM", "ChaCha20Poly1305", "HMAC"}
    watched |= {"X25519PrivateKey", "X448PrivateKey", "ECPrivateKey", "MLKEM768PrivateKey"}
    return sorted(name for name in (type(one).__name__ for one in _everything()) if name in watched)


def _everything() -> Iterator[object]:
    """Every object that another one holds. The collector does not list dicts and tuples of plain values: looked into too."""
    listed = gc.get_objects()
    seen = {id(one) for one in listed}
    waiting = listed
    while waiting:
        inside: list[object] = []
        for one in waiting:
            for part in (*one, *one.values()) if type(one) is dict else gc.get_referents(one):
                if id(part) not in seen:
                    seen.add(id(part))
                    inside.append(part)
        yield from inside
        waiting = inside
