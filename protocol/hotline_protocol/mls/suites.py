"""Cipher suites: one row of a table each, and the labelled primitives of RFC 9420 §5 over any row.

Suite 0x004E is provisional (draft-ietf-mls-pq-ciphersuites): X-Wing, HKDF-SHA384, AES-256-GCM, SHA-384, Ed25519.
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
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.hpke import DHKEM_X25519, X_WING, Hpke, HPKECiphertext
from hotline_protocol.mls.signature import ED25519, SignatureScheme

__all__ = ["SUITES", "CipherSuite", "HPKECiphertext", "cipher_suite"]

Random = Callable[[int], bytes]
"""Gives that many random bytes."""


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """One row, and what can be done with it. Lengths are in bytes."""

    id: int
    name: str
    hpke: Hpke
    hash_name: str
    """The hash of `hash`, `mac` and HKDF, as `hashlib` calls it."""
    hash_length: int
    aead: Callable[[bytes], AESGCM]
    key_length: int
    signature: SignatureScheme
    nonce_length: int = 12

    # --- hash, MAC and key derivation

    def hash(self, data: bytes) -> bytes:
        """The suite's hash."""
        return hashlib.new(self.hash_name, data).digest()

    def mac(self, key: bytes, data: bytes) -> bytes:
        """HMAC with the suite's hash."""
        return hmac.digest(key, data, self.hash_name)

    def extract(self, salt: bytes, ikm: bytes) -> bytes:
        """KDF.Extract (RFC 5869 §2.2)."""
        return hmac.digest(salt, ikm, self.hash_name)

    def expand(self, secret: bytes, info: bytes, length: int) -> bytes:
        """KDF.Expand (RFC 5869 §2.3), at most 255 hashes long."""
        block = hmac.digest(secret, info + b"\x01", self.hash_name)
        if length <= self.hash_length:
            return block[:length]
        if length > 255 * self.hash_length:
            raise UsageError(f"at most {255 * self.hash_length} bytes can be derived at once, not {length}")
        blocks = [block]
        for counter in range(2, -(-length // self.hash_length) + 1):
            blocks.append(hmac.digest(secret, blocks[-1] + info + codec.u8(counter), self.hash_name))
        return b"".join(blocks)[:length]

    def expand_with_label(self, secret: bytes, label: str, context: bytes, length: int) -> bytes:
        """ExpandWithLabel (RFC 9420 §8)."""
        info = codec.u16(length) + _prefix(label) + codec.opaque(context)
        return self.expand(secret, info, length)

    def derive_secret(self, secret: bytes, label: str) -> bytes:
        """DeriveSecret (RFC 9420 §8)."""
        return self.expand_with_label(secret, label, b"", self.hash_length)

    def derive_tree_secret(self, secret: bytes, label: str, generation: int, length: int) -> bytes:
        """DeriveTreeSecret (RFC 9420 §9)."""
        return self.expand_with_label(secret, label, codec.u32(generation), length)

    def ref_hash(self, label: str, value: bytes) -> bytes:
        """RefHash; the label is given whole, as in "MLS 1.0 KeyPackage Reference" (RFC 9420 §5.2)."""
        return self.hash(codec.opaque(label.encode()) + codec.opaque(value))

    # --- AEAD

    def seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """AEAD.Seal."""
        return self.aead(key).encrypt(nonce, plaintext, aad)

    def open(self, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
        """AEAD.Open; what does not open is refused as `decrypt`."""
        try:
            return self.aead(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag as error:
            raise RefusedError("decrypt", "the ciphertext does not open with this key") from error

    # --- signatures

    def generate_signature_key(self, rng: Random) -> tuple[bytes, bytes]:
        """A fresh signature key: (private, public)."""
        return self.signature.generate(rng)

    def signature_public_key(self, private: bytes) -> bytes:
        """The public key of a private signature key."""
        return self.signature.public_key(private)

    def sign_with_label(self, private: bytes, label: str, content: bytes) -> bytes:
        """SignWithLabel (RFC 9420 §5.1.2)."""
        return self.signature.sign(private, _labelled(label, content))

    def verify_with_label(self, public: bytes, label: str, content: bytes, signature: bytes) -> None:
        """VerifyWithLabel; what is not this key's signature is refused as `signature` (RFC 9420 §5.1.2)."""
        self.signature.verify(public, _labelled(label, content), signature)

    # --- public key encryption

    def derive_key_pair(self, ikm: bytes) -> tuple[bytes, bytes]:
        """KEM.DeriveKeyPair: (private, public)."""
        return self.hpke.derive_key_pair(ikm)

    def hpke_public_key(self, private: bytes) -> bytes:
        """The public key of a private HPKE key."""
        return self.hpke.public_key(private)

    def check_public_key(self, public: bytes) -> None:
        """Refuse, as `public-key`, what is no usable HPKE public key of this suite."""
        self.hpke.check_public_key(public)

    def encrypt_with_label(
        self, public: bytes, label: str, context: bytes, plaintext: bytes
    ) -> HPKECiphertext:
        """EncryptWithLabel (RFC 9420 §5.1.3)."""
        return self.hpke.seal(public, _labelled(label, context), plaintext)

    def decrypt_with_label(
        self, private: bytes, label: str, context: bytes, ciphertext: HPKECiphertext
    ) -> bytes:
        """DecryptWithLabel; what does not open is refused as `decrypt` (RFC 9420 §5.1.3)."""
        return self.hpke.open(private, _labelled(label, context), ciphertext)


@lru_cache(maxsize=64)
def _prefix(label: str) -> bytes:
    return codec.opaque(b"MLS 1.0 " + label.encode())


def _labelled(label: str, content: bytes) -> bytes:
    """`SignContent` and `EncryptContext`, which are written alike."""
    return _prefix(label) + codec.opaque(content)


SUITES: Final = {
    suite.id: suite
    for suite in (
        CipherSuite(
            id=0x0001,
            name="MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
            hpke=Hpke(DHKEM_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM),
            hash_name="sha256",
            hash_length=32,
            aead=AESGCM,
            key_length=16,
            signature=ED25519,
        ),
        CipherSuite(
            id=0x004E,
            name="MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519",
            hpke=Hpke(X_WING, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM),
            hash_name="sha384",
            hash_length=48,
            aead=AESGCM,
            key_length=32,
            signature=ED25519,
        ),
    )
}
"""The suites we speak, by id."""


def cipher_suite(id: int) -> CipherSuite:  # noqa: A002  # the registry calls it so
    """The suite of that id, or `UnsupportedError`."""
    suite = SUITES.get(id)
    if suite is None:
        raise UnsupportedError(f"cipher suite {id:#06x} is not supported")
    return suite
