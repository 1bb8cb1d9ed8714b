"""Lines over real TLS and a real relay process: the pin, the session, reconnecting, two processes' worth of lines (rules T)."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline_client.connection.health import LineState
from hotline_client.engine.context import Context
from hotline_client.engine.desk import Desk
from hotline_client.engine.store import Store
from hotline_client.line.line import Line
from hotline_client.line.views import Receipt
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.identity.charter import Relay, SignedCharter
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Response, Role, Side
from tests.support.memory_vault import MemoryVault
from tests.support.people import self_signed
from tests.support.relay_link import LINK_SECRET, Device, LinkFixture
from tests.support.relay_process import RelayProcess

CHANNEL = "plenary"
PATIENCE = 20


def clock() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path / "relay") as process:
        yield process


@pytest.fixture
def link(relay: RelayProcess) -> LinkFixture:
    fixture = LinkFixture(relay.relay)
    relay.add_charter(fixture.signed)
    return fixture


def context(link: LinkFixture, device: Device) -> Context:
    trust = Trust.from_charter(link.charter)
    return Context(
        SignedCharter.decode(link.signed).relay_copy(),
        trust,
        trust.identify(device.certificate),
        device.key.private_bytes_raw(),
        LINK_SECRET,
    )


def line(link: LinkFixture, side: Side, role: Role = Role.HEAD, *, store: Store | None = None) -> Line:
    desk = Desk(context(link, link.device(side, role=role)), store or MemoryVault(), clock, os.urandom)
    return Line(desk, jitter=lambda: 0.0)


async def until(line: Line, true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        news = line.changes()
        while not true():
            await anext(news)


async def found(ours: Line, theirs: Line) -> None:
    await until(ours, lambda: bool(ours.knocks(CHANNEL)))
    ours.admit(CHANNEL, [one.id for one in ours.knocks(CHANNEL)])
    for one in (ours, theirs):
        await until(one, lambda one=one: one.channel(CHANNEL).phase == "member")  # type: ignore[misc]


def test_a_message_is_relayed_delivered_and_acknowledged(link: LinkFixture) -> None:
    async def story() -> None:
        async with line(link, "a") as ours, line(link, "b") as theirs:
            await found(ours, theirs)
            sent = ours.send_text(CHANNEL, "keep clear", response=Response.ROGER)
            assert (await ours.wait_relayed(sent, PATIENCE)).seq is not None
            await until(theirs, lambda: bool(theirs.unacknowledged()))
            theirs.acknowledge(CHANNEL, sent)

            def acknowledged() -> bool:
                message = ours.message(CHANNEL, sent)
                return message is not None and message.receipt is Receipt.ACKNOWLEDGED

            await until(ours, acknowledged)
            await ours.wait_caught_up(PATIENCE)
            await until(ours, lambda: ours.status().round_trip is not None)
            assert ours.status().state is LineState.UP
            assert ours.channel(CHANNEL).head

    asyncio.run(story())


def test_the_line_outlives_the_relay(link: LinkFixture, relay: RelayProcess) -> None:
    async def story() -> None:
        async with line(link, "a") as ours, line(link, "b") as theirs:
            await found(ours, theirs)
            relay.kill()
            await until(ours, lambda: ours.status().state is LineState.DOWN)
            assert ours.status().reason
            sent = [ours.send_text(CHANNEL, f"while away {number}") for number in range(150)]
            await asyncio.to_thread(relay.start)
            for one in sent:
                await ours.wait_relayed(one, PATIENCE)
            await until(theirs, lambda: len(theirs.timeline(CHANNEL, limit=500)) >= 150)
            texts = [one.text for one in theirs.timeline(CHANNEL, limit=500) if one.kind == "text"]
            assert texts == [f"while away {number}" for number in range(150)]

    asyncio.run(story())


def test_a_relay_with_another_certificate_is_not_spoken_to(link: LinkFixture, relay: RelayProcess) -> None:
    link.charter = type(link.charter).draft(
        link.charter.delegations, [Relay(relay.url, self_signed())], secret_hash=bytes(32), created=link.now
    )
    link.signed = SignedCharter.unsigned(link.charter).encode()

    async def story() -> None:
        async with line(link, "a") as ours:
            await until(ours, lambda: bool(ours.status().reason))
            assert ours.status().state is LineState.DOWN
            assert "certificate" in (ours.status().reason or "").lower()

    asyncio.run(story())


def test_an_unknown_link_is_told_and_tried_again(link: LinkFixture) -> None:
    link.charter = type(link.charter).draft(
        link.charter.delegations, link.charter.relays, secret_hash=bytes(32), created=link.now + 1
    )

    async def story() -> None:
        async with line(link, "a") as ours:
            await until(ours, lambda: "unknown-link" in (ours.status().reason or ""))
            await until(ours, lambda: ours.status().retry_at is not None)

    asyncio.run(story())


def test_what_another_process_queues_is_sent_by_whoever_is_online(link: LinkFixture, tmp_path: Path) -> None:
    """A real vault, opened twice: one line online, the other only writes."""
    passphrase = "correct horse"
    with Vault.create(
        tmp_path / "vault", passphrase, rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST
    ) as vault:
        device = link.device("a", role=Role.HEAD)
        offline_vault = Vault.open(tmp_path / "vault", passphrase)

        async def story() -> None:
            ours = Line(Desk(context(link, device), vault, clock, os.urandom))
            script = Line(Desk(context(link, device), offline_vault, clock, os.urandom))
            async with ours, line(link, "b") as theirs:
                await found(ours, theirs)
                sent = script.send_text(CHANNEL, "from a script", key="once")
                assert (await script.wait_relayed(sent, PATIENCE)).seq is not None
                await until(theirs, lambda: any(one.id == sent for one in theirs.timeline(CHANNEL)))
                assert script.status().state is LineState.DOWN

        with offline_vault:
            asyncio.run(story())
