"""A copied vault that a test takes for one of its own."""

from __future__ import annotations

from pathlib import Path

from hotline_client.vault import Vault


def of_its_own(home: Path, passphrase: str) -> Path:
    """Give the vault in `home` an id of its own, so that nobody takes it for a copy of another one."""
    with Vault.open(home, passphrase) as vault, vault.transaction() as tx:
        tx.run("UPDATE run SET vault = randomblob(16), steps = 0, state = ''")
    return home
