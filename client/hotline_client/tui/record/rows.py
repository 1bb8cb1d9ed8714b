"""The record in rows: line checks, checkpoints and security events of a channel, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hotline_client.line.views import ChannelView, MessageView
from hotline_client.presenters.line import check_outcome
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Look, Row, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import age, channel_label, dtg
from hotline_protocol.folds.checkpoints import Signed
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.line import Check, State
from hotline_protocol.terms import SIDES, Side

NameOf = Callable[[bytes], str]
"""The holder of a certificate by its fingerprint, harmless; `?` if it was never met."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A device's last checkpoint."""

    by: bytes
    signed: Signed


Entry = Check | Sealed | MessageView


def entries(book: Journal, events: Sequence[MessageView]) -> list[Entry]:
    """Everything, newest first; an open line check before all."""
    checks = list(book.line.checks.values())
    signed = [Sealed(by, one) for by, one in book.checkpoints.last.items()]
    rest: list[Entry] = [*(one for one in checks if one.state is not State.OPEN), *signed, *events]
    return [*(one for one in checks if one.state is State.OPEN), *sorted(rest, key=_when, reverse=True)]


def _when(entry: Entry) -> int:
    if isinstance(entry, Sealed):
        return entry.signed.at
    return entry.at if isinstance(entry, Check) else entry.time


def entry_id(entry: Entry) -> bytes:
    """What stays the same of an entry."""
    return entry.signed.document if isinstance(entry, Sealed) else entry.id


def entry_row(entry: Entry, now: int, cells: int, names: Mapping[Side, str], name_of: NameOf) -> Row:
    """One line of the record."""
    if isinstance(entry, Check):
        what, look = check_state(entry, now)
        words = t("LINE CHECK #{seq} by {side}: ", seq=entry.seq, side=line(names[entry.side], 16))
        return fit(((f"{dtg(entry.at)[:7]} ", "dim"), (words, "text"), (what, look)), cells)
    if isinstance(entry, Sealed):
        words = t(
            "SIGNED up to #{seq} by {side}/{who}",
            seq=entry.signed.seq,
            side=line(names[entry.signed.side], 16),
            who=name_of(entry.by),
        )
        return fit(((f"{dtg(entry.signed.at)[:7]} ", "dim"), (words, "good")), cells)
    return fit(
        ((f"{dtg(entry.time)[:7]} ", "dim"), (t("SECURITY") + " ", "warn"), (line(entry.text), "text")), cells
    )


def check_state(check: Check, now: int) -> tuple[str, Look]:
    """What became of a check, in words."""
    words = check_outcome(check, now, t)
    if check.is_overdue(now):
        words = t("OVERDUE since {age}", age=age(now - check.deadline))
    good = check.state is State.ECHOED
    waiting = check.state is State.OPEN and not check.is_overdue(now)
    return words, "good" if good else "warn" if waiting or check.echoed_at is not None else "bad"


def entry_detail(entry: Entry, now: int, cells: int, names: Mapping[Side, str], name_of: NameOf) -> list[Row]:
    """All that is known of one."""
    rows: list[Row] = [entry_row(entry, now, cells, names, name_of)]
    said: list[str] = []
    if isinstance(entry, Check):
        said.append(t("The echo was due {time}.", time=dtg(entry.deadline)))
        if entry.echoed_by is not None and entry.echoed_at is not None:
            said.append(t("Echoed {time} by {who}.", time=dtg(entry.echoed_at), who=name_of(entry.echoed_by)))
        said.append(
            t(
                "A check is echoed by the other side's machines without anybody's doing; it proves that they are there, not that anybody reads."
            )
        )
    elif isinstance(entry, Sealed):
        digest = entry.signed.head.hex()
        said += [t("head {head}", head=digest[:32]), digest[32:]]
        said.append(
            t(
                "This device signed that the log up to that entry is exactly this. Every other device compared it with its own chain: had they differed, the channel would have halted."
            )
        )
    else:
        said += [entry.text[:4000], t("Recorded by this device; it is not in the log.")]
    rows.append((("", "text"),))
    rows += [((one, "text"),) for words in said for one in paragraphs(words, cells)]
    return rows


def heading(channel: ChannelView | None, book: Journal, names: Mapping[Side, str], cells: int) -> list[Row]:
    """Where the log stands, and whether each side's people are at the line."""
    rows: list[Row] = []
    if channel is not None:
        epoch = "-" if channel.epoch is None else str(channel.epoch)
        words = t(
            "{channel}: epoch {epoch}, entry #{seq}, head {head}",
            channel=channel_label(channel.name),
            epoch=epoch,
            seq=channel.cursor,
            head=channel.head.hex()[:16],
        )
        rows.append(fit(((words, "strong"),), cells))
    for side in SIDES:
        said = book.line.attendance.get(side)
        name = line(names.get(side, "?"), 16)
        if said is None:
            rows.append(
                fit(((t("{side}: has not said whether its people attend", side=name), "dim"),), cells)
            )
            continue
        note = f"  {line(said.note, 60)}" if said.note else ""
        words = t("{side}: {what} since {time}", side=name, what=said.attendance.value, time=dtg(said.at))
        look: Look = "good" if said.attendance.value == "ATTENDED" else "warn"
        rows.append(fit(((words + note, look),), cells))
    return rows
