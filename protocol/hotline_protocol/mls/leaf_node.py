"""Leaf nodes: a member's keys, credential and capabilities under its own signature (RFC 9420 §7.2).

Rules enforced by `verify`: the signature covers group and place for every leaf that is not from a key package (§7.2, §7.3); a
certificate is for the signature key (§5.3); the capabilities list the version, the leaf's own type of credential
and the extensions that it carries (§7.2, §7.3, §11.1). Whether the leaf fits its group is for `tree_validation`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import MLS10, Capabilities
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.credential import Credential, check_credential, read_credential
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.extension import Extension, encode_extensions, read_extensions
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_LABEL = "LeafNodeTBS"
_ANYWHERE = LeafIndex(0)


class LeafNodeSource(IntEnum):
    """The message a leaf was made for."""

    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a key package may be used, in unix seconds, both ends included."""

    not_before: int
    not_after: int

    def encode(self) -> bytes:
        """The struct `Lifetime`."""
        return codec.u64(self.not_before) + codec.u64(self.not_after)

    @classmethod
    def read(cls, r: Reader) -> Lifetime:
        """The struct `Lifetime`."""
        return cls(r.u64(), r.u64())

    @property
    def total(self) -> int:
        """How long it lasts, in seconds; below zero if it ends before it begins."""
        return self.not_after - self.not_before

    def covers(self, now: int) -> bool:
        """Whether `now`, unix seconds, lies within."""
        return self.not_before <= now <= self.not_after


@dataclass(frozen=True, slots=True)
class LeafNode:
    """One member's leaf. `lifetime` is there for key packages only, `parent_hash` for commits only."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    source: LeafNodeSource
    lifetime: Lifetime | None = None
    parent_hash: bytes | None = None
    extensions: tuple[Extension, ...] = ()
    signature: bytes = b""
    _encoded: bytes = field(default=b"", init=False, repr=False, compare=False)
    """The encoding once it was asked for: a leaf is hashed, sent and stored many times and never changes."""

    def encode(self) -> bytes:
        """The struct `LeafNode`."""
        return self._encoded or self._keep(self._encode_unsigned() + codec.opaque(self.signature))

    def _keep(self, encoded: bytes) -> bytes:
        object.__setattr__(self, "_encoded", encoded)
        return encoded

    @classmethod
    def read(cls, r: Reader) -> LeafNode:
        """The struct `LeafNode`."""
        encryption_key, signature_key, credential = r.opaque(), r.opaque(), read_credential(r)
        capabilities, source = Capabilities.read(r), _read_source(r)
        return cls(
            encryption_key=encryption_key,
            signature_key=signature_key,
            credential=credential,
            capabilities=capabilities,
            source=source,
            lifetime=Lifetime.read(r) if source == LeafNodeSource.KEY_PACKAGE else None,
            parent_hash=r.opaque() if source == LeafNodeSource.COMMIT else None,
            extensions=read_extensions(r),
            signature=r.opaque(),
        )

    def sign(
        self, suite: CipherSuite, private: bytes, group_id: bytes = b"", leaf_index: LeafIndex = _ANYWHERE
    ) -> LeafNode:
        """The leaf with its signature; group and place do not matter for a key package's."""
        unsigned = self._encode_unsigned()
        signature = suite.sign_with_label(private, _LABEL, self._placed(unsigned, group_id, leaf_index))
        signed = replace(self, signature=signature)
        signed._keep(unsigned + codec.opaque(signature))  # noqa: SLF001  its own class
        return signed

    def verify(self, suite: CipherSuite, group_id: bytes = b"", leaf_index: LeafIndex = _ANYWHERE) -> None:
        """Refuse a leaf that its own key did not sign for this group and place, as `signature`; that its certificate is not
        for, as `credential`; or whose capabilities do not cover itself, as `leaf`.
        """
        tbs = self._tbs(group_id, leaf_index)
        suite.verify_with_label(self.signature_key, _LABEL, tbs, self.signature)
        check_credential(suite.signature, self.credential, self.signature_key)
        self._check_capabilities()

    def _check_capabilities(self) -> None:
        own = self.capabilities
        # The suite is not looked for: leaves that the working group publishes do not list the one they are of, and a leaf whose
        # signature and keys are of this suite shows that its holder speaks it.
        if MLS10 not in own.versions:
            raise RefusedError("leaf", "a leaf's capabilities do not list the version of the group")
        if self.credential.credential_type not in own.credentials:
            raise RefusedError("leaf", "a leaf's capabilities do not list its own type of credential")
        carried = {one.extension_type for one in self.extensions if not one.is_default}
        if not carried.issubset(own.extensions):
            raise RefusedError("leaf", "a leaf's capabilities do not list an extension that it carries")

    def _tbs(self, group_id: bytes, leaf_index: LeafIndex) -> bytes:
        encoded = self.encode()
        unsigned = encoded[: len(encoded) - len(codec.opaque(self.signature))]
        return self._placed(unsigned, group_id, leaf_index)

    def _placed(self, unsigned: bytes, group_id: bytes, leaf_index: LeafIndex) -> bytes:
        """`LeafNodeTBS`: the leaf without its signature and, unless it is a key package's, the group and place it is for."""
        if self.source == LeafNodeSource.KEY_PACKAGE:
            return unsigned
        return unsigned + codec.opaque(group_id) + codec.u32(leaf_index)

    def _encode_unsigned(self) -> bytes:
        return (
            codec.opaque(self.encryption_key)
            + codec.opaque(self.signature_key)
            + self.credential.encode()
            + self.capabilities.encode()
            + codec.u8(self.source)
            + self._encode_by_source()
            + encode_extensions(self.extensions)
        )

    def _encode_by_source(self) -> bytes:
        lifetime, parent_hash = self.lifetime, self.parent_hash
        if self.source == LeafNodeSource.KEY_PACKAGE and lifetime is not None and parent_hash is None:
            return lifetime.encode()
        if self.source == LeafNodeSource.COMMIT and parent_hash is not None and lifetime is None:
            return codec.opaque(parent_hash)
        if self.source == LeafNodeSource.UPDATE and lifetime is None and parent_hash is None:
            return b""
        raise UsageError("a key package's leaf has a lifetime, a commit's a parent hash, an update's neither")


def _read_source(r: Reader) -> LeafNodeSource:
    value = r.u8()
    if not LeafNodeSource.KEY_PACKAGE <= value <= LeafNodeSource.COMMIT:
        raise MalformedError(f"a leaf's source is {value}, expected 1, 2 or 3")
    return LeafNodeSource(value)
