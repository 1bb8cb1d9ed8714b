"""Draws the screen of the demonstration's opening as an SVG: `python -m tests.client.tui.screenshot docs/screenshot.svg`."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path

from hotline_client.demo.scenario import OPENING, OUR_NAME, THEIR_NAME
from hotline_client.tui.app import HotlineApp
from hotline_client.views import Mark, Receipt
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, text
from tests.support.pilot import ready

US = replace(ANNA, name=OUR_NAME)
THEM = replace(MIRIAM, name=THEIR_NAME)


def scene() -> MemoryLine:
    """The opening of the demonstration, on a clock that stands still."""
    line = MemoryLine(me=US)
    for at, said in enumerate(OPENING):
        ours = said.speaker == "us"
        seq = 52 + at
        more = {"receipt": Receipt.ACKNOWLEDGED, "acknowledged": (Mark(THEM, NOW - 120_000),)} if ours else {}
        line.messages.append(
            text(
                seq,
                US if ours else THEM,
                said.text,
                precedence=said.precedence,
                response=said.response,
                **more,
            )
        )
    line.members = [replace(one, person=who) for one, who in zip(line.members, (US, THEM), strict=False)]
    line.set_verified(THEM.fingerprint)
    return line


def draw() -> str:
    """The SVG: no path, no host, the same at every call but for the names of its styles."""

    async def main() -> str:
        app = HotlineApp(scene(), clock=lambda: NOW, ticks=lambda: 0.0)
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(app, pilot)
            app.talk.composer.cursor_blink = False
            await pilot.pause()
            return app.export_screenshot(title="hotline demo")

    svg = re.sub(r"terminal-\d+", "terminal", asyncio.run(main()))
    # The screen has put Hebrew in visual order; whoever draws the SVG must not turn it round again.
    return svg.replace(
        "<text ", '<text xml:space="preserve" direction="ltr" style="unicode-bidi:bidi-override" '
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(), encoding="utf-8")
