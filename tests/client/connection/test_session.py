"""A session when the relay answers late or not at all, and when somebody else puts the vault back (rules H1, T4)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hotline_client.connection import session
from hotline_client.connection.health import LineState
from hotline_client.engine.desk import Desk
from hotline_client.line.line import Line
from hotline_protocol.errors import ChainError
from hotline_protocol.identity.charter import Relay
from hotline_protocol.terms import Role
from tests.client.connection.test_reconnect import CHANNEL, PATIENCE, clock, context, until
from tests.support.hostile_server import HostileServer
from tests.support.memory_vault import MemoryVault
from tests.support.relay_link import LinkFixture
from tests.support.relay_process import RelayProcess, free_port


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path / "relay") as process:
        yield process


class Scene:
    """A line behind a server that can be frozen, and a second desk on its vault."""

    def __init__(self, relay: RelayProcess) -> None:
        port = free_port()
        link = LinkFixture(Relay(f"wss://127.0.0.1:{port}", relay.relay.certificate))
        relay.add_charter(link.signed)
        who = context(link, link.device("a", role=Role.HEAD))
        vault = MemoryVault()
        self.desk = Desk(who, vault, clock, os.urandom)
        self.beside = Desk(who, vault, clock, os.urandom)
        self.server = HostileServer(relay.state, port, relay.port, channel=CHANNEL, victim=None)

    @asynccontextmanager
    async def online(self) -> AsyncIterator[Line]:
        async with self.server, Line(self.desk, jitter=lambda: -0.8) as line:
            await line.wait_caught_up(PATIENCE)
            yield line


def test_a_late_pong_degrades_the_line_and_a_lost_one_ends_the_session(
    relay: RelayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PING_EVERY", 0.05)
    monkeypatch.setattr(session, "PONG_LATE", 0.2)
    monkeypatch.setattr(session, "PONG_LOST", 2.0)

    async def story() -> None:
        scene = Scene(relay)
        async with scene.online() as line:
            await until(line, lambda: line.status().round_trip is not None)
            scene.server.freeze()
            await until(line, lambda: line.status().state is LineState.DEGRADED)
            assert line.status().reason == "the relay answers late"
            scene.server.thaw()
            await until(line, lambda: line.status().state is LineState.UP)
            sessions = scene.server.sessions
            scene.server.freeze()
            await until(line, lambda: line.status().state is LineState.DOWN)
            assert line.status().round_trip is None
            await until(line, lambda: line.status().state is LineState.UP)
            assert scene.server.sessions == sessions + 1

    asyncio.run(story())


def test_a_session_begins_anew_when_another_process_resumed(relay: RelayProcess) -> None:
    async def story() -> None:
        scene = Scene(relay)
        async with scene.online() as line:
            await until(line, lambda: line.channel(CHANNEL).cursor > 0)
            tail = line.channel(CHANNEL).cursor
            sessions = scene.server.sessions
            scene.beside.resume(CHANNEL)
            await until(line, lambda: scene.server.sessions > sessions)
            await until(line, lambda: line.channel(CHANNEL).cursor >= tail)
            await line.wait_caught_up(PATIENCE)
            assert not scene.desk.state(CHANNEL).standing.resuming

    asyncio.run(story())


def test_a_channel_that_was_halted_from_the_start_is_followed_when_another_process_resumes_it(
    relay: RelayProcess,
) -> None:
    async def story() -> None:
        scene = Scene(relay)
        scene.beside.halt(CHANNEL, ChainError("fork", "somebody said so"))
        async with scene.online() as line:
            assert line.channel(CHANNEL).halted is not None
            assert line.channel(CHANNEL).tail is None
            scene.beside.resume(CHANNEL)
            await line.wait_caught_up(PATIENCE)
            assert line.channel(CHANNEL).halted is None
            await until(line, lambda: line.channel(CHANNEL).cursor > 0)

    asyncio.run(story())
