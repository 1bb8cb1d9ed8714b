"""The vault's key: 32 random bytes in a file of their own, sealed under the passphrase (Argon2id, keyfile.py).

A new passphrase seals the same key anew: the database is not touched, and at any moment one of the two passphrases opens it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from hotline_client import files
from hotline_client.vault import keyfile
from hotline_client.vault.errors import VaultDamaged

PURPOSE: Final = b"hotline vault"
KEY_SIZE: Final = 32

Random = Callable[[int], bytes]


def create(path: Path, key: bytes, passphrase: str, rng: Random, cost: keyfile.Cost | None) -> None:
    """Write the sealed key; UsageError if `path` is taken."""
    files.write_new(path, seal(key, passphrase, rng, cost))


def seal(key: bytes, passphrase: str, rng: Random, cost: keyfile.Cost | None) -> bytes:
    """What stands in the file."""
    return keyfile.seal(key, passphrase, PURPOSE, rng, unsafe_testing_cost=cost)


def unlock(path: Path, passphrase: str) -> bytes:
    """The vault's key. WrongPassphrase, or StorageError if the file is damaged, open to others or not ours."""
    return opened(files.read_secret(path, "the vault's key"), passphrase)


def opened(sealed: bytes, passphrase: str) -> bytes:
    """The key in what `seal` made. WrongPassphrase, or StorageError if it is damaged."""
    key = keyfile.open(sealed, passphrase, PURPOSE)
    if len(key) != KEY_SIZE:
        raise VaultDamaged(f"the vault's key has {len(key)} bytes, expected {KEY_SIZE}")
    return key


def change(path: Path, old: str, new: str, rng: Random, cost: keyfile.Cost | None) -> None:
    """Seal the key under another passphrase. WrongPassphrase if `old` is not the present one; then nothing changed."""
    key = unlock(path, old)
    files.replace(path, seal(key, new, rng, cost))
