"""What every command on the line shares: the vault opened, the line over it, and names a person can type resolved."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import click

from hotline_client.cli import output
from hotline_client.cli.common import home_option, json_option
from hotline_client.cli.durations import Duration
from hotline_client.cli.passphrase import Passphrase, passphrase_option
from hotline_client.errors import Unreachable
from hotline_client.line import Line
from hotline_client.vault import Vault
from hotline_client.views import LineState, MessageView
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

LOOK_BACK: Final = 5000
"""How many messages back an abbreviated id is looked for."""


class Session:
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

    def message(self, channel: str, reference: str) -> MessageView:
        """The message that `#SEQ`, an id or the beginning of one names."""
        wanted = reference.removeprefix("#").lower()
        found: list[MessageView] = []
        if wanted.isdecimal() and len(wanted) < 20:
            message = self.line.message(channel, int(wanted))
            found = [message] if message is not None else []
        if not found and len(wanted) >= 4:
            recent = self.line.timeline(channel, limit=LOOK_BACK)
            found = [message for message in recent if message.id.hex().startswith(wanted)]
        if len(found) != 1:
            raise UsageError(
                f"{show(reference)} names {len(found)} messages in {channel}; give #SEQ or the whole id"
            )
        return found[0]

    async def catch_up(self, seconds: float, *, required: bool = True) -> None:
        """Read the log to its end; `Unreachable` when that does not happen in time and is required."""
        try:
            await self.line.wait_caught_up(seconds)
        except TimeoutError:
            if required:
                raise Unreachable(self.why_not()) from None
            self.say(f"{self.why_not()}; this is what the vault holds")

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait for something to become true of the line."""
        try:
            async with asyncio.timeout(seconds):
                if true():
                    return True
                async for _ in self.line.changes():
                    if true():
                        return True
        except TimeoutError:
            pass
        return true()

    def why_not(self, channel: str | None = None) -> str:
        """Why something is not in the log yet, in words."""
        status = self.line.status()
        if channel is not None:
            view = self.line.channel(channel)
            if view.halted is not None:
                return f"{channel} is halted: {view.halted.reason}"
            if status.state is not LineState.DOWN and view.phase != "member":
                return f"this device is not yet a member of {channel} ({view.phase})"
        if status.state is LineState.DOWN:
            return f"the relay cannot be reached: {status.reason or 'no answer'}"
        return "the relay did not answer in time"


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
    """An async command that gets an open `Session` first; with the options every such command has."""

    def decorate(function: Callable[..., Awaitable[None]]) -> click.Command:
        @functools.wraps(function)
        def run(*, home: Any, passphrase: Passphrase, **options: Any) -> None:
            with Vault.open(home, passphrase.existing("the vault")) as vault:
                asyncio.run(_run(function, vault, options))

        maker = group.command(name) if group is not None else click.command(name)
        return maker(home_option(passphrase_option(json_option(run))))

    return decorate


async def _run(function: Callable[..., Awaitable[None]], vault: Vault, options: dict[str, Any]) -> None:
    await function(Session(vault, Line.open(vault)), **options)
