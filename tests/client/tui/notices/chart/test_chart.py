# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
"""The chart by keys, and what is written to files from the views."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.notices.chart.screen import Chart
from hotline_client.tui.parts.typed import AskTyped
from tests.support.memory_line import MemoryLine
from tests.support.pilot import SIZES, Ticks, bar, drive, screen
from tests.support.week import week


async def drawn(app: HotlineApp, pilot: Pilot[None]) -> None:
    """Until the chart is on the screen."""
    await app.workers.wait_for_complete()
    for _ in range(200):
        await pilot.pause(0.01)
        if isinstance(app.screen, Chart) and app.screen._plot is not None:
            break
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_the_map_by_keys(size: tuple[int, int]) -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "m")
        await drawn(app, pilot)
        whole = screen(app)
        assert "MAP" in whole
        assert "[1]" in whole
        assert "NM" in whole
        await pilot.press("plus", "plus", "right")
        await pilot.pause()
        assert screen(app) != whole
        await pilot.press("0")
        await pilot.pause()
        assert screen(app) == whole
        await pilot.press("tab", "f")
        await pilot.pause()
        assert "[2]" in screen(app)
        await pilot.press("w")
        await pilot.pause()
        assert "WHEN NOTICES HOLD" in screen(app)
        assert "█" in screen(app)
        await pilot.press("minus", "left", "down", "escape")
        await pilot.pause()
        assert not isinstance(app.screen, Chart)
        current = app.view.current  # type: ignore[attr-defined]
        assert current is not None

    drive(week(), act, size)


def test_what_was_marked_on_the_chart_is_marked_in_the_list() -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "w")
        await drawn(app, pilot)
        await pilot.press("n", "n", "escape")
        await pilot.pause()
        assert app.view.current is app.view._entries[2]  # type: ignore[attr-defined]

    drive(week(), act)


def test_nothing_to_draw_is_said() -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "m")
        await pilot.pause()
        assert not isinstance(app.screen, Chart)
        assert "no notice is listed" in bar(app, "hint")

    drive(MemoryLine(), act)


@pytest.mark.parametrize(
    ("keys", "name", "begins"),
    [
        (("alt+4", "e"), "n.geojson", b'{\n "type"'),
        (("alt+4", "e"), "n.svg", b"<svg"),
        (("alt+4", "e"), "n.txt", b"NOTAM-STYLE"),
        (("alt+3", "e"), "m.ics", b"BEGIN:VCALENDAR"),
        (("alt+3", "G", "p"), "p.txt", b""),
        (("alt+3", "G", "p"), "p.pdf", b"%PDF"),
    ],
)
def test_files_are_written_and_never_over_others(
    tmp_path: Path, keys: tuple[str, ...], name: str, begins: bytes
) -> None:
    path = tmp_path / name

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        for again in (False, True):
            await pilot.press(*keys)
            await pilot.pause()
            assert isinstance(app.screen, AskTyped)
            app.screen.query_one(Input).value = str(path)
            await pilot.press("enter")
            await app.workers.wait_for_complete()
            await pilot.pause()
            if again:
                assert isinstance(app.screen, AskTyped), "the file is there: nothing is written over it"
                app.screen.query_one(Input).value = str(tmp_path / "no" / "such" / name)
                await pilot.press("enter")
                assert isinstance(app.screen, AskTyped)
                app.screen.query_one(Input).value = str(tmp_path / "x.exe")
                await pilot.press("enter")
                assert isinstance(app.screen, AskTyped)
                await pilot.press("escape")
            else:
                assert "written" in bar(app, "hint"), bar(app, "hint")

    drive(week(), act, (120, 40))
    data = path.read_bytes()
    assert data.startswith(begins)
    assert path.stat().st_mode & 0o777 == 0o600
    if name.endswith("geojson"):
        assert len(json.loads(data)["features"]) == 4
