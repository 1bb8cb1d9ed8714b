# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.meetings.view import MeetingsView
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.sheets import Sheet
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingCounter,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.folds.meetings import Meeting, MeetingState
from tests.support.memory_line import MIRIAM, NOW, MemoryLine, party
from tests.support.pilot import SIZES, Ticks, bar, drive, screen

DAY, HOUR = 86_400_000, 3_600_000
FIRST, SECOND = (
    Slot(NOW + 10 * DAY, NOW + 10 * DAY + 3 * HOUR),
    Slot(NOW + 11 * DAY, NOW + 11 * DAY + 3 * HOUR),
)


def theirs(line: MemoryLine, *slots: Slot, place: str = "", level: Level | None = None) -> Target:
    return line.affairs.book.say(party(MIRIAM), MeetingPropose("First meeting", slots, place, level))


def meeting_of(line: MemoryLine) -> Meeting:
    return next(iter(line.affairs.book.journal.meetings.all.values()))


async def sent(pilot: Pilot[None]) -> None:
    await pilot.press("f9")
    await pilot.pause(0.05)
    await pilot.pause()


def flat(app: HotlineApp) -> str:
    return " ".join(screen(app).split())


@pytest.mark.parametrize("size", SIZES)
def test_a_meeting_is_proposed_with_candidates_in_any_zone(size: tuple[int, int]) -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3")
        assert isinstance(app.view, MeetingsView)
        assert "No meeting yet" in screen(app)
        await pilot.press("f7")
        app.screen.query(Input).first(Input).value = "First"
        area = app.screen.query(TextArea).first(TextArea)
        area.load_text("2026-12-03T09:00 Europe/Zuerich/3h")
        await pilot.press("f9")
        assert "is no time zone" in screen(app)
        area.load_text("2026-12-03T09:00 Europe/Zurich/3h\n040800Z DEC 26/90m")
        await pilot.pause()
        assert "= 030800Z DEC 26 to 031100Z DEC 26" in flat(app)
        await sent(pilot)
        assert [one.start for one in meeting_of(line).slots] == [1796284800000, 1796371200000]
        assert "waits for BRAVO" in flat(app)

    drive(line, act, size)


@pytest.mark.parametrize("size", SIZES)
def test_their_candidates_are_answered_and_one_agreed(size: tuple[int, int]) -> None:
    line = MemoryLine()
    theirs(line, FIRST, SECOND, place="Geneva", level=Level.DEPUTIES)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "MEETINGS 1" in bar(app, "tabs") or "MEET 1" in bar(app, "tabs")
        await pilot.press("f3")
        assert "YOUR TURN" in screen(app)
        await pilot.press("r", "tab", "right", "right")
        await sent(pilot)
        assert meeting_of(line).answers["a"] == [Fits.YES, Fits.NO]
        await pilot.press("y", "1", "tab", "right")
        await sent(pilot)
        body = line.affairs.said[-1][1]
        assert isinstance(body, MeetingAgree)
        assert [(one.part, one.slot) for one in body.parts] == [(Part.TIME, 0), (Part.LEVEL, 0)]
        line.affairs.book.say(party(MIRIAM), body)
        app._read_again()
        await pilot.pause()
        assert "time agreed" in meeting_of(line).standing()
        assert "Geneva ? open" in flat(app)

    drive(line, act, size)


def test_what_differs_is_marked_and_a_counter_voids_only_what_it_touches() -> None:
    line = MemoryLine()
    theirs(line, FIRST, place="Geneva", level=Level.HEADS)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "c")
        app.screen.query(Input).first(Input).value = "Vienna [/]"
        await sent(pilot)
        assert isinstance(line.affairs.said[-1][1], MeetingCounter)
        assert "Vienna [/]" in screen(app)
        assert "≠ differs" in screen(app)
        assert meeting_of(line).version == 2
        assert meeting_of(line).parts[Part.TIME].agreed == {"b": 0}

    drive(line, act)


def test_both_say_held_and_either_cancels() -> None:
    line = MemoryLine()
    start = NOW - HOUR
    target = theirs(line, Slot(start, start + HOUR), place="Geneva", level=Level.HEADS)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "h")
        assert "say held is not possible now" in bar(app, "hint")
        await pilot.press("y")
        assert isinstance(app.screen, FormScreen)
        await sent(pilot)
        assert meeting_of(line).state is MeetingState.AGREED
        await pilot.press("h", "y")
        assert meeting_of(line).held == ["a"]
        await pilot.press("x", *"fire")
        await sent(pilot)
        assert meeting_of(line).state is MeetingState.CANCELLED
        assert "CANCELLED: fire" in flat(app)
        await pilot.press("x")
        assert "cancel is not possible now" in bar(app, "hint")
        assert target.id == meeting_of(line).id

    drive(line, act)


def test_items_are_attached_by_their_numbers() -> None:
    line = MemoryLine()
    theirs(line, FIRST)
    item = line.affairs.book.say(party(MIRIAM), AgendaPropose("Frequencies"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "i", *"p-9/26", "f9")
        assert "is no item of the agenda" in screen(app)
        app.screen.query(Input).first(Input).value = "p-0002/26"
        await sent(pilot)
        assert meeting_of(line).items == [item.id]
        assert "1. P-0002/26 Frequencies" in screen(app)

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_the_coming_weeks_show_meetings_and_candidates(size: tuple[int, int]) -> None:
    line = MemoryLine()
    theirs(line, FIRST, SECOND)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "w")
        assert isinstance(app.screen, Sheet)
        assert "[23]" in screen(app)
        assert " 3 ?" in screen(app)

    drive(line, act, size)


def test_answers_go_to_the_present_candidates() -> None:
    line = MemoryLine()
    theirs(line, FIRST)
    said: list[Any] = []

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+3", "f5")
        line.affairs.book.say(
            party(MIRIAM), MeetingCounter(line.target("plenary", meeting_of(line).id), (SECOND,))
        )
        await sent(pilot)
        assert "NOT SENT: it answers other candidate times" in flat(app)
        said.extend(body for _, body in line.affairs.said if isinstance(body, MeetingAnswer))
        assert not said

    drive(line, act)
