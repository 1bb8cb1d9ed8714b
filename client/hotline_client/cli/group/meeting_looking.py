"""Looking at meetings: the list, one whole, the calendar file, and telling the own delegation how one stands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import Command, channel_option
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.cli.base.slots import ZoneType
from hotline_client.exports.calendars import CalendarEntry, calendar, is_scheduled
from hotline_client.line.views import MessageView
from hotline_client.presenters import meeting as meeting_text
from hotline_client.presenters.meeting import record, text
from hotline_client.presenters.references import reference
from hotline_client.words import columns
from hotline_client.words.times import local_times, zulu
from hotline_protocol.documents.meetings import Slot
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.text import show

_CAUCUS: Final = "caucus"

Zones = tuple[ZoneInfo, ...]


def zone_option(function: Command) -> Command:
    """Adds `--zone`; the command receives `zones`."""
    return click.option(
        "--zone",
        "zones",
        type=ZoneType(),
        multiple=True,
        help="Show times in this zone too (Europe/Zurich); may be given again. Default: this machine's.",
    )(function)


def find(session: Invocation, channel: str, typed: str) -> Meeting:
    """The meeting that the number of its proposal, or of a counter-proposal to it that still counts, names."""
    messages = session.messages(channel, typed) or [session.message(channel, typed)]
    found = session.line.read(
        channel, lambda book: [one for one in book.meetings.all.values() if _is_named(one, messages)]
    )
    if not found:
        raise UsageError(f"{show(typed)} is no meeting; `hotline meeting list` shows them")
    if len(found) > 1:
        several = " or ".join(f"#{one.seq} ({show(one.title)})" for one in found)
        raise UsageError(f"{show(typed)} is a number of both delegations; say {several}")
    return found[0]


def _is_named(meeting: Meeting, messages: list[MessageView]) -> bool:
    versions = {part.version for part in meeting.parts.values()}
    return any(one.id == meeting.id or one.content_hash in versions for one in messages)


def emit(session: Invocation, channel: str, document: bytes, zones: Zones = ()) -> None:
    """Print the meeting that a document began, as it stands now."""
    found = session.line.read(channel, lambda book: book.meetings.all[document])
    session.emit(record(session.line, channel, found), text(session.line, channel, found, zones))


def _soonest(meeting: Meeting, now: int) -> Slot | None:
    """The agreed time, or the first candidate that is not over."""
    times = [meeting.slot] if meeting.slot is not None else sorted(meeting.slots, key=lambda one: one.start)
    return next((one for one in times if one is not None and one.end > now), None)


def _is_within(meeting: Meeting, now: int, seconds: int) -> bool:
    soonest = _soonest(meeting, now)
    return meeting.is_living and soonest is not None and soonest.start <= now + seconds * 1000


@line_command("list")
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what was held or cancelled.")
@click.option("--within", type=Duration(), help="Only what begins within this time (24h) or has begun.")
@zone_option
@patience_option(default="5s")
async def list_meetings(
    session: Invocation, *, channel: str, everything: bool, within: int | None, zones: Zones, patience: int
) -> None:
    """Meetings with what is agreed and what is open; the soonest first."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    now = line.now()
    found = line.read(channel, lambda book: list(book.meetings.all.values()))
    if within is not None:
        found = [one for one in found if _is_within(one, now, within)]
    elif not everything:
        found = [one for one in found if one.is_living]
    found.sort(key=lambda one: (soon.start if (soon := _soonest(one, now)) else sys.maxsize, one.seq))
    if output.as_json():
        for one in found:
            session.emit(record(session.line, channel, one), "")
        return
    for one in found:
        session.emit({}, _lines(session, channel, one, zones))
    if not found:
        session.say(f"no such meetings in {channel}; `hotline meeting propose` begins one")


def _lines(session: Invocation, channel: str, meeting: Meeting, zones: Zones) -> str:
    soonest = _soonest(meeting, session.line.now())
    name = session.line.charter.delegation(meeting.side).delegation
    head = f"{reference(session.line, channel, meeting.id)}  {show(name)} #{meeting.seq}  {meeting.state}  "
    lines = [head + columns.fit(meeting.title, max(columns.WIDTH - len(head), 8)).rstrip()]
    lines.append(f"    {meeting.standing()}")
    if soonest is not None:
        of = "" if meeting.slot else f"  (the first of {len(meeting.slots)} candidates)"
        lines += [f"    {zulu(soonest)}{of}", *(f"        {one}" for one in local_times(soonest, zones))]
    return "\n".join(lines)


@line_command("show")
@click.argument("meeting")
@channel_option
@zone_option
@patience_option(default="5s")
async def show_meeting(
    session: Invocation, *, meeting: str, channel: str, zones: Zones, patience: int
) -> None:
    """One MEETING, whole: the proposals side by side, and times in several zones."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    emit(session, channel, find(session, channel, meeting).id, zones)


@line_command("ics")
@click.argument("meetings", nargs=-1)
@channel_option
@zone_option
@click.option("--out", type=click.Path(path_type=Path), help="Write it to this new file instead of stdout.")
@click.option(
    "--alarm",
    "alarms",
    type=Duration(),
    multiple=True,
    default=("24h", "1h"),
    show_default=True,
    help="Remind so long before; may be given again.",
)
@patience_option(default="5s")
async def write_calendar(
    session: Invocation,
    *,
    meetings: tuple[str, ...],
    channel: str,
    zones: Zones,
    out: Path | None,
    alarms: tuple[int, ...],
    patience: int,
) -> None:
    """MEETINGS (all, if none is named) as an iCalendar file; a later file takes the place of an earlier one in a calendar."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    chosen = [find(session, channel, one) for one in meetings] or line.read(
        channel, lambda book: list(book.meetings.all.values())
    )
    entries = [_entry(session, channel, one, zones) for one in chosen if is_scheduled(one)]
    if not entries:
        raise UsageError("no time was proposed yet: there is nothing to put into a calendar")
    made = calendar(line.charter, entries, alarms)
    if out is not None:
        files.write_new(out, made)
        session.say(f"{len(entries)} meetings in {out}")
    elif output.as_json():
        session.emit({"type": "calendar", "channel": channel, "ics": made.decode()}, "")
    else:
        sys.stdout.buffer.write(made)


def _entry(session: Invocation, channel: str, meeting: Meeting, zones: Zones) -> CalendarEntry:
    times = {one: tuple(local_times(one, zones)) for one in meeting.slots}
    return CalendarEntry(
        meeting,
        reference(session.line, channel, meeting.id),
        meeting_text.items(session.line, channel, meeting),
        times,
    )


@line_command("tell")
@click.argument("meeting")
@channel_option
@click.option("--key", help="Idempotency key; by default each standing of a meeting is told once.")
@patience_option()
async def tell(session: Invocation, *, meeting: str, channel: str, key: str | None, patience: int) -> None:
    """Tell the own delegation, in its caucus, how MEETING stands. The other side does not see it."""
    line, channel, caucus = session.line, session.channel(channel), session.channel(_CAUCUS)
    async with line:
        await session.catch_up(patience)
        found = find(session, channel, meeting)
        words = meeting_text.news(session.line, channel, found)
        key = key or f"meeting {found.id.hex()} {found.sequence}"
        document = line.send_text(caucus, words, key=key)
        try:
            message = await line.wait_relayed(document, patience)
        except TimeoutError:
            raise session.failure(caucus, f"it is kept in the outbox as {document.hex()}") from None
    told = {
        "type": "told",
        "channel": caucus,
        "id": document.hex(),
        "seq": message.seq,
        "meeting": found.id.hex(),
    }
    session.emit({**told, "text": words}, words)
