"""A sending client as a process to be killed: `python -m tests.e2e.sender HOME PREFIX FIRST`.

Sends numbered texts, some in flight at a time, each under its own idempotency key, and prints a number only when
`wait_relayed` reported success for it. The first line of stdin is the vault's passphrase; its end is the wish to stop:
what is in flight is awaited, then the process ends with 0.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from hotline_client.engine.desk import Desk
from hotline_client.line.enrolment import context_of
from hotline_client.line.line import Line
from hotline_client.vault import Vault

IN_FLIGHT = 8
CHANNEL = "plenary"
PATIENCE = 120


async def send_all(line: Line, prefix: str, first: int, stop: asyncio.Event) -> None:
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int) -> None:
        document = await asyncio.to_thread(
            line.send_text, CHANNEL, f"{prefix} {number}", key=f"{prefix} {number}"
        )
        await line.wait_relayed(document, PATIENCE)
        print(number, flush=True)  # noqa: T201  what the test reads
        slots.release()

    async with asyncio.TaskGroup() as tasks:
        number = first
        while True:
            await slots.acquire()
            if stop.is_set():
                return
            tasks.create_task(one(number))
            number += 1


def impatient(vault: Vault) -> Line:
    """A line that begins with a tenth of the usual back-off: a test's relay is away for half a second."""
    desk = Desk(context_of(vault), vault, lambda: time.time_ns() // 1_000_000, os.urandom)
    return Line(desk, jitter=lambda: -0.8)


async def main() -> None:
    home, prefix, first = sys.argv[1:4]
    passphrase = sys.stdin.readline().removesuffix("\n")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told_to_stop() -> None:
        if not os.read(sys.stdin.fileno(), 1):
            loop.remove_reader(sys.stdin.fileno())
            stop.set()

    with Vault.open(Path(home), passphrase) as vault:
        async with impatient(vault) as line:
            loop.add_reader(sys.stdin.fileno(), told_to_stop)
            await send_all(line, prefix, int(first), stop)


if __name__ == "__main__":
    asyncio.run(main())
