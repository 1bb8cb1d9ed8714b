"""`hotline watch`: messages as they come, for a person or, with `--json --cursor`, at least once for a script."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

import click

from hotline_client.cli.render import message_record, message_text
from hotline_client.cli.session import Session, line_command, patience_option
from hotline_client.views import MessageView

PAGE = 200


def _new(session: Session, channel: str, after: int) -> Iterable[MessageView]:
    while True:
        page = [m for m in session.line.timeline(channel, after=after, limit=PAGE) if m.seq is not None]
        full = len(page) >= PAGE
        if full and page[0].seq != page[-1].seq:
            # one entry may have several lines: those of the last are taken together with the next page
            page = [m for m in page if m.seq != page[-1].seq]
        yield from page
        if not full:
            return
        after = page[-1].seq or after


class Follower:
    """Where this watch stands in each channel; advances only after a line was written and flushed."""

    def __init__(
        self, session: Session, channels: tuple[str, ...], cursor: str | None, *, since: bool
    ) -> None:
        self._session = session
        self._cursor = cursor
        self._after = {name: self._start(name, since=since) for name in channels}

    def _start(self, channel: str, *, since: bool) -> int:
        if self._cursor is not None:
            return self._session.vault.cursor(self._cursor, channel)
        return 0 if since else self._session.line.channel(channel).cursor

    def print_new(self) -> int:
        """Print what is new, commit the cursor behind it, and say how many there were."""
        count = 0
        for channel, after in self._after.items():
            for _, lines in groupby(_new(self._session, channel, after), key=lambda message: message.seq):
                shown = list(lines)
                for message in shown:
                    self._show(message)
                self._commit(shown[-1])
                count += len(shown)
        return count

    def _show(self, message: MessageView) -> None:
        session = self._session
        session.emit(message_record(message), message_text(message))
        sys.stdout.flush()

    def _commit(self, message: MessageView) -> None:
        """All lines of this message's entry were written."""
        session = self._session
        seq = message.seq or 0
        self._after[message.channel] = seq
        if self._cursor is not None:
            session.vault.set_cursor(self._cursor, message.channel, seq)
        if session.shows_to_person and message.author is not None and not message.author.own:
            session.line.mark_seen(message.channel, seq)


@line_command("watch")
@click.option("--channel", "channels", multiple=True, help="Only this channel; may be given again.")
@click.option("--cursor", help="Durable place under this name: a later watch goes on where this one stopped.")
@click.option("--all", "everything", is_flag=True, help="Begin with the oldest message of the log.")
@click.option("--once", is_flag=True, help="Stop when the log has been read to its end.")
@patience_option(default="30s", help="With --once: wait for the relay.")
async def command(
    session: Session,
    *,
    channels: tuple[str, ...],
    cursor: str | None,
    everything: bool,
    once: bool,
    patience: int,
) -> None:
    """Print messages as they come. On a terminal they count as SEEN; in a pipe they do not."""
    line = session.line
    names = tuple(session.channel(name) for name in channels) or tuple(view.name for view in line.channels())
    follower = Follower(session, names, cursor, since=everything)
    async with line:
        if once:
            await session.catch_up(patience)
            follower.print_new()
            return
        news = line.changes()
        follower.print_new()
        async for _ in news:
            follower.print_new()
