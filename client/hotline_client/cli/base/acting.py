"""What every command shares that says something beyond words: its options, and waiting until it stands in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from hotline_client.cli.base.session import Invocation, patience_option
from hotline_protocol.documents import Body

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
    line = session.line
    document = line.say(channel, body, key=key)
    try:
        await line.wait_relayed(document, patience)
    except TimeoutError:
        raise session.failure(channel, f"it is kept in the outbox as {document.hex()}") from None
    return document
