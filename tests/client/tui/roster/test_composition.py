"""Who was announced beside who is in, on a sheet of the Roster."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.terms import Role
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party
from tests.support.pilot import SIZES, Ticks, drive, screen


@pytest.mark.parametrize("size", SIZES)
def test_what_was_announced_stands_beside_what_certificates_prove(size: tuple[int, int]) -> None:
    line = MemoryLine()
    line.affairs.book.say(party(MIRIAM), Announcement(Change.JOINS, "Miriam Levi", Role.HEAD, NOW - 1000))
    line.affairs.book.say(party(MIRIAM), Announcement(Change.JOINS, "Noa Katz", Role.OFFICER, NOW - 1000))
    assert ANNA.own

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        del ticks
        await pilot.press("alt+5", "c")
        await pilot.pause()
        flat = " ".join(screen(app).split())
        assert "nobody was announced; these are in the group by certificate" in flat
        assert "* Anna Berg - deputy" in flat
        assert "announced as head, the certificate says deputy" in flat
        assert "Noa Katz officer -" in flat or "Noa Katz" in flat
        await pilot.press("escape")

    drive(line, act, size)
