"""A secret behind a passphrase: Argon2id (RFC 9106) and ChaCha20-Poly1305 (RFC 8439), as one self-describing file.

Rules: parameters are bounded before they are obeyed, so a hostile file cannot ask for all memory; the header and the
purpose are authenticated; a checksum outside tells an accident to the file from a wrong passphrase.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from hotline_protocol import codec
from hotline_protocol.errors import FormatError, StorageError
from hotline_protocol.text import show

VERSION: Final = 1
MAX_MEMORY: Final = 1024 * 1024
"""KiB of memory a file may ask for: 1 GiB, sixteen times what we ask for ourselves."""
MAX_ITERATIONS: Final = 16
MAX_LANES: Final = 16


class PassphraseError(StorageError):
    """The passphrase does not open the file (or somebody changed the file and its checksum on purpose)."""


class Cost(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Argon2id's cost: memory in KiB, passes, lanes."""

    memory: int
    iterations: int
    lanes: int


COST: Final = Cost(64 * 1024, 3, 4)
UNSAFE_TESTING_COST: Final = Cost(64, 1, 1)
"""Gives no protection: only for throw-away keys of tests and demonstrations."""


class _Header(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    purpose: bytes
    cost: Cost
    salt: bytes
    nonce: bytes


class _File(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    header: bytes
    sealed: bytes
    checksum: bytes


def seal(
    secret: bytes,
    passphrase: str,
    purpose: bytes,
    rng: Callable[[int], bytes],
    *,
    unsafe_testing_cost: Cost | None = None,
) -> bytes:
    """The bytes of a file that gives `secret` back to whoever knows `passphrase` and names the same `purpose`."""
    cost = COST if unsafe_testing_cost is None else unsafe_testing_cost
    header = _Header(VERSION, purpose, cost, rng(16), rng(12))
    encoded = codec.encode(header)
    sealed = ChaCha20Poly1305(_key(header, passphrase)).encrypt(header.nonce, secret, encoded)
    return codec.encode(_File(encoded, sealed, _checksum(encoded, sealed)))


def open(data: bytes, passphrase: str, purpose: bytes) -> bytes:  # noqa: A001 - always called keyfile.open
    """The secret in a sealed file.

    Raises `PassphraseError`, or `StorageError` if the file is damaged, of another version or for another purpose.
    """
    try:
        file = codec.decode(data, _File)
        header = codec.decode(file.header, _Header)
    except FormatError as error:
        raise StorageError(f"the key file is damaged: {error}") from None
    if not hmac.compare_digest(file.checksum, _checksum(file.header, file.sealed)):
        raise StorageError("the key file is damaged: its checksum does not fit its content")
    _check(header, purpose)
    try:
        return ChaCha20Poly1305(_key(header, passphrase)).decrypt(header.nonce, file.sealed, file.header)
    except InvalidTag:
        raise PassphraseError("wrong passphrase") from None


def _checksum(header: bytes, sealed: bytes) -> bytes:
    return hashlib.sha256(codec.encode([header, sealed])).digest()


def _check(header: _Header, purpose: bytes) -> None:
    if header.version != VERSION:
        raise StorageError(f"the key file has version {header.version}, this program reads version {VERSION}")
    if header.purpose != purpose:
        held = show(header.purpose[:40].decode(errors="replace"))
        raise StorageError(f"the key file is for '{held}', expected one for '{purpose.decode()}'")
    cost = header.cost
    bounded = (
        8 * cost.lanes <= cost.memory <= MAX_MEMORY
        and 1 <= cost.iterations <= MAX_ITERATIONS
        and 1 <= cost.lanes <= MAX_LANES
    )
    if not bounded or len(header.salt) != 16 or len(header.nonce) != 12:
        raise StorageError(
            "the key file asks for parameters outside the bounds; it was not made by this program"
        )


def _key(header: _Header, passphrase: str) -> bytes:
    cost = header.cost
    return Argon2id(
        salt=header.salt, length=32, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory
    ).derive(passphrase.encode())
