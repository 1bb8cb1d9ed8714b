"""The line for programs: `from hotline_client import Hotline`.

    async with Hotline.open(home, passphrase) as line:
        sent = await line.send("air", "Corridor closed.", response="R", key="tanker-0600")
        await sent.acknowledged(within=600)
        async for event in line.events("my-bot"):
            ...
            event.commit()

What is asked for is stored before a call returns: a program that is killed loses nothing, and with a `key` says nothing
twice. Errors are those of `hotline_protocol.errors` and `hotline_client.errors`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from hotline_client.line import wait as waiting
from hotline_client.line.follow import Follower
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView, Receipt
from hotline_client.line.wait import Acks
from hotline_client.vault import Vault
from hotline_client.words.addressees import read_addressees
from hotline_protocol.documents import Body
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import SIDES, Precedence, Response

T = TypeVar("T")

ROOM: Final = 1000
"""Documents of a channel that may wait in the outbox; who sends more waits until there is room again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A document of ours. `id`: 16 bytes. Each wait takes seconds, None for ever, and returns the message as it is then."""

    id: bytes
    channel: str
    _line: Line = field(repr=False)

    @property
    def message(self) -> MessageView:
        """As it stands now; `seq` is None while it waits in the outbox."""
        found = self._line.message(self.channel, self.id)
        if found is None:
            raise UsageError("the document is not in this vault any more")
        return found

    async def relayed(self, within: float | None = None) -> MessageView:
        """Until it stands in the log of both sides. TimeoutError: it stays in the outbox, as with OldVault; Refused; HaltedChannel."""
        return await self._line.wait_relayed(self.id, within)

    async def delivered(self, within: float | None = None) -> MessageView:
        """Until a device of the other side has it. TimeoutError."""
        return await self._reached((Receipt.DELIVERED, Receipt.SEEN, Receipt.ACKNOWLEDGED), within)

    async def seen(self, within: float | None = None) -> MessageView:
        """Until it stood on a screen of the other side. TimeoutError."""
        return await self._reached((Receipt.SEEN, Receipt.ACKNOWLEDGED), within)

    async def acknowledged(self, within: float | None = None, acks: Acks = "any") -> MessageView:
        """Until enough persons of the other side acknowledged it, by name. AckTimeout."""
        return await waiting.acknowledged(self._line, self.channel, self.id, within, acks)

    async def answered(self, within: float | None = None) -> MessageView:
        """Until the other side answered; `message.answer` says who and what. Declined; AckTimeout."""
        return await waiting.answered(self._line, self.channel, self.id, within)

    async def _reached(self, states: tuple[Receipt, ...], within: float | None) -> MessageView:
        if not await self._line.until(lambda: self.message.receipt in states, within):
            raise TimeoutError(f"it is {self.message.receipt} after {within:g} s")
        return self.message


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a log, as `message`. `body`: the typed document; None for what the engine itself records."""

    message: MessageView
    _hotline: Hotline = field(repr=False)
    _follower: Follower = field(repr=False)
    _last: bool = field(repr=False)

    @property
    def body(self) -> Body | None:
        """What was said, typed."""
        return self._hotline.line.body(self.message.channel, self.message.id)

    def commit(self) -> None:
        """It was dealt with, and everything before it in its channel: a later reader begins behind it."""
        if self._last and self.message.seq is not None:
            self._follower.commit(self.message.channel, self.message.seq)

    async def acknowledge(self, note: str = "") -> Sent:
        """Acknowledge it, as the person whose certificate this is. TrustError or UsageError if this is a program's."""
        return await self._hotline.acknowledge(self.message, note)

    async def respond(self, answer: Answer | str, reason: str = "") -> Sent:
        """Answer it (ICAO Doc 4444)."""
        return await self._hotline.respond(self.message, answer, reason)

    async def reply(self, text: str, **more: Any) -> Sent:
        """Words that refer to it; options as of `Hotline.send`."""
        return await self._hotline.send(self.message.channel, text, reply_to=self.message.id, **more)


class Hotline:
    """A device's end of the line, for one program. See the module."""

    def __init__(self, vault: Vault, line: Line | None = None) -> None:
        self.vault: Final = vault
        self.line: Final = line or Line.open(vault)
        """All that the line can do."""

    @classmethod
    def open(cls, home: str | os.PathLike[str], passphrase: str) -> Hotline:
        """The line of the device in the directory `home`, offline until it is entered.

        Take the passphrase from a file descriptor, a systemd credential or a prompt, never from arguments or the environment.
        """
        vault = Vault.open(Path(home), passphrase)
        try:
            return cls(vault)
        except BaseException:
            vault.close()
            raise

    @classmethod
    def blocking(cls, home: str | os.PathLike[str], passphrase: str) -> Blocking:
        """The same without `async`, for short scripts."""
        return Blocking(lambda: cls.open(home, passphrase))

    async def __aenter__(self) -> Self:
        """Connect; while the relay is away everything is kept."""
        await self.line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect and close the vault. What is not sent yet stays in the outbox."""
        try:
            await self.line.__aexit__(kind, error, trace)
        finally:
            self.vault.close()

    async def caught_up(self, within: float | None = 30.0) -> None:
        """Until every channel was read to the relay's tail. TimeoutError."""
        await self.line.wait_caught_up(within)

    # --- saying

    async def send(
        self,
        channel: str,
        text: str,
        *,
        precedence: Precedence | str = Precedence.ROUTINE,
        response: Response | str = Response.NONE,
        reply_to: bytes | None = None,
        to: str = "",
        key: str | None = None,
    ) -> Sent:
        """Send words. `to`: offices as `hotline send --to` takes them; `key`: the same key and content are sent once."""
        cards = zip(SIDES, self.line.charter.delegations, strict=True)
        action, info = read_addressees(to, {side: card.delegation for side, card in cards})
        return await self._queued(
            channel,
            lambda: self.line.send_text(
                channel,
                text,
                precedence=Precedence(precedence),
                response=Response(response),
                reply_to=reply_to,
                action=action,
                info=info,
                key=key,
            ),
        )

    async def say(self, channel: str, body: Body, *, key: str | None = None) -> Sent:
        """Send any document of `hotline_protocol.documents`. NotAppliedError if it would change nothing."""
        return await self._queued(channel, lambda: self.line.say(channel, body, key=key))

    async def acknowledge(self, message: MessageView, note: str = "") -> Sent:
        """Acknowledge a message of the other side."""
        channel = message.channel
        return await self._queued(channel, lambda: self.line.acknowledge(channel, message.id, note=note))

    async def respond(self, message: MessageView, answer: Answer | str, reason: str = "") -> Sent:
        """Answer a message of the other side."""

        def work() -> bytes:
            target = self.line.target(message.channel, message.id)
            return self.line.say(message.channel, Reply(target, Answer(answer), reason))

        return await self._queued(message.channel, work)

    async def _queued(self, channel: str, work: Callable[[], bytes]) -> Sent:
        await self.line.until(lambda: self.line.channel(channel).outbox < ROOM, None)
        return Sent(await asyncio.to_thread(work), channel, self.line)

    # --- reading

    async def events(
        self,
        cursor: str,
        *,
        channels: Sequence[str] = (),
        own: bool = False,
    ) -> AsyncIterator[Event]:
        """Every line of these channels (all, if none is named) from the place that `cursor` names, without end.

        At least once: what was not committed comes again after a restart. `own`: also what this device said.
        """
        names = tuple(channels) or tuple(view.name for view in self.line.channels())
        follower = Follower(self.line, names, self.vault, cursor)
        news = self.line.changes()
        while True:
            for lines in follower.new():
                chosen = [one for one in lines if own or one.author is None or not one.author.me]
                for one in chosen:
                    yield Event(one, self, follower, one is chosen[-1])
            await anext(news)


class Blocking:
    """`Hotline` for programs without a loop of their own: each call waits until it is done. Use it in a `with` block."""

    def __init__(self, make: Callable[[], Hotline]) -> None:
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="hotline", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()

        async def start() -> Hotline:
            return await self._make().__aenter__()

        try:
            self._hotline = self._run(start())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._run(self._hotline.__aexit__(None, None, None))
        finally:
            self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def send(self, channel: str, text: str, **more: Any) -> SentNow:
        """As `Hotline.send`."""
        return SentNow(self._run(self._hotline.send(channel, text, **more)), self._run)

    def say(self, channel: str, body: Body, *, key: str | None = None) -> SentNow:
        """As `Hotline.say`."""
        return SentNow(self._run(self._hotline.say(channel, body, key=key)), self._run)


@dataclass(frozen=True, slots=True)
class SentNow:
    """`Sent`, whose waits block."""

    sent: Sent
    _run: Callable[[Coroutine[Any, Any, MessageView]], MessageView] = field(repr=False)

    @property
    def id(self) -> bytes:
        """16 bytes."""
        return self.sent.id

    def relayed(self, within: float | None = None) -> MessageView:
        """As `Sent.relayed`."""
        return self._run(self.sent.relayed(within))

    def acknowledged(self, within: float | None = None, acks: Acks = "any") -> MessageView:
        """As `Sent.acknowledged`."""
        return self._run(self.sent.acknowledged(within, acks))

    def answered(self, within: float | None = None) -> MessageView:
        """As `Sent.answered`."""
        return self._run(self.sent.answered(within))
