"""Hybrid public key encryption (RFC 9180) as MLS uses it: base mode, one message a context, no additional data.

Encapsulation, key schedule and sealing are the library's. Ours are the KEM's rows: how keys are written, and DeriveKeyPair,
by RFC 9180 §7.1.3 for X25519 and by draft-ietf-hpke-pq for X-Wing.

Rules enforced: a public key has its length, decodes, and is of no small order (RFC 9180 §7.1.4); an encapsulated key has
its length.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import RefusedError, UsageError

PrivateKey = X25519PrivateKey | hpke.MLKEM768X25519PrivateKey
PublicKey = X25519PublicKey | hpke.MLKEM768X25519PublicKey

_ML_KEM_768_SEED: Final = 64
_ML_KEM_768_PUBLIC: Final = 1184
_X_WING_EXPANDED: Final = 96


@dataclass(frozen=True, slots=True)
class HPKECiphertext:
    """What only the holder of one private key can open (RFC 9420 §7.6)."""

    kem_output: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        """The struct `HPKECiphertext`."""
        return codec.opaque(self.kem_output) + codec.opaque(self.ciphertext)

    @classmethod
    def read(cls, r: Reader) -> HPKECiphertext:
        """The struct `HPKECiphertext`."""
        return cls(r.opaque(), r.opaque())


@dataclass(frozen=True, slots=True)
class Kem:
    """One row: a key encapsulation mechanism. Lengths are in bytes."""

    id: int
    library: hpke.KEM
    public_length: int
    private_length: int
    derive_private: Callable[[bytes], bytes]
    load_private: Callable[[bytes], PrivateKey]
    load_public: Callable[[bytes], PublicKey]
    public_bytes: Callable[[bytes], bytes]
    """The public key of a private key, both as bytes."""
    exchange_part: Callable[[bytes], bytes]
    """The X25519 key inside a public key."""


@dataclass(frozen=True, slots=True)
class Hpke:
    """A KEM joined with the KDF and AEAD of a suite."""

    kem: Kem
    kdf: hpke.KDF
    aead: hpke.AEAD

    def derive_key_pair(self, ikm: bytes) -> tuple[bytes, bytes]:
        """DeriveKeyPair: (private, public) from keying material of at least the private key's length."""
        private = self.kem.derive_private(ikm)
        return private, self.kem.public_bytes(private)

    def public_key(self, private: bytes) -> bytes:
        """The public key of a private key; one of the wrong length is a `UsageError`."""
        _check_private(self.kem, private)
        return self.kem.public_bytes(private)

    def check_public_key(self, public: bytes) -> None:
        """Refuse, as `public-key`, what is no usable public key of this KEM."""
        _load_public(self.kem.id, public)

    def seal(self, public: bytes, info: bytes, plaintext: bytes) -> HPKECiphertext:
        """Encrypt to a public key, which is checked first."""
        sealed = hpke.Suite(self.kem.library, self.kdf, self.aead).encrypt(
            plaintext, _load_public(self.kem.id, public), info
        )
        size = self.kem.library.enc_length()
        return HPKECiphertext(sealed[:size], sealed[size:])

    def open(self, private: bytes, info: bytes, sealed: HPKECiphertext) -> bytes:
        """Decrypt; whatever cannot be opened is refused as `decrypt`."""
        _check_private(self.kem, private)
        expected = self.kem.library.enc_length()
        if len(sealed.kem_output) != expected:
            got = len(sealed.kem_output)
            raise RefusedError("decrypt", f"expected {expected} bytes of encapsulated key, got {got}")
        try:
            return hpke.Suite(self.kem.library, self.kdf, self.aead).decrypt(
                sealed.kem_output + sealed.ciphertext, self.kem.load_private(private), info
            )
        except (InvalidTag, ValueError) as error:
            raise RefusedError("decrypt", "the ciphertext does not open with this key") from error


def _check_private(kem: Kem, private: bytes) -> None:
    if len(private) != kem.private_length:
        raise UsageError(f"expected a private key of {kem.private_length} bytes, got {len(private)}")


@lru_cache(maxsize=512)
def _load_public(kem_id: int, public: bytes) -> PublicKey:
    kem = KEMS[kem_id]
    if len(public) != kem.public_length:
        got = len(public)
        raise RefusedError("public-key", f"expected a public key of {kem.public_length} bytes, got {got}")
    try:
        key = kem.load_public(public)
        # The library refuses an all-zero shared secret, which only keys of small order yield.
        _probe().exchange(X25519PublicKey.from_public_bytes(kem.exchange_part(public)))
    except ValueError as error:
        raise RefusedError("public-key", "the public key does not decode or is of small order") from error
    return key


@lru_cache(maxsize=1)
def _probe() -> X25519PrivateKey:
    """A key for testing others: any will do, nothing is encrypted with it."""
    return X25519PrivateKey.from_private_bytes(b"\x01" * 32)


def _hkdf_sha256_labeled(ikm: bytes) -> bytes:
    """DeriveKeyPair of DHKEM(X25519, HKDF-SHA256) (RFC 9180 §4, §7.1.3)."""
    context = b"HPKE-v1" + b"KEM" + codec.u16(0x0020)
    secret = hmac.digest(b"", context + b"dkp_prk" + ikm, "sha256")
    return hmac.digest(secret, codec.u16(32) + context + b"sk" + b"\x01", "sha256")


def _shake256_labeled(ikm: bytes) -> bytes:
    """DeriveKeyPair of X-Wing: the seed from which `_x_wing_private` makes both keys (draft-ietf-hpke-pq)."""
    label = b"DeriveKeyPair"
    context = b"HPKE-v1" + b"KEM" + codec.u16(0x647A)
    labeled = ikm + context + codec.u16(len(label)) + label + codec.u16(32)
    return hashlib.shake_256(labeled).digest(32)


def _x25519_public_bytes(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _x_wing_halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    expanded = hashlib.shake_256(seed).digest(_X_WING_EXPANDED)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_ML_KEM_768_SEED]),
        X25519PrivateKey.from_private_bytes(expanded[_ML_KEM_768_SEED:]),
    )


def _x_wing_private(seed: bytes) -> PrivateKey:
    return hpke.MLKEM768X25519PrivateKey(*_x_wing_halves(seed))


def _x_wing_public(public: bytes) -> PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_ML_KEM_768_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_ML_KEM_768_PUBLIC:]),
    )


def _x_wing_public_bytes(seed: bytes) -> bytes:
    post_quantum, classic = _x_wing_halves(seed)
    return post_quantum.public_key().public_bytes_raw() + classic.public_key().public_bytes_raw()


DHKEM_X25519: Final = Kem(
    id=0x0020,
    library=hpke.KEM.X25519,
    public_length=32,
    private_length=32,
    derive_private=_hkdf_sha256_labeled,
    load_private=X25519PrivateKey.from_private_bytes,
    load_public=X25519PublicKey.from_public_bytes,
    public_bytes=_x25519_public_bytes,
    exchange_part=lambda public: public,
)

X_WING: Final = Kem(
    id=0x647A,
    library=hpke.KEM.MLKEM768_X25519,
    public_length=_ML_KEM_768_PUBLIC + 32,
    private_length=32,
    derive_private=_shake256_labeled,
    load_private=_x_wing_private,
    load_public=_x_wing_public,
    public_bytes=_x_wing_public_bytes,
    exchange_part=lambda public: public[_ML_KEM_768_PUBLIC:],
)

KEMS: Final = {kem.id: kem for kem in (DHKEM_X25519, X_WING)}
"""The KEMs by their HPKE id."""
