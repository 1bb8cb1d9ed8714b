"""The key and papers of this device: made and kept in the vault, the key never leaves it."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline_client.vault.database import Database
from hotline_protocol.errors import StorageError, UsageError


class Device:
    """The device's Ed25519 key, its certificate (DER) and the signed charter, as stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_key(self, rng: Callable[[int], bytes]) -> None:
        """Make the key, once. UsageError if there is one: papers and memberships hang on it."""
        with self._database.transaction() as tx:
            if tx.row("SELECT 1 FROM device") is not None:
                raise UsageError("this vault has a device key already")
            tx.run("INSERT INTO device (one, private_key) VALUES (1, ?)", (rng(32),))

    def install(self, certificate_der: bytes, signed_charter: bytes) -> None:
        """Keep papers that the caller has checked against the key and each other."""
        with self._database.transaction() as tx:
            papers = (certificate_der, signed_charter)
            if not tx.run("UPDATE device SET certificate = ?, charter = ?", papers):
                raise StorageError("this vault has no device key yet")

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key; StorageError before it was made."""
        row = self._database.row("SELECT private_key FROM device")
        if row is None:
            raise StorageError("this vault has no device key yet")
        return Ed25519PrivateKey.from_private_bytes(row[0])

    @property
    def certificate(self) -> bytes | None:
        """The installed certificate (DER), None before."""
        row = self._database.row("SELECT certificate FROM device")
        return None if row is None else row[0]

    @property
    def charter(self) -> bytes | None:
        """The installed signed charter, None before."""
        row = self._database.row("SELECT charter FROM device")
        return None if row is None else row[0]
