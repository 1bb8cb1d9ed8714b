"""Issue a notice out of a file, for a day from tomorrow on, and print its number."""

import asyncio
import os
import sys
import time
import tomllib
from pathlib import Path

from hotline_client import Hotline
from hotline_protocol.dtg import dtg
from hotline_protocol.notices.form import to_notice

DAY = 86_400_000


async def main(home: str, form: dict[str, object], passphrase: str) -> None:
    async with Hotline.open(home, passphrase) as line:
        start = time.time_ns() // 1_000_000 + 2 * DAY
        notice = to_notice({**form, "start": dtg(start), "end": dtg(start + DAY)})
        sent = await line.say("air", notice)
        print((await sent.relayed(within=30)).reference)


given = tomllib.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
asyncio.run(main(sys.argv[1], given, os.fdopen(3).readline().rstrip("\n")))
