"""`hotline line`: whether the other side's machines answer, and whether its people say that they are there."""

from __future__ import annotations

import os
from typing import Any, Final

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.errors import AckTimeout
from hotline_client.words.columns import table, wrap
from hotline_protocol.documents.watch import NONCE_SIZE, Attendance, LineCheck, LineMissed, LineStatus
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import NotAppliedError, UsageError
from hotline_protocol.folds.line import Check, Declared, State
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show

SHOWN: Final = 5
"""Checks in `line status`."""
SOONEST: Final = 10
LATEST: Final = 86_400
"""Seconds in which an echo can be due."""
GRACE: Final = 2
"""Seconds that an echo may take to come back from the relay after its time."""


@click.group("line")
def command() -> None:
    """Check that the other side's machines answer, and say whether your people are there."""


def check_record(session: Session, channel: str, check: Check) -> dict[str, Any]:
    """A check for a script; times in unix ms."""
    by = None if check.echoed_by is None else session.line.certificate(check.echoed_by)
    overdue = check.is_overdue(session.line.now())
    return {
        "type": "line-check",
        "channel": channel,
        "id": check.id.hex(),
        "seq": check.seq,
        "side": check.side,
        "state": "OVERDUE" if overdue else str(check.state),
        "at": check.at,
        "deadline": check.deadline,
        "echoed_at": check.echoed_at,
        "echoed_after": None if check.echoed_at is None else check.echoed_at - check.at,
        "echoed_by": None if by is None else by.name,
    }


def check_text(session: Session, channel: str, check: Check) -> str:
    """A check for a person: `#12 by ALPHA 231204Z NOV 26: ECHOED after 0.4 s by Bravo 1`."""
    told = check_record(session, channel, check)
    name = session.line.charter.delegation(check.side).delegation
    words = f"#{check.seq} by {show(name)} {dtg(check.at)}: {told['state']}"
    if check.echoed_at is not None:
        words += f" after {told['echoed_after'] / 1000:.1f} s by {show(told['echoed_by'] or '?')}"
    return words if check.echoed_at is not None else f"{words}, due {dtg(check.deadline)}"


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
    found, declared = line.read(
        channel, lambda book: (list(book.line.checks.values()), dict(book.line.attendance))
    )
    overdue = [one for one in found if one.is_overdue(line.now())]
    session.emit(
        {
            "type": "line-status",
            "channel": channel,
            "machine": str(machine.state),
            "reason": machine.reason,
            "round_trip": machine.round_trip,
            "peer_last_heard": machine.peer_last_heard,
            "attendance": {side: _attendance_record(session, declared.get(side)) for side in SIDES},
            "overdue": [check_record(session, channel, one) for one in overdue],
            "checks": [check_record(session, channel, one) for one in found[-SHOWN:]],
        },
        wrap("\n".join(_status_lines(session, channel, found, declared))),
    )


def _attendance_record(session: Session, said: Declared | None) -> dict[str, Any] | None:
    if said is None:
        return None
    by = session.line.certificate(said.author)
    return {
        "attendance": str(said.attendance),
        "by": None if by is None else by.name,
        "at": said.at,
        "note": said.note,
    }


def _status_lines(
    session: Session, channel: str, checks: list[Check], declared: dict[Side, Declared]
) -> list[str]:
    machine = session.line.status()
    trip = "" if machine.round_trip is None else f", round trip {machine.round_trip:.0f} ms"
    reason = f": {show(machine.reason)}" if machine.reason else ""
    heard = "never" if machine.peer_last_heard is None else dtg(machine.peer_last_heard)
    lines = [f"machine  {machine.state}{trip}{reason}", f"heard    {show(machine.peer_delegation)} {heard}"]
    rows = [_attendance_row(session, side, declared.get(side)) for side in SIDES]
    lines += table(("", "ATTENDANCE", "SINCE", "BY", "NOTE"), rows).splitlines()
    lines += [f"check {check_text(session, channel, one)}" for one in checks[-SHOWN:]] or [
        "no line check yet"
    ]
    late = [one for one in checks[:-SHOWN] if one.is_overdue(session.line.now())]
    return lines + [f"check {check_text(session, channel, one)}" for one in late]


def _attendance_row(session: Session, side: Side, said: Declared | None) -> tuple[str, ...]:
    name = session.line.charter.delegation(side).delegation
    told = _attendance_record(session, said)
    if told is None:
        return (name, "not said", "", "", "")
    return (name, told["attendance"], dtg(told["at"]), told["by"] or "?", told["note"])


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
    name, *words = _attendance_row(session, line.me.side, said)
    session.emit(
        {"type": "attendance", "channel": channel, "side": line.me.side}
        | (_attendance_record(session, said) or {}),
        f"{show(name)}  {'  '.join(show(one) for one in words if one)}",
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
    session.emit(check_record(session, channel, now()), check_text(session, channel, now()))
    if wait and now().state is not State.ECHOED:
        raise AckTimeout(f"no echo came within {within} s; the check is {now().state}")


async def _record_missed(session: Session, channel: str, check: bytes, patience: int) -> None:
    """Put on record that no echo came, unless the relay's clock says that its time has not passed."""
    body = LineMissed(session.line.target(channel, check))
    try:
        await deliver(session, channel, body, key=None, patience=patience)
    except NotAppliedError as error:
        session.say(f"not put on record: {error}")
