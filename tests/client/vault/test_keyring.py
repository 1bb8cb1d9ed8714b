"""The vault's key file: the right passphrase, purpose and size, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotline_client.vault import VaultDamaged, WrongPassphrase, keyfile, keyring
from hotline_protocol.errors import StorageError, UsageError

CHEAP = keyfile.UNSAFE_TESTING_COST


def test_the_key_comes_back_and_is_not_in_the_file(tmp_path: Path) -> None:
    key = os.urandom(32)
    keyring.create(tmp_path / "key", key, "one", os.urandom, CHEAP)
    assert keyring.unlock(tmp_path / "key", "one") == key
    assert key not in (tmp_path / "key").read_bytes()
    with pytest.raises(UsageError):
        keyring.create(tmp_path / "key", key, "two", os.urandom, CHEAP)
    with pytest.raises(WrongPassphrase):
        keyring.change(tmp_path / "key", "two", "three", os.urandom, CHEAP)
    keyring.change(tmp_path / "key", "one", "two", os.urandom, CHEAP)
    assert keyring.unlock(tmp_path / "key", "two") == key


def test_a_sealed_file_of_another_purpose_or_size_is_refused(tmp_path: Path) -> None:
    keyfile_bytes = keyfile.seal(
        bytes(32), "one", b"hotline authority", os.urandom, unsafe_testing_cost=CHEAP
    )
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(keyfile_bytes)
    with pytest.raises(StorageError, match="is for"):
        keyring.unlock(path, "one")
    path.write_bytes(keyfile.seal(bytes(31), "one", keyring.PURPOSE, os.urandom, unsafe_testing_cost=CHEAP))
    with pytest.raises(VaultDamaged, match="31 bytes"):
        keyring.unlock(path, "one")
