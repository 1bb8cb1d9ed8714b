"""A sending client whose every use of an AEAD key is written down: `python -m tests.e2e.talker HOME LEDGER PREFIX`.

Sends numbered texts one after the other and prints each number once its text stands in the log, and `stopped` when the device
stops because its vault is older than its words. What a step sealed is written to LEDGER once the step is on disk, before any of
it can be sent. The first line of stdin is the vault's passphrase.
"""

from __future__ import annotations

import asyncio
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from hotline_client.errors import OldVault
from hotline_client.line.line import Line
from hotline_client.vault import Vault, run_mark
from hotline_protocol.mls.suites import CipherSuite
from tests.e2e.sender import CHANNEL, PATIENCE, impatient


def write_down(ledger: int) -> None:
    """From now on, in this process."""
    seal, commit = CipherSuite.seal, Vault.commit
    pending: list[str] = []

    def sealing(suite: CipherSuite, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        what = sha256(len(aad).to_bytes(4, "big") + aad + plaintext).hexdigest()[:32]
        pending.append(f"{sha256(key).hexdigest()[:32]} {nonce.hex()} {what}\n")
        return seal(suite, key, nonce, aad, plaintext)

    def committing(vault: Vault, *step: Any) -> int:
        try:
            written = commit(vault, *step)
            os.write(ledger, "".join(pending).encode())
        finally:
            pending.clear()
        return written

    CipherSuite.seal = sealing  # type: ignore[method-assign, assignment]
    Vault.commit = committing  # type: ignore[method-assign, assignment]


async def talk(line: Line, prefix: str) -> None:
    number = 0
    while True:
        document = await asyncio.to_thread(line.send_text, CHANNEL, f"{prefix} {number}")
        await line.wait_relayed(document, PATIENCE)
        print(number, flush=True)  # noqa: T201  what the test reads
        number += 1


def named() -> None:
    """This process runs on the machine that the environment names, if it names one."""
    name = os.environ.get("TALKER_MACHINE", "").encode()
    if name:
        run_mark.machine = lambda: name


async def main() -> None:
    named()
    home, ledger, prefix = sys.argv[1:4]
    passphrase = sys.stdin.readline().removesuffix("\n")
    write_down(os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    with Vault.open(Path(home), passphrase) as vault:
        async with impatient(vault) as line:
            try:
                await talk(line, prefix)
            except OldVault:
                print("stopped", flush=True)  # noqa: T201  what the test reads


if __name__ == "__main__":
    asyncio.run(main())
