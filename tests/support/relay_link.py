"""A link with throw-away authorities, and a bare client of the relay protocol to knock a relay about with."""

from __future__ import annotations

import asyncio
import hashlib
import os
import ssl
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from hotline_protocol.identity.authority import AuthorityKey, issue_certificate, issue_crl, issue_root
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.charter import Charter, Relay, SignedCharter, secret_hash
from hotline_protocol.relay.frames import (
    SUBPROTOCOL,
    Answers,
    Append,
    Challenge,
    ClientFrame,
    Entries,
    Error,
    Follow,
    Hello,
    Ready,
    RelayFrame,
    Submission,
    decode_relay_frame,
    encode_frame,
    hello_content,
)
from hotline_protocol.terms import Arena, Role, Side
from tests.support.programs import PROGRAM

DAY = 86_400
LINK_SECRET = bytes(range(32))


@dataclass
class Authority:
    """A delegation's key and root."""

    name: str
    now: int
    key: AuthorityKey = field(default_factory=AuthorityKey.generate)
    root: bytes = b""
    serials: int = 1

    def __post_init__(self) -> None:
        self.root = issue_root(self.key, self.name, now=self.now - DAY, serial=1)


@dataclass(frozen=True)
class Device:
    """A device key with its certificate."""

    key: Ed25519PrivateKey
    certificate: bytes

    @property
    def serial(self) -> int:
        return parse_certificate(self.certificate).serial

    def hello(self, nonce: bytes, link_id: bytes, tls_hash: bytes) -> Hello:
        return Hello(link_id, self.certificate, self.key.sign(hello_content(nonce, link_id, tls_hash)))


class LinkFixture:
    """Two authorities, a charter over `relay`, and as many devices as a test wants."""

    def __init__(self, relay: Relay, *, now: int | None = None) -> None:
        self.now = int(time.time()) if now is None else now
        self.authorities: dict[Side, Authority] = {
            "a": Authority("North", self.now),
            "b": Authority("South", self.now),
        }
        cards = (Card("North", self.authorities["a"].root), Card("South", self.authorities["b"].root))
        self.charter = Charter.draft(cards, (relay,), secret_hash=secret_hash(LINK_SECRET), created=self.now)
        signed = SignedCharter.unsigned(self.charter)
        for authority in self.authorities.values():
            signed = signed.sign(authority.key, authority.root)
        self.signed = signed.encode()
        self.relay = relay

    @property
    def link_id(self) -> bytes:
        return self.charter.link_id

    @property
    def tls_hash(self) -> bytes:
        return hashlib.sha256(self.relay.certificate).digest()

    def device(
        self,
        side: Side = "a",
        *,
        role: Role = Role.OFFICER,
        arenas: Collection[Arena] = tuple(Arena),
        not_before: int = -3600,
        not_after: int = DAY,
    ) -> Device:
        """A device; its times are seconds from now."""
        authority = self.authorities[side]
        authority.serials += 1
        name = f"Officer {authority.serials}"
        key = Ed25519PrivateKey.generate()
        certificate = issue_certificate(
            authority.key,
            authority.root,
            parse_request(device_request(key, name)),
            name=name,
            role=role,
            arenas=arenas,
            not_before=self.now + not_before,
            not_after=self.now + not_after,
            serial=authority.serials,
            limits=PROGRAM if role is Role.BOT else None,
        )
        return Device(key, certificate)

    def crl(self, side: Side, devices: Sequence[Device], *, number: int = 1) -> bytes:
        authority = self.authorities[side]
        revoked = {device.serial: self.now for device in devices}
        return issue_crl(
            authority.key, authority.root, revoked, number=number, now=self.now, next_update=self.now + DAY
        )


class EndedError(Exception):
    """The relay ended the connection; `error` is its last word, if it had one."""

    def __init__(self, error: Error | None, close_code: int | None) -> None:
        super().__init__(f"{error} {close_code}")
        self.error = error
        self.close_code = close_code

    @property
    def code(self) -> str:
        return self.error.code if self.error else ""


class BareClient:
    """Sends and receives frames, and knows nothing else."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._error: Error | None = None

    async def send(self, frame: ClientFrame) -> None:
        await self.connection.send(encode_frame(frame))

    async def receive(self) -> RelayFrame:
        try:
            async with asyncio.timeout(10):
                data = await self.connection.recv()
        except ConnectionClosed:
            raise EndedError(self._error, self.connection.close_code) from None
        assert isinstance(data, bytes)
        frame = decode_relay_frame(data)
        if isinstance(frame, Error):
            self._error = frame
        return frame

    async def ended(self) -> EndedError:
        """Read to the end."""
        try:
            while True:
                await self.receive()
        except EndedError as end:
            return end

    async def challenge(self) -> Challenge:
        frame = await self.receive()
        assert isinstance(frame, Challenge)
        return frame

    async def hello(self, link: LinkFixture, device: Device) -> Ready:
        nonce = (await self.challenge()).nonce
        await self.send(device.hello(nonce, link.link_id, link.tls_hash))
        frame = await self.receive()
        if isinstance(frame, Error):
            raise await self.ended()
        assert isinstance(frame, Ready)
        return frame

    async def append(self, channel: str, *submissions: Submission) -> Answers:
        """Append, and wait for all the answers."""
        await self.send(Append(channel, submissions))
        answers = Answers(channel, ())
        while len(answers.answers) < len(submissions):
            frame = await self.receive()
            assert isinstance(frame, Answers), frame
            answers = replace_answers(answers, frame)
        return answers

    async def follow(self, channel: str, after: int, upto: int) -> list[bytes]:
        """The exact bytes of entries after + 1 … upto."""
        await self.send(Follow(channel, after))
        raws: list[bytes] = []
        while after + len(raws) < upto:
            frame = await self.receive()
            assert isinstance(frame, Entries), frame
            assert frame.first == after + len(raws) + 1
            raws.extend(bytes(raw) for raw in frame.entries)
        return raws


def replace_answers(old: Answers, new: Answers) -> Answers:
    return Answers(old.channel, (*old.answers, *new.answers))


def message(body: bytes = b"body", after: int = 0, *, id: bytes | None = None) -> Submission:  # noqa: A002
    return Submission("message", id or os.urandom(16), after, body)


def knock(body: bytes = b"knock") -> Submission:
    return Submission("knock", os.urandom(16), 0, body)


def commit(after: int, body: bytes = b"commit") -> Submission:
    return Submission("commit", os.urandom(16), after, body)


def client_tls() -> ssl.SSLContext:
    """TLS as a client of a pinned relay sees it; these tests look at what the relay does, not at the pin."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def bare_client(url: str) -> AsyncIterator[BareClient]:
    """A connection on which nothing was said yet."""
    async with connect(
        url,
        ssl=client_tls(),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        max_size=1 << 20,
        proxy=None,
    ) as connection:
        yield BareClient(connection)


@asynccontextmanager
async def ready_client(link: LinkFixture, device: Device) -> AsyncIterator[BareClient]:
    """An authenticated connection."""
    async with bare_client(link.relay.url) as client:
        await client.hello(link, device)
        yield client
