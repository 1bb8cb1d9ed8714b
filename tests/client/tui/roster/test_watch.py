# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hotline_client.line.views import Person
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.sheets import Ask
from hotline_client.tui.roster.view import Roster
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.documents.talk import Text
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.terms import Precedence, Response, Role
from tests.support.memory_line import ANNA, MIRIAM, OTTO, MemoryLine, party
from tests.support.pilot import SIZES, Ticks, bar, drive, screen


async def sent(pilot: Pilot[None]) -> None:
    await pilot.press("f9")
    await pilot.pause(0.05)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_the_watch_is_taken_and_handed_over_with_all_that_is_open(size: tuple[int, int]) -> None:
    line = MemoryLine()
    asked = line.affairs.book.say(party(MIRIAM), Text("Yours?", Precedence.FLASH, Response.ROGER))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5")
        assert "WATCH ALPHA: nobody" in screen(app)
        await pilot.press("t", "y")
        assert [body for _, body in line.affairs.said] == [WatchTake()]
        await pilot.press("h")
        assert isinstance(app.screen, FormScreen)
        assert "[Otto Lind]" in screen(app)
        assert "dialogue P-0001/26" in screen(app)
        await sent(pilot)
        assert isinstance(app.screen, Ask)
        await pilot.press("y")
        await pilot.pause(0.1)
        body = line.affairs.said[-1][1]
        assert isinstance(body, WatchHandover)
        assert (body.to, body.dialogues) == (OTTO.fingerprint, (asked.id,))
        assert "not accepted yet" in " ".join(screen(app).split())

    drive(line, act, size)


def handed(seq: int = 0) -> MemoryLine:
    """A line of Otto, to whom Anna hands the watch."""
    otto = Person(OTTO.name, "ALPHA", Role.WATCH, "a", True, True, OTTO.fingerprint, OTTO.device)
    line = MemoryLine(me=otto)
    line.affairs.book.say(party(ANNA), WatchTake())
    line.affairs.book.say(party(ANNA), WatchHandover(OTTO.fingerprint, (), (), seq, bytes(32), "quiet"))
    return line


def test_who_is_handed_the_watch_is_told_and_takes_exactly_that() -> None:
    line = handed()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f3")
        assert isinstance(app.view, Roster)
        await pilot.press("y")
        assert "nothing is open" in screen(app)
        assert "quiet" in screen(app)
        await pilot.press("y")
        assert isinstance(line.affairs.said[-1][1], WatchAccept)
        await pilot.press("y")
        assert "no handover of the watch waits for you" in bar(app, "hint")

    drive(line, act)


def test_a_handover_over_another_log_is_not_taken() -> None:
    line = handed(seq=10)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5", "y")
        assert not isinstance(app.screen, Ask)
        assert "signed over another log" in bar(app, "hint")

    drive(line, act)


def test_a_change_of_the_delegation_is_announced() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5", "n", "right", "right", "enter", *"Ruth", "f9")
        assert not line.affairs.said
        await pilot.press("shift+tab", "left", "left", "f9")
        await pilot.pause(0.05)
        body = line.affairs.said[-1][1]
        assert isinstance(body, Announcement)
        assert (body.change, body.name) == (Change.JOINS, "Ruth")

    drive(line, act)
