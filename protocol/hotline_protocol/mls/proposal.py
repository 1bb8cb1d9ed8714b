"""Proposals: changes that a commit may make, all types of RFC 9420 §12.1.

`encode_body` and `read_body` are the struct of a type; `encode` and `read_proposal` put the type before it.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, UnsupportedError, UsageError
from hotline_protocol.mls.extension import Extension, encode_extensions, read_extensions
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_BY_VALUE: Final = 1
_BY_REFERENCE: Final = 2


class ProposalType(IntEnum):
    """RFC 9420 §17.4."""

    ADD = 1
    UPDATE = 2
    REMOVE = 3
    PSK = 4
    REINIT = 5
    EXTERNAL_INIT = 6
    GROUP_CONTEXT_EXTENSIONS = 7


class Proposal:
    """Base of the proposal types."""

    __slots__ = ()
    proposal_type: ClassVar[ProposalType]

    def encode(self) -> bytes:
        """The struct `Proposal`: the type, then its struct."""
        return codec.u16(self.proposal_type) + self.encode_body()

    @abstractmethod
    def encode_body(self) -> bytes:
        """The struct of this type alone."""


@dataclass(frozen=True, slots=True)
class Add(Proposal):
    """Add a member (RFC 9420 §12.1.1)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.ADD
    key_package: KeyPackage

    def encode_body(self) -> bytes:
        """The struct `Add`."""
        return self.key_package.encode()

    @classmethod
    def read_body(cls, r: Reader) -> Add:
        """The struct `Add`."""
        return cls(KeyPackage.read(r))


@dataclass(frozen=True, slots=True)
class Update(Proposal):
    """Replace the sender's leaf (RFC 9420 §12.1.2)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.UPDATE
    leaf_node: LeafNode

    def encode_body(self) -> bytes:
        """The struct `Update`."""
        return self.leaf_node.encode()

    @classmethod
    def read_body(cls, r: Reader) -> Update:
        """The struct `Update`."""
        return cls(LeafNode.read(r))


@dataclass(frozen=True, slots=True)
class Remove(Proposal):
    """Remove a member (RFC 9420 §12.1.3)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.REMOVE
    removed: LeafIndex

    def encode_body(self) -> bytes:
        """The struct `Remove`."""
        return codec.u32(self.removed)

    @classmethod
    def read_body(cls, r: Reader) -> Remove:
        """The struct `Remove`."""
        return cls(LeafIndex(r.u32()))


@dataclass(frozen=True, slots=True)
class PreSharedKey(Proposal):
    """Put a pre-shared key into the key schedule (RFC 9420 §12.1.4)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.PSK
    psk: PreSharedKeyID

    def encode_body(self) -> bytes:
        """The struct `PreSharedKey`."""
        return self.psk.encode()

    @classmethod
    def read_body(cls, r: Reader) -> PreSharedKey:
        """The struct `PreSharedKey`."""
        return cls(PreSharedKeyID.read(r))


@dataclass(frozen=True, slots=True)
class ReInit(Proposal):
    """Close the group in favour of a new one (RFC 9420 §12.1.5)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.REINIT
    group_id: bytes
    version: int
    cipher_suite: int
    extensions: tuple[Extension, ...]

    def encode_body(self) -> bytes:
        """The struct `ReInit`."""
        head = codec.opaque(self.group_id) + codec.u16(self.version) + codec.u16(self.cipher_suite)
        return head + encode_extensions(self.extensions)

    @classmethod
    def read_body(cls, r: Reader) -> ReInit:
        """The struct `ReInit`."""
        return cls(r.opaque(), r.u16(), r.u16(), read_extensions(r))


@dataclass(frozen=True, slots=True)
class ExternalInit(Proposal):
    """The init secret of somebody who joins by its own commit (RFC 9420 §12.1.6)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.EXTERNAL_INIT
    kem_output: bytes

    def encode_body(self) -> bytes:
        """The struct `ExternalInit`."""
        return codec.opaque(self.kem_output)

    @classmethod
    def read_body(cls, r: Reader) -> ExternalInit:
        """The struct `ExternalInit`."""
        return cls(r.opaque())


@dataclass(frozen=True, slots=True)
class GroupContextExtensions(Proposal):
    """Replace the group's extensions (RFC 9420 §12.1.7)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.GROUP_CONTEXT_EXTENSIONS
    extensions: tuple[Extension, ...]

    def encode_body(self) -> bytes:
        """The struct `GroupContextExtensions`."""
        return encode_extensions(self.extensions)

    @classmethod
    def read_body(cls, r: Reader) -> GroupContextExtensions:
        """The struct `GroupContextExtensions`."""
        return cls(read_extensions(r))


_BODIES: Final = {
    kind.proposal_type: kind.read_body
    for kind in (Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions)
}


def read_proposal(r: Reader) -> Proposal:
    """The struct `Proposal`; a type whose layout is unknown cannot be read past and is unsupported."""
    kind = r.u16()
    for known, read in _BODIES.items():
        if kind == known:
            return read(r)
    raise UnsupportedError(f"proposal type {kind:#06x} is not supported")


@dataclass(frozen=True, slots=True)
class ProposalOrRef:
    """A commit's proposal: by value, or by the reference of one sent before. Exactly one is there."""

    proposal: Proposal | None = None
    reference: bytes | None = None

    @classmethod
    def by_value(cls, proposal: Proposal) -> ProposalOrRef:
        """The proposal itself."""
        return cls(proposal=proposal)

    @classmethod
    def by_reference(cls, reference: bytes) -> ProposalOrRef:
        """The reference of a proposal sent before."""
        return cls(reference=reference)

    def encode(self) -> bytes:
        """The struct `ProposalOrRef`."""
        if self.proposal is not None and self.reference is None:
            return codec.u8(_BY_VALUE) + self.proposal.encode()
        if self.reference is not None and self.proposal is None:
            return codec.u8(_BY_REFERENCE) + codec.opaque(self.reference)
        raise UsageError("a commit names a proposal either by value or by reference")

    @classmethod
    def read(cls, r: Reader) -> ProposalOrRef:
        """The struct `ProposalOrRef`."""
        kind = r.u8()
        if kind == _BY_VALUE:
            return cls(proposal=read_proposal(r))
        if kind == _BY_REFERENCE:
            return cls(reference=r.opaque())
        raise MalformedError(f"a proposal is given in way {kind}, expected 1 or 2")


def proposal_ref(suite: CipherSuite, authenticated_content: bytes) -> bytes:
    """The reference of a proposal, from the AuthenticatedContent that carried it (RFC 9420 §5.2)."""
    return suite.ref_hash("MLS 1.0 Proposal Reference", authenticated_content)
