"""The line: whether the other side's machines echo, whether its people attend; where each channel and what is ours to send stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hotline_client.engine.outgoing.recovery import Recovered
from hotline_client.line.views import ChannelView, OutboxView, StatusView
from hotline_client.presenters.fields import fields
from hotline_client.presenters.references import Source, delegation
from hotline_client.words.columns import table, wrap
from hotline_client.words.times import dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.line import Check, Declared
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show

SHOWN: Final = 5
"""The last checks of a status; older ones only if they are overdue."""


# --- checks


def check_state(check: Check, now: int) -> str:
    """What became of a check, in one word."""
    return "OVERDUE" if check.is_overdue(now) else str(check.state)


def check_outcome(check: Check, now: int, t: Translate = english) -> str:
    """`ECHOED after 0.4 s`."""
    state = check_state(check, now)
    if check.echoed_at is None:
        return state
    return t("{state} after {seconds} s", state=state, seconds=f"{(check.echoed_at - check.at) / 1000:.1f}")


def check_text(line: Source, check: Check, now: int) -> str:
    """`#12 by ALPHA 231204Z NOV 26: ECHOED after 0.4 s by Bravo 1`."""
    words = (
        f"#{check.seq} by {show(delegation(line, check.side))} {dtg(check.at)}: {check_outcome(check, now)}"
    )
    if check.echoed_at is None:
        return f"{words}, due {dtg(check.deadline)}"
    return f"{words} by {show(_name(line, check.echoed_by) or '?')}"


def check_record(line: Source, channel: str, check: Check, now: int) -> dict[str, Any]:
    """A check for a script; times in unix ms."""
    return {
        "type": "line-check",
        "channel": channel,
        "id": check.id.hex(),
        "seq": check.seq,
        "side": check.side,
        "state": check_state(check, now),
        "at": check.at,
        "deadline": check.deadline,
        "echoed_at": check.echoed_at,
        "echoed_after": None if check.echoed_at is None else check.echoed_at - check.at,
        "echoed_by": _name(line, check.echoed_by),
    }


def _name(line: Source, fingerprint: bytes | None) -> str | None:
    known = None if fingerprint is None else line.certificate(fingerprint)
    return None if known is None else known.name


# --- attendance


def attendance_text(line: Source, side: Side, said: Declared) -> str:
    """`ALPHA  ATTENDED  231204Z NOV 26  Alpha 1  until six`."""
    return "  ".join(show(one) for one in _attendance_row(line, side, said) if one)


def attendance_record(line: Source, said: Declared | None) -> dict[str, Any] | None:
    """What a side said of its people, for a script."""
    if said is None:
        return None
    return {
        "attendance": str(said.attendance),
        "by": _name(line, said.author),
        "at": said.at,
        "note": said.note,
    }


def _attendance_row(line: Source, side: Side, said: Declared | None) -> tuple[str, ...]:
    name = delegation(line, side)
    if said is None:
        return (name, "not said", "", "", "")
    return (name, str(said.attendance), dtg(said.at), _name(line, said.author) or "?", said.note)


# --- all of it


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A channel's line as of `now` (unix ms): the machines' state, the checks, oldest first, and what each side said."""

    machine: StatusView
    checks: Sequence[Check]
    attendance: Mapping[Side, Declared]
    now: int

    @property
    def overdue(self) -> list[Check]:
        """Those that nobody echoed in time."""
        return [one for one in self.checks if one.is_overdue(self.now)]


def facts(book: Journal, machine: StatusView, now: int) -> LineFacts:
    """How the line is."""
    return LineFacts(machine, list(book.line.checks.values()), dict(book.line.attendance), now)


def status_text(line: Source, told: LineFacts) -> str:
    """How the line is, in 80 columns."""
    machine = told.machine
    trip = "" if machine.round_trip is None else f", round trip {machine.round_trip:.0f} ms"
    reason = f": {show(machine.reason)}" if machine.reason else ""
    heard = "never" if machine.peer_last_heard is None else dtg(machine.peer_last_heard)
    lines = [] if machine.put_back is None else [f"NOTHING IS SENT: {show(str(machine.put_back))}"]
    lines += [f"machine  {machine.state}{trip}{reason}", f"heard    {show(machine.peer_delegation)} {heard}"]
    rows = [_attendance_row(line, side, told.attendance.get(side)) for side in SIDES]
    lines.append(table(("", "ATTENDANCE", "SINCE", "BY", "NOTE"), rows))
    late = [one for one in told.checks[:-SHOWN] if one in told.overdue]
    checks = [*told.checks[-SHOWN:], *late]
    lines += [f"check {check_text(line, one, told.now)}" for one in checks] or ["no line check yet"]
    return wrap("\n".join(lines))


def status_record(line: Source, channel: str, told: LineFacts) -> dict[str, Any]:
    """How the line is, for a script."""
    return {
        "type": "line-status",
        "channel": channel,
        "machine": str(told.machine.state),
        "reason": told.machine.reason,
        "put_back": None if told.machine.put_back is None else told.machine.put_back.why,
        "round_trip": told.machine.round_trip,
        "peer_last_heard": told.machine.peer_last_heard,
        "attendance": {side: attendance_record(line, told.attendance.get(side)) for side in SIDES},
        "overdue": [check_record(line, channel, one, told.now) for one in told.overdue],
        "checks": [check_record(line, channel, one, told.now) for one in told.checks[-SHOWN:]],
    }


# --- channels and the outbox


def channel_text(channel: ChannelView) -> str:
    """Where a channel stands: epoch, last entry, head of the chain, and whether it is halted."""
    epoch = f"epoch {channel.epoch}" if channel.epoch is not None else channel.phase
    state = "NOT ANNOUNCED by the relay" if channel.left_out else "in order"
    if channel.recovering:
        state = "RECOVERING: the relay lost entries"
    if channel.halted:
        state = f"HALTED {channel.halted.kind}: {show(channel.halted.reason)}"
    if channel.disputed:
        state += f"; DISPUTED: {', '.join(show(one.name) for one in channel.disputed)}"
    if channel.consents:
        state += f"; {', '.join(show(one.name) for one in channel.consents)} would found it again"
    return f"{channel.name:10} {epoch:10} seq {channel.cursor:<8} head {channel.head.hex()[:16]}  {state}"


def channel_record(channel: ChannelView) -> dict[str, Any]:
    """Where a channel stands, for a script."""
    return {
        "type": "channel",
        "channel": channel.name,
        **fields(channel, "name", "consents", "disputed"),
        "consents": [one.name for one in channel.consents],
        "disputed": [one.name for one in channel.disputed],
    }


def outbox_text(item: OutboxView) -> str:
    """Something not yet in the log, on one line."""
    state = f"sealed, tried {item.attempts}" if item.sealed else "queued"
    first_line = show(item.text).split("\n", 1)[0][:40]
    return f"{item.id.hex()}  {dtg(item.time)}  {item.channel}  {item.kind}  {state}  {first_line}"


def outbox_record(item: OutboxView) -> dict[str, Any]:
    """Something not yet in the log, for a script."""
    return {"type": "outbox", **fields(item)}


# --- a vault that was put back


def recovered_text(channel: str, done: Recovered) -> str:
    """What was done in a channel, on one line."""
    words = [f"{channel}: left the group" if done.left else f"{channel}: was in no group"]
    if done.waiting:
        words.append(f"{done.waiting} wait and are sent once this device is in again")
    if done.dropped:
        words.append(f"to be asked for again: {', '.join(done.dropped)}")
    return "; ".join(words)


def recovered_record(channel: str, done: Recovered) -> dict[str, Any]:
    """The same, for a script."""
    return {"type": "recovered", "channel": channel, **fields(done)}
