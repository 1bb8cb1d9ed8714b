"""The path of a commit as sent: a new leaf, new keys above it, and their secrets for everybody else (RFC 9420 §7.6)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.leaf_node import LeafNode


@dataclass(frozen=True, slots=True)
class UpdatePathNode:
    """One node's new public key, and its path secret for each node of the other side's resolution."""

    encryption_key: bytes
    encrypted_path_secret: tuple[HPKECiphertext, ...]

    def encode(self) -> bytes:
        """The struct `UpdatePathNode`."""
        return codec.opaque(self.encryption_key) + codec.vector(
            one.encode() for one in self.encrypted_path_secret
        )

    @classmethod
    def read(cls, r: Reader) -> UpdatePathNode:
        """The struct `UpdatePathNode`."""
        return cls(r.opaque(), tuple(r.vector(HPKECiphertext.read)))


@dataclass(frozen=True, slots=True)
class UpdatePath:
    """The committer's leaf, and the nodes of its filtered direct path from the bottom up."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    def encode(self) -> bytes:
        """The struct `UpdatePath`."""
        return self.leaf_node.encode() + codec.vector(node.encode() for node in self.nodes)

    @classmethod
    def read(cls, r: Reader) -> UpdatePath:
        """The struct `UpdatePath`."""
        return cls(LeafNode.read(r), tuple(r.vector(UpdatePathNode.read)))
