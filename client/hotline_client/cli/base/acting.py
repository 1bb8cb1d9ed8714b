"""What every command shares that says something beyond words: its options, and waiting until it stands in the log."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import click

from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.errors import OldVault
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target

Command = Callable[..., Any]


def channel_option(function: Command) -> Command:
    """Adds `--channel`."""
    return click.option("--channel", default="plenary", show_default=True, help="Which channel.")(function)


def act_options(function: Command) -> Command:
    """Adds `--channel`, `--key` and `--timeout`; the command receives `channel`, `key` and `patience`."""
    key = click.option(
        "--key", help="Idempotency key: the same key and content act once, however often this is run."
    )
    return channel_option(key(patience_option()(function)))


async def deliver(session: Invocation, channel: str, body: Body, *, key: str | None, patience: int) -> bytes:
    """Say something on an open line and wait until it stands in the log; its id."""
    document = session.line.say(channel, body, key=key)
    await relayed(session, channel, document, patience)
    return document


async def relayed(
    session: Invocation, channel: str, document: bytes, patience: int, what: str = "it is"
) -> MessageView:
    """A queued document once it stands in the log; `what`: how an error calls it."""
    try:
        return await session.line.wait_relayed(document, patience)
    except (TimeoutError, OldVault):
        kept = f"{what} kept in the outbox as {document.hex()}".lstrip()
        raise session.failure(channel, kept) from None


@dataclass(frozen=True, slots=True)
class Act:
    """What a command is about to say: in which channel, under which idempotency key, and how many seconds the relay may take."""

    session: Invocation
    channel: str
    key: str | None
    patience: int

    @asynccontextmanager
    async def caught_up(self) -> AsyncIterator[Line]:
        """The line, open, with the log read to its end."""
        async with self.session.line as line:
            await self.session.catch_up(self.patience)
            yield line

    async def say(self, body: Body) -> bytes:
        """On the open line; the id of the document once it stands in the log."""
        return await deliver(self.session, self.channel, body, key=self.key, patience=self.patience)


def acting(function: Command) -> Command:
    """Adds the options of every act; the command receives them as an `Act`."""

    @functools.wraps(function)
    async def run(session: Invocation, *, channel: str, key: str | None, patience: int, **given: Any) -> None:
        await function(Act(session, session.channel(channel), key, patience), **given)

    return act_options(run)


def reading(function: Command) -> Command:
    """Adds `--timeout`; the command comes once the log is read, or knows no more than the vault, and receives `channel` as it is named on the wire."""

    @functools.wraps(function)
    async def run(session: Invocation, *, channel: str, patience: int, **given: Any) -> None:
        wire = session.channel(channel)
        async with session.line:
            await session.catch_up(patience, required=False)
        await function(session, wire, **given)

    return patience_option(default="5s")(run)


# --- acts on a business object


class Named(Protocol):
    """Whatever documents name by its id and the hash of its present content."""

    id: bytes
    content: bytes


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Subject(Generic[T]):
    """A kind of business object, as the commands of `group` act on it. `argument`: what it is called there.

    `find`: the one that a person typed. `emit`: prints one as it stands now, by its id.
    """

    group: click.Group
    argument: str
    find: Callable[[Invocation, str, str], T]
    emit: Callable[[Invocation, str, bytes], None]

    async def begin(self, act: Act, body: Body) -> None:
        """Say the document that begins one."""
        async with act.caught_up():
            document = await act.say(body)
        self.emit(act.session, act.channel, document)

    async def change(self, act: Act, typed: str, make: Callable[[T, Target], Body]) -> None:
        """One act on one, on what it is for this device now."""
        async with act.caught_up():
            found = self.find(act.session, act.channel, typed)
            await act.say(make(found, Target(found.id, found.content)))
        self.emit(act.session, act.channel, found.id)

    def plain(self, name: str, help_: str, make: Callable[[Target], Body]) -> None:
        """Adds a command with nothing else to say."""

        @line_command(name, group=self.group)
        @click.argument(self.argument)
        @acting
        async def run(act: Act, **given: str) -> None:
            await self.change(act, given[self.argument], lambda _, target: make(target))

        run.help = help_

    def worded(self, name: str, help_: str, metavar: str, make: Callable[[Target, str], Body]) -> None:
        """Adds a command with words to it."""

        @line_command(name, group=self.group)
        @click.argument(self.argument)
        @click.argument("words", metavar=metavar)
        @acting
        async def run(act: Act, words: str, **given: str) -> None:
            await self.change(act, given[self.argument], lambda _, target: make(target, words))

        run.help = help_
