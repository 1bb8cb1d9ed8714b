# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from textual.pilot import Pilot

from hotline_client.line.views import MemberView, Person
from hotline_client.tui.app.app import HotlineApp
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Role
from tests.support.memory_line import NOW, MemoryLine
from tests.support.pilot import Ticks, drive, screen

DUTY = Limits(
    kinds=("ack", "text"), channels=("air", "plenary"), rate=(60, 3600), acts_as=Role.WATCH, admits=True
)


def test_what_a_program_may_do_stands_beside_its_name() -> None:
    line = MemoryLine()
    bot = Person("Duty Bot", "BRAVO", Role.BOT, "b", False, False, b"\x09" * 32, b"\x09" * 32, DUTY)
    line.members = [MemberView("plenary", 0, bot, NOW // 1000 + 86_400, True, 0, 0)]

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5")
        said = " ".join(screen(app).split())
        assert "a program: may say ack, text" in said
        assert "in air, plenary, 60 in 3600 s, with the rights of: watch, may admit" in said

    drive(line, act)
