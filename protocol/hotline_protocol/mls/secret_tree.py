"""The secret tree: one key for every message of an epoch, each usable once (RFC 9420 §9).

Rules enforced: a parent's secret is forgotten once its children are derived, and a key once it is used (§9.2); a generation
is used once (`replay`); at most `MAX_FORWARD` keys are skipped at once, checked before anything is derived (`generation`);
at most `MAX_KEPT` skipped keys are kept a ratchet, the oldest are dropped first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex

MAX_FORWARD: Final = 1024
"""How far ahead of the next expected generation a message may be."""

MAX_KEPT: Final = 1024
"""How many skipped keys a ratchet keeps for messages that come late."""

_LAST_GENERATION: Final = 0xFFFFFFFF
_VERSION: Final = 1


class RatchetKind(IntEnum):
    """A member has two ratchets, so that lost application messages never hold up a commit."""

    HANDSHAKE = 1
    APPLICATION = 2

    @classmethod
    def of(cls, content_type: int) -> RatchetKind:
        """The ratchet for a content type: 1 is application data (RFC 9420 §6)."""
        return cls.APPLICATION if content_type == 1 else cls.HANDSHAKE


def _read_kind(r: Reader) -> RatchetKind:
    kind = r.u8()
    if not RatchetKind.HANDSHAKE <= kind <= RatchetKind.APPLICATION:
        raise MalformedError(f"a stored ratchet's kind is {kind}, expected 1 or 2")
    return RatchetKind(kind)


_Key = tuple[bytes, bytes]
"""AEAD key and nonce of one generation."""


@dataclass(slots=True)
class _Ratchet:
    """`secret` is that of `generation`, the next one never used; `kept` holds the skipped ones before it."""

    secret: bytes = field(repr=False)
    generation: int = 0
    kept: dict[int, _Key] = field(default_factory=dict, repr=False)

    def encode(self) -> bytes:
        kept = codec.vector(
            codec.u32(generation) + codec.opaque(key) + codec.opaque(nonce)
            for generation, (key, nonce) in self.kept.items()
        )
        # One more than the last generation does not fit into 32 bits.
        return codec.u64(self.generation) + codec.opaque(self.secret) + kept

    @classmethod
    def read(cls, r: Reader) -> _Ratchet:
        generation, secret = r.u64(), r.opaque()
        kept = r.vector(lambda inner: (inner.u32(), (inner.opaque(), inner.opaque())))
        return cls(secret, generation, dict(kept))


@dataclass(frozen=True, slots=True)
class PeekedKey:
    """A key that was looked up but not yet used. `SecretTree.consume` uses it up; dropping it changes nothing."""

    leaf: LeafIndex
    kind: RatchetKind
    generation: int
    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    _base: int
    _secret_after: bytes | None = field(repr=False)
    """The ratchet's secret after this generation; None for a skipped key."""
    _skipped: tuple[tuple[int, _Key], ...] = field(repr=False)


class SecretTree:
    """The secret tree of one epoch, from its encryption secret down to every member's two ratchets.

    Changes in place, and only in `next`, `consume`, `take` and `plant`. How to store it: `encode()` once all leaves in use
    are planted, then per message only the `ratchet_state` of the one ratchet that moved. A ratchet's state is 8 bytes, one
    hash and, for each key skipped and not yet used, some 50 bytes: it grows with the number of keys outstanding (at most
    `MAX_KEPT`), never with the number of messages.
    """

    __slots__ = ("_nodes", "_ratchets", "_suite", "size")

    def __init__(self, suite: CipherSuite, encryption_secret: bytes, leaf_count: int) -> None:
        if leaf_count < 1:
            raise UsageError(f"a group has at least one leaf, not {leaf_count}")
        self._suite = suite
        self.size: int = tree_math.full_size(leaf_count)
        """How many leaves the tree has."""
        self._nodes: dict[NodeIndex, bytes] = {tree_math.root(self.size): encryption_secret}
        self._ratchets: dict[tuple[LeafIndex, RatchetKind], _Ratchet] = {}

    # --- sending

    def next(self, leaf: LeafIndex, kind: RatchetKind) -> tuple[int, bytes, bytes]:
        """Use up the next key of our own ratchet: (generation, key, nonce)."""
        self.plant([leaf])
        ratchet = self._ratchets[leaf, kind]
        generation = ratchet.generation
        if generation > _LAST_GENERATION:
            raise UsageError("all keys of this epoch are used up, a commit must start the next")
        key = self._key(ratchet.secret, generation)
        ratchet.secret = self._secret_after(ratchet.secret, generation)
        ratchet.generation = generation + 1
        return generation, *key

    # --- receiving

    def peek(self, leaf: LeafIndex, kind: RatchetKind, generation: int) -> PeekedKey:
        """Look up the key of a generation and change nothing.

        Refused as `sender` beyond the tree, as `replay` if used or dropped before, as `generation` if too far ahead.
        """
        if not 0 <= leaf < self.size:
            raise RefusedError("sender", f"leaf {leaf} is beyond a tree of {self.size}")
        ratchet = self._ratchets.get((leaf, kind)) or self._seedling(leaf, kind)
        if generation < ratchet.generation:
            kept = ratchet.kept.get(generation)
            if kept is None:
                raise RefusedError("replay", f"the key of generation {generation} was used before")
            return PeekedKey(leaf, kind, generation, *kept, ratchet.generation, None, ())
        steps = generation - ratchet.generation
        if steps > MAX_FORWARD or generation > _LAST_GENERATION:
            raise RefusedError("generation", f"{steps} keys would be skipped, at most {MAX_FORWARD} are")
        secret = ratchet.secret
        skipped: list[tuple[int, _Key]] = []
        for passed in range(ratchet.generation, generation):
            skipped.append((passed, self._key(secret, passed)))
            secret = self._secret_after(secret, passed)
        key = self._key(secret, generation)
        after = self._secret_after(secret, generation)
        return PeekedKey(leaf, kind, generation, *key, ratchet.generation, after, tuple(skipped))

    def consume(self, peeked: PeekedKey) -> None:
        """Use up a key that `peek` returned. A key must be consumed before its ratchet moves on."""
        self.plant([peeked.leaf])
        ratchet = self._ratchets[peeked.leaf, peeked.kind]
        if peeked._secret_after is None:  # noqa: SLF001  # made by `peek` for here alone
            if ratchet.kept.pop(peeked.generation, None) is None:
                raise UsageError("the key was consumed since it was looked up")
            return
        if ratchet.generation != peeked._base:  # noqa: SLF001
            raise UsageError("the ratchet moved on since the key was looked up")
        ratchet.secret = peeked._secret_after  # noqa: SLF001
        ratchet.generation = peeked.generation + 1
        ratchet.kept.update(peeked._skipped)  # noqa: SLF001
        for generation in list(ratchet.kept)[: max(len(ratchet.kept) - MAX_KEPT, 0)]:
            del ratchet.kept[generation]

    def take(self, leaf: LeafIndex, kind: RatchetKind, generation: int) -> _Key:
        """Peek and consume at once: (key, nonce)."""
        peeked = self.peek(leaf, kind, generation)
        self.consume(peeked)
        return peeked.key, peeked.nonce

    # --- deriving

    def plant(self, leaves: Iterable[LeafIndex]) -> None:
        """Derive the ratchets of these leaves, where they are not yet, and forget what they came from."""
        for leaf in leaves:
            if (leaf, RatchetKind.HANDSHAKE) in self._ratchets:
                continue
            if not 0 <= leaf < self.size:
                raise UsageError(f"leaf {leaf} is beyond a tree of {self.size}")
            secrets, gone = self._descend(leaf)
            for kind in RatchetKind:
                self._ratchets[leaf, kind] = self._first(secrets[tree_math.node_of(leaf)], kind)
            del secrets[tree_math.node_of(leaf)]
            del self._nodes[gone]
            self._nodes.update(secrets)

    def _seedling(self, leaf: LeafIndex, kind: RatchetKind) -> _Ratchet:
        secrets, _ = self._descend(leaf)
        return self._first(secrets[tree_math.node_of(leaf)], kind)

    def _descend(self, leaf: LeafIndex) -> tuple[dict[NodeIndex, bytes], NodeIndex]:
        """The secrets of the leaf and of its copath below the nearest known ancestor, and that ancestor."""
        target = tree_math.node_of(leaf)
        start = target
        while start not in self._nodes:
            start = tree_math.parent(start, self.size)
        suite, node, secret = self._suite, start, self._nodes[start]
        found: dict[NodeIndex, bytes] = {}
        while node != target:
            one, other = tree_math.left(node), tree_math.right(node)
            left = suite.expand_with_label(secret, "tree", b"left", suite.hash_length)
            right = suite.expand_with_label(secret, "tree", b"right", suite.hash_length)
            if target < node:
                found[other], node, secret = right, one, left
            else:
                found[one], node, secret = left, other, right
        found[target] = secret
        return found, start

    def _first(self, leaf_secret: bytes, kind: RatchetKind) -> _Ratchet:
        label = "handshake" if kind == RatchetKind.HANDSHAKE else "application"
        return _Ratchet(self._suite.derive_secret(leaf_secret, label))

    def _key(self, secret: bytes, generation: int) -> _Key:
        suite = self._suite
        return (
            suite.derive_tree_secret(secret, "key", generation, suite.key_length),
            suite.derive_tree_secret(secret, "nonce", generation, suite.nonce_length),
        )

    def _secret_after(self, secret: bytes, generation: int) -> bytes:
        return self._suite.derive_tree_secret(secret, "secret", generation, self._suite.hash_length)

    # --- storing

    def encode(self) -> bytes:
        """The whole tree with its secrets, for the caller's encrypted storage."""
        nodes = codec.vector(
            codec.u32(node) + codec.opaque(secret) for node, secret in sorted(self._nodes.items())
        )
        ratchets = codec.vector(
            codec.u32(leaf) + codec.u8(kind) + ratchet.encode()
            for (leaf, kind), ratchet in sorted(self._ratchets.items())
        )
        return codec.u8(_VERSION) + codec.u32(self.size) + nodes + ratchets

    @classmethod
    def read(cls, r: Reader, suite: CipherSuite) -> SecretTree:
        """What `encode` wrote; it was ours and is trusted."""
        version = r.u8()
        if version != _VERSION:
            raise MalformedError(f"a stored secret tree has version {version}, expected {_VERSION}")
        size = r.u32()
        if size < 1 or size != tree_math.full_size(size):
            raise MalformedError(f"a stored secret tree has {size} leaves, expected a power of two")
        tree = cls(suite, b"", size)
        tree._nodes = dict(r.vector(lambda inner: (NodeIndex(inner.u32()), inner.opaque())))
        tree._ratchets = dict(
            r.vector(lambda inner: ((LeafIndex(inner.u32()), _read_kind(inner)), _Ratchet.read(inner)))
        )
        return tree

    @classmethod
    def decode(cls, suite: CipherSuite, data: bytes) -> SecretTree:
        """What `encode` wrote, as exactly one object."""
        return codec.decode(lambda r: cls.read(r, suite), data)

    def ratchet_state(self, leaf: LeafIndex, kind: RatchetKind) -> bytes:
        """The state of one planted ratchet."""
        return self._ratchets[leaf, kind].encode()

    def restore_ratchet(self, leaf: LeafIndex, kind: RatchetKind, state: bytes) -> None:
        """Put back what `ratchet_state` gave, over the older state that came with `decode`."""
        if (leaf, kind) not in self._ratchets:
            raise UsageError(f"leaf {leaf} was not planted when the tree was stored")
        self._ratchets[leaf, kind] = codec.decode(_Ratchet.read, state)

    def copy(self) -> SecretTree:
        """An independent tree."""
        return SecretTree.decode(self._suite, self.encode())
