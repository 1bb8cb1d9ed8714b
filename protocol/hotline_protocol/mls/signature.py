"""Signature schemes of the suites, one row each (RFC 9420 §5.1.2). Keys and signatures are bytes.

Rules enforced: a public key has exactly its length, and a signature its length or, for ECDSA, a length that its DER can have,
before the library sees them; an empty one is refused. A public key of EdDSA is of no small order: under such a key one signature
fits any content, so that it would prove nothing. A public key of ECDSA is an uncompressed point on its curve, a signature
the one DER encoding of its two numbers, neither of them zero nor beyond the order (the library sees to the latter).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from hotline_protocol.mls.dh import load_point, load_scalar, scalar_candidates, write_point
from hotline_protocol.mls.errors import RefusedError, UsageError

Random = Callable[[int], bytes]

_SHORTEST_DER: Final = 8
"""A sequence of two integers of one byte each."""


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """One row: a signature scheme. Lengths are in bytes; `check` raises `InvalidSignature` or `ValueError`."""

    name: str
    private_length: int
    public_length: int
    signature_lengths: range
    make_private: Callable[[Random], bytes]
    public_bytes: Callable[[bytes], bytes]
    make: Callable[[bytes, bytes], bytes]
    check: Callable[[bytes, bytes, bytes], None]
    write_public: Callable[[object], bytes | None]
    """A public key of the library as this scheme writes it; None for a key of another scheme."""

    def generate(self, rng: Random) -> tuple[bytes, bytes]:
        """A fresh key: (private, public)."""
        private = self.make_private(rng)
        return private, self.public_key(private)

    def public_key(self, private: bytes) -> bytes:
        """The public key of a private key; what is no private key is a `UsageError`."""
        self._check_private(private)
        try:
            return self.public_bytes(private)
        except ValueError as error:
            raise UsageError(f"the signing key is none of {self.name}'s") from error

    def sign(self, private: bytes, content: bytes) -> bytes:
        """A signature over `content`; what is no private key is a `UsageError`."""
        self._check_private(private)
        try:
            return self.make(private, content)
        except ValueError as error:
            raise UsageError(f"the signing key is none of {self.name}'s") from error

    def verify(self, public: bytes, content: bytes, signature: bytes) -> None:
        """Refuse, as `signature`, whatever is not this key's signature over `content`."""
        if len(signature) not in self.signature_lengths or len(public) != self.public_length:
            raise RefusedError(
                "signature",
                f"expected a key of {self.public_length} and a signature of {self._lengths()} bytes, "
                f"got {len(public)} and {len(signature)}",
            )
        try:
            self.check(public, content, signature)
        except (InvalidSignature, ValueError) as error:
            raise RefusedError("signature", "the signature does not verify") from error

    def _lengths(self) -> str:
        least, most = self.signature_lengths[0], self.signature_lengths[-1]
        return str(most) if least == most else f"{least} to {most}"

    def _check_private(self, private: bytes) -> None:
        if len(private) != self.private_length:
            raise UsageError(f"expected a signing key of {self.private_length} bytes, got {len(private)}")


def _exactly(length: int) -> range:
    return range(length, length + 1)


# --- EdDSA. A device signs with one key for months; parsing it costs as much as signing.

_P25519: Final = 2**255 - 19
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""The y of half of the points of order 8 on edwards25519; the others have its negative."""

_SMALL_25519: Final = frozenset({0, 1, _P25519 - 1, _ORDER_8, _P25519 - _ORDER_8})
_P448: Final = 2**448 - 2**224 - 1
_SMALL_448: Final = frozenset({0, 1, _P448 - 1})


def _check_order(y: int, prime: int, small: frozenset[int]) -> None:
    """`ValueError` for the y of a point of small order, reduced or not (RFC 8032 §5.1.3, §5.2.3)."""
    if y % prime in small:
        raise ValueError("the public key is of small order")


@lru_cache(maxsize=4)
def _ed25519_private(private: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private)


@lru_cache(maxsize=512)
def _ed25519_public(public: bytes) -> Ed25519PublicKey:
    _check_order(int.from_bytes(public, "little") & ((1 << 255) - 1), _P25519, _SMALL_25519)
    return Ed25519PublicKey.from_public_bytes(public)


def _ed25519_check(public: bytes, content: bytes, signature: bytes) -> None:
    _ed25519_public(public).verify(signature, content)


ED25519: Final = SignatureScheme(
    name="Ed25519",
    private_length=32,
    public_length=32,
    signature_lengths=_exactly(64),
    make_private=lambda rng: rng(32),
    public_bytes=lambda private: _ed25519_private(private).public_key().public_bytes_raw(),
    make=lambda private, content: _ed25519_private(private).sign(content),
    check=_ed25519_check,
    write_public=lambda key: key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None,
)


@lru_cache(maxsize=4)
def _ed448_private(private: bytes) -> Ed448PrivateKey:
    return Ed448PrivateKey.from_private_bytes(private)


@lru_cache(maxsize=512)
def _ed448_public(public: bytes) -> Ed448PublicKey:
    _check_order(int.from_bytes(public[:56], "little"), _P448, _SMALL_448)
    return Ed448PublicKey.from_public_bytes(public)


def _ed448_check(public: bytes, content: bytes, signature: bytes) -> None:
    _ed448_public(public).verify(signature, content)


ED448: Final = SignatureScheme(
    name="Ed448",
    private_length=57,
    public_length=57,
    signature_lengths=_exactly(114),
    make_private=lambda rng: rng(57),
    public_bytes=lambda private: _ed448_private(private).public_key().public_bytes_raw(),
    make=lambda private, content: _ed448_private(private).sign(content),
    check=_ed448_check,
    write_public=lambda key: key.public_bytes_raw() if isinstance(key, Ed448PublicKey) else None,
)


# --- ML-DSA. The private key is the seed, the context is empty (draft-ietf-tls-mldsa); signatures are hedged by the library.


@lru_cache(maxsize=4)
def _ml_dsa_44_private(seed: bytes) -> MLDSA44PrivateKey:
    return MLDSA44PrivateKey.from_seed_bytes(seed)


@lru_cache(maxsize=512)
def _ml_dsa_44_public(public: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(public)


def _ml_dsa_44_check(public: bytes, content: bytes, signature: bytes) -> None:
    _ml_dsa_44_public(public).verify(signature, content)


ML_DSA_44: Final = SignatureScheme(
    name="ML-DSA-44",
    private_length=32,
    public_length=1312,
    signature_lengths=_exactly(2420),
    make_private=lambda rng: rng(32),
    public_bytes=lambda seed: _ml_dsa_44_private(seed).public_key().public_bytes_raw(),
    make=lambda seed, content: _ml_dsa_44_private(seed).sign(content),
    check=_ml_dsa_44_check,
    write_public=lambda key: key.public_bytes_raw() if isinstance(key, MLDSA44PublicKey) else None,
)


# --- ECDSA. The private key is the scalar of fixed length, the public key an uncompressed point.


def _ecdsa(name: str, curve: ec.EllipticCurve, digest: hashes.HashAlgorithm, longest: int) -> SignatureScheme:
    length = -(-curve.key_size // 8)
    algorithm = ec.ECDSA(digest)
    load_private = lru_cache(maxsize=4)(partial(load_scalar, curve))
    load_public = lru_cache(maxsize=512)(partial(load_point, curve))

    def make_private(rng: Random) -> bytes:
        try:
            return scalar_candidates(curve, lambda _: rng(length))
        except ValueError as error:
            raise UsageError("the randomness handed in gives no private key") from error

    def write_public(key: object) -> bytes | None:
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == curve.name:
            return write_point(key)
        return None

    return SignatureScheme(
        name=name,
        private_length=length,
        public_length=1 + 2 * length,
        signature_lengths=range(_SHORTEST_DER, longest + 1),
        make_private=make_private,
        public_bytes=lambda private: write_point(load_private(private).public_key()),
        make=lambda private, content: load_private(private).sign(content, algorithm),
        check=lambda public, content, signature: load_public(public).verify(signature, content, algorithm),
        write_public=write_public,
    )


ECDSA_P256: Final = _ecdsa("ECDSA with P-256 and SHA-256", ec.SECP256R1(), hashes.SHA256(), 72)
ECDSA_P384: Final = _ecdsa("ECDSA with P-384 and SHA-384", ec.SECP384R1(), hashes.SHA384(), 104)
ECDSA_P521: Final = _ecdsa("ECDSA with P-521 and SHA-512", ec.SECP521R1(), hashes.SHA512(), 139)
