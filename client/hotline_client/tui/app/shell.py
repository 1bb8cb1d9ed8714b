"""The bars around the views: tabs with what waits in each, channels, the banner of a FLASH, halts, and what is to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hotline_client.connection.changes import Changed
from hotline_client.engine.store import PutBack
from hotline_client.line.views import ChannelView, MessageView
from hotline_client.tui.looks.cells import cut, line, paragraphs
from hotline_client.tui.looks.rows import Row, Span, Zone, fit, width
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import channel_label, dtg, office
from hotline_client.tui.parts.needs import TITLES, VIEWS, ViewName
from hotline_client.words.put_back import put_back_text
from hotline_client.words.times import clock

_SHORT: Final[Mapping[ViewName, str]] = {
    "talk": N_("TALK"),
    "agenda": N_("AGND"),
    "meetings": N_("MEET"),
    "notices": N_("NTCS"),
    "roster": N_("ROST"),
    "record": N_("REC"),
}
"""Four cells or less: all six fit into 60 cells."""


def tabs_row(current: ViewName, counts: Mapping[ViewName, int], cells: int) -> tuple[Row, tuple[Zone, ...]]:
    """`[1 TALK 2] 2 AGENDA …`: the views, and how much in each needs this person."""
    for titles in (TITLES, _SHORT, {}):
        row, zones = _tabs([t(titles[one]) if titles else "" for one in VIEWS], current, counts)
        if width(row) <= cells:
            break
    return fit(row, cells), zones


def _tabs(
    names: Sequence[str], current: ViewName, counts: Mapping[ViewName, int]
) -> tuple[Row, tuple[Zone, ...]]:
    spans: list[Span] = []
    zones: list[Zone] = []
    at = 0
    for number, (view, name) in enumerate(zip(VIEWS, names, strict=True), 1):
        count = str(counts.get(view) or "")
        label = " ".join(filter(None, (str(number), name, count)))
        span: Span = (f"[{label}]", "strong") if view == current else (f" {label} ", "bar")
        spans.append(span)
        size = width((span,))
        zones.append(Zone(0, at, at + size, f"app.view({number})"))
        at += size
    return tuple(spans), tuple(zones)


def channels_row(channels: Sequence[ChannelView], current: str, cells: int) -> tuple[Row, tuple[Zone, ...]]:
    """The channels; what waits in each is said in words."""
    spans: list[Span] = []
    zones: list[Zone] = []
    at = 0
    for number, channel in enumerate(channels, 1):
        label = channel_label(channel.name).lower() + _news(channel)
        span: Span = (f"[{label}]", "strong") if channel.name == current else (f" {label} ", "dim")
        spans.append(span)
        zones.append(Zone(0, at, at + width((span,)), f"app.channel({number})"))
        at += width((span,))
    return fit(tuple(spans), cells), tuple(zones)


def _news(channel: ChannelView) -> str:
    if channel.halted:
        return " " + t("HALTED")
    if channel.recovering:
        return " " + t("RECOVERING")
    if channel.unacknowledged:
        return " " + t("{count} unack", count=channel.unacknowledged)
    return " " + t("{count} new", count=channel.unseen) if channel.unseen else ""


def banner_rows(flashes: Sequence[MessageView], cells: int) -> tuple[list[Row], bool]:
    """The oldest FLASH that nobody of ours has acknowledged: number, sender, text; and whether all of its text is there."""
    if not flashes:
        return [], False
    first = flashes[0]
    by = f"{office(first.author)} {line(first.author.name, 24)}" if first.author else "?"
    count = "  " + t("1 of {count}", count=len(flashes)) if len(flashes) > 1 else ""
    number = f"{line(first.reference, 20)} #{first.seq}" if first.reference else f"#{first.seq}"
    where = channel_label(first.channel)
    head = f" FLASH {number} {where} {clock(first.at or first.time)} {t('from {who}', who=by)}{count}"
    text = paragraphs(first.text[:400], max(10, cells - 4))
    whole = len(first.text) <= 400 and len(text) <= 2
    body = text[:2] if whole else [text[0] + " …"]
    return [((cut(head, cells), "flash"),), *(((f" {one}", "flash"),) for one in body)], whole


_PHASES: Final = {
    "unfounded": N_(
        "not founded yet: a head or deputy admits the first devices in the roster, Alt+5; what you write waits in the outbox"
    ),
    "knocking": N_(
        "this device knocks: a head or deputy of your side admits it; what you write waits in the outbox"
    ),
    "removed": N_("this device was removed from the channel; it can read what it has, and send nothing"),
}


def put_back_rows(put_back: PutBack | None, cells: int) -> list[Row]:
    """A vault that may be older than its words says why nothing is sent, and what a person can do."""
    if put_back is None:
        return []
    why = line(put_back_text(put_back.why, put_back.detail, t)[:400])
    told = t("NOTHING IS SENT FROM THIS DEVICE: {why}", why=why)
    advice = t(
        "Reading goes on, and what you write is kept. If a copy of this vault runs elsewhere, stop it first."
    )
    way_out = t(
        "Ctrl+R (hotline recover): this device leaves its groups and knocks anew, and a head or deputy of your side admits it."
    )
    return [((one, "bad"),) for one in paragraphs(f"{told}\n{advice}\n{way_out}", cells)[:7]]


_RECOVERING: Final = N_(
    "The relay lost entries of this channel. It goes on by itself once a head or deputy of each side is on the line; what you write waits in the outbox."
)
_TAKE_AGAIN: Final = N_(
    "If you both agree that the log is right: Ctrl+R takes it again from the last place that was proven."
)
_FILL_UP: Final = N_(
    "If it only lost entries: Ctrl+R fills it up again, once a head or deputy of each side has done so."
)
_WAIT: Final = N_(
    "It goes on by itself once a head or deputy of the other side has resumed too. If they hold no more than the relay: Ctrl+R takes its log as it is."
)
_WAY_OUT: Final = {
    (False, False): _TAKE_AGAIN,
    (False, True): _TAKE_AGAIN,
    (True, False): _FILL_UP,
    (True, True): _WAIT,
}
"""By whether the relay's log ends before ours, and whether a person decided already that the relay is to be filled up again."""


def halt_rows(channel: ChannelView | None, cells: int) -> list[Row]:
    """A halted channel says why, and what a person can do; so does one of which the relay lost entries."""
    if channel is None:
        return []
    halted = channel.halted
    if halted is None:
        return [((one, "warn"),) for one in paragraphs(t(_RECOVERING), cells)] if channel.recovering else []
    what = line(halted.reason[:400])
    told = t("HALTED {channel} since {time}", channel=channel_label(channel.name), time=dtg(halted.at))
    advice = t(
        "Nothing is sent or taken here. Call the other side, compare heads with them (hotline log), tell your security officer."
    )
    way_out = t(_WAY_OUT[halted.lost, bool(halted.chosen)])
    said = f"{told}: {line(halted.kind, 24)}: {what}\n{advice}\n{way_out}"
    return [((one, "bad"),) for one in paragraphs(said, cells)[:7]]


def standing_words(
    channel: ChannelView | None,
    progress: Changed | None,
    newest: MessageView | None,
    *,
    follow: bool,
) -> str:
    """What is worth a line while nothing else is said; empty when all is as it should be."""
    if progress is not None:
        of = "" if progress.total is None else f"/{progress.total:,}"
        return t(
            "VERIFYING {done} entries of {channel}",
            done=f"{progress.done or 0:,}{of}",
            channel=channel_label(progress.channel or t("the line")),
        )
    if channel is None:
        return t("this certificate is entitled to no channel")
    if channel.phase in _PHASES:
        return t(_PHASES[channel.phase])
    return _reading(channel, newest, follow=follow)


def _reading(channel: ChannelView, newest: MessageView | None, *, follow: bool) -> str:
    if not follow:
        unseen = ", " + t("{count} not yet seen", count=channel.unseen) if channel.unseen else ""
        return t("not at the newest: End goes there") + unseen
    if channel.unseen:
        return t("{count} not yet seen on a screen of yours: F3 goes to the first", count=channel.unseen)
    if newest is None:
        return t("nothing has been said here yet; write below and press Enter")
    return ""


def hint_row(text: str, cells: int) -> Row:
    """One line of words."""
    return ((cut(text, cells), "strong"),)


def quit_reasons(outbox: int, waiting: int, drafts: int) -> list[str]:
    """Why one might stay."""
    reasons = []
    if waiting:
        reasons.append(t("{count} not acknowledged", count=waiting))
    if outbox:
        reasons.append(t("{count} in the outbox: sent when the line is opened again", count=outbox))
    if drafts:
        reasons.append(t("{count} not sent: kept on this device", count=drafts))
    return reasons
