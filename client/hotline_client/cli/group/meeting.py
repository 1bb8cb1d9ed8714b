"""`hotline meeting`: time, place and level, each agreed by itself; and the meeting in one's own calendar and caucus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click

from hotline_client.cli.base.acting import Command, act_options, deliver
from hotline_client.cli.base.session import Invocation, line_command
from hotline_client.cli.base.slots import SlotType
from hotline_client.cli.group import meeting_looking as looking
from hotline_client.cli.group.agenda import is_item
from hotline_client.cli.group.meeting_looking import emit, find
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

_FITS: Final = {str(one).lower().replace(" ", "-"): one for one in Fits}


@click.group("meeting")
def command() -> None:
    """Meetings: nobody organizes them, both sides agree about time, place and level."""


for _looking in (looking.list_meetings, looking.show_meeting, looking.write_calendar, looking.tell):
    command.add_command(_looking)


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


async def _act(
    session: Invocation,
    channel: str,
    typed: str,
    make: Callable[[Meeting, Target], Body],
    *,
    key: str | None,
    patience: int,
) -> None:
    """One act on one meeting, on what it is for this device now."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience)
        found = find(session, channel, typed)
        body = make(found, Target(found.id, found.content))
        await deliver(session, channel, body, key=key, patience=patience)
        emit(session, channel, found.id)


@line_command("propose", group=command)
@click.argument("title")
@part_options
@act_options
async def propose(
    session: Invocation,
    *,
    title: str,
    slots: tuple[Slot, ...],
    place: str,
    level: str | None,
    note: str,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Propose a meeting with this TITLE, and as much of it as is known."""
    body = MeetingPropose(title, slots, place, _level(level), note)
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        _check_slots(slots, line.now())
        document = await deliver(session, channel, body, key=key, patience=patience)
        emit(session, channel, document)


@line_command("counter", group=command)
@click.argument("meeting")
@part_options
@act_options
async def counter(
    session: Invocation,
    *,
    meeting: str,
    slots: tuple[Slot, ...],
    place: str,
    level: str | None,
    note: str,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Answer MEETING with another time, place or level: voids what was agreed about these, and nothing else."""
    _check_slots(slots, session.line.now())
    await _act(
        session,
        channel,
        meeting,
        lambda _, target: MeetingCounter(target, slots, place, _level(level), note),
        key=key,
        patience=patience,
    )


@line_command("answer", group=command)
@click.argument("meeting")
@click.argument("fits", nargs=-1, required=True, type=click.Choice(list(_FITS), case_sensitive=False))
@act_options
async def answer(
    session: Invocation, *, meeting: str, fits: tuple[str, ...], channel: str, key: str | None, patience: int
) -> None:
    """Say of each candidate time of MEETING, in order, whether it FITS; that binds nobody."""

    def make(found: Meeting, target: Target) -> Body:
        known = found.parts.get(Part.TIME)
        if known is None or len(fits) != len(found.slots):
            raise UsageError(f"expected one answer for each of {len(found.slots)} candidate times")
        return MeetingAnswer(target, known.version, tuple(_FITS[one.lower()] for one in fits))

    await _act(session, channel, meeting, make, key=key, patience=patience)


@line_command("agree", group=command)
@click.argument("meeting")
@click.argument("parts", nargs=-1, required=True, metavar="PART...")
@act_options
async def agree(
    session: Invocation, *, meeting: str, parts: tuple[str, ...], channel: str, key: str | None, patience: int
) -> None:
    """Agree to what is proposed of MEETING now. PART: `time` (`time=2` of several), `place`, `level`.

    A part is agreed once both sides agreed to the same version of it.
    """
    await _act(
        session,
        channel,
        meeting,
        lambda found, target: MeetingAgree(target, tuple(_agreed(found, one) for one in parts)),
        key=key,
        patience=patience,
    )


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
@act_options
async def attach(
    session: Invocation, *, meeting: str, items: tuple[str, ...], channel: str, key: str | None, patience: int
) -> None:
    """Attach agenda ITEMS to MEETING, all it is for: a later list takes the place of an earlier one."""

    def make(_: Meeting, target: Target) -> Body:
        wire = session.channel(channel)
        return MeetingAttach(target, tuple(session.message(wire, one, is_item).id for one in items))

    await _act(session, channel, meeting, make, key=key, patience=patience)


@line_command("held", group=command)
@click.argument("meeting")
@act_options
async def held(session: Invocation, *, meeting: str, channel: str, key: str | None, patience: int) -> None:
    """Say that MEETING took place; it is HELD when both sides say so."""
    await _act(session, channel, meeting, lambda _, target: MeetingHeld(target), key=key, patience=patience)


@line_command("cancel", group=command)
@click.argument("meeting")
@click.argument("reason")
@act_options
async def cancel(
    session: Invocation, *, meeting: str, reason: str, channel: str, key: str | None, patience: int
) -> None:
    """Call MEETING off, and say the REASON."""
    await _act(
        session, channel, meeting, lambda _, target: MeetingCancel(target, reason), key=key, patience=patience
    )
