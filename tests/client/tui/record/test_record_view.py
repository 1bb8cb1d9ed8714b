# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from hotline_client.line.views import Person
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.record.view import RecordView
from hotline_protocol.documents.talk import Checkpoint
from hotline_protocol.documents.watch import (
    NONCE_SIZE,
    Attendance,
    LineCheck,
    LineEcho,
    LineMissed,
    LineStatus,
)
from hotline_protocol.terms import Role
from tests.client.line.test_record import FORGERIES, house, sealed, whole, written
from tests.support.memory_line import ANNA, MIRIAM, NOW, OTTO, MemoryLine, party, text
from tests.support.pilot import SIZES, Ticks, bar, drive, screen

OBSERVER = Person("Olga Sten", "ALPHA", Role.OBSERVER, "a", True, True, b"\x06" * 32, b"\x06" * 32)


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_record_says_what_to_do(size: tuple[int, int]) -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+6")
        assert isinstance(app.view, RecordView)
        assert "Nothing to report" in screen(app)
        assert "BRAVO: has not said" in screen(app)

    drive(MemoryLine(), act, size)


@pytest.mark.parametrize("size", SIZES)
def test_the_line_is_checked_by_a_form_and_the_echo_is_shown(size: tuple[int, int]) -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+6", "c")
        assert isinstance(app.screen, FormScreen)
        app.screen.query_one(Input).value = "5"
        await pilot.press("f9")
        assert "expected seconds from 10 to 86400" in screen(app)
        assert line.affairs.said == []
        app.screen.query_one(Input).value = "30"
        await pilot.press("f9")
        await app.workers.wait_for_complete()
        await pilot.pause(0.05)
        ((_, body),) = line.affairs.said
        assert isinstance(body, LineCheck)
        assert (len(body.nonce), body.within) == (NONCE_SIZE, 30)
        assert "LINE CHECK #1 by ALPHA: OPEN" in screen(app)
        check = next(iter(line.affairs.book.journal.line.checks))
        line.affairs.book.say(party(MIRIAM), LineEcho(line.target("plenary", check), body.nonce))
        app._read_again()
        await pilot.pause()
        assert "ECHOED after 0.0 s" in screen(app)

    drive(line, act, size)


def test_a_check_nobody_echoed_needs_somebody_and_is_put_on_record() -> None:
    line = MemoryLine()
    asked = line.affairs.book.say(party(ANNA), LineCheck(bytes(NONCE_SIZE), 10))
    line.affairs.book.now = NOW - 60_000
    line.affairs.book.journal.line.checks[asked.id].deadline = NOW - 30_000

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "RECORD 1" in bar(app, "tabs")
        line.affairs.book.now = NOW
        await pilot.press("f3")
        assert isinstance(app.view, RecordView)
        assert "OVERDUE since 30s" in screen(app)
        await pilot.press("m")
        assert [type(body) for _, body in line.affairs.said] == [LineMissed]
        await pilot.press("m")
        assert "mark a line check that is overdue" in bar(app, "hint")

    drive(line, act)


def test_attendance_is_said_by_a_form() -> None:
    line = MemoryLine()
    line.affairs.book.say(party(MIRIAM), LineStatus(Attendance.UNATTENDED, "till 0600Z [/]"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "BRAVO UNATTENDED" in bar(app, "status")
        await pilot.press("alt+6", "a", "right", "right", "f9")
        await pilot.pause(0.05)
        assert [body for _, body in line.affairs.said] == [LineStatus(Attendance.DECLINED, "")]
        assert "ALPHA: DECLINED since" in screen(app)
        assert "till 0600Z [/]" in screen(app)

    drive(line, act)


def test_the_log_is_signed_after_a_question() -> None:
    line = MemoryLine([text(1, ANNA, "hello")])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+6", "s")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert line.affairs.said == []
        await pilot.press("s", "y")
        assert line.affairs.said == [("plenary", Checkpoint(1, bytes(32)))]
        assert "SIGNED up to #1 by ALPHA" in screen(app)
        await pilot.press("enter")
        assert isinstance(app.screen, Sheet)
        await pilot.press("escape", "s", "y")
        assert "NOT SENT: this device has signed the log up to entry 1" in bar(app, "hint")

    drive(line, act)


def test_the_log_is_written_to_a_file_and_such_a_file_is_verified(tmp_path: Path) -> None:
    line = MemoryLine()
    line.recorded = written(house()[1])
    file, false = tmp_path / "plenary.record", tmp_path / "false.record"
    false.write_bytes(sealed(FORGERIES["other words"][0](whole())))

    async def asked(app: HotlineApp, pilot: Pilot[None], key: str, path: Path) -> None:
        await pilot.press(key)
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+6")
        await asked(app, pilot, "v", file)
        assert "there is no such file" in screen(app)
        await pilot.press("escape")
        await asked(app, pilot, "e", file)
        assert file.read_bytes() == line.recorded
        await asked(app, pilot, "v", file)
        assert isinstance(app.screen, Sheet)
        assert "VERIFIED: plenary of ALPHA and BRAVO" in screen(app)
        assert "Not shown: who was a member" in screen(app)
        await pilot.press("escape")
        await asked(app, pilot, "v", false)
        assert "NOT VERIFIED: entry" in screen(app)
        await pilot.press("escape")
        await asked(app, pilot, "e", file)
        assert "exists already" in screen(app)

    drive(line, act)


def test_an_observer_only_reads() -> None:
    line = MemoryLine(me=OBSERVER)
    line.events = [text(3, OTTO, "refused entry [@click=app.bell]x[/]", kind="event")]

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+6", "c")
        assert not isinstance(app.screen, FormScreen)
        assert "this device cannot write" in bar(app, "hint")
        assert "SECURITY refused entry [@click=app.bell]x[/]" in screen(app)

    drive(line, act)
