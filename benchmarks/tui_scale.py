"""The screen over a real encrypted vault of 100,000 messages, filled through a real relay; and against a widget a message."""

from __future__ import annotations

import asyncio
import gc
import resource
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Static

from benchmarks.results import Result, percentile
from hotline_client.line.line import Line
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.talk.timeline import Timeline
from tests.e2e.stage import CHANNEL, PATIENCE, Stage, devices
from tests.support.memory_line import MIRIAM, MemoryLine, text

SIZE: Final = (80, 24)
RATE: Final = 200
"""Messages a second that arrive."""
BEAT: Final = 0.005
"""Seconds between two beats of the heart whose longest pause is the stutter."""


def megabytes() -> float:
    """The memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


async def ready(app: HotlineApp, pilot: Pilot[None]) -> Timeline:
    """The timeline, once its newest page is there."""
    while not (app._views and app.view.is_mounted and app.query_one(Timeline).window):  # noqa: SLF001 - what the tests wait for
        await pilot.pause(0.001)
    await pilot.pause()
    return app.query_one(Timeline)


def draw(timeline: Timeline) -> None:
    """Every row that is on the screen."""
    for y in range(timeline.size.height):
        timeline.render_line(y)


# --- a real vault


def real(directory: Path, count: int, seconds: int) -> Iterator[Result]:
    """Ready, paging, arrivals, memory."""
    with Stage(directory / "stage", devices(1, 1)) as stage:
        stage.found()
        asyncio.run(_fill(stage, count))
        with stage.vault("Bravo 1") as vault:
            found = asyncio.run(_measure(stage, vault, seconds))
    yield Result(f"a real vault of {count:,}: opened and ready", found["ready"], "s")
    yield Result("a page up, drawn: median", found["page"], "ms")
    yield Result("95 of 100 pages within", found["page95"], "ms")
    yield Result("the slowest page, read from the vault", found["slowest"], "ms")
    yield Result(
        f"{RATE}/s arrive: longest stutter", found["stutter"], "ms", found["calm"], "nothing arrives"
    )
    yield Result(f"{RATE}/s arrive: 99 of 100 beats within", found["beat99"], "ms")
    yield Result("arrived and shown a second", found["rate"], "/s", float(RATE), "sent")
    yield Result(
        "memory that paging and arrivals added", found["grown"], "MB", found["began"], "after the start"
    )


async def _fill(stage: Stage, count: int) -> None:
    async with stage.online("Alpha 1") as [ours]:

        def queue() -> bytes:
            return [
                ours.send_text(CHANNEL, f"message number {n} of the night, as long as they are")
                for n in range(1000)
            ][-1]

        for _ in range(max(1, count // 1000)):
            await ours.wait_relayed(await asyncio.to_thread(queue), PATIENCE * 10)
    with stage.vault("Bravo 1") as vault:
        async with Line.open(vault) as theirs:
            await theirs.wait_caught_up(PATIENCE * 10)
            # somebody read them all, so that what is measured is no pile of receipts
            theirs.mark_seen(CHANNEL, theirs.channel(CHANNEL).cursor)
            await asyncio.sleep(3)


async def _measure(stage: Stage, vault: object, seconds: int) -> dict[str, float]:
    found: dict[str, float] = {}
    gc.collect()
    begun = time.perf_counter()
    app = HotlineApp(lambda: Line.open(vault))  # type: ignore[arg-type]
    async with app.run_test(size=SIZE) as pilot:
        timeline = await ready(app, pilot)
        found["ready"] = time.perf_counter() - begun
        found["began"] = megabytes()
        pages = []
        for _ in range(120):
            begun = time.perf_counter()
            timeline.action_page_up()
            draw(timeline)
            pages.append((time.perf_counter() - begun) * 1000)
            await pilot.pause(0)
        found["page"], found["page95"] = statistics.median(pages), percentile(pages, 95)
        found["slowest"] = max(pages)
        timeline.action_last()
        app.view.enter()
        await pilot.pause(0.5)
        async with _heart() as calm:
            await asyncio.sleep(1)
        found["calm"] = max(calm)
        async with stage.online("Alpha 1") as [peer], _heart() as beats:
            before = app.state.port.channels()[0].cursor
            begun = time.perf_counter()
            await _send(peer, seconds)
            # receipts count too: what arrived is at least what was sent
            found["rate"] = (app.state.port.channels()[0].cursor - before) / (time.perf_counter() - begun)
        found["stutter"], found["beat99"] = max(beats), percentile(beats, 99)
        found["grown"] = megabytes() - found["began"]
    return found


async def _send(peer: Line, seconds: int) -> None:
    """So many a second, each second's share in ten parts."""
    begun = time.perf_counter()
    part = RATE // 10

    def some() -> None:
        for number in range(part):
            peer.send_text(CHANNEL, f"{number} arrives while you read")

    for at in range(seconds * 10):
        await asyncio.to_thread(some)
        with suppress(ValueError):
            await asyncio.sleep(max(0.0, begun + (at + 1) / 10 - time.perf_counter()))
    await asyncio.sleep(0.5)


@asynccontextmanager
async def _heart() -> AsyncIterator[list[float]]:
    """Milliseconds by which each beat came late."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(BEAT)
            late.append((time.perf_counter() - begun - BEAT) * 1000)

    task = asyncio.create_task(beat())
    try:
        yield late
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


# --- a widget a message


class Widgets(App[None]):
    """What one would write first: a Static for each message in a VerticalScroll."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        """All of them at once."""
        with VerticalScroll():
            for number in range(self._count):
                yield Static(_words(number), markup=False)


def _words(number: int) -> str:
    return f"message number {number} of the night, long enough to wrap once at eighty columns wide"


def against_widgets(count: int) -> Iterator[Result]:
    """Ready, one more, and a page up, against the same with a widget for each message."""
    ours, theirs = asyncio.run(_ours(count)), asyncio.run(_widgets(count))
    for name, mine, other in zip(("ready", "one more arrives", "a page up"), ours, theirs, strict=True):
        yield Result(f"{count:,} messages: {name}", mine, "ms", other, "VerticalScroll of Statics")


async def _ours(count: int) -> list[float]:
    line = MemoryLine([text(n, MIRIAM, _words(n)) for n in range(1, count + 1)])
    begun = time.perf_counter()
    app = HotlineApp(line)
    async with app.run_test(size=SIZE) as pilot:
        timeline = await ready(app, pilot)
        times = [time.perf_counter() - begun]
        line.messages.append(text(count + 1, MIRIAM, _words(0)))
        begun = time.perf_counter()
        timeline.reread()
        draw(timeline)
        times.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        timeline.action_page_up()
        draw(timeline)
        times.append(time.perf_counter() - begun)
    return [one * 1000 for one in times]


async def _widgets(count: int) -> list[float]:
    begun = time.perf_counter()
    app = Widgets(count)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        scroll = app.query_one(VerticalScroll)
        times = [time.perf_counter() - begun]
        begun = time.perf_counter()
        await scroll.mount(Static(_words(0), markup=False))
        await pilot.pause()
        times.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        scroll.scroll_page_up(animate=False)
        await pilot.pause()
        times.append(time.perf_counter() - begun)
    return [one * 1000 for one in times]
