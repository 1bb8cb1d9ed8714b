from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import replace

import pytest

from hotline_client.line.views import Halted, KnockView, Mark, MessageView
from hotline_client.tui.app.app import HotlineApp
from hotline_protocol.terms import Precedence, Response
from tests.support.memory_line import MIRIAM, NOW, MemoryLine, text
from tests.support.pilot import ready

PAYLOADS = {
    "click": "[@click=app.exit()]press[/]",
    "closing": "[/",
    "markup": "[bold red]x[/bold red] :skull: [link=file:///]y[/link]",
    "escape": "\x1b[2J\x1b]0;owned\x07\x1bc",
    "c1": "\x9b31m\x90q\x9c",
    "bidi": "abc\u202egnp.exe\u2066x\u2069",
    "zero": "a\u200b\u200d\ufe0f\U000e0041b",
    "marks": "a" + "\u0301" * 1_000_000,
    "long": "x" * 1_000_000,
    "hebrew": "שָׁלוֹם " * 2000,
    "lines": "one\n14:32Z #1 OWN ALPHA/head\n\n\n" * 50,
    "surrogate": "\ud800\udfff\uffff",
    "wide": "漢" * 5000,
}

SCROLLBAR = {"@mouse.down", "@mouse.up"}


def _crowd(payload: str) -> MemoryLine:
    person = replace(MIRIAM, name=payload, delegation=payload)
    flash = text(
        2,
        person,
        payload,
        precedence=Precedence.FLASH,
        response=Response.ROGER,
        acknowledged=(Mark(person, 10**18),),
    )
    rows: list[MessageView] = [
        text(1, person, payload, kind="event"),
        flash,
        text(3, person, payload, kind=payload, refused=payload),
        text(4, person, payload, refused=payload, time=-(10**18)),
    ]
    line = MemoryLine(rows)
    line.members = [replace(one, person=person) for one in line.members]
    line.knockers = [KnockView("plenary", b"k" * 16, 1, person, 10**18, payload)]
    line.status_extra = {"peer_delegation": payload, "reason": payload}
    line.extra = {"halted": Halted(payload, payload, NOW)}
    return line


@pytest.mark.parametrize("name", PAYLOADS)
def test_foreign_text_is_only_text(name: str) -> None:
    async def main() -> None:
        app = HotlineApp(_crowd(PAYLOADS[name]), clock=lambda: NOW)
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(app, pilot)
            for keys in (
                (),
                ("escape", "home"),
                ("enter",),
                ("escape", "alt+5"),
                ("j", "j"),
                ("escape", "f1"),
            ):
                await pilot.press(*keys)
                await pilot.pause()
                for strip in app.screen._compositor.render_strips():
                    for segment in strip:
                        bad = [
                            one
                            for one in segment.text
                            if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn"}
                        ]
                        assert not bad, (keys, bad)
                        style = segment.style
                        # a scroll bar's own arrows are the only places that react
                        assert not (style and (set(style.meta) - SCROLLBAR or style.link))
            assert app.is_running

    asyncio.run(main())
