"""The device's key and papers in the vault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotline_protocol.errors import StorageError, UsageError
from tests.client.vault.samples import create, reopen


def test_the_key_is_made_once_and_stays(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        with pytest.raises(StorageError, match="no device key"):
            _ = vault.device.private_key
        vault.device.create_key(os.urandom)
        made = vault.device.private_key.private_bytes_raw()
        with pytest.raises(UsageError, match="already"):
            vault.device.create_key(os.urandom)
    with reopen(tmp_path / "home") as vault:
        assert vault.device.private_key.private_bytes_raw() == made


def test_the_key_comes_from_the_randomness_handed_in(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        vault.device.create_key(lambda size: b"\x07" * size)
        assert vault.device.private_key.private_bytes_raw() == b"\x07" * 32


def test_papers_are_installed_together_and_replaced_together(tmp_path: Path) -> None:
    with create(tmp_path / "home") as vault:
        with pytest.raises(StorageError, match="no device key"):
            vault.device.install(b"certificate", b"charter")
        vault.device.create_key(os.urandom)
        assert vault.device.certificate is None
        assert vault.device.charter is None
        vault.device.install(b"certificate", b"charter")
        vault.device.install(b"renewed", b"charter 2")
    with reopen(tmp_path / "home") as vault:
        assert (vault.device.certificate, vault.device.charter) == (b"renewed", b"charter 2")
