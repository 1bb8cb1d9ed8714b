"""The screen over two real lines and a real relay: found the channel in the roster, write, and see it delivered."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from hotline_client.engine.context import Context
from hotline_client.engine.desk import Desk
from hotline_client.line.line import Line
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.rows import words
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Role, Side
from tests.support.memory_vault import MemoryVault
from tests.support.pilot import ready
from tests.support.relay_link import LINK_SECRET, LinkFixture
from tests.support.relay_process import RelayProcess


def _line(link: LinkFixture, side: Side) -> Line:
    device = link.device(side, role=Role.HEAD, not_after=30 * 86_400)
    trust = Trust.from_charter(link.charter)
    context = Context(
        SignedCharter.decode(link.signed).relay_copy(),
        trust,
        trust.identify(device.certificate),
        device.key.private_bytes_raw(),
        LINK_SECRET,
    )
    return Line(
        Desk(context, MemoryVault(), lambda: time.time_ns() // 1_000_000, os.urandom), jitter=lambda: 0.0
    )


async def _until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await pilot.pause(0.02)


def test_found_write_and_see_it_delivered(tmp_path: Path) -> None:
    async def main(link: LinkFixture) -> None:
        ours, theirs = _line(link, "a"), _line(link, "b")
        app = HotlineApp(ours)
        async with app.run_test(size=(80, 24)) as pilot, theirs:
            await ready(app, pilot)
            here = [one.name for one in ours.channels()].index("plenary")
            await pilot.press(*["alt+down"] * here)
            await _until(
                pilot,
                lambda: any(one.admissible is None and not one.person.own for one in ours.knocks("plenary")),
            )
            await pilot.press("alt+5")
            at = next(n for n, one in enumerate(ours.knocks("plenary")) if not one.person.own)
            await pilot.press(*["j"] * at, "a", "y", "escape")
            await _until(pilot, lambda: theirs.channel("plenary").phase == "member")
            await pilot.press("o", "k", "enter")
            await _until(
                pilot,
                lambda: [one.text for one in theirs.timeline("plenary") if one.kind == "text"] == ["ok"],
            )
            await _until(
                pilot, lambda: any(one.delivered for one in ours.timeline("plenary") if one.kind == "text")
            )
            await _until(pilot, lambda: "VERIFIED" in words(app.query_one("#status", Bar).rows[0]))

    with RelayProcess(tmp_path / "relay") as relay:
        link = LinkFixture(relay.relay)
        relay.add_charter(link.signed)
        asyncio.run(main(link))
