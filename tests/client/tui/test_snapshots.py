from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from hotline_client.line.views import KnockView, Mark, Person, Receipt
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks.themes import DAY, NIGHT
from hotline_protocol.terms import Precedence, Response, Role
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, MemoryLine, text
from tests.support.pilot import ready

RUTH = Person("Ruth Aalto", "ALPHA", Role.OFFICER, "a", True, False, b"\x05" * 32, b"\x05" * 32)


def english() -> MemoryLine:
    line = MemoryLine(
        [
            text(20, ANNA, "Good evening.", receipt=Receipt.ACKNOWLEDGED, acknowledged=(Mark(MIRIAM, NOW),)),
            text(30, OTTO, "Доброй ночи. Вахту принял.", receipt=Receipt.SEEN, seen=(Mark(DAN, NOW),)),
            text(
                40,
                MIRIAM,
                "Gunnery 0600Z to 1100Z.",
                precedence=Precedence.IMMEDIATE,
                response=Response.WILCO_UNABLE,
            ),
            text(58, DAN, "Is it yours?", precedence=Precedence.FLASH, response=Response.AFFIRM_NEGATIVE),
            text(None, ANNA, "Not ours.", receipt=Receipt.QUEUED),
        ],
        names=("plenary", "air", "naval", "em", "caucus.a"),
    )
    line.knockers = [KnockView("plenary", b"k" * 16, 70, RUTH, NOW // 1000 + 10**6, None)]
    return line


def hebrew() -> MemoryLine:
    line = english()
    line.messages = [
        text(20, ANNA, "ערב טוב. הקו פתוח (ערוץ plenary), פגישה ב-14:30.", receipt=Receipt.RELAYED),
        text(21, replace(MIRIAM, name="מרים לוי"), "שָׁלוֹם לְכֻלָּם", response=Response.ROGER),
    ]
    return line


def test_a_narrow_screen(snap_compare: Any) -> None:
    app = HotlineApp(english(), clock=lambda: NOW, ticks=lambda: 0.0)

    async def before(pilot: Pilot[None]) -> None:
        await ready(app, pilot)
        app.talk.composer.cursor_blink = False

    assert snap_compare(app, terminal_size=(60, 20), run_before=before)


def test_without_colour_the_words_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def shown() -> str:
        app = HotlineApp(english(), clock=lambda: NOW, ticks=lambda: 0.0)
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(app, pilot)
            app.talk.composer.cursor_blink = False
            return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    coloured = asyncio.run(shown())
    monkeypatch.setenv("NO_COLOR", "1")
    assert asyncio.run(shown()) == coloured
    assert "NEEDS ACK" in coloured


@pytest.mark.parametrize("theme", [NIGHT, DAY])
@pytest.mark.parametrize("keys", [(), ("alt+5",)], ids=["main", "roster"])
@pytest.mark.parametrize("scene", [english, hebrew])
def test_screen(snap_compare: Any, scene: Any, keys: tuple[str, ...], theme: str) -> None:
    app = HotlineApp(scene(), clock=lambda: NOW, ticks=lambda: 0.0, theme=theme)

    async def before(pilot: Pilot[None]) -> None:
        await ready(app, pilot)
        app.talk.composer.cursor_blink = False
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=before)
