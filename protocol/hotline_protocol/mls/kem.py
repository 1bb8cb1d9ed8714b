"""Key encapsulation mechanisms of HPKE, one row each: how keys are written and derived, encapsulated to and tried.

DHKEM over the groups of `dh` (RFC 9180 §4.1), and X-Wing over the library's ML-KEM-768 and X25519 (draft-ietf-hpke-pq). `Hpke`
lets the library encapsulate where it can seal or open a whole message; encapsulation by hand is for X448, which the library's
HPKE does not know, and for exported secrets, which it does not give.

Rules enforced: a public key has its length, decodes and is of no small order (RFC 9180 §7.1.4); that of ML-KEM is reduced
(FIPS 203 §7.2); an encapsulated key has its length and yields a secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hotline_protocol.mls import dh
from hotline_protocol.mls.codec import u16
from hotline_protocol.mls.dh import DhGroup
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.kdf import Labeled

_ML_KEM_SEED: Final = 64
_ML_KEM_PUBLIC: Final = 1184
_ML_KEM_ENC: Final = 1088
_X_WING_EXPANDED: Final = 96
_X_WING_LABEL: Final = b"\\.//^\\"
_TRIAL: Final = b"\x01"
"""What the private key for trying others is filled with; nothing is encrypted with it."""


@dataclass(frozen=True, slots=True)
class Kem:
    """One row. Lengths are in bytes; what the callables cannot take is a `ValueError`."""

    id: int
    library: hpke.KEM | None
    """The library's name for it, None if its HPKE does not know it."""
    public_length: int
    private_length: int
    enc_length: int
    derive_private: Callable[[bytes], bytes]
    load_private: Callable[[bytes], Any]
    load_public: Callable[[bytes], Any]
    """The public key as the library takes it; one of small order is none."""
    public_bytes: Callable[[bytes], bytes]
    """The public key of a private key, both as bytes."""
    encap: Callable[[bytes], tuple[bytes, bytes]]
    """A fresh shared secret for a public key, and its encapsulation."""
    decap: Callable[[bytes, bytes], bytes]
    """The shared secret of a private key and an encapsulation."""

    def public_key(self, private: bytes) -> bytes:
        """The public key of a private key; what is no private key is a `UsageError`."""
        self.check_private(private)
        try:
            return self.public_bytes(private)
        except ValueError as error:
            raise UsageError("the private key is none of this KEM's") from error

    def check_private(self, private: bytes) -> None:
        """A private key of another length is a `UsageError`."""
        if len(private) != self.private_length:
            raise UsageError(f"expected a private key of {self.private_length} bytes, got {len(private)}")

    def public_object(self, public: bytes) -> Any:
        """A public key as the library takes it; refused as `public-key` if it is not usable."""
        return _load_public(self.id, public)

    def encapsulate(self, public: bytes) -> tuple[bytes, bytes]:
        """Encap: (shared secret, encapsulation) for a public key, which is checked first."""
        self.public_object(public)
        return self.encap(public)

    def decapsulate(self, private: bytes, enc: bytes) -> bytes:
        """Decap; an encapsulation of another length, or that yields no secret, is refused as `decrypt`."""
        self.check_private(private)
        self.check_enc(enc)
        try:
            return self.decap(private, enc)
        except ValueError as error:
            raise RefusedError("decrypt", "the encapsulated key yields no secret") from error

    def check_enc(self, enc: bytes) -> None:
        """Refuse, as `decrypt`, an encapsulation of another length."""
        if len(enc) != self.enc_length:
            raise RefusedError(
                "decrypt", f"expected {self.enc_length} bytes of encapsulated key, got {len(enc)}"
            )


# Members' keys come back with every commit; decoding and trying one costs as much as encrypting to it.
@lru_cache(maxsize=512)
def _load_public(kem_id: int, public: bytes) -> Any:
    kem = KEMS[kem_id]
    if len(public) != kem.public_length:
        got = len(public)
        raise RefusedError("public-key", f"expected a public key of {kem.public_length} bytes, got {got}")
    try:
        return kem.load_public(public)
    except ValueError as error:
        raise RefusedError("public-key", "the public key does not decode or is of small order") from error


# --- DHKEM


def _dhkem(kem_id: int, library: hpke.KEM | None, group: DhGroup, hash_name: str) -> Kem:
    kdf = Labeled(hash_name, b"KEM" + u16(kem_id))
    secret_length = hashlib.new(hash_name).digest_size
    trial = group.load_private(_TRIAL * group.private_length) if group.has_small_order else None

    def derive_private(ikm: bytes) -> bytes:
        return group.derive(kdf, kdf.extract(b"", b"dkp_prk", ikm))

    def load_public(public: bytes) -> Any:
        key = group.load_public(public)
        if trial is not None:
            group.exchange(trial, key)
        return key

    def public_bytes(private: bytes) -> bytes:
        return group.write_public(group.load_private(private).public_key())

    def extract_and_expand(shared: bytes, context: bytes) -> bytes:
        secret = kdf.extract(b"", b"eae_prk", shared)
        return kdf.expand(secret, b"shared_secret", context, secret_length)

    def encap(public: bytes) -> tuple[bytes, bytes]:
        ephemeral = group.generate()
        enc = group.write_public(ephemeral.public_key())
        return extract_and_expand(group.exchange(ephemeral, group.load_public(public)), enc + public), enc

    def decap(private: bytes, enc: bytes) -> bytes:
        key = group.load_private(private)
        shared = group.exchange(key, group.load_public(enc))
        return extract_and_expand(shared, enc + group.write_public(key.public_key()))

    return Kem(
        id=kem_id,
        library=library,
        public_length=group.public_length,
        private_length=group.private_length,
        enc_length=group.public_length,
        derive_private=derive_private,
        load_private=group.load_private,
        load_public=load_public,
        public_bytes=public_bytes,
        encap=encap,
        decap=decap,
    )


DHKEM_P256: Final = _dhkem(0x0010, hpke.KEM.P256, dh.P256, "sha256")
DHKEM_P384: Final = _dhkem(0x0011, hpke.KEM.P384, dh.P384, "sha384")
DHKEM_P521: Final = _dhkem(0x0012, hpke.KEM.P521, dh.P521, "sha512")
DHKEM_X25519: Final = _dhkem(0x0020, hpke.KEM.X25519, dh.X25519, "sha256")
DHKEM_X448: Final = _dhkem(0x0021, None, dh.X448, "sha512")


# --- X-Wing


def _x_wing_derive(ikm: bytes) -> bytes:
    """The seed from which `_x_wing_halves` makes both keys."""
    label = b"DeriveKeyPair"
    labeled = ikm + b"HPKE-v1" + b"KEM" + u16(0x647A) + u16(len(label)) + label + u16(32)
    return hashlib.shake_256(labeled).digest(32)


def _x_wing_halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    expanded = hashlib.shake_256(seed).digest(_X_WING_EXPANDED)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_ML_KEM_SEED]),
        X25519PrivateKey.from_private_bytes(expanded[_ML_KEM_SEED:]),
    )


def _x_wing_public_halves(public: bytes) -> tuple[MLKEM768PublicKey, X25519PublicKey]:
    return (
        MLKEM768PublicKey.from_public_bytes(public[:_ML_KEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_ML_KEM_PUBLIC:]),
    )


def _x_wing_public(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    post_quantum, classic = _x_wing_public_halves(public)
    DHKEM_X25519.load_public(public[_ML_KEM_PUBLIC:])
    return hpke.MLKEM768X25519PublicKey(post_quantum, classic)


def _x_wing_public_bytes(seed: bytes) -> bytes:
    post_quantum, classic = _x_wing_halves(seed)
    return post_quantum.public_key().public_bytes_raw() + classic.public_key().public_bytes_raw()


def _x_wing_combine(post_quantum: bytes, classic: bytes, enc: bytes, public: bytes) -> bytes:
    return hashlib.sha3_256(post_quantum + classic + enc + public + _X_WING_LABEL).digest()


def _x_wing_encap(public: bytes) -> tuple[bytes, bytes]:
    post_quantum, classic = _x_wing_public_halves(public)
    ephemeral = X25519PrivateKey.generate()
    point = ephemeral.public_key().public_bytes_raw()
    secret, ciphertext = post_quantum.encapsulate()
    shared = _x_wing_combine(secret, ephemeral.exchange(classic), point, public[_ML_KEM_PUBLIC:])
    return shared, ciphertext + point


def _x_wing_decap(seed: bytes, enc: bytes) -> bytes:
    post_quantum, classic = _x_wing_halves(seed)
    point = enc[_ML_KEM_ENC:]
    return _x_wing_combine(
        post_quantum.decapsulate(enc[:_ML_KEM_ENC]),
        classic.exchange(X25519PublicKey.from_public_bytes(point)),
        point,
        classic.public_key().public_bytes_raw(),
    )


X_WING: Final = Kem(
    id=0x647A,
    library=hpke.KEM.MLKEM768_X25519,
    public_length=_ML_KEM_PUBLIC + 32,
    private_length=32,
    enc_length=_ML_KEM_ENC + 32,
    derive_private=_x_wing_derive,
    load_private=lambda seed: hpke.MLKEM768X25519PrivateKey(*_x_wing_halves(seed)),
    load_public=_x_wing_public,
    public_bytes=_x_wing_public_bytes,
    encap=_x_wing_encap,
    decap=_x_wing_decap,
)

KEMS: Final = {kem.id: kem for kem in (DHKEM_P256, DHKEM_P384, DHKEM_P521, DHKEM_X25519, DHKEM_X448, X_WING)}
"""The KEMs by their HPKE id."""
