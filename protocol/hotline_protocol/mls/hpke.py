"""Hybrid public key encryption (RFC 9180) as MLS uses it: base mode, one message a context, no additional data.

Where the library knows the KEM it seals and opens; for X448, and for exported secrets (§5.3), the key schedule below is ours.

Rules enforced: those of `kem`; what does not open is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import RefusedError, UnsupportedError
from hotline_protocol.mls.kdf import Labeled
from hotline_protocol.mls.kem import KEMS, X_WING, Kem

__all__ = ["AEADS", "KDFS", "KEMS", "X_WING", "Cipher", "HPKECiphertext", "Hpke"]

_BASE: Final = b"\x00"
_NONCE: Final = 12

Cipher = Callable[[bytes], AESGCM | ChaCha20Poly1305]
"""Makes an AEAD of its key."""

KDFS: Final = {
    hpke.KDF.HKDF_SHA256: (0x0001, "sha256", 32),
    hpke.KDF.HKDF_SHA384: (0x0002, "sha384", 48),
    hpke.KDF.HKDF_SHA512: (0x0003, "sha512", 64),
}
"""Id, hash and its length in bytes, of each KDF that our own schedule knows."""

AEADS: Final[dict[hpke.AEAD, tuple[int, Cipher, int]]] = {
    hpke.AEAD.AES_128_GCM: (0x0001, AESGCM, 16),
    hpke.AEAD.AES_256_GCM: (0x0002, AESGCM, 32),
    hpke.AEAD.CHACHA20_POLY1305: (0x0003, ChaCha20Poly1305, 32),
}
"""Id, cipher and its key's length in bytes, of each AEAD."""


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
class Context:
    """What both ends of an encapsulation share (RFC 9180 §5.1)."""

    kdf: Labeled
    cipher: AESGCM | ChaCha20Poly1305 = field(repr=False)
    base_nonce: bytes = field(repr=False)
    exporter_secret: bytes = field(repr=False)

    def seal(self, aad: bytes, plaintext: bytes) -> bytes:
        """The first and only message of the context."""
        return self.cipher.encrypt(self.base_nonce, plaintext, aad)

    def open(self, aad: bytes, ciphertext: bytes) -> bytes:
        """The first and only message of the context; `InvalidTag` if it does not open."""
        return self.cipher.decrypt(self.base_nonce, ciphertext, aad)

    def export(self, exporter_context: bytes, length: int) -> bytes:
        """Export (RFC 9180 §5.3): `length` bytes, at most 255 hashes."""
        return self.kdf.expand(self.exporter_secret, b"sec", exporter_context, length)


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
        """The public key of a private key; what is no private key is a `UsageError`."""
        return self.kem.public_key(private)

    def check_public_key(self, public: bytes) -> None:
        """Refuse, as `public-key`, what is no usable public key of this KEM."""
        self.kem.public_object(public)

    def seal(self, public: bytes, info: bytes, plaintext: bytes) -> HPKECiphertext:
        """Encrypt to a public key, which is checked first."""
        library = self.kem.library
        if library is None:
            enc, context = self.set_up(public, info)
            return HPKECiphertext(enc, context.seal(b"", plaintext))
        key = self.kem.public_object(public)
        sealed = _suite(library, self.kdf, self.aead).encrypt(plaintext, key, info)
        size = self.kem.enc_length
        return HPKECiphertext(sealed[:size], sealed[size:])

    def open(self, private: bytes, info: bytes, sealed: HPKECiphertext) -> bytes:
        """Decrypt; whatever cannot be opened is refused as `decrypt`."""
        library = self.kem.library
        try:
            if library is None:
                return self.accept(private, sealed.kem_output, info).open(b"", sealed.ciphertext)
            self.kem.check_private(private)
            self.kem.check_enc(sealed.kem_output)
            return _suite(library, self.kdf, self.aead).decrypt(
                sealed.kem_output + sealed.ciphertext, self.kem.load_private(private), info
            )
        except (InvalidTag, ValueError) as error:
            raise RefusedError("decrypt", "the ciphertext does not open with this key") from error

    def setup_export(
        self, public: bytes, info: bytes, exporter_context: bytes, length: int
    ) -> tuple[bytes, bytes]:
        """SendExport: (encapsulation, secret of `length` bytes) for a public key, which is checked first (RFC 9180 §6.2)."""
        enc, context = self.set_up(public, info)
        return enc, context.export(exporter_context, length)

    def open_export(
        self, private: bytes, enc: bytes, info: bytes, exporter_context: bytes, length: int
    ) -> bytes:
        """ReceiveExport; an encapsulation that yields no secret is refused as `decrypt` (RFC 9180 §6.2)."""
        return self.accept(private, enc, info).export(exporter_context, length)

    def set_up(self, public: bytes, info: bytes) -> tuple[bytes, Context]:
        """SetupBaseS: (encapsulation, context) for a public key, which is checked first (RFC 9180 §5.1.1)."""
        shared, enc = self.kem.encapsulate(public)
        return enc, self._schedule(shared, info)

    def accept(self, private: bytes, enc: bytes, info: bytes) -> Context:
        """SetupBaseR; an encapsulation that yields no secret is refused as `decrypt` (RFC 9180 §5.1.1)."""
        return self._schedule(self.kem.decapsulate(private, enc), info)

    def _schedule(self, shared: bytes, info: bytes) -> Context:
        """KeySchedule in base mode (RFC 9180 §5.1); the KDFs of one stage are not for MLS and unsupported."""
        if self.kdf not in KDFS:
            raise UnsupportedError("the HPKE key schedule is done with HKDF only")
        kdf_id, hash_name, hash_length = KDFS[self.kdf]
        aead_id, cipher, key_length = AEADS[self.aead]
        labeled = Labeled(
            hash_name, b"HPKE" + codec.u16(self.kem.id) + codec.u16(kdf_id) + codec.u16(aead_id)
        )
        context = _BASE + labeled.extract(b"", b"psk_id_hash", b"") + labeled.extract(b"", b"info_hash", info)
        secret = labeled.extract(shared, b"secret", b"")
        return Context(
            labeled,
            cipher(labeled.expand(secret, b"key", context, key_length)),
            labeled.expand(secret, b"base_nonce", context, _NONCE),
            labeled.expand(secret, b"exp", context, hash_length),
        )


@lru_cache(maxsize=16)
def _suite(kem: hpke.KEM, derivation: hpke.KDF, aead: hpke.AEAD) -> hpke.Suite:
    return hpke.Suite(kem, derivation, aead)
