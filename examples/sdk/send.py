"""Send words once, however often this runs, and wait until a device of the other side has them."""

import asyncio
import os
import sys

from hotline_client import Hotline


async def main(home: str, passphrase: str) -> None:
    async with Hotline.open(home, passphrase) as line:
        sent = await line.send("plenary", "Line check at 0600Z.", key="line-check-0600")
        await sent.relayed(within=30)
        print((await sent.delivered(within=30)).receipt)


asyncio.run(main(sys.argv[1], os.fdopen(3).readline().rstrip("\n")))
