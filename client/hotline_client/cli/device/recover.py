"""`hotline recover`: a device goes on whose vault was put back from a copy, or of which a copy was used elsewhere."""

from __future__ import annotations

import asyncio
import sys

import click

from hotline_client.cli.base.session import KNOCK_SECONDS, Invocation, line_command, patience_option
from hotline_client.presenters.line import recovered_record, recovered_text
from hotline_protocol.errors import UsageError


@line_command("recover")
@click.option("--yes", is_flag=True, help="Do not ask.")
@patience_option()
async def command(session: Invocation, *, yes: bool, patience: int) -> None:
    """Let this device send again after its vault was put back from a copy, or a copy of it was used elsewhere.

    Its log is read to the end first. Then it leaves the group of every channel and knocks with fresh keys, and a head or deputy of
    your side admits it anew. What it could read is kept, and so is what waits to be said.
    """
    line = session.line
    session.say(_why(session))
    async with line:
        await session.catch_up(patience)
        if not yes:
            await _confirm()
        done = line.recover()
        await session.until(lambda: all(item.kind != "knock" for item in line.outbox()), KNOCK_SECONDS)
    for channel, one in done.items():
        session.emit(recovered_record(channel, one), recovered_text(channel, one))
    session.say(
        "this device knocks: a head or deputy of your side compares digits with you by voice, then `hotline roster admit`"
    )


def _why(session: Invocation) -> str:
    put_back = session.line.put_back()
    if put_back is None:
        return "as far as this device knows, its vault is the one that was last used here"
    return f"nothing is sent from this device: {put_back}"


async def _confirm() -> None:
    if not sys.stdin.isatty():
        raise UsageError("look at the line above and say --yes")
    words = "leave every group, and be admitted anew by a person of your side?"
    if not await asyncio.to_thread(click.confirm, words, err=True):
        raise UsageError("nothing was changed")
