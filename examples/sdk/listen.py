"""Answer every question of the other side once: what was not committed comes again after a restart."""

import asyncio
import os
import sys

from hotline_client import Hotline
from hotline_protocol.terms import Response


async def main(home: str, passphrase: str) -> None:
    async with Hotline.open(home, passphrase) as line:
        async for event in line.events("listener", channels=["plenary"]):
            if event.message.kind == "text" and event.message.response is Response.AFFIRM_NEGATIVE:
                print(event.message.text, flush=True)
                await event.respond("AFFIRM")
            event.commit()


asyncio.run(main(sys.argv[1], os.fdopen(3).readline().rstrip("\n")))
