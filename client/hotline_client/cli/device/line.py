"""`hotline line`: whether the other side's machines answer, and whether its people say that they are there."""

from __future__ import annotations

import os
from typing import Final

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.errors import AckTimeout
from hotline_client.presenters import line as presenter
from hotline_protocol.documents.watch import NONCE_SIZE, Attendance, LineCheck, LineMissed, LineStatus
from hotline_protocol.errors import NotAppliedError, UsageError
from hotline_protocol.folds.line import Check, State

SOONEST: Final = 10
LATEST: Final = 86_400
"""Seconds in which an echo can be due."""
GRACE: Final = 2
"""Seconds that an echo may take to come back from the relay after its time."""


@click.group("line")
def command() -> None:
    """Check that the other side's machines answer, and say whether your people are there."""


# --- looking


@line_command("status", group=command)
@channel_option
@patience_option(default="5s")
async def status(session: Session, *, channel: str, patience: int) -> None:
    """The machines' state, both sides' attendance, the last checks, and those that nobody echoed."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
        machine = line.status()
    told = line.read(channel, lambda book: presenter.facts(book, machine, line.now()))
    session.emit(presenter.status_record(line, channel, told), presenter.status_text(line, told))


# --- acting


@line_command("attend", group=command)
@click.argument("attendance", type=click.Choice([str(one) for one in Attendance], case_sensitive=False))
@click.option("--note", default="", help="Until when, or why.")
@act_options
async def attend(
    session: Session, *, attendance: str, note: str, channel: str, key: str | None, patience: int
) -> None:
    """Say whether your side's people are at the line from now on."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        body = LineStatus(Attendance(attendance.upper()), note)
        await deliver(session, channel, body, key=key, patience=patience)
        said = line.read(channel, lambda book: book.line.attendance[line.me.side])
    session.emit(
        {"type": "attendance", "channel": channel, "side": line.me.side}
        | (presenter.attendance_record(line, said) or {}),
        presenter.attendance_text(line, line.me.side, said),
    )


@line_command("check", group=command)
@click.option(
    "--within", type=Duration(), default="60s", show_default=True, help="How soon the echo is due: 10s to 1d."
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for the echo.")
@channel_option
@patience_option()
async def check(session: Session, *, within: int, wait: bool, channel: str, patience: int) -> None:
    """Challenge the other side's machines and wait for their echo.

    Exit 6: none came in time; then that is put on record.
    """
    if not SOONEST <= within <= LATEST:
        raise UsageError("an echo is due within 10s to 1d")
    line, channel = session.line, session.channel(channel)
    nonce = os.urandom(NONCE_SIZE)
    async with line:
        await session.catch_up(patience)
        asked = await deliver(session, channel, LineCheck(nonce, within), key=None, patience=patience)

        def now() -> Check:
            return line.read(channel, lambda book: book.line.checks[asked])

        if wait and not await session.until(lambda: now().state is not State.OPEN, within + GRACE):
            await _record_missed(session, channel, asked, patience)
    found, at = now(), line.now()
    session.emit(presenter.check_record(line, channel, found, at), presenter.check_text(line, found, at))
    if wait and found.state is not State.ECHOED:
        raise AckTimeout(f"no echo came within {within} s; the check is {found.state}")


async def _record_missed(session: Session, channel: str, check: bytes, patience: int) -> None:
    """Put on record that no echo came, unless the relay's clock says that its time has not passed."""
    body = LineMissed(session.line.target(channel, check))
    try:
        await deliver(session, channel, body, key=None, patience=patience)
    except NotAppliedError as error:
        session.say(f"not put on record: {error}")
