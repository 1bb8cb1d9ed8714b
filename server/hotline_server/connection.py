"""One WebSocket connection of the relay: frames in to the rules and the hub; everything due out in one write a turn.

R1  a WebSocket message is one unfragmented binary frame; anything else ends the connection
R12 no queue of entries: a cursor into each followed log, moved on only while the socket drains
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from structlog.typing import FilteringBoundLogger
from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from hotline_protocol.errors import FormatError, StorageError
from hotline_protocol.relay.frames import (
    MAX_FRAME,
    NONCE_SIZE,
    Answers,
    ChannelState,
    Error,
    Fetch,
    Ready,
    Rejected,
    RelayFrame,
    Show,
    decode_client_frame,
    encode_frame,
)
from hotline_server.context import Context
from hotline_server.log import Log, websocket_frame
from hotline_server.logs import short
from hotline_server.offers import Offered, Refilled
from hotline_server.ordering import Answer, LogKey
from hotline_server.rules import (
    Accepted,
    Admitted,
    Following,
    Outcome,
    Refusals,
    RefusedError,
    Session,
)

TURN_BYTES: Final = 256 * 1024
"""Most entry bytes for one connection in one turn, so that a long backlog does not hold up the others."""
HELD_ANSWERS: Final = 4096
"""Answers kept for a client that does not read; beyond, nothing more is read from it."""
NOT_SENT_BYTES: Final = 64 * 1024
"""Kept by the kernel for sending: more would only stand before the next ping on a slow line."""

_CLOSE_CODES: Final = {
    "shutting-down": CloseCode.GOING_AWAY,
    "storage": CloseCode.INTERNAL_ERROR,
    "too-large": CloseCode.MESSAGE_TOO_BIG,
}


@dataclass(slots=True)
class _Cursor:
    """How far one followed log has been sent."""

    log: Log[Any]
    seq: int


@dataclass(slots=True)
class _Outbound:
    """What is due to the client beside entries."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    count: int = 0

    def take(self) -> list[bytes]:
        frames = [
            websocket_frame(encode_frame(Answers(channel, tuple(answers))))
            for channel, answers in self.answers.items()
        ]
        self.answers.clear()
        self.count = 0
        return frames


class RelayConnection(ServerConnection):
    """A `hotline_server.hub.Client` on a socket. The listener calls `run` when the WebSocket is open."""

    def __init__(self, context: Context, protocol: ServerProtocol, server: Server, **options: Any) -> None:
        super().__init__(protocol, server, **options)
        self._context = context
        self._address = ""
        self._counted = False
        self._session: Session | None = None
        self._cursors: dict[str, _Cursor] = {}
        self._outbound = _Outbound()
        self._ending: asyncio.Task[None] | None = None
        self._reading = True

    @property
    def log(self) -> FilteringBoundLogger:
        """A logger that names this connection without naming a person."""
        session = self._session
        known = {"link": short(session.link_id), "device": short(session.fingerprint)} if session else {}
        return self._context.logger.bind(connection=self.id.hex[:8], **known)

    # From the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the address before anything is read."""
        super().connection_made(transport)
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._counted = self._context.crowd.enter(self._address)
        if not self._counted:
            self._context.logger.warning("too-many-connections", address=self._address)
            self.transport.abort()
            return
        raw = transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back everything this connection was counted for."""
        super().connection_lost(exc)
        context, session = self._context, self._session
        context.connections.discard(self)
        context.hub.forget(self)
        context.recoveries.gone(self)
        if self._counted:
            context.crowd.leave(self._address, known=session is not None and session.ready)
            self._counted = False
        if session is not None:
            if session.ready:
                self.log.info("disconnected", code=self.close_code)
            session.close()
        self._cursors.clear()
        self._outbound.take()

    def resume_writing(self) -> None:
        """The socket has drained: go on where the cursors stand."""
        super().resume_writing()
        self._context.hub.wake(self)

    def process_event(self, event: Frame | Request | Response) -> None:
        """Take data frames at once, without the library's queue; leave the rest to it."""
        if self.request is None or not isinstance(event, Frame) or event.opcode in _CONTROL:
            super().process_event(event)
        elif self._session is not None and self._ending is None:
            self._receive(self._session, event)

    # The life of the connection

    async def run(self) -> None:
        """From the open WebSocket to its end."""
        context = self._context
        self._session = Session(
            context.links,
            context.devices,
            context.quotas,
            context.tls_certificate_hash,
            os.urandom(NONCE_SIZE),
        )
        context.connections.add(self)
        self._write(self._session.challenge())
        deadline = self.loop.call_later(context.quotas.hello_seconds, self._too_slow)
        try:
            await self.wait_closed()
        finally:
            deadline.cancel()

    def recheck(self) -> None:
        """End this connection if its certificate or charter no longer holds (R5)."""
        if self._session is not None and self._ending is None:
            try:
                self._session.recheck(self._context.clock())
            except RefusedError as refused:
                self.end(refused.frame, refused.reason)

    def end(self, error: Error, reason: str = "") -> None:
        """Say why, and close. `reason` is for the log."""
        if self._ending is None and self.state is State.OPEN:
            self.log.info("ended", code=error.code, reason=reason or error.message)
            self.push()
            self._write(error)
            code = _CLOSE_CODES.get(error.code, CloseCode.POLICY_VIOLATION)
            self._ending = self.loop.create_task(self.close(code, error.code))

    def _too_slow(self) -> None:
        if self._session is not None and not self._session.ready:
            self.end(Error("too-slow", f"hello did not come within {self._context.quotas.hello_seconds:g} s"))

    def device_of(self, key: LogKey) -> bytes | None:
        """See `Endable.device_of`."""
        session = self._session
        return session.fingerprint if session is not None and session.may_use(key) else None

    # Frames in

    def _receive(self, session: Session, event: Frame) -> None:
        try:
            outcome = session.receive(decode_client_frame(_message(event)), self._context.clock())
        except RefusedError as refused:
            self.end(refused.frame, refused.reason)
            return
        except FormatError as error:
            self.end(Error("malformed", str(error)))
            return
        try:
            self._carry_out(outcome)
        except FormatError as error:
            self.end(Error("malformed", str(error)))
        except StorageError as error:
            self.end(Error("storage", "the relay cannot write to its disk", 5.0))
            self._context.hub.on_failure(error)

    def _carry_out(self, outcome: Outcome) -> None:
        context = self._context
        match outcome:
            case Accepted(key, submissions, rejected) if context.recoveries.is_recovering(key):
                later = (
                    Rejected(one.id, "recovering", "the relay waits for lost entries", 5.0)
                    for one in submissions
                )
                self.answer(key.channel, (*rejected, *later))
                context.hub.wake(self)
            case Accepted(key, submissions, rejected):
                context.hub.submit(self, key, submissions)
                self.answer(key.channel, rejected)
                if context.hub.crowded:
                    self._stop_reading()
            case Following(key, after):
                log = context.hub.log(key)
                log.followers.add(self)
                self._cursors[key.channel] = _Cursor(log, after)
                context.hub.wake(self)
            case Refusals(channel, rejected):
                self.answer(channel, rejected)
                context.hub.wake(self)
            case Offered():
                context.recoveries.offer(outcome, self, context.clock())
            case Refilled():
                if not context.recoveries.refill(outcome, self, context.clock()):
                    self.end(Error("malformed", "a refill that was not asked for"))
            case Admitted():
                self._admit(outcome)

    def _admit(self, admitted: Admitted) -> None:
        context = self._context
        context.crowd.known(self._address)
        self.protocol.max_message_size = MAX_FRAME
        channels = []
        for key in admitted.channels:
            at, recovering = context.hub.log(key).position, context.recoveries.is_recovering(key)
            channels.append(ChannelState(key.channel, at.tail, at.last_commit, at.head, recovering))
        self._write(Ready(context.clock(), context.quotas.announced(), tuple(channels)))
        self.log.info("connected")

    # Frames out

    def ask(self, frame: Show | Fetch) -> None:
        """See `Asked.ask`."""
        self._write(frame)

    def answer(self, channel: str, answers: Iterable[Answer]) -> None:
        """See `Client.answer`. A client that does not read its answers is not read either."""
        held = self._outbound
        kept = held.answers.setdefault(channel, [])
        held.count -= len(kept)
        kept.extend(answers)
        held.count += len(kept)
        if held.count > HELD_ANSWERS and self.paused:
            self._stop_reading()

    def push(self) -> None:
        """See `Client.push`."""
        if self.paused or self.state is not State.OPEN or self._ending is not None:
            return
        parts = self._outbound.take() if self._outbound.count else []
        more = self._due(parts)
        if parts:
            self.transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
        if not self._reading and not self._context.hub.crowded:
            self._reading = True
            self.transport.resume_reading()
        if more and not self.paused:
            self._context.hub.wake(self)

    def _stop_reading(self) -> None:
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self.transport.pause_reading()

    def _due(self, parts: list[bytes]) -> bool:
        """Add messages in turn from every followed log up to TURN_BYTES; whether more is due."""
        room = TURN_BYTES
        waiting = [cursor for cursor in self._cursors.values() if cursor.seq < cursor.log.tail]
        while waiting:
            for cursor in waiting:
                message = cursor.log.after(cursor.seq)
                parts.append(message.data)
                cursor.seq += message.entries
                room -= len(message.data)
            if room <= 0:
                return True
            waiting = [cursor for cursor in waiting if cursor.seq < cursor.log.tail]
        return False

    def _write(self, frame: RelayFrame) -> None:
        if self.state is State.OPEN:
            self.transport.write(websocket_frame(encode_frame(frame)))


_CONTROL: Final = frozenset({Opcode.PING, Opcode.PONG, Opcode.CLOSE})


def _message(event: Frame) -> bytes:
    """The one binary frame a message must be (R1)."""
    if event.opcode is not Opcode.BINARY or not event.fin:
        raise FormatError("a message must be one unfragmented binary frame")
    return bytes(event.data)
