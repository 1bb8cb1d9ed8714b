"""`hotline schedule`: what this device says by the clock; what became of each slot; what it expects of the other side."""

from __future__ import annotations

import time
from pathlib import Path

import click

from hotline_client.bots.file import BotFile, install
from hotline_client.cli.base.session import Session, line_command
from hotline_client.schedules import presenter
from hotline_client.schedules.definitions import EXPECT, read_definition
from hotline_client.schedules.file import read
from hotline_client.schedules.model import Schedule
from hotline_client.schedules.plan import next_due
from hotline_client.vault.schedules import StoredSchedule
from hotline_protocol.errors import UsageError
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
    told = presenter.facts(session.vault.schedules, stored)
    session.emit(presenter.schedule_record(told), presenter.schedule_text(told))


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
        record = presenter.slot_record(one) | {"steps": presenter.steps_record(steps)}
        session.emit(record, presenter.slot_text(one, steps))


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
        session.emit(*presenter.preview(schedule, slot, number))
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
