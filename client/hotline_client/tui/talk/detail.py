"""Everything known of one document: its whole text and what it said before, each person's marks and answers, its id and hash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hotline_client.line.views import Mark, MessageView, Receipt
from hotline_client.presenters.message import addressees, answer, answer_to, refused, trail, withdrawn
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Look, Row, lined, quote
from hotline_client.tui.looks.tongue import t, tn
from hotline_client.tui.looks.wording import ANSWERS, channel_label, dtg, office, side
from hotline_client.tui.talk.rows import GUTTER, answer_look
from hotline_protocol.terms import Response

WHOLE: Final = 16_384
"""Characters of a text that are shown."""


def detail_rows(message: MessageView, cells: int) -> list[Row]:
    """The rows of the sheet."""
    blank: Row = (("", "text"),)
    rows = [*_facts(message, cells), blank, *_quoted(message.text, cells)]
    if message.corrections:
        before = tn(
            "before {count} correction it said", "before {count} corrections it said", message.corrections
        )
        rows += [blank, ((f"{before}:", "strong"),), *_quoted(message.first_text, cells)]
    for one in message.translations:
        into = t("courtesy translation into {language}", language=one.language)
        head = f"{into}, {side(one.person)} {office(one.person)} {dtg(one.time)}:"
        rows += [blank, ((head, "strong"),), *_quoted(one.text, cells)]
    why = withdrawn(message, t, WHOLE) or refused(message, t, WHOLE)
    return [
        *rows,
        blank,
        *_said(message, cells),
        *(lined(why, cells, "bad") if why else ()),
        *_fingerprint(message),
    ]


def _facts(message: MessageView, cells: int) -> Iterator[Row]:
    author = message.author
    by = t("unknown author") if author is None else f"{side(author)} {office(author)} {line(author.name, 40)}"
    yield ((by, "strong"),)
    where = channel_label(message.channel)
    number = (
        t("not yet in the log")
        if message.seq is None
        else t("#{number} of {channel}", number=message.seq, channel=where)
    )
    reference = f", {line(message.reference, 20)}" if message.reference else ""
    asks = (
        ""
        if message.response is Response.NONE
        else f", {t('asks {answer}', answer=ANSWERS[message.response])}"
    )
    yield ((f"{number}{reference}, {message.precedence.value}{asks}", "text"),)
    relayed = f", {t('relayed {when}', when=dtg(message.at))}" if message.at else ""
    yield ((t("written {when}", when=dtg(message.time)) + relayed, "text"),)
    if to := "  ".join(addressees(message)):
        yield from lined(to, cells)
    if message.phase is not None:
        due = "" if message.deadline is None else f", {t('due {when}', when=dtg(message.deadline))}"
        urgency = "" if message.urgency is None else f", {message.urgency}"
        yield ((f"{message.phase}{due}{urgency}", "text"),)


def _quoted(text: str, cells: int) -> list[Row]:
    rows = quote(text[:WHOLE], cells, gutter=GUTTER)
    if len(text) > WHOLE:
        more = tn("{count} more character", "{count} more characters", len(text) - WHOLE)
        rows.append(((f"… {more}", "dim"),))
    return rows


def _said(message: MessageView, cells: int) -> Iterator[Row]:
    """Who got, saw, acknowledged and answered it, each by name."""
    author = message.author
    if author is not None and author.own:
        look: Look = "good" if message.receipt is Receipt.ACKNOWLEDGED else "text"
        yield ((trail(message), look),)
    marks = (("DLVD", message.delivered), ("SEEN", message.seen), ("ACK ", message.acknowledged))
    for word, people in marks:
        for mark in people:
            yield _mark(word, mark)
    if message.acknowledged_before:
        yield ((t("acknowledged before it was corrected:"), "dim"),)
        for mark in message.acknowledged_before:
            yield _mark("ACK ", mark)
    for one in message.answers:
        words = f"{answer(one, t, office)} {line(one.person.name, 24)}{answer_to(one, t)}"
        yield from lined(words, cells, answer_look(one))


def _mark(word: str, mark: Mark) -> Row:
    who = mark.person
    return ((f"{word} {dtg(mark.time)}  {side(who)} {office(who)} {line(who.name, 24)}", "text"),)


def _fingerprint(message: MessageView) -> Iterator[Row]:
    yield ((f"id      {message.id.hex()}", "dim"),)
    if message.content_hash is not None:
        digest = message.content_hash.hex()
        yield ((f"sha256  {digest[:32]}", "dim"),)
        yield ((f"        {digest[32:]}", "dim"),)
