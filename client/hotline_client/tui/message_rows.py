"""One message as rows: a head in words, the text behind a gutter that no text can imitate, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.tui.cells import line, paragraphs
from hotline_client.tui.rows import Look, Row, Span, between, fit, width
from hotline_client.tui.wording import (
    ANSWERS,
    PRECEDENCE_LOOK,
    channel_label,
    clock,
    day,
    dtg,
    office,
    receipt,
    side,
    trail,
)
from hotline_client.views import Mark, MessageView, Receipt
from hotline_protocol.terms import Precedence, Response

GUTTER: Final = "     │ "
"""Stands before every foreign line: a text cannot draw a head, an event or a mark of trust of its own."""

SHOWN: Final = 4000
"""Characters of one text that the timeline shows; the rest is one key away."""

HIDDEN_KINDS: Final = frozenset({"receipt", "checkpoint"})
_FAR: Final = 5 * 60 * 1000

NumberOf = Callable[[bytes], int | None]


def message_rows(
    message: MessageView, cells: int, *, opens_day: bool, number_of: NumberOf
) -> tuple[Row, ...]:
    """The rows of one message at a width; `opens_day` puts the date above it. Nothing for machine traffic."""
    if message.kind in HIDDEN_KINDS and message.refused is None:
        return ()
    rows: list[Row] = []
    if opens_day:
        title = f"── {day(message.at or message.time)} "
        rows.append(((title + "─" * (cells - len(title)), "dim"),))
    if message.kind != "text":
        return (*rows, *_event(message, cells))
    rows.extend(_head(message, cells))
    if message.reply_to is not None:
        number = number_of(message.reply_to)
        rows.append(
            ((GUTTER, "dim"), (f"in reply to {f'#{number}' if number else 'an earlier message'}", "dim"))
        )
    look: Look = "flash" if message.precedence is Precedence.FLASH and message.needs_ack else "text"
    rows.extend(((GUTTER, "dim"), (one, look)) for one in _body(message.text, cells))
    if message.refused is not None:
        why = paragraphs(f"NOT APPLIED: {message.refused[:SHOWN]}", cells - len(GUTTER))
        rows.extend(((GUTTER, "dim"), (one, "bad")) for one in why)
    return tuple(rows)


def _body(text: str, cells: int) -> list[str]:
    lines = paragraphs(text[:SHOWN], cells - len(GUTTER))
    if len(text) > SHOWN:
        lines.append(f"… {len(text) - SHOWN:,} more characters: Esc, select it, Enter")
    return lines


def _head(message: MessageView, cells: int) -> list[Row]:
    """`1432Z #120 PEER BRAVO/deputy Name  IMMEDIATE  asks ROGER      NEEDS ACK`, on two rows where it is narrow."""
    author = message.author
    own = author is not None and author.own
    number = "outbox" if message.seq is None else f"#{message.seq}"
    who: list[Span] = [(f"{clock(message.at or message.time)} ", "dim"), (f"{number} ", "strong")]
    if author is None:
        who.append(("UNKNOWN AUTHOR", "bad"))
    else:
        who.append((f"{side(author)} {office(author)}", "own" if own else "peer"))
        who.append((f" {line(author.name, 24)}", "text"))
    asks: list[Span] = []
    if message.precedence is not Precedence.ROUTINE:
        asks += [("  ", "dim"), (message.precedence.value, PRECEDENCE_LOOK[message.precedence])]
    if message.response is not Response.NONE:
        asks.append((f"  asks {ANSWERS[message.response]}", "dim"))
    if message.at is not None and abs(message.at - message.time) > _FAR:
        asks.append((f"  written {dtg(message.time)}", "warn"))
    fate = _fate(message, own=own)
    left = (*who, *asks)
    joined = between(left, fate, cells) if fate else (left if width(left) <= cells else None)
    if joined is not None:
        return [joined]
    second = between((("     ", "dim"), *asks), fate, cells) or fit(
        (("     ", "dim"), *asks, ("  ", "dim"), *fate), cells
    )
    return [fit(tuple(who), cells), second]


def _fate(message: MessageView, *, own: bool) -> Row:
    """What became of our message, or what theirs waits for."""
    if message.refused is not None:
        return (("NOT APPLIED", "bad"),)
    if own:
        return (receipt(message),)
    if message.needs_ack:
        return (("NEEDS ACK", "flash" if message.precedence is Precedence.FLASH else "warn"),)
    ours = [mark for mark in message.acknowledged if mark.person.own]
    if ours:
        first = min(ours, key=lambda mark: mark.time)
        return ((f"ACK {clock(first.time)} by {office(first.person)}", "good"),)
    return ()


def _event(message: MessageView, cells: int) -> list[Row]:
    """What the engine recorded, an acknowledgment, or a kind this version does not know: dim and in words."""
    number = "" if message.seq is None else f"#{message.seq} "
    if message.kind == "event":
        what, look = "EVENT", "event"
    elif message.kind in {"ack", "revocation", "receipt", "checkpoint"}:
        what, look = message.kind.upper(), "event"
    else:
        what, look = f"UNKNOWN KIND {line(message.kind, 24)}", "warn"
    by = f" {side(message.author)} {office(message.author)}" if message.author else ""
    text = " ".join(message.text[:SHOWN].split("\n"))
    said = f": {text}" if text and by else f" {text}" if text else ""
    reason = f" NOT APPLIED: {message.refused[:SHOWN]}" if message.refused else ""
    head = f"{clock(message.at or message.time)} {number}{what}{by}"
    first, *rest = paragraphs(head + said + reason, cells - 6) or [head]
    shade: Look = "bad" if message.refused else "warn" if look == "warn" else "event"
    return [((first, shade),), *(((f"      {one}", shade),) for one in rest)]


def detail_rows(message: MessageView, cells: int) -> list[Row]:
    """Everything known of one message: its whole text, each person's marks, its id and content hash."""
    rows: list[Row] = []
    author = message.author
    by = "unknown author" if author is None else f"{side(author)} {office(author)} {line(author.name, 40)}"
    rows.append(((by, "strong"),))
    number = (
        "not yet in the log" if message.seq is None else f"#{message.seq} of {channel_label(message.channel)}"
    )
    rows.append(((f"{number}, {message.precedence.value}, asks {ANSWERS[message.response]}", "text"),))
    rows.append(
        ((f"written {dtg(message.time)}" + (f", relayed {dtg(message.at)}" if message.at else ""), "text"),)
    )
    rows.append((("", "text"),))
    rows.extend(
        ((GUTTER, "dim"), (one, "text")) for one in paragraphs(message.text[:16_384], cells - len(GUTTER))
    )
    if len(message.text) > 16_384:
        rows.append(((f"… {len(message.text) - 16_384:,} more characters", "dim"),))
    rows.append((("", "text"),))
    if author is not None and author.own:
        rows.append(((trail(message), "good" if message.receipt is Receipt.ACKNOWLEDGED else "text"),))
    for word, marks in (("DLVD", message.delivered), ("SEEN", message.seen), ("ACK ", message.acknowledged)):
        rows.extend(_mark(word, mark) for mark in marks)
    if message.refused is not None:
        rows.extend(((one, "bad"),) for one in paragraphs(f"NOT APPLIED: {message.refused[:SHOWN]}", cells))
    rows.append(((f"id      {message.id.hex()}", "dim"),))
    if message.content_hash is not None:
        digest = message.content_hash.hex()
        rows.append(((f"sha256  {digest[:32]}", "dim"),))
        rows.append(((f"        {digest[32:]}", "dim"),))
    return rows


def _mark(word: str, mark: Mark) -> Row:
    who = mark.person
    return ((f"{word} {dtg(mark.time)}  {side(who)} {office(who)} {line(who.name, 24)}", "text"),)
