"""`hotline notice list`, `show`, `map`, `export`: what is announced, as a table, a page, a picture or a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import channel_option
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.exports.notices import text
from hotline_client.line.views import MessageView
from hotline_client.presenters import notice as notice_text
from hotline_client.presenters.notice import Told, tell
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.notices import Entry
from hotline_protocol.text import show

_FORMATS: Final = ("text", "block", "geojson")


def find(session: Session, channel: str, typed: str, *, ours: bool | None = None) -> Entry:
    """The notice that somebody typed; of both delegations' with one number, that which is a notice, and ours if so asked."""
    known = session.line.read(channel, lambda book: dict(book.notices.all))

    def meant(message: MessageView) -> bool:
        entry = known.get(message.id)
        return entry is not None and ours in (None, entry.side == session.line.me.side)

    message = session.message(channel, typed, meant)
    if message.id not in known:
        raise UsageError(f"{show(typed)} is no notice; `hotline notice list` shows them")
    return known[message.id]


async def _told(session: Session, channel: str, typed: tuple[str, ...], patience: int) -> list[Told]:
    """The notices named, or all in force."""
    async with session.line:
        await session.catch_up(patience, required=False)
    now = session.line.now()
    if typed:
        found = [find(session, channel, one) for one in typed]
    else:
        found = session.line.read(channel, lambda book: notice_text.entries(book, now, everything=False))
    return [tell(session.line, channel, one) for one in found]


@line_command("list")
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what is over, replaced or cancelled.")
@patience_option(default="5s")
async def show_list(session: Session, *, channel: str, everything: bool, patience: int) -> None:
    """All notices of both sides that are in force, those in conflict first."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience, required=False)
    now = session.line.now()
    found = session.line.read(channel, lambda book: notice_text.entries(book, now, everything=everything))
    told = [tell(session.line, channel, one) for one in found]
    if output.as_json():
        for one in notice_text.ordered(told):
            session.emit(notice_text.record(session.line, channel, one), "")
        return
    session.emit({}, notice_text.board(told, now) if told else "")
    if not told:
        session.say(f"no notice is in force in {channel}; `hotline notice issue` begins one")


@line_command("show")
@click.argument("notice")
@channel_option
@patience_option(default="5s")
async def show_notice(session: Session, *, notice: str, channel: str, patience: int) -> None:
    """NOTICE, whole: its fields, what both sides found, its history and the answers."""
    channel = session.channel(channel)
    [told] = await _told(session, channel, (notice,), patience)
    session.emit(notice_text.record(session.line, channel, told), notice_text.page(session.line, told))


@line_command("map")
@click.argument("notices", nargs=-1)
@click.option("--out", required=True, metavar="FILE", help="The SVG file to write; must not exist.")
@channel_option
@patience_option(default="5s")
async def draw(session: Session, *, notices: tuple[str, ...], out: str, channel: str, patience: int) -> None:
    """Draw NOTICES, or all in force, as a map with a timeline below it."""
    path = Path(out)
    files.must_be_new(path)
    channel = session.channel(channel)
    told = await _told(session, channel, notices, patience)
    if not told:
        raise UsageError(f"no notice is in force in {channel}: there is nothing to draw")
    # here, because a listing shall not pay for numpy, pyproj and shapely
    from hotline_client.exports.notices import picture  # noqa: PLC0415

    drawn = [
        picture.Drawn(one.entry.notice, one.number, one.entry.side, one.owner, _words(one, session))
        for one in notice_text.ordered(told)
    ]
    title = f"Notices in {channel}" if len(told) > 1 else f"Notice {told[0].number}"
    svg = picture.svg(drawn, title=title, now=session.line.now())
    files.write_new(path, svg.encode())
    session.emit({"type": "map", "file": str(path), "notices": [one.number for one in told]}, str(path))


def _words(told: Told, session: Session) -> str:
    found = f"{told.mine.verdict if told.mine else 'NOT CHECKED'} by us"
    against = f" with {', '.join(told.against[:3])}" if told.against else ""
    disputed = ", DISPUTED" if told.entry.disputed else ""
    return f"{notice_text.phase(told.entry, session.line.now())}, {found}{against}{disputed}"


@line_command("export")
@click.argument("notices", nargs=-1)
@click.option(
    "--as",
    "form",
    type=click.Choice(_FORMATS),
    default="block",
    show_default=True,
    help="text for people, block in the manner of the arena (can be pasted back), or geojson.",
)
@click.option("--out", metavar="FILE", help="The file to write; must not exist.  [default: stdout]")
@channel_option
@patience_option(default="5s")
async def export(
    session: Session, *, notices: tuple[str, ...], form: str, out: str | None, channel: str, patience: int
) -> None:
    """Write NOTICES, or all in force: as text, in the manner of a NOTAM or NAVAREA warning, or as GeoJSON."""
    if out is not None:
        files.must_be_new(Path(out))
    channel = session.channel(channel)
    told = await _told(session, channel, notices, patience)
    written = written_as(session, form, told)
    if out is not None:
        files.write_new(Path(out), written.encode())
        session.emit({"type": "export", "file": out, "notices": [one.number for one in told]}, out)
    else:
        session.emit({"type": "export", "format": form, "content": written}, written.rstrip("\n"))


def written_as(session: Session, form: str, told: list[Told]) -> str:
    """The content of an export."""
    if form == "text":
        return "\n\n".join(notice_text.page(session.line, one) for one in told) + "\n"
    if form == "block":
        return "\n\n".join(block(one) for one in told) + "\n"
    # here, because a listing shall not pay for numpy, pyproj and shapely
    from hotline_client.exports.notices import geojson  # noqa: PLC0415

    features = [
        geojson.feature(
            one.entry.notice, number=one.number, side=one.entry.side, id=one.entry.id.hex(), owner=one.owner
        )
        for one in told
    ]
    return json.dumps(geojson.collection(features), ensure_ascii=True, indent=1) + "\n"


def block(told: Told) -> str:
    """The notice in the manner of its arena."""
    return text.block(told.entry.notice, number=told.number, before=told.before)
