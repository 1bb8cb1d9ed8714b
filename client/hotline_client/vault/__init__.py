"""The vault: everything a device knows, encrypted in one file; the engine's `Store`."""

from __future__ import annotations

from hotline_client.vault.errors import VaultBusy, VaultDamaged, WrongPassphrase
from hotline_client.vault.vault import Vault

__all__ = ["Vault", "VaultBusy", "VaultDamaged", "WrongPassphrase"]
