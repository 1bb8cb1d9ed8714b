"""`hotline meeting`: time, place and level, each agreed by itself; and the meeting in one's own calendar and caucus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import Act, Command, Subject, acting, channel_option, reading, relayed
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.cli.base.slots import SlotType, ZoneType
from hotline_client.cli.group.agenda import is_item
from hotline_client.presenters.meeting import (
    Zones,
    calendar,
    facts,
    is_within,
    listed,
    meeting_record,
    meeting_text,
    named,
    news,
    soonest,
)
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    MAX_SLOTS,
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.text import show

_CAUCUS: Final = "caucus"
_FITS: Final = {str(one).lower().replace(" ", "-"): one for one in Fits}


@click.group("meeting")
def command() -> None:
    """Meetings: nobody organizes them, both sides agree about time, place and level."""


def zone_option(function: Command) -> Command:
    """Adds `--zone`; the command receives `zones`."""
    return click.option(
        "--zone",
        "zones",
        type=ZoneType(),
        multiple=True,
        help="Show times in this zone too (Europe/Zurich); may be given again. Default: this machine's.",
    )(function)


def part_options(function: Command) -> Command:
    """Adds what a proposal and a counter-proposal say; the command receives `slots`, `place`, `level` and `note`."""
    options = (
        click.option(
            "--slot",
            "slots",
            type=SlotType(),
            multiple=True,
            metavar="TIME/LENGTH",
            help="A candidate: `2026-12-03T09:00 Europe/Zurich/3h`, `030800Z DEC 26/90m`; may be given again.",
        ),
        click.option("--place", default="", help="Where."),
        click.option("--level", type=click.Choice([str(one) for one in Level]), help="Who meets."),
        click.option("--note", default="", help="A remark."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _level(name: str | None) -> Level | None:
    return None if name is None else Level(name)


def _check_slots(slots: tuple[Slot, ...], now: int) -> None:
    if len(slots) > MAX_SLOTS:
        raise UsageError(f"{len(slots)} candidate times were given, at most {MAX_SLOTS} are allowed")
    for one in slots:
        if one.start <= now:
            raise UsageError(f"the time {dtg(one.start)} has passed")


# --- one or all of them


def find(session: Invocation, channel: str, typed: str) -> Meeting:
    """The meeting that the number of its proposal, or of a counter-proposal to it that still counts, names."""
    messages = session.messages(channel, typed) or [session.message(channel, typed)]
    found = session.line.read(channel, lambda book: named(book, messages))
    if not found:
        raise UsageError(f"{show(typed)} is no meeting; `hotline meeting list` shows them")
    if len(found) > 1:
        several = " or ".join(f"#{one.seq} ({show(one.title)})" for one in found)
        raise UsageError(f"{show(typed)} is a number of both delegations; say {several}")
    return found[0]


def emit(session: Invocation, channel: str, document: bytes, zones: Zones = ()) -> None:
    """Print the meeting that a document began, as it stands now."""
    found = session.line.read(channel, lambda book: book.meetings.all[document])
    told = facts(session.line, channel, found)
    session.emit(meeting_record(channel, told), meeting_text(told, zones))


_MEETING: Final = Subject(command, "meeting", find, emit)


@line_command("list", group=command)
@channel_option
@click.option("--all", "everything", is_flag=True, help="Also what was held or cancelled.")
@click.option("--within", type=Duration(), help="Only what begins within this time (24h) or has begun.")
@zone_option
@reading
async def list_meetings(
    session: Invocation, channel: str, *, everything: bool, within: int | None, zones: Zones
) -> None:
    """Meetings with what is agreed and what is open; the soonest first."""
    line, now = session.line, session.line.now()
    found = line.read(channel, lambda book: list(book.meetings.all.values()))
    if within is not None:
        found = [one for one in found if is_within(one, now, within)]
    elif not everything:
        found = [one for one in found if one.is_living]
    found.sort(key=lambda one: (soon.start if (soon := soonest(one, now)) else sys.maxsize, one.seq))
    for one in found:
        told = facts(line, channel, one)
        session.emit(meeting_record(channel, told), listed(told, now, zones))
    if not found:
        session.say(f"no such meetings in {channel}; `hotline meeting propose` begins one")


@line_command("show", group=command)
@click.argument("meeting")
@channel_option
@zone_option
@reading
async def show_meeting(session: Invocation, channel: str, *, meeting: str, zones: Zones) -> None:
    """One MEETING, whole: the proposals side by side, and times in several zones."""
    emit(session, channel, find(session, channel, meeting).id, zones)


@line_command("ics", group=command)
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
@reading
async def write_calendar(
    session: Invocation,
    channel: str,
    *,
    meetings: tuple[str, ...],
    zones: Zones,
    out: Path | None,
    alarms: tuple[int, ...],
) -> None:
    """MEETINGS (all, if none is named) as an iCalendar file; a later file takes the place of an earlier one in a calendar."""
    line = session.line
    chosen = [find(session, channel, one) for one in meetings] or line.read(
        channel, lambda book: list(book.meetings.all.values())
    )
    made = calendar(line, channel, chosen, alarms, zones)
    if out is not None:
        files.write_new(out, made)
        session.say(f"{sum(bool(one.slots) for one in chosen)} meetings in {out}")
    elif output.as_json():
        session.emit({"type": "calendar", "channel": channel, "ics": made.decode()}, "")
    else:
        sys.stdout.buffer.write(made)


@line_command("tell", group=command)
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
        words = news(facts(line, channel, found))
        key = key or f"meeting {found.id.hex()} {found.sequence}"
        document = line.send_text(caucus, words, key=key)
        message = await relayed(session, caucus, document, patience)
    told = {
        "type": "told",
        "channel": caucus,
        "id": document.hex(),
        "seq": message.seq,
        "meeting": found.id.hex(),
    }
    session.emit({**told, "text": words}, words)


# --- acts on one


@line_command("propose", group=command)
@click.argument("title")
@part_options
@acting
async def propose(
    act: Act, *, title: str, slots: tuple[Slot, ...], place: str, level: str | None, note: str
) -> None:
    """Propose a meeting with this TITLE, and as much of it as is known."""
    body = MeetingPropose(title, slots, place, _level(level), note)
    _check_slots(slots, act.session.line.now())
    await _MEETING.begin(act, body)


@line_command("counter", group=command)
@click.argument("meeting")
@part_options
@acting
async def counter(
    act: Act, *, meeting: str, slots: tuple[Slot, ...], place: str, level: str | None, note: str
) -> None:
    """Answer MEETING with another time, place or level: voids what was agreed about these, and nothing else."""
    _check_slots(slots, act.session.line.now())

    def make(_: Meeting, target: Target) -> Body:
        return MeetingCounter(target, slots, place, _level(level), note)

    await _MEETING.change(act, meeting, make)


@line_command("answer", group=command)
@click.argument("meeting")
@click.argument("fits", nargs=-1, required=True, type=click.Choice(list(_FITS), case_sensitive=False))
@acting
async def answer(act: Act, *, meeting: str, fits: tuple[str, ...]) -> None:
    """Say of each candidate time of MEETING, in order, whether it FITS; that binds nobody."""

    def make(found: Meeting, target: Target) -> Body:
        known = found.parts.get(Part.TIME)
        if known is None or len(fits) != len(found.slots):
            raise UsageError(f"expected one answer for each of {len(found.slots)} candidate times")
        return MeetingAnswer(target, known.version, tuple(_FITS[one.lower()] for one in fits))

    await _MEETING.change(act, meeting, make)


@line_command("agree", group=command)
@click.argument("meeting")
@click.argument("parts", nargs=-1, required=True, metavar="PART...")
@acting
async def agree(act: Act, *, meeting: str, parts: tuple[str, ...]) -> None:
    """Agree to what is proposed of MEETING now. PART: `time` (`time=2` of several), `place`, `level`.

    A part is agreed once both sides agreed to the same version of it.
    """

    def make(found: Meeting, target: Target) -> Body:
        return MeetingAgree(target, tuple(_agreed(found, one) for one in parts))

    await _MEETING.change(act, meeting, make)


def _agreed(meeting: Meeting, typed: str) -> Agreed:
    name, equals, number = typed.partition("=")
    if name not in set(Part) or (equals and (name != Part.TIME or not number.isdecimal())):
        raise UsageError(f"{show(typed)} is no part; say time, time=NUMBER, place or level")
    part = Part(name)
    known = meeting.parts.get(part)
    if known is None:
        raise UsageError(f"no {part} is proposed that could be agreed to")
    if part is Part.TIME and len(meeting.slots) > 1 and not equals:
        raise UsageError(f"there are {len(meeting.slots)} candidate times; say which, such as time=1")
    chosen = int(number[:4]) if equals else 1
    if not 1 <= chosen <= max(len(meeting.slots), 1):
        raise UsageError(f"there are {len(meeting.slots)} candidate times, and no number {chosen}")
    return Agreed(part, known.version, chosen - 1 if part is Part.TIME else 0)


@line_command("attach", group=command)
@click.argument("meeting")
@click.argument("items", nargs=-1)
@acting
async def attach(act: Act, *, meeting: str, items: tuple[str, ...]) -> None:
    """Attach agenda ITEMS to MEETING, all it is for: a later list takes the place of an earlier one."""

    def make(_: Meeting, target: Target) -> Body:
        named = (act.session.message(act.channel, one, is_item).id for one in items)
        return MeetingAttach(target, tuple(named))

    await _MEETING.change(act, meeting, make)


_MEETING.plain("held", "Say that MEETING took place; it is HELD when both sides say so.", MeetingHeld)
_MEETING.worded("cancel", "Call MEETING off, and say the REASON.", "REASON", MeetingCancel)
