"""`hotline minutes`: one text that both sides come to sign, from the draft to the paper."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import Act, Subject, acting, channel_option, reading
from hotline_client.cli.base.given import read_words
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.cli.talk.correct import check_language
from hotline_client.exports.paper.gather import gather
from hotline_client.line.views import MessageView
from hotline_client.presenters.agenda import reportable
from hotline_client.presenters.minutes import (
    facts,
    first_text,
    listed,
    minutes_record,
    minutes_text,
    text_hash,
)
from hotline_client.presenters.references import reference
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.minutes import (
    MAX_MINUTES,
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.agenda import Item
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import Record
from hotline_protocol.text import show

FORMATS: Final = ("md", "html", "pdf", "text")


@click.group("minutes")
def command() -> None:
    """One text over one hash: initialled by each side, signed by both heads, exported as paper."""


# --- one or all of them


def _named(session: Invocation, channel: str, typed: str, kind: str) -> MessageView:
    """The document of a kind that somebody typed: both delegations count theirs from 1, and mostly one only fits."""
    meant = [one for one in session.messages(channel, typed) if one.kind == kind]
    return meant[0] if len(meant) == 1 else session.message(channel, typed)


def _find(session: Invocation, channel: str, typed: str) -> Record:
    message = _named(session, channel, typed, "minutes.draft")
    found = session.line.read(channel, lambda book: book.minutes.all.get(message.id))
    if found is None:
        raise UsageError(f"{show(typed)} names no minutes; `hotline minutes list` shows them")
    return found


def _emit(session: Invocation, channel: str, document: bytes) -> None:
    told = facts(session.line, channel, session.line.read(channel, lambda book: book.minutes.all[document]))
    session.emit(minutes_record(session.line, channel, told), minutes_text(session.line, told))


_MINUTES: Final = Subject(command, "minutes", _find, _emit)


@line_command("list", group=command)
@channel_option
@reading
async def show_list(session: Invocation, channel: str) -> None:
    """All minutes of a channel, with where they stand and who has initialled and signed."""
    line = session.line
    found = line.read(channel, lambda book: list(book.minutes.all.values()))
    if output.as_json():
        for one in found:
            session.emit(minutes_record(line, channel, facts(line, channel, one)), "")
        return
    session.emit({}, listed(line, channel, found) if found else "")
    if not found:
        session.say(f"there are no minutes in {channel}; `hotline minutes draft` begins some")


@line_command("show", group=command)
@click.argument("minutes")
@channel_option
@reading
async def show_minutes(session: Invocation, channel: str, *, minutes: str) -> None:
    """MINUTES, whole: the text, comments, initials, reservations, signatures, translations."""
    _emit(session, channel, _find(session, channel, minutes).id)


# --- acting


@line_command("draft", group=command)
@click.argument("title", required=False)
@click.option("--file", metavar="PATH", help="The text; without it, stdin.")
@click.option("--language", default="en", show_default=True, help="Of the original, which alone has force.")
@click.option("--meeting", metavar="MEETING", help="The meeting that it is about.")
@click.option("--item", "items", metavar="ITEM", multiple=True, help="An item reported; may be given again.")
@click.option(
    "--from-agenda",
    is_flag=True,
    help="Report every item with an outcome; without --file the text is made from these outcomes.",
)
@click.option("--dry-run", is_flag=True, help="Print the text and send nothing.")
@acting
async def draft(
    act: Act,
    *,
    title: str | None,
    file: str | None,
    language: str,
    meeting: str | None,
    items: tuple[str, ...],
    from_agenda: bool,
    dry_run: bool,
) -> None:
    """Draft minutes with this TITLE (the meeting's, if there is none).

    To edit the first text: `minutes draft --from-agenda --dry-run > m.txt`, then `minutes draft --from-agenda --file m.txt`.
    """
    check_language(language)
    session, channel = act.session, act.channel
    async with act.caught_up() as line:
        about = None if meeting is None else _meeting(session, channel, meeting)
        heading = title or (f"Minutes of {about.title}" if about is not None else None)
        if heading is None:
            raise UsageError("no title: give one, or --meeting for the meeting's")
        reported = _items(session, channel, items, from_agenda=from_agenda)
        if from_agenda and file is None:
            text = first_text(heading, about, reported, partial(reference, line, channel))
        else:
            text = read_words(file=file, limit=4 * MAX_MINUTES)
        named = tuple(one.id for one in reported)
        body = MinutesDraft(heading, text, language, None if about is None else about.id, named)
        if dry_run:
            session.emit({"type": "minutes-text", "title": heading, "text": text}, text)
            return
        document = await act.say(body)
    _emit(session, channel, document)


def _meeting(session: Invocation, channel: str, typed: str) -> Meeting:
    message = _named(session, channel, typed, "meeting.propose")
    found = session.line.read(channel, lambda book: book.meetings.all.get(message.id))
    if found is None:
        raise UsageError(f"{show(typed)} names no meeting")
    return found


def _items(session: Invocation, channel: str, typed: tuple[str, ...], *, from_agenda: bool) -> list[Item]:
    line = session.line
    found: dict[bytes, Item] = {}
    for one in typed:
        message = _named(session, channel, one, "agenda.propose")
        item = line.read(channel, lambda book, message=message: book.agenda.items.get(message.id))  # type: ignore[misc]
        if item is None:
            raise UsageError(f"{show(one)} is no item of the agenda; `hotline agenda list` shows them")
        found[item.id] = item
    if from_agenda:
        board = line.read(channel, lambda book: book.agenda.board())
        ended = reportable(board)
        found |= {one.id: one for one in ended}
        if not found:
            raise UsageError("no item of the agenda has an outcome that no minutes told of yet")
    return list(found.values())


@line_command("revise", group=command)
@click.argument("minutes")
@click.option("--file", metavar="PATH", help="The text; without it, stdin.")
@acting
async def revise(act: Act, *, minutes: str, file: str | None) -> None:
    """Put another text in the place of the present one; what was initialled, signed and reserved is void."""
    words = read_words(file=file, limit=4 * MAX_MINUTES)
    await _MINUTES.change(act, minutes, lambda _, target: MinutesRevise(target, words))


def _marked(name: str, help_: str, body: Callable[[Target], Body]) -> None:
    @line_command(name, group=command)
    @click.argument("minutes")
    @click.option(
        "--text-hash",
        "read",
        metavar="SHA256",
        help="Only if the text is the one that was read: its SHA-256, or at least the first 8 digits.",
    )
    @acting
    async def run(act: Act, *, minutes: str, read: str | None) -> None:
        def make(found: Record, target: Target) -> Body:
            present = text_hash(found)
            if read is not None and (len(read) < 8 or not present.startswith(read.lower())):
                raise UsageError(f"the text is another one: expected SHA-256 {show(read)}, it is {present}")
            return body(target)

        await _MINUTES.change(act, minutes, make)

    run.help = help_


_MINUTES.worded("comment", "Say something about the present TEXT of MINUTES.", "TEXT", MinutesComment)
_MINUTES.worded("reserve", "A reservation of the own side, which stays with MINUTES.", "TEXT", MinutesReserve)
_marked("initial", "The own side holds the present text of MINUTES for right.", MinutesInitial)
_marked("sign", "Sign MINUTES, as head of the delegation, once both sides initialled them.", MinutesSign)


# --- paper


@line_command("export", group=command)
@click.argument("minutes")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="pdf", show_default=True)
@click.option("--out", "where", metavar="PATH", help="Where to; without it or with -, stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@channel_option
@patience_option(default="5s")
async def export(
    session: Invocation,
    *,
    minutes: str,
    kind: str,
    where: str | None,
    force: bool,
    channel: str,
    patience: int,
) -> None:
    """Write MINUTES as Markdown, HTML or PDF, with a page that tells how to verify them; or the text alone.

    Both sides get the same bytes from the same log.
    """
    line, channel = session.line, session.channel(channel)
    to_stdout = where is None or where == "-"
    if to_stdout and kind == "pdf" and sys.stdout.isatty():
        raise UsageError("a PDF is nothing for a terminal: name a file with --out")
    async with line:
        await session.catch_up(patience, required=False)
    # imported here: only who exports pays for the typesetting
    from hotline_client.exports.paper.write import write  # noqa: PLC0415

    data = write(gather(line, channel, _find(session, channel, minutes).id), kind)
    if where is None or to_stdout:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(where)
    if force:
        files.replace(path, data)
    else:
        files.write_new(path, data)
    written = {"type": "export", "format": kind, "path": str(path), "bytes": len(data)}
    session.emit(written, f"{path}: {len(data)} bytes")
