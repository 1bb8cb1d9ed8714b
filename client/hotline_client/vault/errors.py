"""What can be wrong with a vault besides the passphrase; both kinds end a command with exit code 8."""

from __future__ import annotations

from hotline_client.vault.keyfile import PassphraseError
from hotline_protocol.errors import StorageError

WrongPassphrase = PassphraseError
"""The passphrase does not open the vault; nothing says that the files are damaged."""


class VaultDamaged(StorageError):  # noqa: N818 - named for the outcome
    """The vault's files are not what was written: cut short, flipped, mixed up or of another vault."""


class VaultBusy(StorageError):  # noqa: N818 - named for the outcome
    """Another process kept the vault for longer than anything of ours takes."""
