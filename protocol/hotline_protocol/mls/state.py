"""Everything one member knows about one epoch, save the ratchets that move within it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.proposal import ReInit
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from hotline_protocol.mls.treekem import NodeKey, NodeKeys

Random = Callable[[int], bytes]
"""Gives that many random bytes."""

Psks = Mapping[bytes, bytes]
"""External pre-shared keys by their `psk_id`."""

KEPT_EPOCHS: Final = 4
"""Of how many ended epochs the resumption secret is kept."""

_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group in one epoch."""

    index: LeafIndex
    leaf_node: LeafNode

    @property
    def credential(self) -> Credential:
        """What the member says it is; who vouches for it is the caller's question."""
        return self.leaf_node.credential

    @property
    def signature_key(self) -> bytes:
        """The public key the member signs with."""
        return self.leaf_node.signature_key


@dataclass(frozen=True, slots=True)
class PastEpoch:
    """What is kept of an epoch that ended."""

    epoch: int
    resumption_psk: bytes = field(repr=False)

    def encode(self) -> bytes:
        """For storage with the state."""
        return codec.u64(self.epoch) + codec.opaque(self.resumption_psk)

    @classmethod
    def read(cls, r: Reader) -> PastEpoch:
        """What `encode` wrote."""
        return cls(r.u64(), r.opaque())


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a member, or somebody who joins by its own commit, stands when an epoch ends: what the next one is made from."""

    suite: CipherSuite
    own: LeafIndex
    signature_key: bytes = field(repr=False)
    interim_transcript_hash: bytes
    init_secret: bytes = field(repr=False)
    past: tuple[PastEpoch, ...] = field(default=(), repr=False)
    """What the next epoch keeps of those before it."""


@dataclass(frozen=True, slots=True)
class EpochState:
    """One epoch of one group as one member sees it. Nothing in it changes, the tree least of all."""

    suite: CipherSuite
    context: GroupContext
    tree: RatchetTree
    own: LeafIndex
    keys: NodeKeys = field(repr=False)
    signature_key: bytes = field(repr=False)
    secrets: EpochSecrets = field(repr=False)
    interim_transcript_hash: bytes
    confirmation_tag: bytes
    past: tuple[PastEpoch, ...] = field(default=(), repr=False)
    """The last epochs' resumption secrets, oldest first; none of them leads to a message key."""
    reinit: ReInit | None = None
    """The proposal that closed the group at the start of this epoch (RFC 9420 §12.4.2)."""

    @property
    def seat(self) -> Seat:
        """What the next epoch is made from."""
        past = (*self.past, PastEpoch(self.context.epoch, self.secrets.resumption_psk))[-KEPT_EPOCHS:]
        return Seat(
            self.suite,
            self.own,
            self.signature_key,
            self.interim_transcript_hash,
            self.secrets.init_secret,
            past,
        )

    def resumption_psk(self, epoch: int) -> bytes | None:
        """The resumption secret of this epoch or a kept one, None if it is forgotten (RFC 9420 §8.6)."""
        if epoch == self.context.epoch:
            return self.secrets.resumption_psk
        return next((one.resumption_psk for one in self.past if one.epoch == epoch), None)

    def forget_roots(self) -> EpochState:
        """The same epoch once its secret tree is made and its Welcome written (RFC 9420 §9.2)."""
        return replace(self, secrets=self.secrets.forget_roots())

    def encode(self) -> bytes:
        """The whole state with its secrets, for the caller's encrypted storage."""
        return self.tree.encode() + self.encode_without_tree()

    @classmethod
    def read(cls, r: Reader) -> EpochState:
        """What `encode` wrote; it was checked before it was stored and is trusted."""
        return cls.read_without_tree(r, RatchetTree.read(r))

    def encode_without_tree(self) -> bytes:
        """The state for storage beside its tree."""
        keys = codec.vector(
            codec.u32(node) + codec.opaque(key.public) + codec.opaque(key.private)
            for node, key in sorted(self.keys.items())
        )
        return (
            codec.u8(_VERSION)
            + codec.opaque(self.context.encode())
            + codec.u32(self.own)
            + keys
            + codec.opaque(self.signature_key)
            + codec.opaque(self.secrets.encode())
            + codec.opaque(self.interim_transcript_hash)
            + codec.opaque(self.confirmation_tag)
            + codec.vector(one.encode() for one in self.past)
            + codec.optional(None if self.reinit is None else self.reinit.encode_body())
        )

    @classmethod
    def read_without_tree(cls, r: Reader, tree: RatchetTree) -> EpochState:
        """What `encode_without_tree` wrote."""
        version = r.u8()
        if version != _VERSION:
            raise MalformedError(f"a stored epoch has version {version}, expected {_VERSION}")
        context = codec.decode(GroupContext.read, r.opaque())
        own = LeafIndex(r.u32())
        keys = dict(r.vector(_read_key))
        return cls(
            suite=cipher_suite(context.cipher_suite),
            context=context,
            tree=tree,
            own=own,
            keys=keys,
            signature_key=r.opaque(),
            secrets=codec.decode(EpochSecrets.read, r.opaque()),
            interim_transcript_hash=r.opaque(),
            confirmation_tag=r.opaque(),
            past=tuple(r.vector(PastEpoch.read)),
            reinit=r.optional(ReInit.read_body),
        )


def _read_key(r: Reader) -> tuple[NodeIndex, NodeKey]:
    return NodeIndex(r.u32()), NodeKey(r.opaque(), r.opaque())


def members_of(tree: RatchetTree) -> tuple[Member, ...]:
    """The members of a tree, left to right."""
    return tuple(Member(index, leaf) for index, leaf in tree.leaves())
