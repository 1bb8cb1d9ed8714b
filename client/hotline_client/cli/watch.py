"""`hotline watch`: messages as they come, for a person, for a script that reads lines, or for a program started for each."""

from __future__ import annotations

import sys
import time

import click

from hotline_client.cli import output
from hotline_client.cli.durations import Duration
from hotline_client.cli.render import message_record, message_text
from hotline_client.cli.session import Session, line_command, patience_option
from hotline_client.following import Follower
from hotline_client.handlers import DONE, Handler, read_argv
from hotline_client.vault.schedules import Parked
from hotline_client.views import MessageView
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show


class Watch:
    """What is done with each entry's lines: printed, or given to a handler."""

    def __init__(
        self, session: Session, follower: Follower, handler: Handler | None, cursor: str | None
    ) -> None:
        self._session = session
        self._follower = follower
        self._handler = handler
        self._cursor = cursor

    async def take_new(self) -> None:
        """All that stands there now."""
        for lines in self._follower.new():
            last = lines[-1]
            if self._handler is None:
                self._print(lines)
            elif not await self._handled(self._handler, lines):
                continue
            self._follower.commit(last.channel, last.seq or 0)
            if self._session.shows_to_person and last.author is not None and not last.author.own:
                self._session.line.mark_seen(last.channel, last.seq or 0)

    def _print(self, lines: list[MessageView]) -> None:
        for message in lines:
            self._session.emit(message_record(message), message_text(message))
        sys.stdout.flush()

    async def _handled(self, handler: Handler, lines: list[MessageView]) -> bool:
        """False once the entry was parked: then the reader stands behind it already."""
        for message in lines:
            if message.author is not None and message.author.me:
                continue
            code, attempts = await handler.handle(output.plain_json(message_record(message)))
            if code != DONE:
                parked = Parked(
                    self._cursor or "",
                    message.channel,
                    message.seq or 0,
                    code,
                    attempts,
                    time.time_ns() // 1_000_000,
                )
                self._session.vault.schedules.park(parked)
                self._session.emit(*_parked(parked))
                return False
        return True


def _parked(parked: Parked) -> tuple[dict[str, object], str]:
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
    session: Session,
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
            session.emit(*_parked(one))
        return
    if command is not None and cursor is None:
        raise UsageError("--exec needs --cursor NAME: what was handled must be remembered under a name")
    if retry_parked and command is None:
        raise UsageError("--retry-parked needs --exec")
    handler = None if command is None else Handler(read_argv(command), exec_timeout, give_up)
    line = session.line
    names = tuple(session.channel(name) for name in channels) or tuple(view.name for view in line.channels())
    follower = Follower(line, names, session.vault, cursor, dict.fromkeys(names, 0) if everything else None)
    watch = Watch(session, follower, handler, cursor)
    if handler is not None and retry_parked:
        await _again(session, handler, cursor or "")
    async with line:
        if once:
            await session.catch_up(patience)
            await watch.take_new()
            return
        news = line.changes()
        await watch.take_new()
        async for _ in news:
            await watch.take_new()


async def _again(session: Session, handler: Handler, cursor: str) -> None:
    """What was parked, once more; what fails stays parked."""
    for one in session.vault.schedules.parked(cursor):
        lines = session.line.timeline(one.channel, after=one.seq - 1, limit=50)
        event = [output.plain_json(message_record(line)) for line in lines if line.seq == one.seq]
        codes = [await handler.run(line) for line in event]
        if not any(codes):
            session.vault.schedules.unpark(one)
