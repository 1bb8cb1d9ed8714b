"""`hotline search`: messages that hold all of some words, newest first, from what this device has."""

from __future__ import annotations

import click

from hotline_client.cli.base.session import Invocation, line_command
from hotline_client.line.search import LIMIT
from hotline_client.presenters.message import message_record, message_text


@line_command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--channel", help="Only this channel.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=LIMIT, show_default=True, help="At most so many."
)
async def command(session: Invocation, *, words: tuple[str, ...], channel: str | None, limit: int) -> None:
    """Find messages that hold all of WORDS: words, "a phrase", begin*. Case, accents and vowel points make no difference.

    Looks only at what this device has; nothing leaves it.
    """
    name = session.channel(channel) if channel else None
    found = session.line.search(" ".join(words), channel=name, limit=limit)
    for one in found:
        session.emit(message_record(one.message), message_text(one.message))
    if not found:
        session.say("nothing holds these words")
