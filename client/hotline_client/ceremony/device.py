"""A device's key and papers as files of its home directory: what the ceremony needs of a vault, and nothing else.

device.key          the Ed25519 key, sealed under the passphrase
device.cert         its certificate, once installed; device.charter the signed charter it belongs to
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline_client import files, keyfile
from hotline_protocol.errors import StorageError, UsageError

PURPOSE: Final = b"hotline device key"
KEY_FILE: Final = "device.key"


class Device:
    """The device's key and papers in its home directory."""

    def __init__(self, directory: Path, seal: Callable[[bytes], bytes], key: bytes | None) -> None:
        self._directory = directory
        self._seal = seal
        self._key = key

    def create_key(self, rng: Callable[[int], bytes]) -> None:
        """Make the key, once."""
        key = rng(32)
        files.write_new(self._directory / KEY_FILE, self._seal(key))
        self._key = key

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key; `StorageError` before it was made."""
        if self._key is None:
            raise StorageError("this device has no key yet")
        return Ed25519PrivateKey.from_private_bytes(self._key)

    @property
    def certificate(self) -> bytes | None:
        """The installed certificate (DER), None before."""
        return self._paper("device.cert")

    @property
    def charter(self) -> bytes | None:
        """The installed signed charter, None before."""
        return self._paper("device.charter")

    def install(self, certificate_der: bytes, signed_charter: bytes) -> None:
        """Keep checked papers; the charter first, so that a certificate never stands without one."""
        files.replace(self._directory / "device.charter", signed_charter)
        files.replace(self._directory / "device.cert", certificate_der)

    def _paper(self, name: str) -> bytes | None:
        path = self._directory / name
        return files.read_secret(path, "the device's paper") if path.exists() else None


class Vault:
    """The home directory of one device, opened with its passphrase."""

    def __init__(self, device: Device) -> None:
        self.device = device

    @classmethod
    def create(
        cls,
        directory: Path,
        passphrase: str,
        *,
        rng: Callable[[int], bytes],
        unsafe_testing_cost: keyfile.Cost | None = None,
    ) -> Vault:
        """A new home without a key."""
        files.private_directory(directory)

        def seal(key: bytes) -> bytes:
            return keyfile.seal(key, passphrase, PURPOSE, rng, unsafe_testing_cost=unsafe_testing_cost)

        return cls(Device(directory, seal, None))

    @classmethod
    def open(cls, directory: Path, passphrase: str) -> Vault:
        """The device in `directory`; `PassphraseError` if the passphrase is not its own."""
        sealed = files.read_secret(directory / KEY_FILE, "the device's key")

        def refuse(_key: bytes) -> bytes:
            raise UsageError("this device has its key already")

        return cls(Device(directory, refuse, keyfile.open(sealed, passphrase, PURPOSE)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self.device
