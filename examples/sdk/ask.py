"""Ask a question, wait for the answer, and say by whom it came."""

import asyncio
import os
import sys

from hotline_client import Hotline


async def main(home: str, passphrase: str) -> None:
    async with Hotline.open(home, passphrase) as line:
        sent = await line.send("plenary", "Corridor clear?", precedence="IMMEDIATE", response="A/N")
        answer = (await sent.answered(within=60)).answer
        print(f"{answer.answer} by {answer.person.name}" if answer else "nobody")


asyncio.run(main(sys.argv[1], os.fdopen(3).readline().rstrip("\n")))
