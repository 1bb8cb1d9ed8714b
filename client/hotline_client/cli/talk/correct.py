"""`hotline withdraw`, `correct`, `translate`: what is said about words that stand in the log, which all stay there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import click

from hotline_client.cli.base.acting import act_options, deliver
from hotline_client.cli.base.given import read_words
from hotline_client.cli.base.session import Invocation, is_own, line_command
from hotline_client.line.views import MessageView
from hotline_client.presenters.message import message_record, message_text
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Correction, Translation, Withdrawal
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


async def _act(
    session: Invocation, channel: str, target: Target, body: Body, *, key: str | None, patience: int
) -> None:
    """Say it and show the message as it is after it."""
    await deliver(session, channel, body, key=key, patience=patience)
    after = session.message(channel, target.id.hex())
    session.emit(message_record(after), message_text(after))


def _target(
    session: Invocation, channel: str, typed: str, prefer: Callable[[MessageView], bool] | None = None
) -> Target:
    return session.line.target(channel, session.message(channel, typed, prefer).id)


@line_command("withdraw")
@click.argument("target")
@click.argument("reason")
@act_options
async def withdraw(
    session: Invocation, *, target: str, reason: str, channel: str, key: str | None, patience: int
) -> None:
    """Take back TARGET (#SEQ, reference or id), a message of your own, and say why. It stays in the record."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience)
        present = _target(session, channel, target, is_own)
        await _act(session, channel, present, Withdrawal(present, reason), key=key, patience=patience)


@line_command("correct")
@click.argument("target")
@click.argument("text", required=False)
@act_options
async def correct(
    session: Invocation, *, target: str, text: str | None, channel: str, key: str | None, patience: int
) -> None:
    """Put TEXT (or stdin) in the place of the words of TARGET, a message of your own.

    The old words stay in the record. What was acknowledged or answered before was the old words; a question is open anew.
    """
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience)
        present = _target(session, channel, target, is_own)
        await _act(
            session, channel, present, Correction(present, read_words(text)), key=key, patience=patience
        )


@line_command("translate")
@click.argument("target")
@click.argument("language")
@click.argument("text", required=False)
@act_options
async def translate(
    session: Invocation,
    *,
    target: str,
    language: str,
    text: str | None,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Put a courtesy translation of TARGET into LANGUAGE (such as he, ru, en-GB) beside it: TEXT, or stdin.

    It is bound to the exact words that stand now. The original alone has force.
    """
    check_language(language)
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience)
        present = present_target(session, channel, target)
        body = Translation(present, language, read_words(text))
        await _act(session, channel, present, body, key=key, patience=patience)


def present_target(session: Invocation, channel: str, typed: str) -> Target:
    """What names a document with the content that it has now, minutes and items of the agenda included."""
    found = _target(session, channel, typed)
    minutes = session.line.read(channel, lambda book: book.minutes.all.get(found.id))
    item = session.line.read(channel, lambda book: book.agenda.items.get(found.id))
    known = minutes or item
    return found if known is None else Target(found.id, known.content)


def check_language(language: str) -> None:
    """UsageError if it is no BCP 47 tag."""
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(f"expected a language such as he, ru or en-GB, not {show(language)}")
