"""Key packages: what a client publishes so that a group can add it (RFC 9420 §10).

Rules enforced by `verify` (§10, §10.1): version and suite; both signatures; the leaf made for a key package; init key and leaf key
usable and different; a lifetime that does not end before it begins and covers the time, if one is given. Extensions of the
package that its leaf does not list are ignored like all unknown ones: there are published packages like that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import MLS10, Capabilities
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import (
    LAST_RESORT,
    Extension,
    encode_extensions,
    find,
    read_extensions,
)
from hotline_protocol.mls.grease import add_grease
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.suites import CipherSuite

_LABEL = "KeyPackageTBS"


@dataclass(frozen=True, slots=True)
class KeyPackagePrivate:
    """The private halves of a key package's three keys."""

    init_key: bytes = field(repr=False)
    encryption_key: bytes = field(repr=False)
    signature_key: bytes = field(repr=False)

    def encode(self) -> bytes:
        """For the caller's encrypted storage."""
        return (
            codec.opaque(self.init_key) + codec.opaque(self.encryption_key) + codec.opaque(self.signature_key)
        )

    @classmethod
    def read(cls, r: Reader) -> KeyPackagePrivate:
        """What `encode` wrote."""
        return cls(r.opaque(), r.opaque(), r.opaque())


@dataclass(frozen=True, slots=True)
class KeyPackage:
    """An offer to be added, usable once unless it is marked as a last resort."""

    cipher_suite: int
    init_key: bytes
    leaf_node: LeafNode
    extensions: tuple[Extension, ...] = ()
    signature: bytes = b""
    version: int = MLS10

    def encode(self) -> bytes:
        """The struct `KeyPackage`."""
        return self._tbs() + codec.opaque(self.signature)

    @classmethod
    def read(cls, r: Reader) -> KeyPackage:
        """The struct `KeyPackage`."""
        version, suite = r.u16(), r.u16()
        return cls(suite, r.opaque(), LeafNode.read(r), read_extensions(r), r.opaque(), version)

    @classmethod
    def create(
        cls,
        suite: CipherSuite,
        rng: Callable[[int], bytes],
        signature_key: bytes,
        credential: Credential,
        lifetime: Lifetime,
        *,
        capabilities: Capabilities | None = None,
        leaf_extensions: tuple[Extension, ...] = (),
        extensions: tuple[Extension, ...] = (),
        last_resort: bool = False,
        grease: bool = False,
    ) -> tuple[KeyPackage, KeyPackagePrivate]:
        """A signed key package with fresh HPKE keys; `signature_key` is the private one.

        `last_resort` marks it as one that may be used again, and `grease` sprinkles numbers without meaning over it (§13.5);
        the capabilities gain what these two need. Whether others would accept it is not looked at: that is `verify`.
        """
        own = capabilities or Capabilities(cipher_suites=(suite.id,))
        if last_resort:
            extensions = (*extensions, Extension.for_last_resort())
            own = replace(own, extensions=tuple(dict.fromkeys((*own.extensions, LAST_RESORT))))
        if grease:
            own, meaningless = add_grease(own, rng)
            leaf_extensions, extensions = (*leaf_extensions, meaningless), (*extensions, meaningless)
        init_private, init_public = suite.derive_key_pair(rng(suite.hash_length))
        leaf_private, leaf_public = suite.derive_key_pair(rng(suite.hash_length))
        leaf_node = LeafNode(
            encryption_key=leaf_public,
            signature_key=suite.signature_public_key(signature_key),
            credential=credential,
            capabilities=own,
            source=LeafNodeSource.KEY_PACKAGE,
            lifetime=lifetime,
            extensions=leaf_extensions,
        ).sign(suite, signature_key)
        unsigned = cls(suite.id, init_public, leaf_node, extensions)
        private = KeyPackagePrivate(init_private, leaf_private, signature_key)
        return unsigned.sign(suite, signature_key), private

    @property
    def is_last_resort(self) -> bool:
        """Whether it may be used again when no other is left (RFC 9420 §16.8)."""
        return find(self.extensions, LAST_RESORT) is not None

    def sign(self, suite: CipherSuite, private: bytes) -> KeyPackage:
        """The key package with its signature."""
        return replace(self, signature=suite.sign_with_label(private, _LABEL, self._tbs()))

    def verify(self, suite: CipherSuite, now: int | None = None, *, longest: int | None = None) -> None:
        """Refuse, mostly as `key-package`, what may not be added at `now`, unix seconds.

        Without `now` the caller looks whether it is too early or too late. `longest`, seconds, is the total lifetime that the
        application puts up with; RFC 9420 §7.2 asks for one, and the engine has none of its own.
        """
        leaf = self.leaf_node
        if self.version != MLS10 or self.cipher_suite != suite.id:
            raise RefusedError(
                "suite",
                f"expected version {MLS10} and suite {suite.id:#06x}, "
                f"got {self.version} and {self.cipher_suite:#06x}",
            )
        if leaf.source != LeafNodeSource.KEY_PACKAGE or leaf.lifetime is None:
            raise RefusedError("key-package", "the leaf was not made for a key package")
        leaf.verify(suite)
        suite.verify_with_label(leaf.signature_key, _LABEL, self._tbs(), self.signature)
        suite.check_public_key(self.init_key)
        suite.check_public_key(leaf.encryption_key)
        if self.init_key == leaf.encryption_key:
            raise RefusedError("key-package", "one key is used for joining and for the leaf")
        _check_lifetime(leaf.lifetime, now, longest)

    def ref(self, suite: CipherSuite) -> bytes:
        """The reference by which a Welcome names it (RFC 9420 §5.2)."""
        return suite.ref_hash("MLS 1.0 KeyPackage Reference", self.encode())

    def _tbs(self) -> bytes:
        return (
            codec.u16(self.version)
            + codec.u16(self.cipher_suite)
            + codec.opaque(self.init_key)
            + self.leaf_node.encode()
            + encode_extensions(self.extensions)
        )


def _check_lifetime(lifetime: Lifetime, now: int | None, longest: int | None) -> None:
    if lifetime.total < 0:
        raise RefusedError("key-package", "the lifetime ends before it begins")
    if longest is not None and lifetime.total > longest:
        raise RefusedError(
            "key-package", f"the lifetime is {lifetime.total} seconds, expected {longest} at most"
        )
    if now is not None and not lifetime.covers(now):
        raise RefusedError("key-package", "the key package is not valid at this time")
