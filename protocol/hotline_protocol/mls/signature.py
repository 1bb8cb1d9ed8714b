"""Signature schemes of the suites, one row each (RFC 9420 §5.1.2). Keys and signatures are bytes.

Rule enforced: a signature and a public key have exactly their length before the library sees them; an empty one is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hotline_protocol.mls.errors import RefusedError, UsageError


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """One row: a signature scheme. Lengths are in bytes; `check` raises `InvalidSignature` or `ValueError`."""

    name: str
    private_length: int
    public_length: int
    signature_length: int
    public_bytes: Callable[[bytes], bytes]
    make: Callable[[bytes, bytes], bytes]
    check: Callable[[bytes, bytes, bytes], None]

    def generate(self, rng: Callable[[int], bytes]) -> tuple[bytes, bytes]:
        """A fresh key: (private, public)."""
        private = rng(self.private_length)
        return private, self.public_key(private)

    def public_key(self, private: bytes) -> bytes:
        """The public key of a private key."""
        self._check_private(private)
        return self.public_bytes(private)

    def sign(self, private: bytes, content: bytes) -> bytes:
        """A signature over `content`."""
        self._check_private(private)
        return self.make(private, content)

    def verify(self, public: bytes, content: bytes, signature: bytes) -> None:
        """Refuse, as `signature`, whatever is not this key's signature over `content`."""
        if len(signature) != self.signature_length or len(public) != self.public_length:
            raise RefusedError(
                "signature",
                f"expected a key of {self.public_length} and a signature of {self.signature_length} bytes, "
                f"got {len(public)} and {len(signature)}",
            )
        try:
            self.check(public, content, signature)
        except (InvalidSignature, ValueError) as error:
            raise RefusedError("signature", "the signature does not verify") from error

    def _check_private(self, private: bytes) -> None:
        if len(private) != self.private_length:
            raise UsageError(f"expected a signing key of {self.private_length} bytes, got {len(private)}")


# A device signs with one key for months; parsing it costs as much as signing.
@lru_cache(maxsize=4)
def _ed25519_private(private: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private)


@lru_cache(maxsize=512)
def _ed25519_public(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def _ed25519_check(public: bytes, content: bytes, signature: bytes) -> None:
    _ed25519_public(public).verify(signature, content)


ED25519: Final = SignatureScheme(
    name="Ed25519",
    private_length=32,
    public_length=32,
    signature_length=64,
    public_bytes=lambda private: _ed25519_private(private).public_key().public_bytes_raw(),
    make=lambda private, content: _ed25519_private(private).sign(content),
    check=_ed25519_check,
)
