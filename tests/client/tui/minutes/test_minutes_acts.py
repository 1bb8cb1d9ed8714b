# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
"""Minutes in the Meetings view: from the outcomes of the agenda to two signatures, by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from hotline_client.presenters.minutes import text_hash
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.typed import AskTyped
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    Outcome,
)
from hotline_protocol.documents.body import Body, Target
from hotline_protocol.documents.meetings import MeetingPropose
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.folds.minutes import MinutesState, Record
from hotline_protocol.terms import Role
from tests.support.memory_line import ANNA, MIRIAM, MemoryLine, party
from tests.support.pilot import SIZES, Ticks, bar, drive, screen

HEAD = replace(ANNA, role=Role.HEAD)
THEIR_HEAD = replace(MIRIAM, role=Role.HEAD)


def minutes_of(line: MemoryLine) -> Record:
    return next(iter(line.affairs.book.journal.minutes.all.values()))


def target(line: MemoryLine) -> Target:
    return Target(minutes_of(line).id, minutes_of(line).content)


def waiting(app: HotlineApp) -> list[str]:
    return [one.what for one in app.state.needs]


def drafted(line: MemoryLine) -> None:
    line.affairs.book.say(party(MIRIAM), MinutesDraft("First meeting", "1. Corridor AGREED", "en"))


async def sent(pilot: Pilot[None]) -> None:
    await pilot.press("f9")
    await pilot.pause(0.05)
    await pilot.pause()


def flat(app: HotlineApp) -> str:
    return " ".join(screen(app).split())


def decided(line: MemoryLine) -> None:
    """An item with an outcome that both sides said alike."""
    book, ours, theirs = line.affairs.book, party(ANNA), party(MIRIAM)
    item = book.say(ours, AgendaPropose("Corridor times"))
    book.say(theirs, AgendaAccept(item))
    for side in (ours, theirs):
        book.say(side, AgendaAdopt((item,)))
    book.say(ours, AgendaOpen(item))
    for side in (ours, theirs):
        book.say(side, AgendaOutcome(item, Outcome.AGREED, "0600Z to 0800Z"))


def test_a_first_text_is_made_from_the_outcomes_and_the_marked_meeting() -> None:
    line = MemoryLine()
    decided(line)
    line.affairs.book.say(party(MIRIAM), MeetingPropose("First meeting", (), "Geneva"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "n")
        await pilot.pause()
        text = app.screen.query_one(TextArea).text
        assert text.startswith("Minutes of First meeting")
        assert "1. Corridor times (" in text
        assert "AGREED: 0600Z to 0800Z" in text
        await sent(pilot)
        found = minutes_of(line)
        assert found.meeting is not None
        assert len(found.items) == 1
        await pilot.press("G")
        assert "MINUTES DRAFT, version 1, in en" in flat(app)

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_both_sides_initial_then_both_heads_sign_the_same_text(size: tuple[int, int]) -> None:
    line = MemoryLine(me=HEAD)
    drafted(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert any("to initial" in one for one in waiting(app))
        await pilot.press("alt+3", "s")
        assert "INITIALLED" not in flat(app)
        assert not isinstance(app.screen, AskTyped), "nothing to sign yet"
        await pilot.press("a")
        await pilot.pause()
        await pilot.press(*"deadbeef", "enter")
        assert isinstance(app.screen, AskTyped)
        assert minutes_of(line).initials == {}
        app.screen.query_one(Input).value = text_hash(minutes_of(line))[:8]
        await pilot.press("enter")
        await pilot.pause()
        assert list(minutes_of(line).initials) == ["a"]
        assert "waits for BRAVO" in flat(app)
        line.affairs.book.say(party(THEIR_HEAD), MinutesInitial(target(line)))
        app._read_again()
        await pilot.pause()
        assert any("to sign" in one for one in waiting(app))
        await pilot.press("s")
        await pilot.pause()
        app.screen.query_one(Input).value = text_hash(minutes_of(line))[:8].upper()
        await pilot.press("enter")
        await pilot.pause()
        line.affairs.book.say(party(THEIR_HEAD), MinutesSign(target(line)))
        app._read_again()
        await pilot.pause()
        assert minutes_of(line).state is MinutesState.SIGNED
        assert "signed by both heads" in flat(app)
        assert not any(word in bar(app, "keys") for word in ("Sign", "Initial", "Text", "Reserve"))

    drive(line, act, size)


@pytest.mark.parametrize(
    ("key", "kind"), [("m", MinutesComment), ("v", MinutesReserve), ("t", MinutesRevise)]
)
def test_remark_reservation_and_another_text(key: str, kind: type[Body]) -> None:
    line = MemoryLine()
    drafted(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", key)
        await pilot.pause()
        assert isinstance(app.screen, FormScreen)
        app.screen.query_one(TextArea).load_text("we hold that this is שלנו")
        await sent(pilot)
        assert type(line.affairs.said[-1][1]) is kind
        assert "we hold that this is" in flat(app)

    drive(line, act, (120, 40))


def test_who_may_not_is_told_why() -> None:
    line = MemoryLine(me=replace(ANNA, role=Role.OBSERVER))
    drafted(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        for key, why in (("n", "observer drafts no minutes"), ("a", ""), ("s", ""), ("t", "")):
            await pilot.press("alt+3", key)
            await pilot.pause()
            assert not isinstance(app.screen, AskTyped | FormScreen)
            assert why in flat(app)

    drive(line, act)


def test_a_text_that_changed_under_the_question_is_not_initialled() -> None:
    line = MemoryLine()
    drafted(line)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "a")
        await pilot.pause()
        read: Any = text_hash(minutes_of(line))[:8]
        line.affairs.book.say(party(MIRIAM), MinutesRevise(target(line), "other words"))
        app.screen.query_one(Input).value = read
        await pilot.press("enter")
        await pilot.pause()
        assert minutes_of(line).initials == {}
        assert "another text" in flat(app)

    drive(line, act)
