"""HKDF (RFC 5869) with the hash that `hashlib` knows by name; lengths are in bytes. HPKE labels its inputs here, MLS its own above."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import UsageError


def extract(hash_name: str, salt: bytes, ikm: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 §2.2)."""
    return hmac.digest(salt, ikm, hash_name)


def expand(hash_name: str, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3), at most 255 hashes long."""
    block = hmac.digest(secret, info + b"\x01", hash_name)
    size = len(block)
    if length <= size:
        return block[:length]
    if length > 255 * size:
        raise UsageError(f"at most {255 * size} bytes can be derived at once, not {length}")
    blocks = [block]
    for counter in range(2, -(-length // size) + 1):
        blocks.append(hmac.digest(secret, blocks[-1] + info + codec.u8(counter), hash_name))
    return b"".join(blocks)[:length]


@dataclass(frozen=True, slots=True)
class Labeled:
    """HKDF whose inputs name the suite that they are for (RFC 9180 §4)."""

    hash_name: str
    suite_id: bytes

    def extract(self, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        """LabeledExtract."""
        return extract(self.hash_name, salt, b"HPKE-v1" + self.suite_id + label + ikm)

    def expand(self, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
        """LabeledExpand."""
        labeled = codec.u16(length) + b"HPKE-v1" + self.suite_id + label + info
        return expand(self.hash_name, secret, labeled, length)
