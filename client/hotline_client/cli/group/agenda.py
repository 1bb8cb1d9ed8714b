"""`hotline agenda`: the board of items, and every act on one."""

from __future__ import annotations

from typing import Final

import click

from hotline_client.cli.base import output
from hotline_client.cli.base.acting import Act, Command, Subject, acting, channel_option, reading
from hotline_client.cli.base.instants import Instant, resolve
from hotline_client.cli.base.session import Invocation, line_command
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


# --- one or all of them


def is_item(message: MessageView) -> bool:
    """Whether a message began an item, which is what its number stands for."""
    return message.kind == "agenda.propose"


def _find(session: Invocation, channel: str, typed: str) -> Item:
    message = session.message(channel, typed, is_item)
    found = session.line.read(channel, lambda book: book.agenda.items.get(message.id))
    if found is None:
        raise UsageError(f"{typed} is no item of the agenda; `hotline agenda list` shows them")
    return found


def _emit(session: Invocation, channel: str, document: bytes) -> None:
    item = session.line.read(channel, lambda book: book.agenda.items[document])
    told = facts(session.line, channel, item)
    session.emit(item_record(channel, told), item_text(session.line, told))


_ITEM: Final = Subject(command, "item", _find, _emit)


@line_command("list", group=command)
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what was declined, withdrawn or closed.")
@reading
async def show_board(session: Invocation, channel: str, *, everything: bool) -> None:
    """The agenda in its adopted order, then what is proposed; any other business last."""
    line = session.line
    found = line.read(channel, lambda book: items(book, everything=everything))
    told = [facts(line, channel, one) for one in found]
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
@reading
async def show_item(session: Invocation, channel: str, *, item: str) -> None:
    """One ITEM, whole."""
    _emit(session, channel, _find(session, channel, item).id)


# --- acting


def _words_options(function: Command) -> Command:
    """Adds what a proposal and other words for it say: `annex`, `arena`, `minutes`."""
    options = (
        click.option("--annex", default="", help="The item's text."),
        click.option("--arena", type=_ARENAS, help="Which arena it is about."),
        click.option("--minutes", type=click.IntRange(1, 1440), help="The time wanted."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _arena(name: str | None) -> Arena | None:
    return None if name is None else Arena(name)


@line_command("propose", group=command)
@click.argument("title")
@_words_options
@click.option("--aob", is_flag=True, help="Under any other business, which comes last.")
@acting
async def propose(
    act: Act, *, title: str, annex: str, arena: str | None, minutes: int | None, aob: bool
) -> None:
    """Propose an item with this TITLE."""
    await _ITEM.begin(act, AgendaPropose(title, annex, _arena(arena), minutes, aob))


@line_command("counter", group=command)
@click.argument("item")
@click.argument("title")
@_words_options
@acting
async def counter(
    act: Act, *, item: str, title: str, annex: str, arena: str | None, minutes: int | None
) -> None:
    """Answer ITEM with other words: a new version, for the other side to accept."""

    def make(_: Item, target: Target) -> Body:
        return AgendaCounter(target, title, annex, _arena(arena), minutes)

    await _ITEM.change(act, item, make)


_ITEM.plain("accept", "ITEM may come on the agenda as it is.", AgendaAccept)
_ITEM.plain("open", "ITEM is being talked about.", AgendaOpen)
_ITEM.plain("close", "Nothing is left to do about ITEM; it is closed when both sides said so.", AgendaClose)
_ITEM.worded("decline", "ITEM shall not come on the agenda.", "REASON", AgendaDecline)
_ITEM.worded("withdraw", "Take back an ITEM that the own side brought up.", "REASON", AgendaWithdraw)
_ITEM.worded("object", "Break the silence over ITEM.", "REASON", AgendaObject)
_ITEM.worded("amend", "Break the silence over ITEM with other words.", "TEXT", AgendaAmend)


@line_command("adopt", group=command)
@click.argument("items", nargs=-1, required=True)
@acting
async def adopt(act: Act, *, items: tuple[str, ...]) -> None:
    """Adopt ITEMS in this order: the agenda, once the other side adopts the same in the same order."""
    async with act.caught_up() as line:
        found = [_find(act.session, act.channel, one) for one in items]
        await act.say(AgendaAdopt(tuple(Target(one.id, one.content) for one in found)))
        after = line.read(act.channel, lambda book: book.agenda.board())
    for one in after:
        _emit(act.session, act.channel, one.id)


@line_command("outcome", group=command)
@click.argument("item")
@click.argument("outcome", type=_OUTCOMES, metavar="OUTCOME")
@click.argument("words", metavar="[TEXT]", default="")
@acting
async def outcome(act: Act, *, item: str, outcome: str, words: str) -> None:
    """Say what came of ITEM; it is the outcome once the other side says the same in the same words.

    OUTCOME: AGREED, "AGREED AD REFERENDUM", NOTED, DEFERRED, REFERRED or "NOT AGREED".
    """
    chosen = Outcome(outcome.upper())
    await _ITEM.change(act, item, lambda _, target: AgendaOutcome(target, chosen, words))


@line_command("silence", group=command)
@click.argument("item")
@click.argument("outcome", type=_OUTCOMES, metavar="OUTCOME")
@click.argument("words", metavar="TEXT")
@click.option("--until", type=Instant(), default="24h", show_default=True, help="When it ends.")
@acting
async def silence(act: Act, *, item: str, outcome: str, words: str, until: int) -> None:
    """Propose an outcome for ITEM that stands after the silence, unless the other side speaks against it."""
    chosen, end = Outcome(outcome.upper()), resolve(until, act.session.line.now())
    await _ITEM.change(act, item, lambda _, target: AgendaSilence(target, chosen, words, end))
