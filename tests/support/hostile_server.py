"""A relay that lies over real TLS: the pinned key in front of an honest relay, lying to one victim and serving the others.

The victim is shown a log of the liar's making: announcement, entries and answers fit each other, as a clever relay's would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from hotline_protocol.relay.chain import extend, genesis
from hotline_protocol.relay.frames import (
    MAX_BATCH,
    MAX_FRAME,
    SUBPROTOCOL,
    Answers,
    Append,
    Appended,
    ChannelState,
    Entries,
    Follow,
    Hello,
    Ready,
    RelayFrame,
    decode_client_frame,
    decode_relay_frame,
    encode_frame,
)
from hotline_server.settings import StateDirectory
from hotline_server.tls import server_context
from tests.support.hostile_relay import Doctor, kind_of
from tests.support.relay_link import client_tls

Wire = Callable[[ServerConnection, RelayFrame], Awaitable[None]]


async def send(connection: ServerConnection, frame: RelayFrame) -> None:
    """As an honest relay sends it."""
    await connection.send(encode_frame(frame))


@dataclass
class Lie:
    """What is false: the log as shown, the announcement of it, frames on the wire, answers to what is swallowed."""

    log: Doctor = lambda raws: raws
    announce: Callable[[ChannelState], ChannelState] = lambda state: state
    wire: Wire = send
    swallow: bool = False
    promise: int | None = None
    """Where a swallowed entry is said to stand; by default at the end of the log."""


class HostileServer:
    """Listens where the charter says; the honest relay listens at `upstream` with the same key.

    `lie` holds for connections that the victim makes from then on; `sessions` counts the victim's authenticated ones.
    """

    def __init__(
        self, state: StateDirectory, port: int, upstream: int, *, channel: str, victim: bytes | None
    ) -> None:
        self.lie: Lie | None = None
        self.sessions = 0
        self.channel = channel
        self._victim = victim
        self._state = state
        self._port = port
        self._upstream = upstream
        self._server: Server | None = None
        self._connections: set[ServerConnection] = set()

    def freeze(self) -> None:
        """Read nothing more on the connections there are: no pong, no answer."""
        for one in self._connections:
            one.transport.pause_reading()

    def thaw(self) -> None:
        """Read on."""
        for one in self._connections:
            one.transport.resume_reading()

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._handle,
            "127.0.0.1",
            self._port,
            ssl=server_context(self._state.certificate, self._state.key),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=MAX_FRAME,
            close_timeout=0.2,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _handle(self, connection: ServerConnection) -> None:
        self._connections.add(connection)
        try:
            async with connect(
                f"wss://127.0.0.1:{self._upstream}/",
                ssl=client_tls(),
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                max_size=MAX_FRAME,
                close_timeout=0.2,
                proxy=None,
            ) as upstream:
                await self._greet(connection, upstream)
        except (ConnectionClosed, OSError):
            return
        finally:
            self._connections.discard(connection)

    async def _greet(self, connection: ServerConnection, upstream: ClientConnection) -> None:
        wire = send if self.lie is None else self.lie.wire
        await wire(connection, _relay_frame(await upstream.recv()))
        data = await connection.recv()
        assert isinstance(data, bytes)
        hello = decode_client_frame(data)
        assert isinstance(hello, Hello)
        await upstream.send(data)
        if self._victim in (None, hello.certificate):
            self.sessions += 1
            if self.lie is not None:
                await _Liar(self.channel, hello.link_id, self.lie, connection, upstream).run()
                return
        await _either(_pass(connection, upstream), _pass(upstream, connection))


async def _pass(source: Any, target: Any) -> None:
    async for data in source:
        await target.send(data)


async def _either(*work: Coroutine[Any, Any, None]) -> None:
    """Until one of them ends."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, ConnectionClosed | asyncio.CancelledError):
            raise end


def _relay_frame(data: str | bytes) -> RelayFrame:
    assert isinstance(data, bytes)
    return decode_relay_frame(data)


@dataclass
class _Liar:
    """One connection of the victim: the honest logs are fetched from their beginning, the victim gets the doctored one."""

    channel: str
    link_id: bytes
    lie: Lie
    connection: ServerConnection
    upstream: ClientConnection
    logs: dict[str, list[bytes]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    ready: Ready | None = None

    async def run(self) -> None:
        await _either(self._from_relay(), self._from_victim())

    def _view(self, channel: str) -> list[bytes]:
        raws = self.logs[channel]
        return self.lie.log(list(raws)) if channel == self.channel else raws

    async def _from_relay(self) -> None:
        async for data in self.upstream:
            frame = _relay_frame(data)
            if isinstance(frame, Ready):
                self.ready = frame
                self.logs = {one.name: [] for one in frame.channels}
                for name in self.logs:
                    await self.upstream.send(encode_frame(Follow(name, 0)))
            elif isinstance(frame, Entries):
                self.logs[frame.channel].extend(bytes(raw) for raw in frame.entries)
                await self._flush(frame.channel)
            elif isinstance(frame, Answers):
                await self._say(Answers(frame.channel, tuple(map(self._moved(frame.channel), frame.answers))))
            else:
                await self._say(frame)
            await self._announce()

    async def _announce(self) -> None:
        """Once the honest logs are here."""
        ready = self.ready
        if ready is not None and all(len(self.logs[one.name]) >= one.tail for one in ready.channels):
            self.ready = None
            await self._say(
                Ready(ready.now, ready.limits, tuple(self._state(one.name) for one in ready.channels))
            )

    def _state(self, name: str) -> ChannelState:
        head, last_commit = genesis(self.link_id, name), 0
        raws = self._view(name)
        for seq, raw in enumerate(raws, 1):
            head = extend(head, seq, raw)
            if kind_of(raw) == "commit":
                last_commit = seq
        state = ChannelState(name, len(raws), last_commit, head)
        return self.lie.announce(state) if name == self.channel else state

    def _moved(self, channel: str) -> Callable[[Any], Any]:
        """Answers as they fit the log that is shown."""
        by = len(self._view(channel)) - len(self.logs[channel])
        return lambda one: (
            Appended(one.id, max(one.seq + by, 0), one.at) if isinstance(one, Appended) else one
        )

    async def _from_victim(self) -> None:
        async for data in self.connection:
            assert isinstance(data, bytes)
            frame = decode_client_frame(data)
            if isinstance(frame, Follow):
                self.places[frame.channel] = frame.after
                await self._flush(frame.channel)
            elif isinstance(frame, Append) and self.lie.swallow and frame.channel == self.channel:
                seq = self.lie.promise or len(self._view(self.channel)) + 1
                some = tuple(Appended(one.id, seq + place, 1) for place, one in enumerate(frame.submissions))
                await self._say(Answers(frame.channel, some))
            else:
                await self.upstream.send(data)

    async def _flush(self, channel: str) -> None:
        while channel in self.places:
            after, view = self.places[channel], self._view(channel)
            batch = view[after : after + MAX_BATCH]
            if not batch:
                return
            self.places[channel] = after + len(batch)
            await self._say(Entries(channel, after + 1, tuple(map(msgspec.Raw, batch))))

    async def _say(self, frame: RelayFrame) -> None:
        await self.lie.wire(self.connection, frame)
