"""`hotline notice`: who does what, where and when; announced, replaced and cancelled by the side that issued it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.cli.group.notice_input import compose, notice_options
from hotline_client.exports.notices import text
from hotline_client.line.views import MessageView
from hotline_client.presenters import notice as presenter
from hotline_client.presenters.notice import NoticeFacts
from hotline_client.presenters.references import named, reference
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import Action, Notice, Verdict
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.notices import Entry
from hotline_protocol.notices import form, values
from hotline_protocol.text import show

_FORMATS: Final = ("text", "block", "geojson")


@click.group("notice")
def command() -> None:
    """Who does what, where and when, in the air, at sea and in the spectrum; held against all others."""


@line_command("issue", group=command)
@notice_options
@click.option("--dry-run", is_flag=True, help="Show it and what it would conflict with; send nothing.")
@act_options
async def issue(
    session: Session, *, given: dict[str, Any], dry_run: bool, channel: str, key: str | None, patience: int
) -> None:
    """Announce something, by options, from a TOML or GeoJSON file, or by pasting a text.

    Example: hotline notice issue --arena air --activity "Live firing" --circle "33.0N034.5E 5NM" --lower SFC
    --upper FL240 --from "240600Z NOV 26" --until "241200Z NOV 26" --daily 0600-1200Z
    """
    channel = session.channel(channel)
    body = compose(given, session.line.now())
    async with session.line:
        await session.catch_up(patience, required=not dry_run)
        await _act(session, channel, body, dry_run=dry_run, key=key, patience=patience)


@line_command("replace", group=command)
@click.argument("notice")
@notice_options
@click.option("--dry-run", is_flag=True, help="Show it and what it would conflict with; send nothing.")
@act_options
async def replace(
    session: Session,
    *,
    notice: str,
    given: dict[str, Any],
    dry_run: bool,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Put another in the place of NOTICE at once: what is not said stays as it was, unless a file says all."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience, required=not dry_run)
        before = _find(session, channel, notice, ours=True)
        body = compose(
            given,
            session.line.now(),
            action=Action.REPLACE,
            target=Target(before.id, before.content),
            predecessor=before.notice,
        )
        await _act(session, channel, body, dry_run=dry_run, key=key, patience=patience, before=before)


@line_command("cancel", group=command)
@click.argument("notice")
@click.option("--remarks", default="", help="Why.")
@act_options
async def cancel(
    session: Session, *, notice: str, remarks: str, channel: str, key: str | None, patience: int
) -> None:
    """Cancel NOTICE at once."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        before = _find(session, channel, notice, ours=True)
        now = line.now()
        fields = {"arena": str(before.notice.arena), "start": values.print_time(now), "remarks": remarks}
        body = form.to_notice(fields, action=Action.CANCEL, target=Target(before.id, before.content))
        await deliver(session, channel, body, key=key, patience=patience)
        after = line.read(channel, lambda book: book.notices.all[before.id])
    _emit(session, channel, presenter.facts(session.line, channel, after))


async def _act(
    session: Session,
    channel: str,
    body: Notice,
    *,
    dry_run: bool,
    key: str | None,
    patience: int,
    before: Entry | None = None,
) -> None:
    """Send it and show how it stands, or only show what would be sent; both with what this device finds."""
    line = session.line
    if dry_run:
        _rehearse(session, channel, body, before)
        return
    document = await deliver(session, channel, body, key=key, patience=patience)
    entry = line.read(channel, lambda book: book.notices.all[document])
    verdict, against = presenter.check(line, channel, entry)
    told, now = presenter.facts(line, channel, entry), line.now()
    found = {"verdict": str(verdict), "against": against}
    session.emit(
        {**presenter.record(channel, told, now), "found": found},
        f"{presenter.page(told, now)}\n{_verdict(session, channel, verdict, against)}",
    )


def _rehearse(session: Session, channel: str, body: Notice, before: Entry | None) -> None:
    line, now = session.line, session.line.now()
    entry = presenter.tentative(body, line.me.side, now, None if before is None else before.id)
    verdict, against = presenter.check(line, channel, entry)
    number = "" if before is None else reference(line, channel, before.id)
    block = text.block(body, before=number)
    shown = [
        f"NOT SENT  {body.arena.upper()} notice, {body.action}{f' {number}' if number else ''}, as of {dtg(now)}",
        text.sheet([*text.rows(body), ("Actual lead", presenter.lead(entry.lead, body))]),
        _verdict(session, channel, verdict, against),
        "",
        block,
    ]
    record = {
        "type": "notice-dry-run",
        "channel": channel,
        "action": str(body.action),
        "lead": entry.lead,
        "fields": form.to_form(body),
        "verdict": str(verdict),
        "against": against,
        "block": block,
    }
    session.emit(record, "\n".join(shown))


def _verdict(session: Session, channel: str, verdict: Verdict, against: tuple[bytes, ...]) -> str:
    if not against:
        return f"    This device finds: {verdict} of all notices in force."
    several = ", ".join(str(named(session.line, channel, one)) for one in against[:5])
    more = f" and {len(against) - 5} more" if len(against) > 5 else ""
    return f"    This device finds: {verdict} with {several}{more}."


# --- looking at them


def _find(session: Session, channel: str, typed: str, *, ours: bool | None = None) -> Entry:
    """The notice that somebody typed; of both delegations' with one number, that which is a notice, and ours if so asked."""
    known = session.line.read(channel, lambda book: dict(book.notices.all))

    def meant(message: MessageView) -> bool:
        entry = known.get(message.id)
        return entry is not None and ours in (None, entry.side == session.line.me.side)

    message = session.message(channel, typed, meant)
    if message.id not in known:
        raise UsageError(f"{show(typed)} is no notice; `hotline notice list` shows them")
    return known[message.id]


async def _told(
    session: Session, channel: str, typed: tuple[str, ...], patience: int, *, everything: bool = False
) -> list[NoticeFacts]:
    """The notices named, or all in force, or all."""
    line = session.line
    async with line:
        await session.catch_up(patience, required=False)
    now = line.now()
    if typed:
        found = [_find(session, channel, one) for one in typed]
    else:
        found = line.read(channel, lambda book: presenter.entries(book, now, everything=everything))
    return [presenter.facts(line, channel, one) for one in found]


def _by_urgency(told: list[NoticeFacts]) -> list[NoticeFacts]:
    return sorted(told, key=lambda one: presenter.urgency(one.entry))


def _emit(session: Session, channel: str, told: NoticeFacts) -> None:
    now = session.line.now()
    session.emit(presenter.record(channel, told, now), presenter.page(told, now))


@line_command("list", group=command)
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what is over, replaced or cancelled.")
@patience_option(default="5s")
async def show_list(session: Session, *, channel: str, everything: bool, patience: int) -> None:
    """All notices of both sides that are in force, those in conflict first."""
    channel = session.channel(channel)
    told = _by_urgency(await _told(session, channel, (), patience, everything=everything))
    if output.as_json():
        for one in told:
            _emit(session, channel, one)
        return
    session.emit({}, presenter.board(told, session.line.now()) if told else "")
    if not told:
        session.say(f"no notice is in force in {channel}; `hotline notice issue` begins one")


@line_command("show", group=command)
@click.argument("notice")
@channel_option
@patience_option(default="5s")
async def show_notice(session: Session, *, notice: str, channel: str, patience: int) -> None:
    """NOTICE, whole: its fields, what both sides found, its history and the answers."""
    channel = session.channel(channel)
    [told] = await _told(session, channel, (notice,), patience)
    _emit(session, channel, told)


@line_command("map", group=command)
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
    title = f"Notices in {channel}" if len(told) > 1 else f"Notice {told[0].number}"
    svg = presenter.drawing(_by_urgency(told), title, session.line.now())
    files.write_new(path, svg.encode())
    session.emit({"type": "map", "file": str(path), "notices": [one.number for one in told]}, str(path))


@line_command("export", group=command)
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
    if form == "text":
        written = "\n\n".join(presenter.page(one, session.line.now()) for one in told) + "\n"
    else:
        written = presenter.blocks(told) if form == "block" else presenter.geojson(told)
    if out is not None:
        files.write_new(Path(out), written.encode())
        session.emit({"type": "export", "file": out, "notices": [one.number for one in told]}, out)
    else:
        session.emit({"type": "export", "format": form, "content": written}, written.rstrip("\n"))
