"""What is fuzzed: each target takes bytes, sends them to the engine, and raises whatever may not come out of it.

The first byte picks the object, the rest is the object, except for the secret tree, where each five bytes are one call.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from hotline_protocol.mls.errors import MLSError, RefusedError
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.property.cases import Case, insiders, outsiders
from tests.property.decoders import DECODERS, examples
from tests.property.engine import REFUSALS, omniscient
from tests.property.fields import Read
from tests.property.mutation import dice, mutate
from tests.protocol.mls.parties import snapshot

SUITE = cipher_suite(0x0001)
_JOINS = ("welcome", "group info", "key package")


@dataclass(frozen=True)
class Target:
    """One thing to fuzz."""

    seeds: Callable[[], list[bytes]]
    take: Callable[[bytes], None]
    reads: Callable[[], list[Read]] = list
    """How the object that the first byte picks is read; none if the input has no structure."""

    def mutate(self, data: bytes, seed: int) -> bytes | None:
        """A change that knows the structure, None where there is none."""
        reads = self.reads()
        if not reads or not data:
            return None
        return data[:1] + mutate(reads[data[0] % len(reads)], data[1:], dice(str(seed)))


# --- decoders


def _decoder_seeds() -> list[bytes]:
    return [
        bytes([place]) + decoder.encode(value)
        for place, decoder in enumerate(DECODERS.values())
        for value in examples(decoder, 6)
    ]


def _decode(data: bytes) -> None:
    """What is read is written back the same."""
    decoders = list(DECODERS.values())
    decoder = decoders[data[0] % len(decoders)]
    try:
        value = decoder.decode(data[1:])
    except REFUSALS:
        return
    encoded = decoder.encode(value)
    if decoder.is_wire and encoded != data[1:]:
        raise AssertionError("two byte strings are read as one object")


# --- groups


@cache
def _cases(of_joins: bool) -> list[tuple[Case, bool]]:  # noqa: FBT001  # one of two halves of one list
    """Each case twice: with signatures, tags and hashes as they are, and taken for right."""
    named = outsiders() | insiders()
    chosen = [case for name, case in named.items() if name.startswith(_JOINS) is of_joins]
    return [(case, knowing) for case in chosen for knowing in (False, True)]


def _case_seeds(of_joins: bool) -> list[bytes]:  # noqa: FBT001
    return [bytes([place]) + case.good for place, (case, _) in enumerate(_cases(of_joins))]


def _send(data: bytes, of_joins: bool) -> None:  # noqa: FBT001
    """Refused or taken, the receiver is what it was."""
    cases = _cases(of_joins)
    case, knowing = cases[data[0] % len(cases)]
    before = None if case.victim is None else snapshot(case.victim)
    with omniscient() if knowing else contextlib.nullcontext(), contextlib.suppress(*REFUSALS):
        case.take(data[1:])
    if case.victim is not None and snapshot(case.victim) != before:
        raise AssertionError("what was sent changed the receiver")


# --- the secret tree


_LEAVES = 5
_CALL = 5


def _secret_tree_seeds() -> list[bytes]:
    straight = b"".join(bytes([0, 1, 0, 0, place]) for place in range(4))
    return [straight, straight[::-1], bytes([2, 3, 0, 4, 0]) * 3, bytes([1, 4, 0xFF, 0xFF, 0xFF]), bytes(20)]


def _drive(data: bytes) -> None:
    """Every key is given out once, and is the one of its leaf, kind and generation."""
    tree, seen = SecretTree(SUITE, bytes(32), _LEAVES), set[tuple[int, int, int]]()
    for at in range(0, min(len(data), 20 * _CALL), _CALL):
        what, where, *rest = data[at : at + _CALL].ljust(_CALL, b"\x00")
        leaf, kind = LeafIndex(where % 10), RatchetKind(1 + (where >> 4) % 2)
        generation = _generation(*rest)
        if what % 4 == 0:
            _receive(tree, seen, leaf, kind, generation)
        elif what % 4 == 1 and leaf < _LEAVES:
            number, key, nonce = tree.next(leaf, kind)
            _once(seen, (leaf, kind, number), (key, nonce))
        elif what % 4 == 2:
            tree = SecretTree.decode(SUITE, tree.encode())
        else:
            tree = tree.copy()


def _generation(high: int, low: int, way: int) -> int:
    """Mostly a near one, for far ones cost their derivations; some at the end of the numbers."""
    if way & 0x80:
        return 0xFFFFFF00 + high
    return high << 8 | low if way & 7 == 7 else high


def _receive(
    tree: SecretTree, seen: set[tuple[int, int, int]], leaf: LeafIndex, kind: RatchetKind, generation: int
) -> None:
    before = tree.encode()
    try:
        peeked = tree.peek(leaf, kind, generation)
    except RefusedError:
        if tree.encode() != before:
            raise AssertionError("a refused key changed the tree") from None
        return
    if tree.encode() != before:
        raise AssertionError("looking up a key changed the tree")
    tree.consume(peeked)
    _once(seen, (leaf, kind, generation), (peeked.key, peeked.nonce))


def _once(seen: set[tuple[int, int, int]], place: tuple[int, int, int], key: tuple[bytes, bytes]) -> None:
    if place in seen:
        raise AssertionError(f"the key of {place} was given out twice")
    seen.add(place)
    if key != _true_key(*place):
        raise AssertionError(f"the key of {place} is another than its own")


@cache
def _true_keys(_leaf: int, _kind: int) -> tuple[SecretTree, list[tuple[bytes, bytes]]]:
    """A tree of its own that only sends, and the keys it sent with so far."""
    return SecretTree(SUITE, bytes(32), _LEAVES), []


def _true_key(leaf: int, kind: int, generation: int) -> tuple[bytes, bytes]:
    tree, keys = _true_keys(leaf, kind)
    while len(keys) <= generation:
        _, key, nonce = tree.next(LeafIndex(leaf), RatchetKind(kind))
        keys.append((key, nonce))
    return keys[generation]


TARGETS = {
    "decoders": Target(_decoder_seeds, _decode, lambda: [one.read for one in DECODERS.values()]),
    "stage": Target(
        lambda: _case_seeds(False),
        lambda data: _send(data, False),
        lambda: [case.read for case, _ in _cases(False)],
    ),
    "join": Target(
        lambda: _case_seeds(True),
        lambda data: _send(data, True),
        lambda: [case.read for case, _ in _cases(True)],
    ),
    "secret-tree": Target(_secret_tree_seeds, _drive),
}


def run(target: Target, data: bytes) -> None:
    """One input, as the fuzzer gives it."""
    if not data:
        return
    try:
        target.take(data)
    except MLSError as error:
        raise AssertionError(f"the receiver is blamed: {error}") from error
