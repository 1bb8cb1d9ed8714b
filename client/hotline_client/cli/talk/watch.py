"""`hotline watch`: messages as they come, for a person, for a script that reads lines, or for a program started for each."""

from __future__ import annotations

import sys

import click

from hotline_client.bots.readers import Reader
from hotline_client.cli.base import output
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.line.follow import Follower
from hotline_client.line.views import MessageView
from hotline_client.presenters.message import message_record, message_text
from hotline_client.schedules.handlers import Handler, read_argv
from hotline_client.vault.schedules import Parked
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show


def _print_new(session: Invocation, follower: Follower) -> None:
    """All that stands there now."""
    for lines in follower.new():
        for message in lines:
            session.emit(message_record(message), message_text(message))
        sys.stdout.flush()
        last = lines[-1]
        follower.commit(last.channel, last.seq or 0)
        if session.shows_to_person and last.author is not None and not last.author.own:
            session.line.mark_seen(last.channel, last.seq or 0)


def written(message: MessageView) -> bytes:
    """What a handler gets on its stdin."""
    return output.plain_json(message_record(message))


def parked_lines(parked: Parked) -> tuple[dict[str, object], str]:
    """A parked event for a script and for a person."""
    words = f"PARKED #{parked.seq} of {parked.channel}: the handler ended with {parked.code} after {parked.attempts} tries"
    record = {
        "type": "parked",
        "cursor": parked.reader,
        "channel": parked.channel,
        "seq": parked.seq,
        "code": parked.code,
        "attempts": parked.attempts,
        "at": parked.at,
    }
    return record, show(words)


@line_command("watch")
@click.option("--channel", "channels", multiple=True, help="Only this channel; may be given again.")
@click.option("--cursor", help="Durable place under this name: a later watch goes on where this one stopped.")
@click.option("--all", "everything", is_flag=True, help="Begin with the oldest message of the log.")
@click.option("--once", is_flag=True, help="Stop when the log has been read to its end.")
@click.option(
    "--exec",
    "command",
    metavar="CMD",
    help="Start CMD for each message, its JSON on stdin, never through a shell. 0 commits, 75 tries again, else it is parked.",
)
@click.option(
    "--exec-timeout", type=Duration(), default="60s", show_default=True, help="How long CMD may run."
)
@click.option(
    "--give-up",
    type=Duration(),
    default="1d",
    show_default=True,
    help="How long 75 is tried again before it is parked.",
)
@click.option("--parked", is_flag=True, help="List what was parked under --cursor, and leave.")
@click.option("--retry-parked", is_flag=True, help="With --exec: first give CMD once more what was parked.")
@patience_option(default="30s", help="With --once: wait for the relay.")
async def command(
    session: Invocation,
    *,
    channels: tuple[str, ...],
    cursor: str | None,
    everything: bool,
    once: bool,
    command: str | None,
    exec_timeout: int,
    give_up: int,
    parked: bool,
    retry_parked: bool,
    patience: int,
) -> None:
    """Print messages as they come. On a terminal they count as SEEN; in a pipe they do not."""
    if parked:
        for one in session.vault.schedules.parked(cursor):
            session.emit(*parked_lines(one))
        return
    handler = _handler(command, cursor, exec_timeout, give_up, retry_parked=retry_parked)
    line = session.line
    names = tuple(session.channel(name) for name in channels) or tuple(view.name for view in line.channels())
    follower = Follower(line, names, session.vault, cursor, dict.fromkeys(names, 0) if everything else None)
    reader = None
    if handler is not None and cursor is not None:
        reader = Reader(cursor, follower, handler, session.vault.schedules, written)
        if retry_parked:
            await _again(session, handler, cursor)

    async def take_new() -> None:
        if reader is None:
            _print_new(session, follower)
            return
        for one in await reader.take_new():
            session.emit(*parked_lines(one))

    async with line:
        if once:
            await session.catch_up(patience)
            await take_new()
            return
        news = line.changes()
        await take_new()
        async for _ in news:
            await take_new()


def _handler(
    typed: str | None, cursor: str | None, timeout: int, give_up: int, *, retry_parked: bool
) -> Handler | None:
    if typed is not None and cursor is None:
        raise UsageError("--exec needs --cursor NAME: what was handled must be remembered under a name")
    if retry_parked and typed is None:
        raise UsageError("--retry-parked needs --exec")
    return None if typed is None else Handler(read_argv(typed), timeout, give_up)


async def _again(session: Invocation, handler: Handler, cursor: str) -> None:
    """What was parked, once more; what fails stays parked."""
    for one in session.vault.schedules.parked(cursor):
        lines = session.line.timeline(one.channel, after=one.seq - 1, limit=50)
        event = [written(line) for line in lines if line.seq == one.seq]
        codes = [await handler.run(line) for line in event]
        if not any(codes):
            session.vault.schedules.unpark(one)
