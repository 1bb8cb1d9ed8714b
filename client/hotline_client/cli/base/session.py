"""What every command on the line shares: the vault opened, the line over it, and names a person can type resolved."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import click

from hotline_client.cli.base import output
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.options import home_option, json_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.connection.health import LineState
from hotline_client.errors import HaltedChannel, OldVault, Unreachable
from hotline_client.line.line import Line
from hotline_client.line.views import ChannelView, MessageView, StatusView
from hotline_client.vault import Vault
from hotline_protocol.errors import HotlineError, PeerError, UsageError
from hotline_protocol.text import show

KNOCK_SECONDS: Final = 3
"""How long the knocks of a device that is not yet a member may take to come back in the log."""
LOOK_BACK: Final = 5000
"""How many messages back an abbreviated id is looked for."""


def is_wrong_certificate(reason: str | None) -> bool:
    """Whether the line is down because whoever answered does not hold the certificate that the charter pins."""
    return reason is not None and (
        reason.startswith("SSLCertVerificationError") or "certificate is not the one" in reason
    )


class Invocation:
    """One run of a command on an open vault."""

    def __init__(self, vault: Vault, line: Line) -> None:
        self.vault = vault
        self.line = line
        self.emit = output.emit
        self.say = output.say

    @property
    def shows_to_person(self) -> bool:
        """Whether what is printed lands on a screen somebody looks at."""
        return sys.stdout.isatty() and not output.as_json()

    def channel(self, name: str) -> str:
        """The channel a person means; `caucus` is that of one's own side."""
        wire = f"caucus.{self.line.me.side}" if name == "caucus" else name
        known = [view.name for view in self.line.channels()]
        if wire not in known:
            raise UsageError(f"this device has no channel {show(name)}; it has {', '.join(known)}")
        return wire

    def message(
        self, channel: str, reference: str, prefer: Callable[[MessageView], bool] | None = None
    ) -> MessageView:
        """The message that `#SEQ`, a number such as `N-0042/26`, an id or the beginning of one names.

        `prefer`: which of several can be meant, since both delegations count their documents from 1.
        """
        found = self.messages(channel, reference)
        meant = [one for one in found if prefer is None or prefer(one)]
        if len(meant) == 1 or len(found) == 1:
            return (meant or found)[0]
        if not found:
            raise UsageError(
                f"{channel} has no message {show(reference)}; `hotline watch --all --once` lists them"
            )
        several = " or ".join(_place(one) for one in (meant or found)[:4])
        raise UsageError(
            f"{show(reference)} fits {len(meant or found)} messages in {channel}; give {several}, or the whole id"
        )

    def messages(self, channel: str, reference: str) -> list[MessageView]:
        """All messages that it fits: both delegations count their documents from 1."""
        wanted = reference.removeprefix("#").lower()
        numbered = (self.line.message(channel, one.id) for one in self.line.numbered(channel, reference))
        found = [one for one in numbered if one is not None]
        if not found and wanted.isdecimal() and len(wanted) < 20:
            message = self.line.message(channel, int(wanted))
            found = [message] if message is not None else []
        if not found and len(wanted) >= 4:
            recent = self.line.timeline(channel, limit=LOOK_BACK)
            found = [message for message in recent if message.id.hex().startswith(wanted)]
        return found

    async def catch_up(self, seconds: float, *, required: bool = True) -> None:
        """Read the log to its end, our own knocks included; an error when that takes too long and is required.

        Call it before anything else is awaited after the line was entered.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._read_to_end()
        except TimeoutError:
            if required:
                raise self.failure() from None
            self.say(f"{self.why_not()}; this is what the vault holds")
            return
        await self.until(lambda: not self._knocking(), min(seconds, KNOCK_SECONDS))

    async def _read_to_end(self) -> None:
        news = self.line.changes()
        taken: set[str] = set()
        while not self._has_read(taken):
            changed = await anext(news)
            if changed.channel is not None and {"status", "progress"} <= changed.what:
                taken.add(changed.channel)
            if changed.done is not None and changed.total is not None and sys.stderr.isatty():
                self.say(f"catching up {changed.channel}: {changed.done} of {changed.total}")

    def _has_read(self, taken: set[str]) -> bool:
        """Whether the relay is there and every channel it follows was taken to its tail, so that its knock is queued."""
        status = self.line.status()
        followed = [one for one in status.channels if one.halted is None and one.tail is not None]
        return status.state is not LineState.DOWN and all(
            one.name in taken and one.cursor >= (one.tail or 0) for one in followed
        )

    def _knocking(self) -> bool:
        return any(item.kind == "knock" and not item.text for item in self.line.outbox())

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait for something to become true of the line."""
        return await self.line.until(true, seconds)

    def failure(self, channel: str | None = None, kept: str = "") -> HotlineError:
        """`why_not` as the error a command ends with; `kept` says what became of what was asked."""
        reason = f"{self.why_not(channel)}; {kept}" if kept else self.why_not(channel)
        if channel is not None and self.line.put_back() is not None:
            return OldVault(reason)
        if channel is not None and self.line.channel(channel).halted is not None:
            return HaltedChannel(reason)
        status = self.line.status()
        if status.state is LineState.DOWN and is_wrong_certificate(status.reason):
            return PeerError(reason)
        return Unreachable(reason)

    def why_not(self, channel: str | None = None) -> str:
        """Why something is not in the log yet, in words."""
        status = self.line.status()
        if channel is not None and status.put_back is not None:
            return f"nothing is sent from this device: {status.put_back}"
        about = None if channel is None else _about(self.line.channel(channel), status)
        if about is not None:
            return about
        if status.state is LineState.DOWN:
            return f"the relay cannot be reached: {status.reason or 'no answer'}"
        return "the relay did not answer in time"


def _about(view: ChannelView, status: StatusView) -> str | None:
    """What there is to say of a channel before one speaks of the relay."""
    if view.halted is not None:
        return f"{view.name} is halted: {view.halted.reason}"
    if view.recovering:
        return (
            f"the relay lost entries of {view.name} and takes none until devices of both sides gave them back"
        )
    if view.left_out:
        return f"the relay does not announce {view.name}"
    if status.state is not LineState.DOWN and view.phase != "member":
        return f"this device is not yet a member of {view.name} ({view.phase})"
    return None


def is_theirs(message: MessageView) -> bool:
    """Whether the other side wrote it: for what one does with messages of theirs."""
    return message.author is not None and not message.author.own


def is_own(message: MessageView) -> bool:
    """Whether our side wrote it: for what only authors do."""
    return message.author is not None and message.author.own


def _place(message: MessageView) -> str:
    by = "" if message.author is None else f" of {show(message.author.delegation)}"
    return f"{message.id.hex()[:8] if message.seq is None else f'#{message.seq}'}{by}"


def patience_option(
    default: str = "30s",
    help: str = "How long to wait for the relay.",  # noqa: A002 - click's own word
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds `--timeout`; the command receives `patience` in seconds."""
    return click.option(
        "--timeout", "patience", type=Duration(), default=default, show_default=True, help=help
    )


def line_command(
    name: str, *, group: click.Group | None = None
) -> Callable[[Callable[..., Awaitable[None]]], click.Command]:
    """An async command that gets an open `Invocation` first; with the options every such command has."""

    def decorate(function: Callable[..., Awaitable[None]]) -> click.Command:
        @functools.wraps(function)
        def run(*, home: Any, passphrase: Passphrase, **options: Any) -> None:
            with Vault.open(home, passphrase.existing("the vault")) as vault:
                asyncio.run(_run(function, vault, options))

        maker = group.command(name) if group is not None else click.command(name)
        return maker(home_option(passphrase_option(json_option(run))))

    return decorate


async def _run(function: Callable[..., Awaitable[None]], vault: Vault, options: dict[str, Any]) -> None:
    await function(Invocation(vault, Line.open(vault)), **options)
