# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

import asyncio
import threading

import pytest
from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.app.flash import FlashScreen
from hotline_client.tui.app.palette import Palette
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.roster.view import Roster
from hotline_client.tui.talk.composer import Composer
from hotline_client.tui.terminal.signals import ALERT, TITLE, Signals
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import Precedence
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, text
from tests.support.pilot import SIZES, Ticks, bar, drive, needs, ready, screen, sent


def test_the_screen_is_painted_before_the_line_is_open() -> None:
    gate, line = threading.Event(), MemoryLine([text(1, MIRIAM, "hello")])

    def opener() -> LinePort:
        gate.wait(10)
        return line

    async def main() -> None:
        app = HotlineApp(opener, clock=lambda: NOW, ticks=Ticks())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert "HOTLINE opens the vault" in screen(app)
            await pilot.press("f2", "f8", "alt+5", "x")
            gate.set()
            await ready(app, pilot)
            assert "hello" in screen(app)

    asyncio.run(main())


def test_a_line_that_cannot_be_opened_ends_the_screen_with_its_reason() -> None:
    def opener() -> LinePort:
        raise UsageError("this device is not enrolled yet")

    async def main() -> None:
        app = HotlineApp(opener)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause(0.2)
        assert str(app.failure) == "this device is not enrolled yet"
        assert app.return_code == 1

    asyncio.run(main())


@pytest.mark.parametrize("size", SIZES)
def test_a_flash_takes_the_screen_after_a_minute_and_keeps_the_draft(size: tuple[int, int]) -> None:
    line = MemoryLine([needs(1, "Cease fire. " * 60, precedence=Precedence.FLASH)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press(*"draft")
        app._tick()
        assert not isinstance(app.screen, FlashScreen)
        ticks.now += 61
        app._tick()
        await pilot.pause()
        assert isinstance(app.screen, FlashScreen)
        await pilot.press("escape")
        assert app.query_one(Composer).text == "draft"
        ticks.now += 61
        app._tick()
        await pilot.pause()
        assert isinstance(app.screen, FlashScreen)
        await pilot.press("end")
        app._tick()
        ticks.now += 2
        await pilot.press("f2")
        assert sent(line) == [("ack", "plenary", line.messages[0].id)]
        await pilot.pause()
        assert not isinstance(app.screen, FlashScreen)
        assert app.query_one(Composer).text == "draft"

    drive(line, act, size)


def test_a_short_flash_is_acknowledged_from_its_banner_in_any_view() -> None:
    line = MemoryLine(
        [needs(1, "Cease fire.", precedence=Precedence.FLASH), *(text(n, ANNA, "x") for n in range(2, 60))]
    )

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5")
        app._tick()
        ticks.now += 2
        assert "FLASH #1" in bar(app, "banner")
        await pilot.press("f2")
        assert sent(line) == [("ack", "plenary", line.messages[0].id)]
        assert bar(app, "banner") == ""

    drive(line, act)


def test_signals_hold_no_word_of_content_and_ring_again() -> None:
    written: list[str] = []
    bells: list[int] = []
    signals = Signals(written.append, lambda: bells.append(1))
    signals.waiting(frozenset({b"one"}), 0.0)
    signals.waiting(frozenset({b"one"}), 5.0)
    assert (len(bells), ALERT in "".join(written)) == (1, True)
    signals.waiting(frozenset({b"one"}), 10.0)
    assert len(bells) == 2
    count = len(written)
    signals.waiting(frozenset({b"one", b"two"}), 11.0)
    assert len(bells) == 3
    assert len(written) == count + 1, "one notification, the title stays"
    signals.waiting(frozenset(), 12.0)
    assert written[-1] == f"\x1b]2;{TITLE}\x07"


def test_f3_goes_through_everything_that_needs_somebody() -> None:
    line = MemoryLine([needs(1), needs(2, precedence=Precedence.IMMEDIATE)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f3")
        assert app.talk.timeline.selection == line.messages[1]
        await pilot.press("f3")
        assert app.talk.timeline.selection == line.messages[0]
        await pilot.press("f3")
        assert app.talk.timeline.selection == line.messages[1]

    drive(line, act)


def test_the_palette_finds_acts_by_their_words() -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, Palette)
        await pilot.press(*"roster", "enter")
        await pilot.pause()
        assert isinstance(app.view, Roster)
        await pilot.press("ctrl+p", *"nothing of the kind", "enter")
        assert not isinstance(app.screen, Palette)

    drive(MemoryLine(), act)


def test_help_tells_first_about_the_view_one_is_in() -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        for key, first in (
            ("alt+2", "AGENDA"),
            ("alt+4", "NOTICES"),
            ("alt+5", "ROSTER"),
            ("alt+6", "RECORD"),
        ):
            await pilot.press(key, "f1")
            assert isinstance(app.screen, Sheet)
            assert screen(app).splitlines()[1].strip() == first
            await pilot.press("escape")

    drive(MemoryLine(), act)


def test_every_theme_shows_the_same_words() -> None:
    line = MemoryLine([needs(1)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        shown = []
        for _ in range(3):
            await pilot.press("ctrl+t")
            await pilot.pause()
            shown.append(screen(app))
        assert len(set(shown)) == 1
        assert app.theme == "hotline-night"

    drive(line, act)
