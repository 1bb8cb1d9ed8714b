"""The terminal client over a line in memory, driven by keys: `drive` runs a script of a test in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from hotline_client.line.views import MessageView
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.rows import words
from hotline_protocol.terms import Response
from tests.support.memory_line import MIRIAM, NOW, MemoryLine, text

SIZES = [(80, 24), (60, 20), (120, 40)]


class Ticks:
    """Seconds that move on when they are read, so that nothing looks like a burst; `jump` lets time pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.03
        return self.now


def drive(
    line: MemoryLine,
    act: Callable[[HotlineApp, Pilot[None], Ticks], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
) -> None:
    async def main() -> None:
        ticks = Ticks()
        app = HotlineApp(line, clock=lambda: NOW, ticks=ticks)
        async with app.run_test(size=size) as pilot:
            await ready(app, pilot)
            await act(app, pilot, ticks)

    asyncio.run(main())


async def ready(app: HotlineApp, pilot: Pilot[None]) -> None:
    """Until the line is open and its views are on the screen."""
    for _ in range(20):
        await pilot.pause()
        if app._views and app.view.is_mounted:
            break
    await pilot.pause()
    app._tick()
    await pilot.pause()


def bar(app: HotlineApp, name: str) -> str:
    return "\n".join(words(row) for row in app.screen_stack[0].query_one(f"#{name}", Bar).rows)


def screen(app: HotlineApp) -> str:
    return "\n".join("".join(one.text for one in strip) for strip in app.screen._compositor.render_strips())


def sent(line: MemoryLine) -> list[tuple[Any, ...]]:
    return [act for act in line.acts if act[0] != "seen"]


def needs(seq: int, words_: str = "Keep clear.", **more: Any) -> MessageView:
    return text(seq, MIRIAM, words_, **({"response": Response.ROGER} | more))
