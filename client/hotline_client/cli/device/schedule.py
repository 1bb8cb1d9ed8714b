"""`hotline schedule`: what this device says by the clock; what became of each slot; what it expects of the other side."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from hotline_client.bots.file import BotFile, install
from hotline_client.cli.base.session import Session, line_command
from hotline_client.engine.records import SlotRecord
from hotline_client.schedules.definitions import EXPECT, read_definition
from hotline_client.schedules.file import read
from hotline_client.schedules.model import Expectation, Schedule
from hotline_client.schedules.plan import next_due
from hotline_client.schedules.template import render
from hotline_client.vault.schedules import StoredSchedule
from hotline_protocol.documents.kinds import kind_of
from hotline_protocol.documents.summary import summary
from hotline_protocol.documents.talk import Text
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.text import show

FILE = click.Path(path_type=Path)


@click.group("schedule")
def command() -> None:
    """Say things by the clock. `hotline bot run` fires what is due; these commands keep the list and show what became of it."""


@line_command("add", group=command)
@click.argument("file", type=FILE)
async def add(session: Session, *, file: Path) -> None:
    """Keep the schedules and expectations of FILE (TOML). One that is there under its name is replaced; its trail goes on."""
    schedules, expected = read(file)
    if not schedules and not expected:
        raise UsageError(f"{show(str(file))} has no [[schedule]] and no [[expect]]")
    install(session.vault, session.line, BotFile(schedules, expected, (), ()))
    names = {one.name for one in schedules} | {EXPECT + one.name for one in expected}
    for one in session.vault.schedules.all():
        if one.name in names:
            _emit(session, one)


@line_command("list", group=command)
async def list_all(session: Session) -> None:
    """Next slot, last slot and what became of it, and how many wait for an acknowledgment."""
    stored = session.vault.schedules.all()
    for one in stored:
        _emit(session, one)
    if not stored:
        session.say("there is no schedule; write a file and add it with `hotline schedule add FILE`")


def _emit(session: Session, stored: StoredSchedule) -> None:
    store = session.vault.schedules
    last = store.last(stored.name)
    waiting = sum(one.schedule == stored.name for one in store.open())
    record: dict[str, Any] = {
        "type": "schedule",
        "name": stored.name,
        "paused": stored.paused,
        "since": stored.since,
        "next": None,
        "last": None if last is None else _slot_record(last),
        "unacknowledged": waiting,
        "problem": None,
    }
    try:
        record["next"] = upcoming(session, stored)
    except HotlineError as error:
        record["problem"] = str(error)
    session.emit(record, _line(record, last))


def upcoming(session: Session, stored: StoredSchedule) -> int | None:
    """The next slot of a stored schedule or expectation, unix s."""
    store = session.vault.schedules
    last = store.last(stored.name)
    through = None if last is None else last.through
    made = read_definition(stored.name, stored.definition)
    if isinstance(made, Expectation):
        return made.recurrence.after(stored.since if through is None else through)
    return next_due(made, since=stored.since, through=through, sent=store.sent(stored.name))


def _line(record: dict[str, Any], last: SlotRecord | None) -> str:
    due = "PAUSED" if record["paused"] else "over" if record["next"] is None else dtg(record["next"] * 1000)
    if record["problem"] is not None:
        due = f"PROBLEM: {show(record['problem'])}"
    became = "" if last is None else f"  last {dtg(last.through * 1000)} {last.outcome.upper()}"
    waiting = f"  {record['unacknowledged']} UNACK" if record["unacknowledged"] else ""
    return f"{record['name']:20}  {due}{became}{waiting}"


@line_command("trail", group=command)
@click.argument("name", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The last so many."
)
async def trail(session: Session, *, name: str | None, limit: int) -> None:
    """What became of the slots: sent, late, sent elsewhere, skipped and why; and the steps that followed."""
    store = session.vault.schedules
    for one in store.trail(name, limit):
        steps = store.steps(one.document) if one.document else []
        record = _slot_record(one) | {
            "steps": [{"number": s.number, "what": s.what, "detail": s.detail, "at": s.at} for s in steps]
        }
        lines = [_slot_line(one)]
        lines += [f"    {dtg(step.at)}  {step.what}  {show(step.detail)}".rstrip() for step in steps]
        session.emit(record, "\n".join(lines))


def _slot_record(one: SlotRecord) -> dict[str, Any]:
    return {
        "type": "slot",
        "schedule": one.schedule,
        "slot": one.slot,
        "through": one.through,
        "count": one.count,
        "outcome": one.outcome,
        "reason": one.reason,
        "channel": one.channel,
        "document": one.document.hex() or None,
        "at": one.at,
        "open": one.open,
    }


def _slot_line(one: SlotRecord) -> str:
    span = dtg(one.slot * 1000) + (f" to {dtg(one.through * 1000)}, {one.count}" if one.count > 1 else "")
    reason = f": {show(one.reason)}" if one.reason else ""
    return f"{span}  {one.schedule}  {one.outcome.upper()}{reason}"


@line_command("preview", group=command)
@click.argument("name")
@click.option("--file", type=FILE, help="Out of this file, instead of what is kept.")
@click.option(
    "--next", "count", type=click.IntRange(1, 1000), default=3, show_default=True, help="So many slots."
)
async def preview(session: Session, *, name: str, file: Path | None, count: int) -> None:
    """What NAME will say at its next slots, as it would be sent. Nothing is sent or changed."""
    schedule, after, sent = _chosen(session, name, file)
    for number in range(sent + 1, sent + 1 + count):
        slot = next_due(schedule, since=after, through=after, sent=number - 1)
        if slot is None:
            session.say("nothing is due after that")
            return
        body = render(schedule, slot, number=number, now=slot, late=False)
        said = body.text if isinstance(body, Text) else summary(body) or kind_of(body)
        record = {"type": "preview", "schedule": name, "slot": slot, "kind": kind_of(body), "text": said}
        session.emit(record, f"{dtg(slot * 1000)}  {kind_of(body)}\n{show(said, lines=True)}")
        after = slot


def _chosen(session: Session, name: str, file: Path | None) -> tuple[Schedule, int, int]:
    """The schedule, the slot after which to begin, and how many were sent."""
    if file is not None:
        found = next((one for one in read(file)[0] if one.name == name), None)
        if found is None:
            raise UsageError(f"{show(str(file))} has no schedule {show(name)}")
        return found, int(time.time()), 0
    stored = next((one for one in session.vault.schedules.all() if one.name == name), None)
    made = None if stored is None else read_definition(stored.name, stored.definition)
    if stored is None or not isinstance(made, Schedule):
        raise UsageError(f"there is no schedule {show(name)}; `hotline schedule list` shows them")
    last = session.vault.schedules.last(name)
    after = stored.since if last is None else last.through
    return made, after, session.vault.schedules.sent(name)


@line_command("pause", group=command)
@click.argument("name")
async def pause(session: Session, *, name: str) -> None:
    """Say nothing for NAME until it is resumed; its slots are accounted for as skipped. `expect/NAME` pauses an expectation."""
    session.vault.schedules.pause(name, paused=True)
    _emit_named(session, name)


@line_command("resume", group=command)
@click.argument("name")
async def resume(session: Session, *, name: str) -> None:
    """Go on with NAME from its next slot."""
    session.vault.schedules.pause(name, paused=False)
    _emit_named(session, name)


def _emit_named(session: Session, name: str) -> None:
    for one in session.vault.schedules.all():
        if one.name == name:
            _emit(session, one)


@line_command("remove", group=command)
@click.argument("name")
async def remove(session: Session, *, name: str) -> None:
    """Forget NAME. Its trail stays."""
    session.vault.schedules.remove(name)
    session.say(f"{show(name)} is removed")
