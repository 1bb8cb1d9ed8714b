"""`hotline agenda`: the board of items, and every act on one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click

from hotline_client.cli.base import output
from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.instants import Instant, resolve
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.line.views import MessageView
from hotline_client.presenters.agenda import board, facts, item_record, item_text, items
from hotline_protocol.documents import Body
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaAmend,
    AgendaClose,
    AgendaCounter,
    AgendaDecline,
    AgendaObject,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    AgendaWithdraw,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.agenda import Item
from hotline_protocol.terms import Arena

_OUTCOMES: Final = click.Choice([str(one) for one in Outcome], case_sensitive=False)
_ARENAS: Final = click.Choice([str(one) for one in Arena])


@click.group("agenda")
def command() -> None:
    """Items from proposal to outcome; nothing is adopted or agreed by one side alone."""


# --- looking


def _emit(session: Invocation, channel: str, *items: Item) -> None:
    """Print items as they stand now."""
    for item in items:
        told = facts(session.line, channel, item, session.line.now())
        session.emit(item_record(channel, told), item_text(session.line, told))


@line_command("list", group=command)
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what was declined, withdrawn or closed.")
@patience_option(default="5s")
async def show_board(session: Invocation, *, channel: str, everything: bool, patience: int) -> None:
    """The agenda in its adopted order, then what is proposed; any other business last."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    now = line.now()
    found = line.read(channel, lambda book: items(book, everything=everything))
    told = [facts(line, channel, one, now) for one in found]
    if output.as_json():
        for one in told:
            session.emit(item_record(channel, one), "")
        return
    session.emit({}, board(told) if told else "")
    if not told:
        session.say(f"the agenda of {channel} is empty; `hotline agenda propose` begins one")


@line_command("show", group=command)
@click.argument("item")
@channel_option
@patience_option(default="5s")
async def show_item(session: Invocation, *, item: str, channel: str, patience: int) -> None:
    """One ITEM, whole."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    _emit(session, channel, _item(session, channel, item))


def is_item(message: MessageView) -> bool:
    """Whether a message began an item, which is what its number stands for."""
    return message.kind == "agenda.propose"


def _item(session: Invocation, channel: str, typed: str) -> Item:
    message = session.message(channel, typed, is_item)
    found = session.line.read(channel, lambda book: book.agenda.items.get(message.id))
    if found is None:
        raise UsageError(f"{typed} is no item of the agenda; `hotline agenda list` shows them")
    return found


# --- acting


async def _act(
    session: Invocation,
    channel: str,
    typed: str,
    make: Callable[[Target], Body],
    *,
    key: str | None,
    patience: int,
) -> None:
    """One act on one item: on its present words, as this device has them."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        found = _item(session, channel, typed)
        await deliver(session, channel, make(Target(found.id, found.content)), key=key, patience=patience)
        after = line.read(channel, lambda book: book.agenda.items[found.id])
    _emit(session, channel, after)


@line_command("propose", group=command)
@click.argument("title")
@click.option("--annex", default="", help="The item's text.")
@click.option("--arena", type=_ARENAS, help="Which arena it is about.")
@click.option("--minutes", type=click.IntRange(1, 1440), help="The time wanted.")
@click.option("--aob", is_flag=True, help="Under any other business, which comes last.")
@act_options
async def propose(
    session: Invocation,
    *,
    title: str,
    annex: str,
    arena: str | None,
    minutes: int | None,
    aob: bool,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Propose an item with this TITLE."""
    body = AgendaPropose(title, annex, None if arena is None else Arena(arena), minutes, aob)
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        document = await deliver(session, channel, body, key=key, patience=patience)
        item = line.read(channel, lambda book: book.agenda.items[document])
    _emit(session, channel, item)


@line_command("counter", group=command)
@click.argument("item")
@click.argument("title")
@click.option("--annex", default="", help="The item's text.")
@click.option("--arena", type=_ARENAS, help="Which arena it is about.")
@click.option("--minutes", type=click.IntRange(1, 1440), help="The time wanted.")
@act_options
async def counter(
    session: Invocation,
    *,
    item: str,
    title: str,
    annex: str,
    arena: str | None,
    minutes: int | None,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Answer ITEM with other words: a new version, for the other side to accept."""
    about = None if arena is None else Arena(arena)
    await _act(
        session,
        channel,
        item,
        lambda target: AgendaCounter(target, title, annex, about, minutes),
        key=key,
        patience=patience,
    )


def _plain(name: str, help_: str, make: Callable[[Target], Body]) -> None:
    """A command on one item with nothing else to say."""

    @line_command(name, group=command)
    @click.argument("item")
    @act_options
    async def run(session: Invocation, *, item: str, channel: str, key: str | None, patience: int) -> None:
        await _act(session, channel, item, make, key=key, patience=patience)

    run.help = help_


def _worded(name: str, help_: str, argument: str, make: Callable[[Target, str], Body]) -> None:
    """A command on one item with words to it."""

    @line_command(name, group=command)
    @click.argument("item")
    @click.argument("words", metavar=argument)
    @act_options
    async def run(
        session: Invocation, *, item: str, words: str, channel: str, key: str | None, patience: int
    ) -> None:
        await _act(session, channel, item, lambda target: make(target, words), key=key, patience=patience)

    run.help = help_


_plain("accept", "ITEM may come on the agenda as it is.", AgendaAccept)
_plain("open", "ITEM is being talked about.", AgendaOpen)
_plain("close", "Nothing is left to do about ITEM; it is closed when both sides said so.", AgendaClose)
_worded("decline", "ITEM shall not come on the agenda.", "REASON", AgendaDecline)
_worded("withdraw", "Take back an ITEM that the own side brought up.", "REASON", AgendaWithdraw)
_worded("object", "Break the silence over ITEM.", "REASON", AgendaObject)
_worded("amend", "Break the silence over ITEM with other words.", "TEXT", AgendaAmend)


@line_command("adopt", group=command)
@click.argument("items", nargs=-1, required=True)
@act_options
async def adopt(
    session: Invocation, *, items: tuple[str, ...], channel: str, key: str | None, patience: int
) -> None:
    """Adopt ITEMS in this order: the agenda, once the other side adopts the same in the same order."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience)
        found = [_item(session, channel, one) for one in items]
        body = AgendaAdopt(tuple(Target(one.id, one.content) for one in found))
        await deliver(session, channel, body, key=key, patience=patience)
        after = line.read(channel, lambda book: book.agenda.board())
    _emit(session, channel, *after)


@line_command("outcome", group=command)
@click.argument("item")
@click.argument("outcome", type=_OUTCOMES, metavar="OUTCOME")
@click.argument("words", metavar="[TEXT]", default="")
@act_options
async def outcome(
    session: Invocation, *, item: str, outcome: str, words: str, channel: str, key: str | None, patience: int
) -> None:
    """Say what came of ITEM; it is the outcome once the other side says the same in the same words.

    OUTCOME: AGREED, "AGREED AD REFERENDUM", NOTED, DEFERRED, REFERRED or "NOT AGREED".
    """
    chosen = Outcome(outcome.upper())
    await _act(
        session,
        channel,
        item,
        lambda target: AgendaOutcome(target, chosen, words),
        key=key,
        patience=patience,
    )


@line_command("silence", group=command)
@click.argument("item")
@click.argument("outcome", type=_OUTCOMES, metavar="OUTCOME")
@click.argument("words", metavar="TEXT")
@click.option("--until", type=Instant(), default="24h", show_default=True, help="When it ends.")
@act_options
async def silence(
    session: Invocation,
    *,
    item: str,
    outcome: str,
    words: str,
    until: int,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Propose an outcome for ITEM that stands at the end of the silence, unless the other side speaks before."""
    chosen, end = Outcome(outcome.upper()), resolve(until, session.line.now())
    await _act(
        session,
        channel,
        item,
        lambda target: AgendaSilence(target, chosen, words, end),
        key=key,
        patience=patience,
    )
