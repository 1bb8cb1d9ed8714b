"""`hotline ack`: a named person's act on exactly one message."""

from __future__ import annotations

import click

from hotline_client.cli.base.acting import relayed
from hotline_client.cli.base.session import Invocation, is_theirs, line_command, patience_option
from hotline_client.presenters.message import message_record, message_text


@line_command("ack")
@click.argument("target")
@click.option("--channel", default="plenary", show_default=True, help="Channel the message is in.")
@click.option("--note", default="", help="A short remark signed with it.")
@click.option("--key", help="Idempotency key: the same key acknowledges once, however often this is run.")
@patience_option()
async def command(
    session: Invocation, *, target: str, channel: str, note: str, key: str | None, patience: int
) -> None:
    """Acknowledge TARGET, given as #SEQ or id: signed, by name, over the hash of its content."""
    line = session.line
    channel = session.channel(channel)
    async with line:
        await session.catch_up(patience)
        message = session.message(channel, target, is_theirs)
        document = line.acknowledge(channel, message.id, note=note, key=key)
        await relayed(session, channel, document, patience, "the acknowledgment is")
    after = session.message(channel, message.id.hex())
    session.emit(message_record(after), message_text(after))
