"""The other delegation's delegate as a process of its own: `python -m hotline_client.demo.counterpart HOME`.

Its vault's passphrase comes as the first line of stdin; it leaves when stdin ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from hotline_client.demo.play import attend
from hotline_client.line.line import Line
from hotline_client.vault import Vault

PAUSE: Final = 1.5
"""Seconds a person takes to read before answering."""


async def _attend_until_stdin_ends(home: Path, passphrase: str) -> None:
    with Vault.open(home, passphrase) as vault:
        async with Line.open(vault) as line:
            task = asyncio.create_task(attend(line, pause=PAUSE))
            await asyncio.to_thread(sys.stdin.read)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def main() -> None:
    """Run until stdin ends."""
    asyncio.run(_attend_until_stdin_ends(Path(sys.argv[1]), sys.stdin.readline().removesuffix("\n")))


if __name__ == "__main__":
    main()
