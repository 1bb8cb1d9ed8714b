"""A delegate comes back after 5,000 messages and 20 changes of membership, and can prove the chain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import commits, sealing
from hotline_client.line.line import Line
from tests.e2e.stage import CHANNEL, Stage, admit, agree, devices, recomputed_head, said, until

MESSAGES = 5_000
CHANGES = 20
AWAY = "Bravo 2"
GUEST = "Alpha 2"
HANG = 300


async def talk(line: Line, prefix: str, count: int) -> None:
    """Send `count` texts, and wait for the last."""
    last = b""
    for number in range(count):
        last = line.send_text(CHANNEL, f"{prefix} {number}")
        if number % 32 == 31:
            # let the connection's own work have its turn
            await asyncio.sleep(0)
    await line.wait_relayed(last, HANG)


async def change(number: int, heads: list[Line], guest: Line) -> None:
    """One commit: in turn the guest is removed, is let in again, and each head renews their key."""
    ours, theirs = heads
    if number % 4 == 0:
        [index] = [
            one.index for one in ours.roster(CHANNEL) if one.person.fingerprint == guest.me.fingerprint
        ]
        await committed(ours, lambda: ours.remove(CHANNEL, [index]))
        await until(guest, lambda: guest.channel(CHANNEL).phase == "removed", "the guest is out")
    elif number % 4 == 2:
        guest.knock(CHANNEL)
        await admit(ours, {guest.me.fingerprint})
        await until(guest, lambda: guest.channel(CHANNEL).phase == "member", "the guest is in again")
    else:
        line = ours if number % 4 == 1 else theirs
        await committed(line, lambda: renew(line))


async def heard(line: Line, document: bytes) -> None:
    await until(line, lambda: line.message(CHANNEL, document) is not None, "it is heard")


async def committed(line: Line, act: Callable[[], object]) -> None:
    before = line.channel(CHANNEL).epoch
    assert before is not None
    act()
    await until(line, lambda: (line.channel(CHANNEL).epoch or 0) == before + 1, "the commit is in the log")


def renew(line: Line) -> None:
    """What upkeep does once a week."""

    def work(draft: Draft) -> None:
        commits.queue(draft, "update", [])
        sealing.seal(draft)

    line.act(CHANNEL, work)


@pytest.mark.slow
def test_a_delegate_away_for_long_catches_up_and_proves_the_chain(tmp_path: Path) -> None:
    with Stage(tmp_path / "stage", devices(2, 2)) as stage:
        stage.found()

        async def meanwhile() -> int:
            async with stage.online("Alpha 1", "Bravo 1", GUEST) as [*heads, guest]:
                epoch = heads[0].channel(CHANNEL).epoch
                for number in range(CHANGES):
                    share = MESSAGES // CHANGES // 2
                    await asyncio.gather(*(talk(line, f"{line.me.name}: {number}", share) for line in heads))
                    await agree(heads)
                    await change(number, heads, guest)
                await agree([*heads, guest])
                assert heads[0].channel(CHANNEL).epoch == (epoch or 0) + CHANGES
                return heads[0].channel(CHANNEL).cursor

        async def return_home(tail: int) -> tuple[float, float]:
            with stage.vault(AWAY) as vault:
                begun = time.perf_counter()
                async with Line.open(vault) as back:
                    await back.wait_caught_up(HANG)
                    seconds = time.perf_counter() - begun
                    cursor = back.channel(CHANNEL).cursor
                    assert cursor >= tail
                    assert recomputed_head(vault, CHANNEL, cursor) == vault.head(CHANNEL, cursor)
                    async with stage.online("Alpha 1", "Bravo 1", GUEST) as others:
                        # what it says now carries its head: the others compare it with theirs before they show it
                        document = back.send_text(CHANNEL, "back on the line")
                        await back.wait_relayed(document, HANG)
                        for line in others:
                            await heard(line, document)
                        await agree([back, *others])
                        held = [said(line) for line in (back, *others)]
                        assert len(held[0]) == MESSAGES + 1
                        assert all(one == held[0] for one in held[:3])
                        # the guest was out at times: it never gets to read what was said then, and nothing else
                        assert set(held[3]) < set(held[0])
                        assert not [one for line in (back, *others) for one in line.security_events()]
            return seconds, cursor / seconds

        tail = asyncio.run(meanwhile())
        seconds, rate = asyncio.run(return_home(tail))
    print(f"\ncaught up with {tail} entries in {seconds:.1f} s: {rate:.0f} a second")  # noqa: T201  shown by pytest -s
    assert seconds < HANG
