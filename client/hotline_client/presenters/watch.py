"""The watch of each side: who has it, and a handover with all that it names, held against what is open now."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hotline_client.line.views import MemberView, MessageView
from hotline_client.presenters.references import Source, delegation, holder, numbered
from hotline_client.words.columns import fit, wrap
from hotline_client.words.times import dtg
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.watch import Handover, Watch
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Side
from hotline_protocol.text import show

Open = tuple[tuple[bytes, ...], tuple[bytes, ...]]
"""Dialogues that await an answer, and notices in force."""
_KINDS: Final = ("dialogue", "notice")


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """A side's watch, if anybody has it, and the handover that waits to be accepted."""

    side: Side
    watch: Watch | None
    waiting: Handover | None


def facts(book: Journal, side: Side) -> WatchFacts:
    """How a side's watch stands."""
    return WatchFacts(side, book.watches.now.get(side), book.watches.waiting.get(side))


def open_now(book: Journal, now: int) -> Open:
    """What a handover has to name."""
    return tuple(book.dialogues.open), tuple(one.id for one in book.notices.active(now))


def is_over_our_log(line: Source, channel: str, handover: Handover) -> bool:
    """Whether a handover was signed over the log that this device has; else it must not be accepted."""
    ours = line.head_at(channel, handover.seq)
    return ours is not None and hmac.compare_digest(ours, handover.head)


def colleagues(members: Sequence[MemberView]) -> list[MemberView]:
    """Who else of our side could have the watch."""
    return [
        one
        for one in members
        if one.person.own and not one.person.me and one.person.role in WRITING_ROLES & PERSON_ROLES
    ]


# --- for a person


def open_text(line: Source, channel: str, ids: Open, now: int) -> list[str]:
    """What a handover names, a line each; what differs from what is open `now` (unix ms) is said."""
    lines = []
    present = line.read(channel, lambda book: open_now(book, now))
    for kind, given, there in zip(_KINDS, ids, present, strict=True):
        for one in dict.fromkeys((*given, *there)):
            differs = (
                ""
                if one in given and one in there
                else "  (NOT NAMED)"
                if one in there
                else "  (not open any more)"
            )
            lines.append(f"    {kind} {_title(line.message(channel, one), one)}{differs}")
    return lines or ["    nothing is open"]


def _title(message: MessageView | None, document: bytes) -> str:
    words = "" if message is None else (message.text or f"({message.kind})").partition("\n")[0]
    precedence = "" if message is None else f" {message.precedence}"
    head = f"{numbered(message, document)}{precedence}  "
    return head + fit(words, max(74 - len(head), 8)).rstrip()


def handover_text(line: Source, channel: str, handover: Handover, now: int) -> list[str]:
    """All of a handover."""
    lines = open_text(line, channel, (handover.dialogues, handover.notices), now)
    lines += [f"    {one}" for one in show(handover.note, lines=True).splitlines()]
    lines.append(f"    head after #{handover.seq}: {digits(handover.head)}")
    if not handover.complete:
        lines.append("    IT DID NOT NAME exactly what was open when it was signed")
    return lines


def elsewhere_text(line: Source, channel: str, now: int) -> str:
    """What is open in other channels, which is no part of this: each channel has its own watch."""
    lines = []
    for view in line.channels():
        if view.name == channel or view.phase != "member":
            continue
        dialogues, notices = (len(one) for one in line.read(view.name, lambda book: open_now(book, now)))
        if dialogues or notices:
            lines.append(
                f"not part of this: {view.name} has {dialogues} dialogues and {notices} notices open"
                f" (`--channel {view.name}`)"
            )
    return wrap("\n".join(lines))


def watch_text(line: Source, channel: str, told: WatchFacts, now: int) -> str:
    """Who of a side has the watch, and the handover that waits."""
    watch, waiting = told.watch, told.waiting
    whose = show(delegation(line, told.side))
    if watch is None:
        return wrap(f"{whose}: nobody has the watch of {channel}")
    words = f"{whose}: {holder(line, watch.holder)} has the watch of {channel} since {dtg(watch.since)}"
    if watch.taken_from is not None:
        words += f", taken from {holder(line, watch.taken_from)}"
    lines = [words]
    if waiting is not None:
        lines.append(f"    handed over to {holder(line, waiting.to)} {dtg(waiting.at)}, not accepted yet:")
        lines += handover_text(line, channel, waiting, now)
    return wrap("\n".join(lines))


# --- for a script


def watch_record(line: Source, channel: str, told: WatchFacts) -> dict[str, Any]:
    """A side's watch; times in unix ms."""
    watch = told.watch
    taken_from = None if watch is None else watch.taken_from
    return {
        "type": "watch",
        "channel": channel,
        "side": told.side,
        "holder": None if watch is None else watch.holder.hex(),
        "holder_name": None if watch is None else holder(line, watch.holder),
        "since": None if watch is None else watch.since,
        "taken_from": None if taken_from is None else holder(line, taken_from),
        "handover": _handover_record(line, None if watch is None else watch.handover),
        "waiting": _handover_record(line, told.waiting),
    }


def _handover_record(line: Source, handover: Handover | None) -> dict[str, Any] | None:
    if handover is None:
        return None
    return {
        "id": handover.document.hex(),
        "to": handover.to.hex(),
        "to_name": holder(line, handover.to),
        "at": handover.at,
        "dialogues": [one.hex() for one in handover.dialogues],
        "notices": [one.hex() for one in handover.notices],
        "seq": handover.seq,
        "head": handover.head.hex(),
        "complete": handover.complete,
        "note": handover.note,
    }
