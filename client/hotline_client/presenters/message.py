"""A message as it stands: its words, how far it got, what was said about it; for a person and for a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hotline_client.line.silence import silence
from hotline_client.line.views import Answered, Mark, MessageView, Person, Receipt, Translated, first_mark
from hotline_client.presenters.fields import fields
from hotline_client.presenters.person import person_record, person_text
from hotline_client.words.times import clock, dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.text import show

_RECORD: Final = (
    "channel", "seq", "id", "kind", "author", "time", "at", "text", "precedence", "response", "hash", "receipt",
    "delivered", "seen", "acknowledged", "needs_ack", "reply_to", "about", "action", "info", "refused", "reference",
    "phase", "deadline", "urgency", "answers", "corrections", "first_text", "present", "acknowledged_before",
    "withdrawn", "translations", "silence",
)  # fmt: skip
_STEPS: Final = {
    Receipt.QUEUED: "QUEUED",
    Receipt.RELAYED: "SENT",
    Receipt.DELIVERED: "DLVD",
    Receipt.SEEN: "SEEN",
    Receipt.ACKNOWLEDGED: "ACK",
}
"""How far a message comes without an answer, as both delegations abbreviate it."""

Named = Callable[[Person], str]
"""How a front names people."""


# --- how far it got


def receipt(message: MessageView, t: Translate = english, who: Named = person_text) -> str:
    """`SEEN 1432Z by BRAVO/deputy`: how far one of ours got, by whose act, in few words."""
    state = message.receipt
    if state in (Receipt.ANSWERED, Receipt.DECLINED) and message.answer:
        return answer(message.answer, t, who)
    reached = {
        Receipt.ACKNOWLEDGED: message.acknowledged,
        Receipt.SEEN: message.seen,
        Receipt.DELIVERED: message.delivered,
    }.get(state, ())
    if mark := first_mark(reached):
        when, by = clock(mark.time), who(mark.person)
        if state is Receipt.ACKNOWLEDGED:
            return t("ACK {when} by {who}", when=when, who=by)
        if state is Receipt.SEEN:
            return t("SEEN {when} by {who}", when=when, who=by)
        return t("DLVD {when} to {who}", when=when, who=by)
    if state is Receipt.QUEUED:
        return t("QUEUED here, not yet sent")
    return t("SENT, not yet delivered") if state is Receipt.RELAYED else _STEPS.get(state, state.value)


def answer(one: Answered, t: Translate = english, who: Named = person_text) -> str:
    """`WILCO 1432Z by BRAVO/deputy`."""
    return f"{one.answer} {t('{when} by {who}', when=clock(one.time), who=who(one.person))}"


def answer_to(one: Answered, t: Translate) -> str:
    """What is said with an answer: if its words were others than the present ones, and why."""
    stale = "" if one.present else f" ({t('to what it said before')})"
    return f"{stale}: {one.reason}" if one.reason else stale


def trail(message: MessageView) -> str:
    """All steps up to where a message of ours is: `QUEUED → SENT → DLVD → SEEN`."""
    if message.receipt not in _STEPS:
        return message.receipt.value
    steps = list(_STEPS)
    return " → ".join(_STEPS[one] for one in steps[: steps.index(message.receipt) + 1])


def addressees(message: MessageView) -> list[str]:
    """`TO BRAVO/deputy`, `INFO ALPHA`: who is to act and who only to know; nothing if everybody is to act."""
    named = (("TO", message.action), ("INFO", message.info))
    return [f"{what} {', '.join(offices)}" for what, offices in named if offices]


def withdrawn(message: MessageView, t: Translate, limit: int) -> str:
    """Why its author took it back, if so; of the foreign reason at most `limit` characters."""
    return "" if message.withdrawn is None else t("WITHDRAWN: {why}", why=message.withdrawn[:limit])


def refused(message: MessageView, t: Translate = english, limit: int | None = None) -> str:
    """Why it was recorded and changes nothing, if so."""
    return "" if message.refused is None else t("NOT APPLIED: {why}", why=message.refused[:limit])


# --- for a person


def message_text(message: MessageView) -> str:
    """A head line, the words indented, and what stands beside them."""
    words = [
        "#-" if message.seq is None else f"#{message.seq}",
        *([] if message.reference is None else [message.reference]),
    ]
    head = [" ".join(words), dtg(message.time), *_head(message)]
    head += [str(message.urgency)] if message.urgency not in (None, Urgency.DUE) else []
    body = show(message.text or f"({message.kind})", lines=True).split("\n")
    return "\n".join(["  ".join(head), *(f"    {one}" for one in body), *_beside(message)])


def _head(message: MessageView) -> list[str]:
    """Who says it to whom, how urgently, what it asks for, and what became of it or what it waits for."""
    if message.kind == "event" and message.refused is None:
        return ["EVENT"]
    author = message.author
    words = ["the line" if author is None else person_text(author), message.precedence, message.response]
    words += [show(one) for one in addressees(message)]
    words += ["WITHDRAWN"] if message.withdrawn is not None else ["CORRECTED"] if message.corrections else []
    if message.refused is not None:
        return [*words, show(refused(message))]
    if author is not None and author.own:
        return [*words, _receipt_text(message)]
    words += ["NEEDS ACK"] if message.needs_ack else []
    return words + ([str(message.phase)] if message.phase not in (None, Phase.NONE, Phase.WITHDRAWN) else [])


def _receipt_text(message: MessageView) -> str:
    """`ANSWERED WILCO 1432Z by BRAVO/head Viktor Orlov`, `ACKNOWLEDGED 1432Z by …`, or the plain state."""
    if message.answer is not None:
        return f"{message.receipt} {answer(message.answer)}"
    if first := first_mark(message.acknowledged):
        return f"ACKNOWLEDGED {clock(first.time)} by {person_text(first.person)}"
    return str(message.receipt)


def _beside(message: MessageView) -> list[str]:
    """What stands beside the words: what they were, why they were withdrawn, what they are in other languages."""
    lines = [f"before the correction: {show(message.first_text)}"] if message.corrections else []
    if message.acknowledged_before:
        lines.append(f"acknowledged before the correction: {len(message.acknowledged_before)}")
    lines += [f"withdrawn: {show(message.withdrawn)}"] if message.withdrawn is not None else []
    lines += [f"{one.language} by {show(one.person.name)}: {show(one.text)}" for one in message.translations]
    return [f"    | {one}" for one in lines]


# --- for a script


def message_record(message: MessageView) -> dict[str, Any]:
    """All of a message; times in unix ms."""
    known = fields(message) | {
        "author": None if message.author is None else person_record(message.author),
        "hash": message.content_hash,
        "needs_ack": message.needs_ack,
        "silence": silence(message),
    }
    for name in ("delivered", "seen", "acknowledged", "answers", "acknowledged_before", "translations"):
        known[name] = [_by(one) for one in known[name]]
    return {"type": "message", **{name: known[name] for name in _RECORD}}


def _by(one: Mark | Answered | Translated) -> dict[str, Any]:
    return {"by": person_record(one.person), **fields(one, "person")}
