"""Certified devices with free hands against real clients at the relay's default limits: a FLASH gets through, and the log stays small enough.

A second or two is all that words take while somebody floods; the issue allows ten. `HOTLINE_FREE_HANDS` says for how many seconds.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.relay.frames import Answers, Append, Hello, Ready, Rejected, Submission, hello_content
from hotline_protocol.terms import Precedence, Response
from tests.e2e.stage import CHANNEL, PATIENCE, Stage, agree, devices, found, until
from tests.support.relay_link import BareClient, EndedError, bare_client, commit, knock, message

SECONDS = int(os.environ.get("HOTLINE_FREE_HANDS", "9"))
FLASH_WITHIN = 10.0
SMALL_ENOUGH = 64 * 1024 * 1024
"""Bytes that a flood may leave, however long it lasts: a quarter of a day's worth of one device at once, and what stores it."""


async def hello(client: BareClient, vault: Vault, charter: SignedCharter) -> None:
    content = charter.content()
    tls = sha256(content.relays[0].certificate).digest()
    nonce = (await client.challenge()).nonce
    signature = vault.device.private_key.sign(hello_content(nonce, content.link_id, tls))
    await client.send(Hello(content.link_id, vault.device.certificate or b"", signature))
    assert isinstance(await client.receive(), Ready)


def rubbish(number: int) -> Submission:
    body = os.urandom(512)
    return (commit(0, body), message(body), knock(body))[number % 3]


async def flood(url: str, vault: Vault, charter: SignedCharter, seconds: float) -> tuple[int, set[str]]:
    """Everything that a device can throw at a relay, again and again; how much was taken, and why the rest was not."""
    ends, taken = time.monotonic() + seconds, 0
    codes: set[str] = set()
    while time.monotonic() < ends:
        with suppress(EndedError, ConnectionClosed, OSError, TimeoutError):
            async with bare_client(url) as client:
                await hello(client, vault, charter)
                while time.monotonic() < ends:
                    await client.send(Append(CHANNEL, tuple(rubbish(number) for number in range(63))))
                    frame = await client.receive()
                    if isinstance(frame, Answers):
                        refused = [one for one in frame.answers if isinstance(one, Rejected)]
                        codes |= {one.code for one in refused}
                        taken += len(frame.answers) - len(refused)
    return taken, codes


async def flash(ours: Line, theirs: Line) -> float:
    """Seconds from a FLASH to its acknowledgment by the other side."""
    began = time.monotonic()
    said = ours.send_text(CHANNEL, "FLASH", precedence=Precedence.FLASH, response=Response.ROGER)
    await until(theirs, lambda: any(one.id == said for one in theirs.unacknowledged(CHANNEL)), "it arrives")
    theirs.acknowledge(CHANNEL, said)

    def known() -> bool:
        found = ours.message(CHANNEL, said)
        return found is not None and bool(found.acknowledged)

    await until(ours, known, "its acknowledgment arrives")
    return time.monotonic() - began


@pytest.mark.parametrize("who", ["Bravo 2", "Bravo 3"])
def test_a_flash_gets_through_whatever_a_certified_device_throws_at_the_relay(
    tmp_path: Path, who: str
) -> None:
    """`Bravo 2` is a member, `Bravo 3` was never admitted."""
    with Stage(tmp_path, devices(1, 3), limits="") as stage:
        url = stage.relay.url
        charter = SignedCharter.decode(stage.made.charter.read_bytes())

        async def work() -> tuple[list[float], int, set[str]]:
            async with stage.online("Alpha 1", "Bravo 1", "Bravo 2") as (alpha, bravo, member):
                await found([alpha, bravo, member])
                with stage.vault(who) as vault:
                    flooding = asyncio.create_task(flood(url, vault, charter, SECONDS))
                    times: list[float] = []
                    while not flooding.done():
                        times.append(await flash(alpha, bravo))
                        await asyncio.sleep(0.5)
                    taken, codes = await flooding
                times.append(await flash(bravo, alpha))
                await agree([alpha, bravo])
            async with stage.online("Alpha 1") as (alpha,):
                await alpha.wait_caught_up(PATIENCE)
                assert alpha.channel(CHANNEL).halted is None
            return times, taken, codes

        times, taken, codes = asyncio.run(work())
        assert max(times) < FLASH_WITHIN, f"{len(times)} FLASHes, the slowest {max(times):.2f} s"
        assert len(times) > 2
        assert "not-entitled" in codes, "its commits are refused"
        assert taken > 0
        stored = sum(one.stat().st_size for one in stage.relay.state.directory.glob("*.db*"))
        assert stored < SMALL_ENOUGH, f"{stored / 2**20:.0f} MiB by {taken} entries of the flood"
