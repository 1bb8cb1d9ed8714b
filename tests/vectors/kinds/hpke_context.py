"""The key schedule of an HPKE context in base mode, which no API of the engine's library shows.

From a shared secret to key, nonces and exported secrets: RFC 9180 §5.1 and §5.3 for the two-stage KDFs,
draft-ietf-hpke-hpke for the one-stage ones. Only for checking vectors.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import UnsupportedError

_TWO_STAGE: Final = {0x0001: "sha256", 0x0002: "sha384", 0x0003: "sha512"}
_ONE_STAGE: Final[dict[int, tuple[Callable[[bytes, int], bytes], int]]] = {
    0x0010: (lambda data, length: hashlib.shake_128(data).digest(length), 32),
    0x0011: (lambda data, length: hashlib.shake_256(data).digest(length), 64),
}
_KEY_LENGTHS: Final = {0x0001: 16, 0x0002: 32, 0x0003: 32}
_NONCE_LENGTH: Final = 12
_BASE: Final = b"\x00"
_VERSION: Final = b"HPKE-v1"

Export = Callable[[bytes, int], bytes]
"""From an exporter context and a length to the exported secret."""


@dataclass(frozen=True, slots=True)
class Context:
    """What both sides of a context share."""

    key: bytes
    base_nonce: bytes
    exporter_secret: bytes
    export: Export

    def nonce(self, sequence: int) -> bytes:
        """The nonce of the message with this number, from 0."""
        mixed = int.from_bytes(self.base_nonce, "big") ^ sequence
        return mixed.to_bytes(_NONCE_LENGTH, "big")


def suite_id(kem_id: int, kdf_id: int, aead_id: int) -> bytes:
    """What binds everything to the three algorithms (RFC 9180 §5.1)."""
    return b"HPKE" + codec.u16(kem_id) + codec.u16(kdf_id) + codec.u16(aead_id)


def context_of(shared_secret: bytes, info: bytes, suite: bytes) -> Context:
    """The context for a shared secret."""
    kdf_id, key_length = int.from_bytes(suite[6:8], "big"), _KEY_LENGTHS[int.from_bytes(suite[8:], "big")]
    if kdf_id in _TWO_STAGE:
        return _two_stage(shared_secret, info, suite, _TWO_STAGE[kdf_id], key_length)
    if kdf_id in _ONE_STAGE:
        return _one_stage(shared_secret, info, suite, _ONE_STAGE[kdf_id], key_length)
    raise UnsupportedError(f"KDF {kdf_id:#06x} is not supported")


def _two_stage(shared_secret: bytes, info: bytes, suite: bytes, name: str, key_length: int) -> Context:
    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, _VERSION + suite + label + ikm, name)

    def expand(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        labelled = codec.u16(length) + _VERSION + suite + label + context
        blocks = [b""]
        while sum(map(len, blocks)) < length:
            blocks.append(hmac.digest(secret, blocks[-1] + labelled + bytes([len(blocks)]), name))
        return b"".join(blocks)[:length]

    context = _BASE + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared_secret, b"secret", b"")
    exporter_secret = expand(secret, b"exp", context, hashlib.new(name).digest_size)
    return Context(
        expand(secret, b"key", context, key_length),
        expand(secret, b"base_nonce", context, _NONCE_LENGTH),
        exporter_secret,
        lambda exporter_context, length: expand(exporter_secret, b"sec", exporter_context, length),
    )


def _one_stage(
    shared_secret: bytes,
    info: bytes,
    suite: bytes,
    kdf: tuple[Callable[[bytes, int], bytes], int],
    key_length: int,
) -> Context:
    digest, hash_length = kdf

    def derive(ikm: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return digest(ikm + _VERSION + suite + _sized(label) + codec.u16(length) + context, length)

    context = _BASE + _sized(b"") + _sized(info)
    whole = derive(
        _sized(b"") + _sized(shared_secret), b"secret", context, key_length + _NONCE_LENGTH + hash_length
    )
    nonce_end = key_length + _NONCE_LENGTH
    exporter_secret = whole[nonce_end:]
    return Context(
        whole[:key_length],
        whole[key_length:nonce_end],
        exporter_secret,
        lambda exporter_context, length: derive(exporter_secret, b"sec", exporter_context, length),
    )


def _sized(data: bytes) -> bytes:
    return codec.u16(len(data)) + data
