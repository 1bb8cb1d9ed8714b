"""What is said between the timeline and the composer or above it: halts, FLASH, progress, empty states, reasons to stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline_client.tui.cells import cut, line, paragraphs
from hotline_client.tui.rows import Row
from hotline_client.tui.wording import channel_label, clock, dtg, office
from hotline_client.views import Changed, ChannelView, MessageView

_PHASES: Final = {
    "unfounded": "not founded yet: a head or deputy admits the first devices with F5; what you write waits in the outbox",
    "knocking": "this device knocks: a head or deputy of your side admits it; what you write waits in the outbox",
    "removed": "this device was removed from the channel; it can read what it has, and send nothing",
}


def halt_rows(channel: ChannelView | None, cells: int) -> list[Row]:
    """A halted channel says why, and what a person can do."""
    if channel is None or channel.halted is None:
        return []
    halted = channel.halted
    what = line(halted.reason[:400])
    said = (
        f"HALTED {channel_label(channel.name)} since {dtg(halted.at)}: {line(halted.kind, 24)}: {what}\n"
        "Nothing is sent or taken here. Call the other side, compare heads with them (hotline log), tell your security officer.\n"
        "If you both agree that the log is right: Ctrl+R takes it again from the last place that was proven."
    )
    return [((one, "bad"),) for one in paragraphs(said, cells)[:7]]


def banner_rows(flashes: Sequence[MessageView], cells: int) -> list[Row]:
    """The oldest FLASH that nobody of ours has acknowledged: number, sender, text."""
    if not flashes:
        return []
    first = flashes[0]
    by = f"{office(first.author)} {line(first.author.name, 24)}" if first.author else "unknown author"
    count = f"  1 of {len(flashes)}" if len(flashes) > 1 else ""
    where = channel_label(first.channel)
    head = f" FLASH #{first.seq} {where} {clock(first.at or first.time)} from {by}{count}"
    text = paragraphs(first.text[:400], max(10, cells - 4))
    body = text[0] if len(text) == 1 else text[0] + " …"
    return [((cut(head, cells), "flash"),), ((f" {body}", "flash"),)]


def standing_words(
    channel: ChannelView | None,
    progress: Changed | None,
    newest: MessageView | None,
    *,
    follow: bool,
) -> str:
    """What is worth a line while nothing else is said; empty when all is as it should be."""
    if progress is not None:
        of = "" if progress.total is None else f" of {progress.total:,}"
        return (
            f"VERIFYING {progress.done or 0:,}{of} entries of {channel_label(progress.channel or 'the line')}"
        )
    if channel is None:
        return "this certificate is entitled to no channel"
    if channel.phase in _PHASES:
        return _PHASES[channel.phase]
    return _reading(channel, newest, follow=follow)


def _reading(channel: ChannelView, newest: MessageView | None, *, follow: bool) -> str:
    if not follow:
        return f"not at the newest: End goes there{_unseen(channel)}"
    if channel.unseen:
        return f"{channel.unseen} not yet seen on a screen of yours: F3 goes to the first"
    if newest is None:
        return "nothing has been said here yet; write below and press Enter"
    return ""


def _unseen(channel: ChannelView) -> str:
    return f", {channel.unseen} not yet seen" if channel.unseen else ""


def hint_row(text: str, cells: int) -> Row:
    """One line of words."""
    return ((cut(text, cells), "strong"),)


def quit_reasons(outbox: int, waiting: int, drafts: int) -> list[str]:
    """Why one might stay."""
    reasons = []
    if waiting:
        reasons.append(f"{waiting} not acknowledged")
    if outbox:
        reasons.append(f"{outbox} in the outbox: sent when the line is opened again")
    if drafts:
        reasons.append(f"{drafts} draft not sent: kept on this device")
    return reasons
