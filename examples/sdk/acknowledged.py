"""Send a FLASH and wait until everybody of the other side acknowledged it."""

import asyncio
import os
import sys

from hotline_client import Hotline


async def main(home: str, passphrase: str) -> None:
    async with Hotline.open(home, passphrase) as line:
        sent = await line.send("plenary", "CEASE BUZZER", precedence="FLASH", response="W/U")
        message = await sent.acknowledged(within=60, acks="all")
        print(", ".join(mark.person.name for mark in message.acknowledged))


asyncio.run(main(sys.argv[1], os.fdopen(3).readline().rstrip("\n")))
