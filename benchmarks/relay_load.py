"""Clients that cost as little as Python allows, so that a benchmark measures the relay and not its load."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import struct
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

import msgspec

from hotline_protocol.relay.frames import (
    SUBPROTOCOL,
    Answers,
    Append,
    Challenge,
    Entries,
    Follow,
    Ready,
    Submission,
    decode_relay_frame,
    encode_frame,
)
from tests.support.relay_link import Device, LinkFixture, client_tls

_NO_MASK: Final = bytes(4)


def masked_frame(payload: bytes) -> bytes:
    """A client's WebSocket frame whose mask is zero: legal, and free to make."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x82, 0x80 | size) + _NO_MASK + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x82, 0xFE, size) + _NO_MASK + payload
    return struct.pack("!BBQ", 0x82, 0xFF, size) + _NO_MASK + payload


class RawClient(asyncio.Protocol):
    """One WebSocket; `on_message` gets the payload of every data frame; until it is set they wait in `inbox`."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.on_message: Callable[[bytes], None] = self.inbox.put_nowait
        self.opened = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._out: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET / HTTP/1.1",
            "Host: relay",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
            "",
            "",
        )
        self.write("\r\n".join(lines).encode())

    def write(self, data: bytes) -> None:
        """Write bytes now."""
        self._transport.write(data)

    def send(self, payload: bytes) -> None:
        """Send one message now."""
        self.write(masked_frame(payload))

    def hold(self, payload: bytes) -> None:
        """Send with everything else that this turn brings."""
        self._out.append(masked_frame(payload))

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Handle what came, then write what that held back."""
        buffer = self._buffer
        buffer += data
        if not self.opened.done():
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(bytes(buffer[:end]).decode()))
                return
            del buffer[: end + 4]
            self.opened.set_result(None)
        self._frames(buffer)
        if self._out:
            self.write(b"".join(self._out))
            self._out.clear()

    def _frames(self, buffer: bytearray) -> None:
        start, size = 0, len(buffer)
        while size - start >= 2:
            head, length = buffer[start], buffer[start + 1]
            body = start + 2
            if length == 126:
                body += 2
                length = int.from_bytes(buffer[start + 2 : body], "big")
            elif length == 127:
                body += 8
                length = int.from_bytes(buffer[start + 2 : body], "big")
            if size < body + length:
                break
            if head == 0x82:
                self.on_message(bytes(buffer[body : body + length]))
            elif head == 0x89:
                self.write(bytes([0x8A, 0x80 | length]) + _NO_MASK + buffer[body : body + length])
            start = body + length
        del buffer[:start]


async def connect_raw(port: int, tls: ssl.SSLContext | None) -> RawClient:
    """An open WebSocket."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(RawClient, "127.0.0.1", port, ssl=tls)
    await client.opened
    return client


async def connect_ready(link: LinkFixture, device: Device, port: int) -> RawClient:
    """An authenticated client of a relay."""
    client = await connect_raw(port, client_tls())
    challenge = cast("Challenge", decode_relay_frame(await client.inbox.get()))
    client.send(encode_frame(device.hello(challenge.nonce, link.link_id, link.tls_hash)))
    ready = decode_relay_frame(await client.inbox.get())
    if not isinstance(ready, Ready):
        raise ConnectionError(f"the relay did not admit the client: {ready}")
    return client


class Sender:
    """Keeps `in_flight` submissions under way, `batch` in a frame at most, until `total` are accepted; and follows until
    `fan_in` entries of everybody have come.
    """

    def __init__(
        self, client: RawClient, body: bytes, *, total: int, fan_in: int, in_flight: int, batch: int
    ) -> None:
        self.accepted = 0
        self.delivered = 0
        self.done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.caught_up: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._fan_in = fan_in
        self._client = client
        self._body = body
        self._total = total
        self._sent = 0
        self._in_flight = in_flight
        self._batch = batch
        client.on_message = self._message

    def start(self, after: int) -> None:
        """Follow, and begin to send."""
        self._client.send(encode_frame(Follow("plenary", after)))
        self._offer(self._in_flight)
        self._client.data_received(b"")

    def _offer(self, room: int) -> None:
        room = min(room, self._total - self._sent)
        self._sent += room
        while room > 0:
            count = min(room, self._batch)
            submissions = tuple(Submission("message", os.urandom(16), 0, self._body) for _ in range(count))
            self._client.hold(encode_frame(Append("plenary", submissions)))
            room -= count

    def _message(self, payload: bytes) -> None:
        frame = decode_relay_frame(payload)
        if isinstance(frame, Answers):
            self.accepted += len(frame.answers)
            self._offer(len(frame.answers))
            if self.accepted == self._total:
                self.done.set_result(time.perf_counter())
        elif isinstance(frame, Entries):
            self.delivered += len(frame.entries)
            if self.delivered >= self._fan_in and not self.caught_up.done():
                self.caught_up.set_result(time.perf_counter())


T = TypeVar("T", bound=msgspec.Struct)


class Waiter(Generic[T]):
    """The next frame of one type."""

    def __init__(self, client: RawClient, kind: type[T]) -> None:
        self._frames: asyncio.Queue[T] = asyncio.Queue()
        self._kind = kind
        client.on_message = self._message

    def _message(self, payload: bytes) -> None:
        frame = decode_relay_frame(payload)
        if isinstance(frame, self._kind):
            self._frames.put_nowait(frame)

    async def next(self) -> T:
        """Wait for it."""
        return await self._frames.get()
