"""The status line: six fields in words, each with shorter forms, shortened one after the other until the line fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hotline_client.connection.health import LineState
from hotline_client.line.views import ChannelView, MessageView, StatusView
from hotline_client.tui.looks.cells import cut, line
from hotline_client.tui.looks.rows import Look, Row, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import age, dtg, stopwatch
from hotline_client.words import columns
from hotline_protocol.terms import Precedence

GAP = " │ "


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is always said; `forms` from the longest to the shortest."""

    forms: tuple[str, ...]
    look: Look = "bar"


def status_row(
    status: StatusView,
    channel: ChannelView | None,
    waiting: Sequence[MessageView],
    now: int,
    cells: int,
    *,
    verified: tuple[int, int] = (0, 0),
    presence: str = "",
) -> Row:
    """The first line of the screen. `waiting`: everything unacknowledged, in every channel; `now` unix ms; `verified`: how
    many of the channel's other devices had their digits compared here, of how many; `presence`: whether their people attend.
    """
    fields = (
        _line(status, now),
        _peer(status, now, presence),
        _epoch(channel, verified) if status.put_back is None else _old(),
        _unacknowledged(status, waiting, now),
        _outbox(status),
        _clock(now),
    )
    level = [0] * len(fields)
    # What is said first in the tuple is shortened last: seconds of the clock go before the state of the line.
    order = [index for _ in range(4) for index in (2, 1, 5, 4, 3, 0)]
    for index in order:
        if _width(fields, level) <= cells:
            break
        level[index] = min(level[index] + 1, len(fields[index].forms) - 1)
    row: list[tuple[str, Look]] = []
    for number, (field, form) in enumerate(zip(fields, level, strict=True)):
        if number:
            row.append((GAP, "bar"))
        row.append((field.forms[form], field.look))
    return fit(tuple(row), cells)


def _width(fields: Sequence[Field], level: Sequence[int]) -> int:
    return sum(columns.cells(field.forms[at]) for field, at in zip(fields, level, strict=True)) + len(GAP) * (
        len(fields) - 1
    )


def _line(status: StatusView, now: int) -> Field:
    trip = "" if status.round_trip is None else f" {status.round_trip:.0f}ms"
    if status.state is LineState.UP:
        return Field((t("LINE UP") + trip, t("UP") + trip, t("UP")), "good")
    if status.state is LineState.DEGRADED:
        return Field((t("LINE DEGRADED") + trip, t("DEGRADED") + trip, t("DEGRADED")), "warn")
    down = stopwatch(now - status.since)
    seconds = 0 if status.retry_at is None else max(0, -(-(status.retry_at - now) // 1000))
    retry = "" if status.retry_at is None else ", " + t("retry {seconds}s", seconds=seconds)
    short = f"{t('DOWN')} {down}"
    return Field((f"{t('LINE DOWN')} {down}{retry}", short + retry, short), "bad")


def _peer(status: StatusView, now: int, presence: str) -> Field:
    name = line(status.peer_delegation, 16)
    if status.peer_last_heard is None:
        unheard = t("{who} not heard yet", who=name)
        return Field((f"{t('PEER')} {unheard}", unheard, t("{who} unheard", who=name)), "dim")
    ago, brief = age(now - status.peer_last_heard), cut(name, 8)
    if presence:
        heard = t("{age} ago", age=ago)
        forms = (f"{t('PEER')} {name} {presence}, {heard}", f"{name} {presence} {ago}", f"{brief} {presence}")
        return Field(forms, "bar" if presence == t("on watch") else "warn")
    heard = t("{who} heard {age} ago", who=name, age=ago)
    return Field((f"{t('PEER')} {heard}", heard, f"{name} {t('{age} ago', age=ago)}", f"{brief} {ago}"))


def _old() -> Field:
    return Field((t("NOTHING IS SENT"), t("STOPPED")), "bad")


def _epoch(channel: ChannelView | None, verified: tuple[int, int]) -> Field:
    if channel is None:
        return Field((t("NO CHANNEL"),), "warn")
    if channel.halted is not None:
        return Field((t("HALTED"),), "bad")
    if channel.recovering:
        return Field((t("RECOVERING"),), "warn")
    if channel.phase != "member" or channel.epoch is None:
        words = {
            "unfounded": t("NOT FOUNDED"),
            "knocking": t("KNOCKING"),
            "removed": t("REMOVED"),
            "member": t("NO EPOCH"),
        }
        return Field((words[channel.phase],), "warn")
    count = f"{verified[0]}/{verified[1]}"
    return Field(
        (
            f"{t('EPOCH')} {channel.epoch} {t('IN ORDER, VERIFIED')} {count}",
            f"{t('EPOCH')} {channel.epoch} VERIFIED {count}",
            f"E{channel.epoch} VERIFIED {count}",
            f"E{channel.epoch} V{count}",
        )
    )


def _unacknowledged(status: StatusView, waiting: Sequence[MessageView], now: int) -> Field:
    count = max(len(waiting), sum(one.unacknowledged for one in status.channels))
    flash = sum(one.precedence is Precedence.FLASH for one in waiting)
    if not count:
        return Field(("UNACK 0",))
    urgent = f" FLASH {flash}" if flash else ""
    oldest = min((one.at or one.time for one in waiting), default=None)
    since = "" if oldest is None else " " + t("oldest {age}", age=age(now - oldest))
    short = f"UNACK {count} F{flash}" if flash else f"UNACK {count}"
    return Field(
        (f"UNACK {count}{since}{urgent}", f"UNACK {count}{urgent}", short), "flash" if flash else "warn"
    )


def _outbox(status: StatusView) -> Field:
    count = sum(one.outbox for one in status.channels)
    return Field((f"{t('OUTBOX')} {count}", f"{t('OUT')} {count}"), "warn" if count else "bar")


def _clock(now: int) -> Field:
    full = dtg(now)
    return Field((full, full[:7], full[2:7]))
