# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from hotline_client.line.views import Person
from hotline_client.tui.agenda.view import AgendaView
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.sheets import Ask
from hotline_protocol.documents import agenda as docs
from hotline_protocol.documents.body import Target
from hotline_protocol.folds.agenda import ItemState
from hotline_protocol.terms import Arena, Role
from tests.support.memory_line import ANNA, MIRIAM, OTTO, MemoryLine, party
from tests.support.pilot import SIZES, Ticks, bar, drive, screen

HOUR = 3_600_000


def said(line: MemoryLine) -> list[Any]:
    return [body for _, body in line.affairs.said]


def theirs(line: MemoryLine, title: str = "Northern Lights", **more: Any) -> Target:
    return line.affairs.book.say(party(MIRIAM), docs.AgendaPropose(title, **more))


def adopted(line: MemoryLine, *titles: str) -> list[Target]:
    """Items of theirs that both sides put on the agenda."""
    book = line.affairs.book
    items = [theirs(line, title) for title in titles]
    for one in items:
        book.say(party(ANNA), docs.AgendaAccept(one))
    for who in (ANNA, MIRIAM):
        book.say(party(who), docs.AgendaAdopt(tuple(items)))
    return items


def state_of(line: MemoryLine, item: Target) -> ItemState:
    return line.affairs.book.journal.agenda.items[item.id].state


async def sent(pilot: Pilot[None]) -> None:
    await pilot.press("f9")
    await pilot.pause(0.05)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_an_item_is_proposed_by_a_form_that_says_what_is_wrong(size: tuple[int, int]) -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2")
        assert isinstance(app.view, AgendaView)
        assert "The agenda is empty" in screen(app)
        await pilot.press("f6")
        assert isinstance(app.screen, FormScreen)
        await pilot.press("f9")
        assert "something is wanted here" in screen(app)
        await pilot.press(*"Fleet", "enter", "n", "enter", *"2000")
        await pilot.press("f9")
        assert "from 1 to 1440" in screen(app)
        await pilot.press(*["backspace"] * 4, *"20")
        await sent(pilot)
        assert said(line) == [docs.AgendaPropose("Fleet", "", Arena.NAVAL, 20, aob=False)]
        assert "PROPOSED" in screen(app)
        assert "waits for BRAVO" in " ".join(screen(app).split())

    drive(line, act, size)


@pytest.mark.parametrize("size", SIZES)
def test_theirs_needs_us_and_is_accepted_after_a_question(size: tuple[int, int]) -> None:
    line = MemoryLine()
    item = theirs(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f3")
        assert isinstance(app.view, AgendaView)
        assert "YOUR TURN" in screen(app)
        assert "a Accept" in bar(app, "keys")
        assert "Object" not in bar(app, "keys")
        await pilot.press("a")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert state_of(line, item) is ItemState.PROPOSED
        await pilot.press("a", "y")
        assert state_of(line, item) is ItemState.ACCEPTED
        await pilot.press("a")
        assert "accept is not possible now" in bar(app, "hint")

    drive(line, act, size)


def test_countering_declining_and_withdrawing() -> None:
    line = MemoryLine()
    first, second = theirs(line, "One"), theirs(line, "Two")
    own = line.affairs.book.say(party(ANNA), docs.AgendaPropose("Three"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2", "c")
        assert app.screen.query(Input).first(Input).value == "One"
        await pilot.press(*" b")
        await sent(pilot)
        await pilot.press("j", "d", *"no time")
        await sent(pilot)
        assert state_of(line, second) is ItemState.DECLINED
        await pilot.press("G", "d")
        assert "for the other side to say" in bar(app, "hint")
        await pilot.press("w")
        await sent(pilot)
        assert state_of(line, own) is ItemState.WITHDRAWN
        assert line.affairs.book.journal.agenda.items[first.id].title == "One b"

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_an_order_is_tried_out_left_and_adopted_by_both(size: tuple[int, int]) -> None:
    line = MemoryLine()
    first, second = adopted(line, "One", "Two")

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2", "J")
        assert "the order is yours alone so far" in screen(app)
        assert app.view.current.id == first.id  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert "yours alone" not in screen(app)
        assert isinstance(app.view, AgendaView)
        await pilot.press("J", "p", "y")
        assert said(line) == [docs.AgendaAdopt((second, first))]
        assert "your side adopted" in screen(app)
        assert line.affairs.book.journal.agenda.order == [first.id, second.id]
        line.affairs.book.say(party(MIRIAM), docs.AgendaAdopt((second, first)))
        app._read_again()
        assert line.affairs.book.journal.agenda.order == [second.id, first.id]

    drive(line, act, size)


def test_what_they_would_adopt_is_shown_and_adopted() -> None:
    line = MemoryLine()
    first, second = adopted(line, "One", "Two")
    line.affairs.book.say(party(MIRIAM), docs.AgendaAdopt((second, first)))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2")
        assert "BRAVO would adopt an agenda of 2 items" in screen(app)
        await pilot.press("p")
        assert "1. Two" in screen(app)
        await pilot.press("y")
        assert line.affairs.book.journal.agenda.order == [second.id, first.id]

    drive(line, act)


def test_an_outcome_is_said_by_both_and_the_item_closed() -> None:
    line = MemoryLine()
    (item,) = adopted(line, "One")

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2", "o", "y")
        assert state_of(line, item) is ItemState.OPEN
        line.affairs.book.say(party(MIRIAM), docs.AgendaOutcome(item, docs.Outcome.NOTED, "as it is"))
        app._read_again()
        await pilot.press("f3", "u")
        assert app.screen.query_one(TextArea).text == "as it is"
        assert "[NOTED]" in screen(app)
        await sent(pilot)
        assert state_of(line, item) is ItemState.NOTED
        await pilot.press("x", "y")
        assert line.affairs.book.journal.agenda.items[item.id].closing == ["a"]

    drive(line, act)


@pytest.mark.parametrize(("key", "form"), [("b", "reason"), ("m", "text")])
def test_a_silence_of_theirs_is_broken(key: str, form: str) -> None:
    line = MemoryLine()
    (item,) = adopted(line, "One")
    book = line.affairs.book
    book.say(party(ANNA), docs.AgendaOpen(item))
    book.say(party(MIRIAM), docs.AgendaSilence(item, docs.Outcome.AGREED, "quietly", book.now + 24 * HOUR))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f3")
        assert "stands after 241432Z NOV 26, in 1d 0h" in " ".join(screen(app).split())
        await pilot.press(key, *"loudly")
        await sent(pilot)
        assert book.journal.agenda.items[item.id].silence is None
        await pilot.press(key)
        assert "no silence of the other side runs" in bar(app, "hint")

    drive(line, act)


def test_a_silence_is_proposed_with_its_exact_end() -> None:
    line = MemoryLine()
    (item,) = adopted(line, "One")
    line.affairs.book.say(party(ANNA), docs.AgendaOpen(item))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2", "s", *"231500Z NOV 26")
        assert "a silence lasts at least 12 hours" in screen(app)
        app.screen.query(Input).first(Input).value = "251200Z NOV 26"
        await pilot.pause()
        assert "= 251200Z NOV 26, here" in screen(app)
        await pilot.press("tab", "tab", *"quietly", "f9")
        assert isinstance(app.screen, Ask)
        await pilot.press("y")
        await pilot.pause(0.1)
        silence = line.affairs.book.journal.agenda.items[item.id].silence
        assert silence is not None
        assert silence.say.text == "quietly"

    drive(line, act)


def test_who_may_not_decide_is_told_so() -> None:
    line = MemoryLine(
        me=Person("Otto Lind", "ALPHA", Role.WATCH, "a", True, True, OTTO.fingerprint, OTTO.device)
    )
    item = theirs(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+2")
        assert "a Accept" not in bar(app, "keys")
        await pilot.press("a")
        assert "role watch may not accept" in bar(app, "hint")
        assert state_of(line, item) is ItemState.PROPOSED

    drive(line, act)
