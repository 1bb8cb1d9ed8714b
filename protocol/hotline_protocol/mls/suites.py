"""Cipher suites: one row of a table each, and the labelled primitives of RFC 9420 §5 over any row.

Suites 0x0001 to 0x0007 are RFC 9420's (§17.1). The X-Wing ones are those of draft-ietf-mls-pq-ciphersuites-06 (table 2), which has
no numbers yet: 0x004E, 0x004F and 0x0052 are provisional.
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

from hotline_protocol.mls import codec, kdf
from hotline_protocol.mls.errors import RefusedError, UnsupportedError
from hotline_protocol.mls.hpke import AEADS, KDFS, Cipher, Hpke, HPKECiphertext
from hotline_protocol.mls.kem import (
    DHKEM_P256,
    DHKEM_P384,
    DHKEM_P521,
    DHKEM_X448,
    DHKEM_X25519,
    X_WING,
)
from hotline_protocol.mls.signature import (
    ECDSA_P256,
    ECDSA_P384,
    ECDSA_P521,
    ED448,
    ED25519,
    ML_DSA_44,
    SignatureScheme,
)

__all__ = ["SUITES", "CipherSuite", "HPKECiphertext", "cipher_suite"]

_EXTERNAL_INIT: Final = b"MLS 1.0 external init secret"

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
    aead: Cipher
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
        return kdf.extract(self.hash_name, salt, ikm)

    def expand(self, secret: bytes, info: bytes, length: int) -> bytes:
        """KDF.Expand (RFC 5869 §2.3), at most 255 hashes long."""
        return kdf.expand(self.hash_name, secret, info, length)

    def expand_with_label(self, secret: bytes, label: str, context: bytes, length: int) -> bytes:
        """ExpandWithLabel (RFC 9420 §8)."""
        info = codec.u16(length) + _prefix(label) + codec.opaque(context)
        return kdf.expand(self.hash_name, secret, info, length)

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

    def external_init(self, public: bytes) -> tuple[bytes, bytes]:
        """For an external commit, of the group's external key: (kem_output, init secret) (RFC 9420 §8.3)."""
        return self.hpke.setup_export(public, b"", _EXTERNAL_INIT, self.hash_length)

    def open_external_init(self, private: bytes, kem_output: bytes) -> bytes:
        """The init secret of an external commit; what yields none is refused as `decrypt` (RFC 9420 §8.3)."""
        return self.hpke.open_export(private, kem_output, b"", _EXTERNAL_INIT, self.hash_length)


@lru_cache(maxsize=64)
def _prefix(label: str) -> bytes:
    return codec.opaque(b"MLS 1.0 " + label.encode())


def _labelled(label: str, content: bytes) -> bytes:
    """`SignContent` and `EncryptContext`, which are written alike."""
    return _prefix(label) + codec.opaque(content)


def _suite(id: int, name: str, parts: Hpke, signature: SignatureScheme) -> CipherSuite:  # noqa: A002  # the registry calls it so
    _, hash_name, hash_length = KDFS[parts.kdf]
    _, cipher, key_length = AEADS[parts.aead]
    return CipherSuite(id, name, parts, hash_name, hash_length, cipher, key_length, signature)


_SHA256, _SHA384, _SHA512 = hpke.KDF.HKDF_SHA256, hpke.KDF.HKDF_SHA384, hpke.KDF.HKDF_SHA512
_AES128, _AES256, _CHACHA = hpke.AEAD.AES_128_GCM, hpke.AEAD.AES_256_GCM, hpke.AEAD.CHACHA20_POLY1305

# A suite's hash is that of its KDF; KEM ids, DeriveKeyPair and lengths stand in the rows that are named here.
# fmt: off
SUITES: Final = {
    suite.id: suite
    for suite in (
        _suite(0x0001, "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", Hpke(DHKEM_X25519, _SHA256, _AES128), ED25519),
        _suite(0x0002, "MLS_128_DHKEMP256_AES128GCM_SHA256_P256", Hpke(DHKEM_P256, _SHA256, _AES128), ECDSA_P256),
        _suite(0x0003, "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519", Hpke(DHKEM_X25519, _SHA256, _CHACHA), ED25519),
        _suite(0x0004, "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448", Hpke(DHKEM_X448, _SHA512, _AES256), ED448),
        _suite(0x0005, "MLS_256_DHKEMP521_AES256GCM_SHA512_P521", Hpke(DHKEM_P521, _SHA512, _AES256), ECDSA_P521),
        _suite(0x0006, "MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448", Hpke(DHKEM_X448, _SHA512, _CHACHA), ED448),
        _suite(0x0007, "MLS_256_DHKEMP384_AES256GCM_SHA384_P384", Hpke(DHKEM_P384, _SHA384, _AES256), ECDSA_P384),
        _suite(0x004E, "MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519", Hpke(X_WING, _SHA384, _AES256), ED25519),
        _suite(0x004F, "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519", Hpke(X_WING, _SHA256, _AES128), ED25519),
        _suite(0x0052, "MLS_128_MLKEM768X25519_CHACHA20POLY1305_SHA384_MLDSA44", Hpke(X_WING, _SHA384, _CHACHA), ML_DSA_44),
    )
}
"""The suites we speak, by id."""
# fmt: on


def cipher_suite(id: int) -> CipherSuite:  # noqa: A002  # the registry calls it so
    """The suite of that id, or `UnsupportedError`."""
    suite = SUITES.get(id)
    if suite is None:
        raise UnsupportedError(f"cipher suite {id:#06x} is not supported")
    return suite
