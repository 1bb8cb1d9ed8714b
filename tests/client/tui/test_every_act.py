"""No key is dead: each act of the registry, in the place where it is heard, changes what is on the screen or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest
from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.acts import ACTS, Act, bindings
from tests import sampling
from tests.support.memory_line import NOW, MemoryLine
from tests.support.pilot import Ticks, ready
from tests.support.week import week

THERE = {
    "everywhere": (),
    "writing": ("h", "i"),
    "browsing": ("escape", "up", "up"),
    "message": ("escape", "up"),
    "list": ("alt+2", "down"),
    "agenda": ("alt+2",),
    "meetings": ("alt+3",),
    "minutes": ("alt+3", "down"),
    "notices": ("alt+4",),
    "chart": ("alt+4", "m"),
    "roster": ("alt+5",),
    "record": ("alt+6",),
    "form": ("f6", "x"),
}
FIRST = {
    "view_talk": ("alt+2",),
    "confirm": ("a", "ctrl+j", "b"),
    "newline": ("a",),
    "down": ("up",),
    "page_down": ("home",),
    "row_last": ("home",),
    "row_down": ("home",),
    "rows_down": ("home",),
    "chart_whole": ("plus",),
}
"""Where an act is heard, and what comes before it so that it has something to do."""


def look(app: HotlineApp, line: MemoryLine) -> Hashable:
    """All that a person, the line or the terminal would notice, colours included."""
    strips = app.screen._compositor.render_strips()
    cells = tuple((one.text, str(one.style)) for strip in strips for one in strip)
    cursor = getattr(app.focused, "cursor_location", None) or getattr(app.focused, "cursor_position", None)
    return (
        cells,
        len(app.screen_stack),
        id(app.focused),
        cursor,
        len(line.acts),
        len(line.affairs.said),
        app._exit,
    )


async def changes(act: Act, key: str) -> bool:
    ticks = Ticks()
    line = week()
    app = HotlineApp(line, clock=lambda: NOW, ticks=ticks)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        app.talk.composer.cursor_blink = False
        await _press(pilot, (*THERE[act.place], *FIRST.get(act.id, ())))
        # what is painted is armed after a second
        ticks.now += 5
        app._tick()
        await pilot.pause()
        before = look(app, line)
        await _press(pilot, (key,))
        return look(app, line) != before


async def _press(pilot: Pilot[None], keys: tuple[str, ...]) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


@pytest.mark.parametrize(
    "act",
    sampling.some((act for act in ACTS if act.keys), 48, "acts"),
    ids=lambda act: f"{act.place}-{act.id}",
)
def test_an_act_does_something_or_says_why_not(act: Act) -> None:
    assert asyncio.run(changes(act, act.keys[0])), f"{act.keys[0]} does nothing that anybody would notice"


def test_the_other_keys_of_an_act_mean_the_same() -> None:
    places = sorted({act.place for act in ACTS})
    bound = {binding.id: binding.key.split(",") for place in places for binding in bindings(place)}
    assert bound == {act.id: list(act.keys) for act in ACTS}
