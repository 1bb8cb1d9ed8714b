"""`hotline withdraw`, `correct`, `translate`: what is said about words that stand in the log, which all stay there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import click

from hotline_client.cli.base.acting import Act, acting
from hotline_client.cli.base.given import read_words
from hotline_client.cli.base.session import Invocation, is_own, line_command
from hotline_client.line.views import MessageView
from hotline_client.presenters.message import message_record, message_text
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Correction, Translation, Withdrawal
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

Prefer = Callable[[MessageView], bool]
"""Which of the messages that a number fits is meant."""
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


async def _say(act: Act, typed: str, prefer: Prefer | None, make: Callable[[Target], Body]) -> None:
    """Say it of the words that a message has now, and show the message as it is after it."""
    session = act.session
    async with act.caught_up():
        target = present_target(session, act.channel, typed, prefer)
        await act.say(make(target))
        after = session.message(act.channel, target.id.hex())
        session.emit(message_record(after), message_text(after))


@line_command("withdraw")
@click.argument("target")
@click.argument("reason")
@acting
async def withdraw(act: Act, *, target: str, reason: str) -> None:
    """Take back TARGET (#SEQ, reference or id), a message of your own, and say why. It stays in the record."""
    await _say(act, target, is_own, lambda present: Withdrawal(present, reason))


@line_command("correct")
@click.argument("target")
@click.argument("text", required=False)
@acting
async def correct(act: Act, *, target: str, text: str | None) -> None:
    """Put TEXT (or stdin) in the place of the words of TARGET, a message of your own.

    The old words stay in the record. What was acknowledged or answered before was the old words; a question is open anew.
    """
    await _say(act, target, is_own, lambda present: Correction(present, read_words(text)))


@line_command("translate")
@click.argument("target")
@click.argument("language")
@click.argument("text", required=False)
@acting
async def translate(act: Act, *, target: str, language: str, text: str | None) -> None:
    """Put a courtesy translation of TARGET into LANGUAGE (such as he, ru, en-GB) beside it: TEXT, or stdin.

    It is bound to the exact words that stand now. The original alone has force.
    """
    check_language(language)
    await _say(act, target, None, lambda present: Translation(present, language, read_words(text)))


def present_target(session: Invocation, channel: str, typed: str, prefer: Prefer | None = None) -> Target:
    """What names a document with the content that it has now, minutes and items of the agenda included."""
    found = session.line.target(channel, session.message(channel, typed, prefer).id)
    minutes = session.line.read(channel, lambda book: book.minutes.all.get(found.id))
    item = session.line.read(channel, lambda book: book.agenda.items.get(found.id))
    known = minutes or item
    return found if known is None else Target(found.id, known.content)


def check_language(language: str) -> None:
    """UsageError if it is no BCP 47 tag."""
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(f"expected a language such as he, ru or en-GB, not {show(language)}")
