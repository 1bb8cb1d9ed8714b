"""One authenticated connection to a relay: what comes is handed to the line in batches, what is due is offered.

T2  catch up first, then drain the outbox, at most 64 submissions in flight a channel
T4  a pong later than 3 s is late, none within 20 s ends the session
T5  entries are worked on in a thread, in batches, so that a screen's loop never waits for cryptography
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from websockets.asyncio.client import ClientConnection

from hotline_protocol.errors import FormatError, PeerError
from hotline_protocol.relay import frames
from hotline_protocol.relay.frames import (
    Answers,
    Append,
    Appended,
    Challenge,
    Entries,
    Fetch,
    Follow,
    Ready,
    RelayFrame,
    Show,
    Submission,
    decode_relay_frame,
    encode_frame,
)
from hotline_protocol.text import show

F = TypeVar("F", Challenge, Ready)

PING_EVERY: Final = 5.0
PONG_LATE: Final = 3.0
PONG_LOST: Final = 20.0
TICK: Final = 0.2
BATCH: Final = 256
"""Most entries in one step."""
MAX_IN_FLIGHT: Final = 64
_INBOX: Final = 16
_FRAME_ROOM: Final = 4096


class Driver(Protocol):
    """What a session needs of the line. All but `hello` may be slow; the slow ones are called in a worker thread."""

    def hello(self, nonce: bytes, certificate_hash: bytes) -> frames.Hello:
        """The proof of who we are."""

    def ready(self, announced: Ready) -> list[tuple[str, int, int]]:
        """(channel, follow after, tail) for each channel to follow."""

    def offers(self) -> Sequence[frames.Offer]:
        """What the relay is to hear of our logs, if it lost entries; quick, each once a session."""

    def asked(self, frame: Show | Fetch) -> frames.Offer | frames.Refill:
        """What the relay wants of a log that was offered."""

    def entries(self, channel: str, first: int, raws: Sequence[bytes], *, fresh: bool) -> int | None:
        """Take a batch; the seq to follow from instead, if not from here."""

    def caught_up(self, channel: str) -> None:
        """The channel was taken up to its tail."""

    def cursor(self, channel: str) -> int:
        """Where the channel stands."""

    def answers(self, frame: Answers) -> None:
        """Take answers."""

    def outgoing(self, channel: str) -> list[Submission]:
        """What may be offered now."""

    def tick(self, channel: str) -> None:
        """Time passed in a caught-up channel."""

    def progress(self, channel: str, tail: int) -> None:
        """More of a backlog was taken."""

    def may_follow(self, channel: str) -> bool:
        """Whether a channel that `ready` left out may be followed by now: somebody resumed it."""

    def misbehaved(self, reason: str) -> None:
        """The relay broke the protocol."""


class RestartError(Exception):
    """The session must begin anew at once: the vault was put back."""


class RelayError(PeerError):
    """The relay ended the session with an `error` frame. `retry_after` in seconds."""

    def __init__(self, code: str, message: str, retry_after: float | None) -> None:
        super().__init__(f"the relay ended the session: {code}: {show(message)[:200]}")
        self.retry_after = retry_after


@dataclass(slots=True)
class _Followed:
    """A channel on the wire: the next seq expected, the tail that was announced, and what was offered."""

    expected: int
    tail: int
    caught_up: bool = False
    offered: set[tuple[bytes, int]] = field(default_factory=set)
    unanswered: set[bytes] = field(default_factory=set)


class RelaySession:
    """From `challenge` to the end of the connection. `pong` is told each round trip in ms, or None when it is late."""

    def __init__(
        self,
        driver: Driver,
        connection: ClientConnection,
        certificate_hash: bytes,
        pong: Callable[[float | None], None],
    ) -> None:
        self._driver = driver
        self._connection = connection
        self._certificate_hash = certificate_hash
        self._pong = pong
        self._followed: dict[str, _Followed] = {}
        self._left_out: list[str] = []
        self._limits = frames.Limits(frames.MAX_FRAME, frames.MAX_BODY, frames.MAX_BATCH, 0, 0)
        self._inbox: deque[RelayFrame] = deque()
        self._work_due = asyncio.Event()
        self._room = asyncio.Event()
        self._restart = False

    async def open(self) -> None:
        """Prove who we are, hear where the channels stand, follow them."""
        challenge = await self._expect(Challenge)
        if len(challenge.nonce) != frames.NONCE_SIZE:
            raise PeerError(
                f"the relay's nonce has {len(challenge.nonce)} bytes, expected {frames.NONCE_SIZE}"
            )
        await self._connection.send(encode_frame(self._driver.hello(challenge.nonce, self._certificate_hash)))
        ready = await self._expect(Ready)
        self._limits = ready.limits
        for name, after, tail in await asyncio.to_thread(self._driver.ready, ready):
            self._followed[name] = _Followed(after + 1, tail)
            await self._connection.send(encode_frame(Follow(name, after)))
        await self._offer()
        self._left_out = [one.name for one in ready.channels if one.name not in self._followed]

    async def run(self) -> None:
        """Work until the connection ends; raises what ended it."""
        tasks = [asyncio.create_task(one) for one in (self._read(), self._work(), self._ping())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def wake(self) -> None:
        """There may be something to send."""
        self._work_due.set()

    def restart(self) -> None:
        """End with RestartError."""
        self._restart = True
        self._work_due.set()

    # --- frames in

    async def _receive(self) -> RelayFrame:
        data = await self._connection.recv()
        if isinstance(data, str):
            raise PeerError("the relay sent a text message")
        try:
            frame = decode_relay_frame(data)
        except FormatError as error:
            raise PeerError(str(error)) from None
        if isinstance(frame, frames.Error):
            raise RelayError(frame.code, frame.message, frame.retry_after)
        return frame

    async def _expect(self, kind: type[F]) -> F:
        frame = await self._receive()
        if not isinstance(frame, kind):
            raise PeerError(
                f"expected {kind.__name__.lower()}, the relay sent {type(frame).__name__.lower()}"
            )
        return frame

    async def _read(self) -> None:
        while True:
            while len(self._inbox) >= _INBOX:
                self._room.clear()
                await self._room.wait()
            self._inbox.append(await self._receive())
            self._work_due.set()

    # --- work

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        next_tick = 0.0
        while True:
            await self._settle()
            if loop.time() >= next_tick:
                next_tick = loop.time() + TICK
                await self._tick()
            await self._pump()
            await self._wait(next_tick - loop.time())

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._work_due.wait()
        except TimeoutError:
            pass
        self._work_due.clear()

    async def _settle(self) -> None:
        """Work off the inbox, and note which channels are caught up."""
        while self._inbox:
            frame = self._inbox.popleft()
            self._room.set()
            if isinstance(frame, Entries):
                await self._entries(frame)
            elif isinstance(frame, Answers):
                await self._answers(frame)
            elif isinstance(frame, Show | Fetch):
                await self._connection.send(encode_frame(await asyncio.to_thread(self._driver.asked, frame)))
            else:
                raise PeerError(f"the relay sent {type(frame).__name__.lower()} in the middle of a session")
        if self._restart:
            raise RestartError
        for name, followed in self._followed.items():
            if not followed.caught_up and followed.expected > followed.tail:
                followed.caught_up = True
                await asyncio.to_thread(self._driver.caught_up, name)

    def _channel(self, name: str) -> _Followed:
        followed = self._followed.get(name)
        if followed is None:
            raise PeerError("the relay speaks of a channel that was not followed")
        return followed

    async def _entries(self, frame: Entries) -> None:
        followed = self._channel(frame.channel)
        raws = [bytes(raw) for raw in frame.entries]
        while self._inbox and len(raws) < BATCH:
            following = self._inbox[0]
            if (
                not isinstance(following, Entries)
                or following.channel != frame.channel
                or following.first != frame.first + len(raws)
            ):
                break
            self._inbox.popleft()
            raws.extend(bytes(raw) for raw in following.entries)
        again = await asyncio.to_thread(
            self._driver.entries, frame.channel, frame.first, raws, fresh=followed.caught_up
        )
        if again is not None:
            raise RestartError
        followed.expected = max(followed.expected, frame.first + len(raws))
        if not followed.caught_up:
            self._driver.progress(frame.channel, followed.tail)
        elif not self._inbox:
            await asyncio.to_thread(self._driver.tick, frame.channel)

    async def _answers(self, frame: Answers) -> None:
        followed = self._channel(frame.channel)
        for answer in frame.answers:
            if answer.id not in followed.unanswered:
                raise PeerError("the relay answered what was not asked")
            followed.unanswered.discard(answer.id)
        if all(isinstance(answer, Appended) for answer in frame.answers):
            self._driver.answers(frame)
        else:
            await asyncio.to_thread(self._driver.answers, frame)

    async def _offer(self) -> None:
        for offer in self._driver.offers():
            await self._connection.send(encode_frame(offer))

    async def _tick(self) -> None:
        await self._offer()
        if any(self._driver.may_follow(name) for name in self._left_out):
            raise RestartError
        for name, followed in self._followed.items():
            if self._driver.cursor(name) < followed.expected - 1:
                raise RestartError
            if followed.caught_up:
                await asyncio.to_thread(self._driver.tick, name)

    # --- frames out

    async def _pump(self) -> None:
        for name, followed in self._followed.items():
            if not followed.caught_up:
                continue
            outgoing = self._driver.outgoing(name)
            followed.offered &= {(one.id, one.after) for one in outgoing}
            fresh = [
                one
                for one in outgoing
                if (one.id, one.after) not in followed.offered and one.id not in followed.unanswered
            ]
            for batch in self._batches(fresh[: max(0, MAX_IN_FLIGHT - len(followed.unanswered))]):
                followed.offered |= {(one.id, one.after) for one in batch}
                followed.unanswered |= {one.id for one in batch}
                await self._connection.send(encode_frame(Append(name, tuple(batch))))

    def _batches(self, submissions: Sequence[Submission]) -> list[list[Submission]]:
        """As few frames as the relay's limits allow."""
        batches: list[list[Submission]] = []
        size = 0
        room = min(self._limits.max_frame, frames.MAX_FRAME) - _FRAME_ROOM
        most = max(1, min(self._limits.max_batch, frames.MAX_BATCH))
        for one in submissions:
            size += len(one.body) + 64
            if not batches or len(batches[-1]) >= most or size > room:
                batches.append([])
                size = len(one.body) + 64
            batches[-1].append(one)
        return batches

    async def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            pong = await self._connection.ping()
            done, _ = await asyncio.wait({asyncio.ensure_future(pong)}, timeout=PONG_LATE)
            if not done:
                self._pong(None)
                async with asyncio.timeout(PONG_LOST - PONG_LATE):
                    await pong
            self._pong((loop.time() - started) * 1000)
            await asyncio.sleep(PING_EVERY)
