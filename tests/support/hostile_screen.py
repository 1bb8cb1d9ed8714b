"""A program for a pty: shows every hostile text in every widget. `python -m tests.support.hostile_screen DIRECTORY WORLD…`.

After each widget it draws the whole screen once more and says, in a sequence that is no terminal's, which widget that was.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from rich.segment import Segment
from textual.pilot import Pilot
from textual.screen import Screen

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.app.flash import FlashScreen
from hotline_client.tui.app.palette import Palette
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.needs import VIEWS
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.talk.search import Search
from tests.support.hostile_world import HostileLine, open_the_gates
from tests.support.memory_line import NOW
from tests.support.tui_child import kept

SAYS = "7770"
"""The number of our own OSC."""
PATIENCE = 20.0
"""Seconds that a busy machine may need for one step."""


def _acts(part: Segment) -> bool:
    """Whether something happens when this is clicked on or hovered over; a scroll bar does it, and is ours."""
    return part.style is not None and bool(
        part.style.link or set(part.style.meta) - {"@mouse.down", "@mouse.up"}
    )


class Walk:
    """Through all widgets with one world after another."""

    def __init__(self, app: HotlineApp, line: HostileLine) -> None:
        self.app, self.line = app, line

    def say(self, words: str) -> None:
        self.app._write(f"\x1b]{SAYS};{words}\x07")

    async def until(self, true: Callable[[], bool]) -> bool:
        """Let the program run until that is so; whether it came to be."""
        end = monotonic() + PATIENCE
        while not true() and monotonic() < end and not self.app._exit:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
        return true()

    async def settle(self) -> None:
        """Until the screen on top is composed and laid out; one that closes meanwhile answers no more, and the next is asked."""
        for _ in range(2):
            done = asyncio.Event()
            while not done.is_set():
                screen = self.app.screen
                screen.call_after_refresh(done.set)
                if not await self.until(lambda: done.is_set() or self.app.screen is not screen):  # noqa: B023
                    raise AssertionError(f"{screen} does not come to rest")

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.simulate_key(key)
            await self.settle()

    async def shot(self, widget: str, screen: type[Screen[Any]] | None = None) -> None:
        """What is on the screen now is that widget; over it a screen, or none."""
        app = self.app
        app._read_again()
        wanted = await self.until(
            lambda: len(app.screen_stack) == 1 if screen is None else isinstance(app.screen, screen)
        )
        await self.settle()
        self.say("begin")
        whole = app.screen._compositor.render_full_update()
        app._display(app.screen, whole)
        self.say(widget if wanted else f"MISSED {widget}")
        if any(_acts(part) for row in whole.strips for strip in row for part in strip):
            self.say(f"ARMED {widget}")

    async def back(self) -> None:
        while (depth := len(self.app.screen_stack)) > 1:
            self.app.simulate_key("escape")
            if not await self.until(lambda: len(self.app.screen_stack) < depth):
                raise AssertionError(f"{self.app.screen} does not close")
        await self.settle()

    async def through(self, number: int) -> None:
        """One world."""
        self.line.become(number)
        await self._talk()
        for view, key in ((2, "c"), (3, "c"), (4, "r"), (5, "h"), (6, "s")):
            self.app.action_view(view)
            await self.shot(VIEWS[view - 1])
            if view == 4:
                self.app.view.mark(self.line.notice)
            await self.press(key)
            await self.shot(f"form of {VIEWS[view - 1]}", Ask if view == 6 else FormScreen)
            await self.back()
            if view == 3:
                await self.press("end")
                await self.shot("minutes")
                await self.press("home")
        self.app.action_view(5)
        await self.press("g", "v")
        await self.shot("digits", AskTyped)
        await self.back()
        await self._alarms()

    async def _talk(self) -> None:
        app, line = self.app, self.line
        app.action_view(1)
        app._open("plenary")
        app.talk.timeline.focus()
        await self.shot("timeline")
        for at, name in ((-1, "ours"), (-2, "theirs"), (0, "withdrawn"), (1, "refused")):
            app.talk.go_to(line.messages[at])
            await self.settle()
            await self.press("enter")
            await self.shot(f"detail of {name}", Sheet)
            await self.back()
        app.talk.go_to(line.messages[-2])
        await self.settle()
        await self.press("t")
        await self.shot("thread", Sheet)
        await self.back()
        app.talk.respond()
        await self.shot("form of an answer", FormScreen)
        await self.back()
        app.talk.go_to(line.messages[-1])
        await self.settle()
        app.talk.action_correct()
        await self.shot("form of a correction", FormScreen)
        await self.back()
        app.talk.go_to(line.messages[-2])
        await self.settle()
        app.action_reply()
        await self.shot("composer of a reply")
        app.action_reply()
        app.action_search()
        await self.settle()
        for _ in range(100):
            if isinstance(app.screen, Search) and app.screen.query("#search-said"):
                await app.screen.look("qq*")
                break
            await asyncio.sleep(0.01)
        await self.shot("search", Search)
        await self.back()
        app.action_palette()
        await self.shot("palette", Palette)
        await self.back()

    async def _alarms(self) -> None:
        app, line = self.app, self.line
        app.action_view(1)
        line.set_draft(line.names[1], line.put("dr"))
        app._open(line.names[1])
        await self.shot("draft")
        app._open("plenary")
        app.talk.composer.focus()
        app.talk.composer.load_text("x")
        line.fail()
        app.talk.on_composer_submitted()
        await self.shot("error")
        app.talk.composer.load_text("")
        line.stop()
        await self.shot("halt")
        line.extra = {}
        line.flash()
        await self.shot("banner")
        app._flashed = -1e9
        app._tick()
        await self.shot("flash", FlashScreen)
        line.messages.pop()
        await self.shot("after")


def script(line: HostileLine, worlds: Sequence[int]) -> Callable[[Pilot[object]], Coroutine[Any, Any, None]]:
    """The walk through these worlds, then out."""

    async def work(pilot: Pilot[object]) -> None:
        app = pilot.app
        assert isinstance(app, HotlineApp)
        walk = Walk(app, line)
        if not await walk.until(lambda: bool(app._views) and app.view.is_mounted):
            raise AssertionError("it does not come up")
        for number in worlds:
            await walk.through(number)
        walk.say("end")
        app.exit(return_code=0)

    return work


def main() -> int:
    """One walk."""
    os.environ.setdefault("ESCDELAY", "25")
    open_the_gates()
    line = HostileLine()
    kept(line, Path(sys.argv[1]))
    worlds = [int(one) for one in sys.argv[2:]]
    line.become(worlds[0])
    app = HotlineApp(line, clock=lambda: NOW)
    app.run(auto_pilot=script(line, worlds))
    return 1 if app.return_code is None else app.return_code


if __name__ == "__main__":
    sys.exit(main())
