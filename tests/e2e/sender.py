"""A sending client as a process to be killed: `python -m tests.e2e.sender HOME PREFIX FIRST COUNT`.

Sends COUNT numbered texts, some in flight at a time, each under its own idempotency key, and prints a number only
when `wait_relayed` reported success for it. The vault's passphrase is the first line of stdin.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hotline_client.line import Line
from hotline_client.vault import Vault

IN_FLIGHT = 4
CHANNEL = "plenary"


async def send_all(line: Line, prefix: str, numbers: range) -> None:
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int, document: bytes) -> None:
        await line.wait_relayed(document, 120)
        print(number, flush=True)
        slots.release()

    async with asyncio.TaskGroup() as tasks:
        for number in numbers:
            await slots.acquire()
            document = await asyncio.to_thread(
                line.send_text, CHANNEL, f"{prefix} {number}", key=f"{prefix}-{number}"
            )
            tasks.create_task(one(number, document))


async def main() -> None:
    home, prefix, first, count = sys.argv[1:5]
    passphrase = sys.stdin.readline().removesuffix("\n")
    with Vault.open(Path(home), passphrase) as vault:
        async with Line.open(vault) as line:
            await send_all(line, prefix, range(int(first), int(first) + int(count)))


if __name__ == "__main__":
    asyncio.run(main())
