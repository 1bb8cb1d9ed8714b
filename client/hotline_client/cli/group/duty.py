"""`hotline duty`: who has the watch of a side, and handing it over with all that is open, signed by both who do it."""

from __future__ import annotations

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.asking import confirmed
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.line.views import MemberView
from hotline_client.presenters import watch as presenter
from hotline_client.presenters.person import person_text
from hotline_client.words.columns import wrap
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import ChainError, UsageError
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show


@click.group("duty")
def command() -> None:
    """Who has the watch, and handing it over with all that is open."""


# --- looking


def _emit(session: Invocation, channel: str, *sides: Side) -> None:
    line = session.line
    for told in line.read(channel, lambda book: [presenter.facts(book, side) for side in sides]):
        session.emit(
            presenter.watch_record(line, channel, told), presenter.watch_text(line, channel, told, line.now())
        )


@line_command("show", group=command)
@channel_option
@patience_option(default="5s")
async def show_watch(session: Invocation, *, channel: str, patience: int) -> None:
    """Who of each side has the watch, and a handover that waits with all it names."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    _emit(session, channel, *SIDES)


# --- acting


@line_command("take", group=command)
@act_options
async def take(session: Invocation, *, channel: str, key: str | None, patience: int) -> None:
    """Take the watch if nobody of your side has it; a head or deputy takes it from whoever has it."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        await deliver(session, channel, WatchTake(), key=key, patience=patience)
        _emit(session, channel, line.me.side)


@line_command("handover", group=command)
@click.argument("to")
@click.option("--note", default="", help="What else to know.")
@click.option("--yes", is_flag=True, help="Do not ask after the list was shown.")
@act_options
async def hand_over(
    session: Invocation, *, to: str, note: str, yes: bool, channel: str, key: str | None, patience: int
) -> None:
    """Hand the watch to TO (a name, or the first digits, of `roster list`) with all that is open.

    Shows the list before it is signed. TO has the watch once it is accepted.
    """
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        incoming = _colleague(session, channel, to)
        now = line.now()
        dialogues, notices = line.read(channel, lambda book: presenter.open_now(book, now))
        view = line.channel(channel)
        session.say(f"to {person_text(incoming.person)}, head after #{view.cursor}:")
        session.say(wrap("\n".join(presenter.open_text(line, channel, (dialogues, notices), now))))
        body = WatchHandover(incoming.person.device, dialogues, notices, view.cursor, view.head, note)
        session.say(presenter.elsewhere_text(line, channel, line.now()))
        await confirmed("hand the watch over with exactly this?", yes=yes)
        await deliver(session, channel, body, key=key, patience=patience)
        _emit(session, channel, line.me.side)


def _colleague(session: Invocation, channel: str, typed: str) -> MemberView:
    """A person of the own side who is in the channel and may write."""
    wanted, begin = typed.strip().casefold(), "".join(typed.split())
    able = presenter.colleagues(session.line.roster(channel))
    found = [one for one in able if one.person.name.casefold() == wanted]
    if not found and begin.isdecimal() and len(begin) >= 5:
        found = [one for one in able if "".join(digits(one.person.fingerprint).split()).startswith(begin)]
    if len(found) != 1:
        raise UsageError(
            f"{show(typed)} fits {len(found)} people of your side in {channel} who could have the watch"
        )
    return found[0]


@line_command("accept", group=command)
@click.option("--yes", is_flag=True, help="Do not ask after the list was shown.")
@act_options
async def accept(session: Invocation, *, yes: bool, channel: str, key: str | None, patience: int) -> None:
    """Accept the watch that was handed to you; shows exactly what you take, and what changed since."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        waiting = line.read(channel, lambda book: book.watches.waiting.get(line.me.side))
        if waiting is None or waiting.to != line.me.device:
            raise UsageError(f"no handover of the watch of {channel} waits for you")
        if not presenter.is_over_our_log(line, channel, waiting):
            raise ChainError("fork", f"the handover was signed over another log up to #{waiting.seq}")
        session.say(f"handed to you {dtg(waiting.at)}:")
        session.say(wrap("\n".join(presenter.handover_text(line, channel, waiting, line.now()))))
        session.say(presenter.elsewhere_text(line, channel, line.now()))
        await confirmed("take the watch with exactly this?", yes=yes)
        body: Body = WatchAccept(Target(waiting.document, waiting.content))
        await deliver(session, channel, body, key=key, patience=patience)
        _emit(session, channel, line.me.side)
