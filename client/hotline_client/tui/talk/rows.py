"""One document as rows of a timeline: a head in words, the text behind a gutter that no text can imitate, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hotline_client.line.views import Answered, MessageView, Receipt, first_mark
from hotline_client.presenters.message import addressees, answer, answer_to, receipt, refused, withdrawn
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Span, between, fit, quote, width
from hotline_client.tui.looks.tongue import t, tn
from hotline_client.tui.looks.wording import ANSWERS, PRECEDENCE_LOOK, dtg, office, side
from hotline_client.words.times import clock, day
from hotline_protocol.documents import KINDS
from hotline_protocol.documents.dialogue import DECLINING, Answer
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.terms import Precedence, Response

GUTTER: Final = "     │ "
"""Stands before every foreign line: a text cannot draw a head, an event or a mark of trust of its own."""
OURS: Final = "     ├ "
"""Stands before our own words about a text."""

SHOWN: Final = 4000
"""Characters of one text that the timeline shows; the rest is one key away."""

HIDDEN_KINDS: Final = frozenset({"receipt", "checkpoint"})
_FAR: Final = 5 * 60 * 1000
_LATE: Final = frozenset({Urgency.OVERDUE, Urgency.ESCALATED})
_RECEIPT_LOOKS: Final[Mapping[Receipt, Look]] = {
    Receipt.QUEUED: "warn",
    Receipt.RELAYED: "dim",
    Receipt.ACKNOWLEDGED: "good",
    Receipt.REFUSED: "bad",
}

Known = Callable[[bytes], MessageView | None]
"""A message of the same channel by its id; None if there is none."""


def message_rows(message: MessageView, cells: int, *, opens_day: bool, known: Known) -> tuple[Row, ...]:
    """The rows of one document at a width; `opens_day` puts the date above it. Nothing for machine traffic."""
    if message.kind in HIDDEN_KINDS and message.refused is None:
        return ()
    rows: list[Row] = []
    if opens_day:
        title = f"── {day(message.at or message.time, t)} "
        rows.append(((title + "─" * (cells - len(title)), "dim"),))
    if is_formal(message):
        rows += [*_head(message, cells), *_formal(message, cells, known)]
    else:
        rows += _informal(message, cells, known)
    return tuple(rows)


def is_formal(message: MessageView) -> bool:
    """Whether it is a document of its own with a number, such as a text or a notice, and not a word about one."""
    kind = KINDS.get(message.kind)
    return kind is not None and kind.formal


def _formal(message: MessageView, cells: int, known: Known) -> Iterator[Row]:
    """The text of a formal document, what it belongs to before it, what was said about it after it."""
    if message.reply_to is not None:
        yield _quote(known(message.reply_to), cells)
    if to := " ".join(addressees(message)):
        yield fit(((OURS, "dim"), (line(to, cells - len(OURS)), "strong")), cells)
    look: Look = "flash" if message.precedence is Precedence.FLASH and message.needs_ack else "text"
    gone = message.withdrawn is not None
    yield from quote(message.text[:SHOWN], cells, "dim" if gone else look, GUTTER)
    if len(message.text) > SHOWN:
        more = tn("{count} more character", "{count} more characters", len(message.text) - SHOWN)
        words = f"… {more}: {t('Esc, select it, Enter')}"
        yield ((GUTTER, "dim"), (words, "dim" if gone else look))
    for words, shade in _beside(message):
        first, *rest = paragraphs(words, cells - len(OURS) - 2)
        yield ((OURS, "dim"), (first, shade))
        # only what begins is ours: the second line of a foreign reason must not look like an answer of its own
        for one in rest:
            yield ((GUTTER + "  ", "dim"), (one, shade))


def _beside(message: MessageView) -> Iterator[tuple[str, Look]]:
    for one in message.translations:
        courtesy = t("courtesy translation into {language}", language=one.language)
        yield f"{courtesy}: {one.text[:SHOWN]}", "dim"
    if message.corrections:
        times = tn("corrected {count} time", "corrected {count} times", message.corrections)
        yield f"{times}; {t('Enter shows what it said first')}", "warn"
    if why := withdrawn(message, t, SHOWN):
        yield why, "warn"
    for said in message.answers:
        yield answer(said, t, office) + answer_to(said, t)[:SHOWN], answer_look(said)
    if why := refused(message, t, SHOWN):
        yield why, "bad"


def _quote(message: MessageView | None, cells: int) -> Row:
    """`in reply to #118 BRAVO/deputy: Keep clear of …`."""
    if message is None:
        return ((OURS, "dim"), (t("in reply to an earlier message"), "dim"))
    who = "" if message.author is None else f" {office(message.author)}"
    head = t("in reply to {number}", number=f"#{message.seq}") + who
    words = message.text.split("\n", 1)[0][:SHOWN]
    return fit(((OURS, "dim"), (f"{head}: ", "dim"), (line(words, cells), "dim")), cells)


def _head(message: MessageView, cells: int) -> list[Row]:
    """`1432Z #120 PEER BRAVO/deputy Name  IMMEDIATE  asks ROGER      NEEDS ACK`, on two rows where it is narrow."""
    author = message.author
    own = author is not None and author.own
    number = t("outbox") if message.seq is None else f"#{message.seq}"
    who: list[Span] = [(f"{clock(message.at or message.time)} ", "dim"), (f"{number} ", "strong")]
    if author is None:
        who.append((t("UNKNOWN AUTHOR"), "bad"))
    else:
        who.append((f"{side(author)} {office(author)}", "own" if own else "peer"))
        who.append((f" {line(author.name, 24)}", "text"))
    asks = tuple(_asks(message))
    fate = _fate(message, own=own)
    left = (*who, *asks)
    joined = between(left, fate, cells) if fate else (left if width(left) <= cells else None)
    if joined is not None:
        return [joined]
    second: Row = (("   ", "dim"), *asks)
    if beside := between(second, fate, cells):
        return [fit(tuple(who), cells), beside]
    # when it must be answered is not to be cut
    if beside := between(tuple(who), fate, cells):
        return [beside, fit(second, cells)]
    alone = between((), fate, cells) or fit(fate, cells)
    return [fit(tuple(who), cells), fit(second, cells), alone]


def _asks(message: MessageView) -> Iterator[Span]:
    """Its number in the record, how urgent it is and what it asks for."""
    if message.reference is not None:
        yield (f"  {line(message.reference, 16)}", "dim")
    if message.precedence is not Precedence.ROUTINE:
        yield ("  ", "dim")
        yield (message.precedence.value, PRECEDENCE_LOOK[message.precedence])
    if message.response is not Response.NONE:
        yield (f"  {t('asks {answer}', answer=ANSWERS[message.response])}", "dim")
    if message.at is not None and abs(message.at - message.time) > _FAR:
        yield (f"  {t('written {when}', when=dtg(message.time))}", "warn")


def _fate(message: MessageView, *, own: bool) -> Row:
    """What became of our document, or what theirs waits for."""
    look: Look
    if message.refused is not None:
        return ((t("NOT APPLIED"), "bad"),)
    late = message.urgency in _LATE and message.phase in (Phase.OPEN, Phase.STANDBY)
    if own:
        said = message.answer if message.receipt in (Receipt.ANSWERED, Receipt.DECLINED) else None
        look = _RECEIPT_LOOKS.get(message.receipt, "text") if said is None else answer_look(said)
        shown: Span = (receipt(message, t, office), look)
        return (shown, (f" {message.urgency}", "bad")) if late else (shown,)
    if message.needs_ack:
        look = "flash" if message.precedence is Precedence.FLASH else "warn"
        if late:
            return ((f"{t('NEEDS ACK')} {message.urgency}", look),)
        due = "" if message.deadline is None else f" {t('by {when}', when=clock(message.deadline))}"
        return ((t("NEEDS ACK") + due, look),)
    if first := first_mark(mark for mark in message.acknowledged if mark.person.own):
        return ((t("ACK {when} by {who}", when=clock(first.time), who=office(first.person)), "good"),)
    return ()


def answer_look(one: Answered) -> Look:
    """A no and a STANDBY do not look like a yes, nor an answer to other words like one to the present ones."""
    if not one.present:
        return "dim"
    return "bad" if one.answer in DECLINING else "warn" if one.answer is Answer.STANDBY else "good"


def _informal(message: MessageView, cells: int, known: Known) -> list[Row]:
    """An act on something, what the engine recorded, or a kind this version does not know: in one run of words."""
    kind, shade = _kind(message)
    about = known(message.about) if message.about is not None else None
    head = " ".join(
        [
            clock(message.at or message.time),
            *([] if message.kind == "event" else [t("outbox") if message.seq is None else f"#{message.seq}"]),
            *([kind] if kind else []),
            *([f"{side(message.author)} {office(message.author)}"] if message.author else []),
            *(
                [f"→ {line(about.reference or f'#{about.seq}', 20)}"]
                if about is not None and about.seq
                else []
            ),
        ]
    )
    text = " ".join(message.text[:SHOWN].split("\n"))
    said = f"{':' if message.author else ''} {text}" if text else ""
    if why := refused(message, t, SHOWN):
        said, shade = f"{said} {why}", "bad"
    first, *rest = paragraphs(head + said, cells - 6) or [head]
    return [((first, shade),), *(((f"      {one}", shade),) for one in rest)]


def _kind(message: MessageView) -> tuple[str, Look]:
    """What it is called where its words do not say it."""
    if message.kind == "event":
        return t("EVENT"), "event"
    if message.kind not in KINDS:
        return t("UNKNOWN KIND {kind}", kind=line(message.kind, 24)), "warn"
    named = message.kind in {"ack", "revocation", *HIDDEN_KINDS}
    return (message.kind.upper() if named else ""), "event" if named else "text"
