"""`hotline duty`: who has the watch of a side, and handing it over with all that is open, signed by both who do it."""

from __future__ import annotations

import asyncio
import hmac
import sys
from typing import Any

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.render import person_text
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.line.views import MemberView
from hotline_client.presenters.references import reference
from hotline_client.words.columns import fit, wrap
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import ChainError, UsageError
from hotline_protocol.folds.watch import Handover, Watch
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import PERSON_ROLES, SIDES, WRITING_ROLES, Side
from hotline_protocol.text import show

Open = tuple[tuple[bytes, ...], tuple[bytes, ...]]
"""Dialogues that await an answer, and notices in force."""


@click.group("duty")
def command() -> None:
    """Who has the watch, and handing it over with all that is open."""


# --- looking


def _open(session: Session, channel: str) -> Open:
    """What is open in a channel as this device has it."""
    now = session.line.now()
    return session.line.read(
        channel,
        lambda book: (tuple(book.dialogues.open), tuple(one.id for one in book.notices.active(now))),
    )


def _title(session: Session, channel: str, document: bytes) -> str:
    found = session.line.message(channel, document)
    words = "" if found is None else (found.text or f"({found.kind})").partition("\n")[0]
    precedence = "" if found is None else f" {found.precedence}"
    head = f"{reference(session.line, channel, document)}{precedence}  "
    return head + fit(words, max(74 - len(head), 8)).rstrip()


def _open_lines(session: Session, channel: str, named: Open) -> list[str]:
    """What a handover names, for a person; what differs from what is open now is said."""
    now, lines = _open(session, channel), []
    for what, ids, present in zip(("dialogue", "notice"), named, now, strict=True):
        for one in ids:
            closed = "" if one in present else "  (not open any more)"
            lines.append(f"    {what} {_title(session, channel, one)}{closed}")
        lines += [
            f"    {what} {_title(session, channel, one)}  (NOT NAMED)" for one in present if one not in ids
        ]
    return lines or ["    nothing is open"]


def _elsewhere(session: Session, channel: str) -> str:
    """What is open in other channels, which is no part of this: each channel has its own watch."""
    lines = []
    for view in session.line.channels():
        if view.name == channel or view.phase != "member":
            continue
        dialogues, notices = (len(one) for one in _open(session, view.name))
        if dialogues or notices:
            lines.append(
                f"not part of this: {view.name} has {dialogues} dialogues and {notices} notices open"
                f" (`--channel {view.name}`)"
            )
    return wrap("\n".join(lines))


def _name(session: Session, fingerprint: bytes) -> str:
    known = session.line.certificate(fingerprint)
    return fingerprint.hex()[:8] if known is None else show(known.name)


def _handover_record(session: Session, handover: Handover) -> dict[str, Any]:
    return {
        "id": handover.document.hex(),
        "to": handover.to.hex(),
        "to_name": _name(session, handover.to),
        "at": handover.at,
        "dialogues": [one.hex() for one in handover.dialogues],
        "notices": [one.hex() for one in handover.notices],
        "seq": handover.seq,
        "head": handover.head.hex(),
        "complete": handover.complete,
        "note": handover.note,
    }


def _record(
    session: Session, channel: str, side: Side, watch: Watch | None, waiting: Handover | None
) -> dict[str, Any]:
    """A side's watch for a script; times in unix ms."""
    taken_from = None if watch is None or watch.taken_from is None else _name(session, watch.taken_from)
    return {
        "type": "watch",
        "channel": channel,
        "side": side,
        "holder": None if watch is None else watch.holder.hex(),
        "holder_name": None if watch is None else _name(session, watch.holder),
        "since": None if watch is None else watch.since,
        "taken_from": taken_from,
        "handover": None
        if watch is None or watch.handover is None
        else _handover_record(session, watch.handover),
        "waiting": None if waiting is None else _handover_record(session, waiting),
    }


def _text(
    session: Session, channel: str, side: Side, watch: Watch | None, waiting: Handover | None
) -> list[str]:
    delegation = show(session.line.charter.delegation(side).delegation)
    if watch is None:
        return [f"{delegation}: nobody has the watch of {channel}"]
    words = (
        f"{delegation}: {_name(session, watch.holder)} has the watch of {channel} since {dtg(watch.since)}"
    )
    if watch.taken_from is not None:
        words += f", taken from {_name(session, watch.taken_from)}"
    lines = [words]
    if waiting is not None:
        lines.append(f"    handed over to {_name(session, waiting.to)} {dtg(waiting.at)}, not accepted yet:")
        lines += _handover_lines(session, channel, waiting)
    return lines


def _handover_lines(session: Session, channel: str, handover: Handover) -> list[str]:
    lines = _open_lines(session, channel, (handover.dialogues, handover.notices))
    lines += [f"    {line}" for line in show(handover.note, lines=True).splitlines()]
    lines.append(f"    head after #{handover.seq}: {digits(handover.head)}")
    if not handover.complete:
        lines.append("    IT DID NOT NAME exactly what was open when it was signed")
    return lines


def _emit(session: Session, channel: str, *sides: Side) -> None:
    now, waiting = session.line.read(
        channel, lambda book: (dict(book.watches.now), dict(book.watches.waiting))
    )
    for side in sides:
        watch, handover = now.get(side), waiting.get(side)
        session.emit(
            _record(session, channel, side, watch, handover),
            wrap("\n".join(_text(session, channel, side, watch, handover))),
        )


@line_command("show", group=command)
@channel_option
@patience_option(default="5s")
async def show_watch(session: Session, *, channel: str, patience: int) -> None:
    """Who of each side has the watch, and a handover that waits with all it names."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    _emit(session, channel, *SIDES)


# --- acting


async def _confirmed(words: str, *, yes: bool) -> None:
    """A person looked at what was shown and wants it."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("look at the list above and say --yes")
    if not await asyncio.to_thread(click.confirm, words, err=True):
        raise UsageError("nothing was sent")


@line_command("take", group=command)
@act_options
async def take(session: Session, *, channel: str, key: str | None, patience: int) -> None:
    """Take the watch if nobody of your side has it; a head or deputy takes it from whoever has it."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        await deliver(session, channel, WatchTake(), key=key, patience=patience)
        _emit(session, channel, line.me.side)


@line_command("handover", group=command)
@click.argument("to")
@click.option("--note", default="", help="What else to know.")
@click.option("--yes", is_flag=True, help="Do not ask after the list was shown.")
@act_options
async def hand_over(
    session: Session, *, to: str, note: str, yes: bool, channel: str, key: str | None, patience: int
) -> None:
    """Hand the watch to TO (a name, or the first digits, of `roster list`) with all that is open.

    Shows the list before it is signed. TO has the watch once it is accepted.
    """
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        incoming = _colleague(session, channel, to)
        dialogues, notices = _open(session, channel)
        view = line.channel(channel)
        session.say(f"to {person_text(incoming.person)}, head after #{view.cursor}:")
        session.say(wrap("\n".join(_open_lines(session, channel, (dialogues, notices)))))
        body = WatchHandover(incoming.person.fingerprint, dialogues, notices, view.cursor, view.head, note)
        session.say(_elsewhere(session, channel))
        await _confirmed("hand the watch over with exactly this?", yes=yes)
        await deliver(session, channel, body, key=key, patience=patience)
        _emit(session, channel, line.me.side)


def _colleague(session: Session, channel: str, typed: str) -> MemberView:
    """A person of the own side who is in the channel and may write."""
    wanted, begin = typed.strip().casefold(), "".join(typed.split())
    able = [
        one
        for one in session.line.roster(channel)
        if one.person.own and not one.person.me and one.person.role in WRITING_ROLES & PERSON_ROLES
    ]
    found = [one for one in able if one.person.name.casefold() == wanted]
    if not found and begin.isdecimal() and len(begin) >= 5:
        found = [one for one in able if "".join(digits(one.person.fingerprint).split()).startswith(begin)]
    if len(found) != 1:
        raise UsageError(
            f"{show(typed)} fits {len(found)} people of your side in {channel} who could have the watch"
        )
    return found[0]


@line_command("accept", group=command)
@click.option("--yes", is_flag=True, help="Do not ask after the list was shown.")
@act_options
async def accept(session: Session, *, yes: bool, channel: str, key: str | None, patience: int) -> None:
    """Accept the watch that was handed to you; shows exactly what you take, and what changed since."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        waiting = line.read(channel, lambda book: book.watches.waiting.get(line.me.side))
        if waiting is None or waiting.to != line.me.fingerprint:
            raise UsageError(f"no handover of the watch of {channel} waits for you")
        _check_head(session, channel, waiting)
        session.say(f"handed to you {dtg(waiting.at)}:")
        session.say(wrap("\n".join(_handover_lines(session, channel, waiting))))
        session.say(_elsewhere(session, channel))
        await _confirmed("take the watch with exactly this?", yes=yes)
        body: Body = WatchAccept(Target(waiting.document, waiting.content))
        await deliver(session, channel, body, key=key, patience=patience)
        _emit(session, channel, line.me.side)


def _check_head(session: Session, channel: str, handover: Handover) -> None:
    ours = session.line.head_at(channel, handover.seq)
    if ours is None or not hmac.compare_digest(ours, handover.head):
        raise ChainError("fork", f"the handover was signed over another log up to #{handover.seq}")
