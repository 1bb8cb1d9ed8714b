"""Diffie-Hellman groups under the KEMs of RFC 9180 §7.1, one row each; lengths are in bytes.

The curves are the library's. Ours are the rows: how keys are written, and DeriveKeyPair. Rules enforced (§7.1.1 to §7.1.4):
a NIST point is written uncompressed and lies on its curve; a shared secret of zero, which only points of small order yield,
is none; a NIST scalar is neither zero nor beyond the order. What breaks them is a `ValueError` here, as in the library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey, X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hotline_protocol.mls.codec import u8
from hotline_protocol.mls.kdf import Labeled

_UNCOMPRESSED: Final = b"\x04"


@dataclass(frozen=True, slots=True)
class DhGroup:
    """One row. Keys go in and out of `exchange` as the library's objects, which belong to the same row."""

    public_length: int
    private_length: int
    load_private: Callable[[bytes], Any]
    load_public: Callable[[bytes], Any]
    write_public: Callable[[Any], bytes]
    generate: Callable[[], Any]
    """A fresh private key, of the library's own randomness."""
    exchange: Callable[[Any, Any], bytes]
    derive: Callable[[Labeled, bytes], bytes]
    """The private key, by a KEM's KDF and the secret extracted for it (§7.1.3)."""
    has_small_order: bool
    """Whether there are points that yield no secret, so that a public key needs trying."""


# --- X25519 and X448


def _derive_montgomery(length: int, kdf: Labeled, secret: bytes) -> bytes:
    return kdf.expand(secret, b"sk", b"", length)


def _write_montgomery(key: X25519PublicKey | X448PublicKey) -> bytes:
    return key.public_bytes_raw()


def _exchange_montgomery(private: Any, public: Any) -> bytes:
    # A shared secret of zero is the library's ValueError.
    shared: bytes = private.exchange(public)
    return shared


X25519: Final = DhGroup(
    public_length=32,
    private_length=32,
    load_private=X25519PrivateKey.from_private_bytes,
    load_public=X25519PublicKey.from_public_bytes,
    write_public=_write_montgomery,
    generate=X25519PrivateKey.generate,
    exchange=_exchange_montgomery,
    derive=partial(_derive_montgomery, 32),
    has_small_order=True,
)

X448: Final = DhGroup(
    public_length=56,
    private_length=56,
    load_private=X448PrivateKey.from_private_bytes,
    load_public=X448PublicKey.from_public_bytes,
    write_public=_write_montgomery,
    generate=X448PrivateKey.generate,
    exchange=_exchange_montgomery,
    derive=partial(_derive_montgomery, 56),
    has_small_order=True,
)


# --- the NIST curves


def load_scalar(curve: ec.EllipticCurve, private: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key whose scalar is written there, big-endian."""
    return ec.derive_private_key(int.from_bytes(private, "big"), curve)


def load_point(curve: ec.EllipticCurve, public: bytes) -> ec.EllipticCurvePublicKey:
    """The public key written there, uncompressed: the library would read the compressed form too."""
    if public[:1] != _UNCOMPRESSED:
        raise ValueError("a point is written uncompressed, as 4 and both coordinates")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, public)


def write_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def scalar_candidates(curve: ec.EllipticCurve, draw: Callable[[int], bytes]) -> bytes:
    """The first of up to 256 drawn candidates, masked to the order's length, that is a private key (RFC 9180 §7.1.3)."""
    length = -(-curve.key_size // 8)
    mask = 0xFF >> (8 * length - curve.key_size)
    for counter in range(256):
        candidate = draw(counter)
        candidate = u8(candidate[0] & mask) + candidate[1:]
        if 0 < int.from_bytes(candidate, "big") < curve.group_order:
            return candidate
    raise ValueError("none of 256 candidates is a private key of the curve")


def _derive_nist(curve: ec.EllipticCurve, kdf: Labeled, secret: bytes) -> bytes:
    length = -(-curve.key_size // 8)
    return scalar_candidates(curve, lambda counter: kdf.expand(secret, b"candidate", u8(counter), length))


def _exchange_nist(private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey) -> bytes:
    return private.exchange(ec.ECDH(), public)


def _nist(curve: ec.EllipticCurve) -> DhGroup:
    length = -(-curve.key_size // 8)
    return DhGroup(
        public_length=1 + 2 * length,
        private_length=length,
        load_private=partial(load_scalar, curve),
        load_public=partial(load_point, curve),
        write_public=write_point,
        generate=partial(ec.generate_private_key, curve),
        exchange=_exchange_nist,
        derive=partial(_derive_nist, curve),
        has_small_order=False,
    )


P256: Final = _nist(ec.SECP256R1())
P384: Final = _nist(ec.SECP384R1())
P521: Final = _nist(ec.SECP521R1())
