"""How long until 100,000 messages are on the screen, as a ratio against a bare Textual app: `python -m benchmarks tui`."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.widgets import Static

from benchmarks.results import Result
from hotline_client.tui.app import HotlineApp
from hotline_client.tui.timeline import Timeline
from tests.support.memory_line import MIRIAM, MemoryLine, text


class Bare(App[None]):
    """The least a Textual app can be."""

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("ready")


async def _ready(app: App[None]) -> float:
    begun = time.perf_counter()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        while isinstance(app, HotlineApp) and not app.query_one(Timeline).window:
            await pilot.pause()
        return time.perf_counter() - begun


async def _page(app: HotlineApp, key: str, times: int) -> float:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        timeline = app.query_one(Timeline)
        act = {"pageup": timeline.action_page_up, "home": timeline.action_first}[key]
        begun = time.perf_counter()
        for _ in range(times):
            act()
        return (time.perf_counter() - begun) / times


def measure(count: int = 100_000, rounds: int = 3) -> dict[str, float]:
    """Seconds, and the ratio of the medians."""
    messages = [
        text(n, MIRIAM, f"message number {n} of the night, long enough to wrap once at eighty")
        for n in range(1, count + 1)
    ]
    bare = statistics.median(asyncio.run(_ready(Bare())) for _ in range(rounds))
    full = statistics.median(asyncio.run(_ready(HotlineApp(MemoryLine(messages)))) for _ in range(rounds))
    return {
        "bare_ready_s": bare,
        "full_ready_s": full,
        "ratio": full / bare,
        "page_up_s": asyncio.run(_page(HotlineApp(MemoryLine(messages)), "pageup", 100)),
        "home_s": asyncio.run(_page(HotlineApp(MemoryLine(messages)), "home", 5)),
    }


def run(*, smoke: bool) -> Iterator[Result]:
    """The screen with 100,000 messages, against an app that shows one word."""
    count = 500 if smoke else 100_000
    found = measure(count, 1 if smoke else 3)
    yield Result(
        f"ready with {count:,} messages",
        found["full_ready_s"],
        "s",
        found["bare_ready_s"],
        "a bare Textual app",
    )
    yield Result("page up", found["page_up_s"] * 1000, "ms")
    yield Result("to the first message", found["home_s"] * 1000, "ms")
