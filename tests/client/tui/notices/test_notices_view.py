# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from hotline_client.line.views import Person
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.notices.view import NoticesView
from hotline_client.tui.parts.form import Choice, FieldRow, FormScreen
from hotline_client.tui.parts.pick import Pick
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Reply
from hotline_protocol.documents.notices import Action, Finding, Notice, Verdict
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.notices import NoticeState
from hotline_protocol.terms import Arena, Precedence, Response
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party
from tests.support.notices import air, circle
from tests.support.pilot import SIZES, Ticks, bar, drive, screen

DAY, HOUR = 86_400_000, 3_600_000


def issued(line: MemoryLine, who: Person, *, start: int = 2 * DAY, **more: Any) -> Target:
    notice = air(circle(33.0, 34.5, 9260), start=NOW + start, end=NOW + start + 6 * HOUR, **more)
    return line.affairs.book.say(party(who), notice)


def said(line: MemoryLine) -> list[Any]:
    return [body for _, body in line.affairs.said]


def flat(app: HotlineApp) -> str:
    return " ".join(screen(app).split())


def fill(app: HotlineApp, **typed: str) -> None:
    rows = {row.asked.name: row for row in app.screen.query(FieldRow)}
    for name, words in typed.items():
        answer = rows[name].answer
        if isinstance(answer, TextArea):
            answer.load_text(words)
        else:
            answer.value = words
        if isinstance(answer, Choice):
            answer.post_message(Choice.Changed())


async def sent(pilot: Pilot[None]) -> None:
    await pilot.press("f9")
    await pilot.pause(0.2)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_an_air_notice_is_issued_by_a_form(size: tuple[int, int]) -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4")
        assert isinstance(app.view, NoticesView)
        assert "No notice here" in screen(app)
        await pilot.press("f8")
        assert isinstance(app.screen, Pick)
        await pilot.press("a")
        assert isinstance(app.screen, FormScreen)
        fill(
            app,
            activity="Live firing",
            start="251800Z NOV 26",
            end="251200Z NOV 26",
            areas="circle 33.0N034.5E 5NM",
        )
        await pilot.pause()
        await pilot.press("f9")
        assert "ends before it begins" in flat(app)
        assert said(line) == []
        fill(app, end="252300Z NOV 26", lower="SFC", upper="FL24O")
        await pilot.pause()
        await pilot.press("f9")
        assert said(line) == []
        fill(app, upper="FL240", daily="1800-2300Z")
        await pilot.pause()
        await sent(pilot)
        (body,) = said(line)
        assert isinstance(body, Notice)
        assert (body.arena, body.action, len(body.areas)) == (Arena.AIR, Action.NEW, 1)
        assert "Live firing" in screen(app)

    drive(line, act, size)


def test_a_short_lead_and_a_conflict_must_be_said_knowingly() -> None:
    line = MemoryLine()
    issued(line, MIRIAM)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f8", "a")
        fill(app, activity="Drop", start="240000Z NOV 26", end="PERM", areas="circle 33.0N034.5E 5NM")
        await pilot.pause()
        await pilot.press("f9")
        assert "say SHORT as its lead time if it must" in flat(app)
        fill(app, short_lead="SHORT")
        await pilot.pause()
        await sent(pilot)
        assert isinstance(app.screen, Ask)
        assert "This device finds CONFLICT with BRAVO" in flat(app)
        await pilot.press("escape")
        assert said(line) == []
        await pilot.press("f9", "y")
        await pilot.pause(0.2)
        assert [type(one) for one in said(line)] == [Notice]

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_conflicts_and_disputes_come_first_and_need_us(size: tuple[int, int]) -> None:
    line = MemoryLine()
    book = line.affairs.book
    quiet = issued(line, ANNA, start=3 * DAY)
    loud = issued(line, MIRIAM)
    book.say(party(ANNA), Finding(loud, Verdict.CONFLICT, bytes(32), (quiet.id,)))
    book.say(party(MIRIAM), Finding(loud, Verdict.CLEAR, bytes(32), ()))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f3")
        assert isinstance(app.view, NoticesView)
        assert app.view.current is not None
        assert app.view.current.id == loud.id
        assert "DISPUTED" in screen(app)
        assert "NOT CLEAR of ALPHA P-0001/26" in flat(app)
        assert "!!P-0001/26" in screen(app).replace(" ", "")

    drive(line, act, size)


def test_only_ours_is_replaced_and_cancelled() -> None:
    line = MemoryLine()
    theirs, ours = issued(line, MIRIAM), issued(line, ANNA, start=4 * DAY)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "r")
        assert "only the side that issued a notice" in bar(app, "hint")
        assert "Replace" not in bar(app, "keys")
        await pilot.press("j", "r")
        assert isinstance(app.screen, FormScreen)
        fill(app, activity="flying low")
        await pilot.pause()
        await sent(pilot)
        entries = line.affairs.book.journal.notices.all
        assert entries[ours.id].state is NoticeState.REPLACED
        await pilot.press("G", "x")
        await sent(pilot)
        await pilot.press("y")
        await pilot.pause(0.1)
        assert [one.action for one in said(line)] == [Action.REPLACE, Action.CANCEL]
        assert entries[theirs.id].state is NoticeState.IN_FORCE
        await pilot.press("v")
        assert "REPLACED" in screen(app)
        await pilot.press("a", "a")
        assert "No notice here" in screen(app)

    drive(line, act)


def test_theirs_is_answered_and_shown_as_text() -> None:
    line = MemoryLine()
    issued(line, MIRIAM, response=Response.WILCO_UNABLE)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "t")
        assert isinstance(app.screen, Sheet)
        await pilot.press("escape")
        await pilot.press("f5")
        assert isinstance(app.screen, FormScreen), bar(app, "hint")
        await sent(pilot)
        assert [type(one) for one in said(line)] == [Reply]

    drive(line, act)


def test_cease_buzzer_is_a_flash_that_asks_for_wilco() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "b", *"225-400", "f9")
        assert isinstance(app.screen, Ask)
        assert said(line) == []
        await pilot.press("y")
        await pilot.pause(0.1)
        assert said(line) == [Text("CEASE BUZZER 225-400", Precedence.FLASH, Response.WILCO_UNABLE)]

    drive(line, act)


def test_hostile_words_in_a_notice_are_only_words() -> None:
    line = MemoryLine()
    issued(line, MIRIAM, remarks="[@click=app.bell]x[/] \u05d0")

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+4", "enter")
        assert "[@click=app.bell]x[/]" in screen(app)
        assert app.screen.query(Input) is not None

    drive(line, act)
