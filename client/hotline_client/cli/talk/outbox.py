"""`hotline outbox`: what is ours and not yet in the log; `--drain` sends it."""

from __future__ import annotations

import click

from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.presenters.line import outbox_record, outbox_text


@line_command("outbox")
@click.option("--drain", is_flag=True, help="Connect and send everything that waits.")
@patience_option(default="30s", help="With --drain: how long to try.")
async def command(session: Session, *, drain: bool, patience: int) -> None:
    """List what waits to be sent, oldest first."""
    line = session.line
    if drain:
        async with line:
            await session.until(lambda: not line.outbox(), patience)
    items = line.outbox()
    for item in items:
        session.emit(outbox_record(item), outbox_text(item))
    if not items:
        session.say("the outbox is empty")
    elif drain:
        raise session.failure(None, f"{len(items)} still wait; they are kept")
