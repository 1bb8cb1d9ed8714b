"""A bot to be killed: `python -m tests.soak.bot HOME DESCRIPTOR ORIGIN END FACTOR`. Time runs FACTOR times as fast since ORIGIN.

It fires what is due on its virtual clock and ends with 0 once that is behind END and nothing waits in its outbox.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from hotline_client.line.line import Line
from hotline_client.schedules.runner import Runner
from hotline_client.vault import Vault

LOOK = 0.25
"""Real seconds between two looks at what is unacknowledged."""


def virtual(origin: float, factor: float) -> float:
    """Virtual unix seconds: it is ORIGIN when the real clock shows that."""
    return origin + (time.time() - origin) * factor


async def work(vault: Vault, origin: float, end: float, factor: float) -> None:
    """Until the end of the virtual time."""
    line = Line.open(vault)
    runner = Runner(
        line, vault.schedules, clock=lambda: min(virtual(origin, factor), end), doubt=lambda: None
    )
    async with line:
        look = 0.0
        while True:
            over = virtual(origin, factor) >= end
            runner.load()
            await runner.fire()
            if over or time.monotonic() >= look:
                look = time.monotonic() + LOOK
                await runner.look()
            if over and not any(one.kind == "text" for one in line.outbox()):
                return
            await asyncio.sleep(0.02)


def main() -> None:
    """See the module."""
    home, descriptor, *numbers = sys.argv[1:]
    passphrase = os.fdopen(int(descriptor)).readline().rstrip("\n")
    origin, end, factor = map(float, numbers)
    with Vault.open(Path(home), passphrase) as vault:
        asyncio.run(work(vault, origin, end, factor))


if __name__ == "__main__":
    main()
