"""The four silences: why a message of ours that asks for an answer has none, told apart and in words (L94)."""

from __future__ import annotations

from enum import StrEnum

from hotline_client.line.views import Answered, Mark, MessageView, Receipt, first_mark
from hotline_client.words.times import clock
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import Response
from hotline_protocol.text import show


class Silence(StrEnum):
    """What the silence after a question is."""

    UNDELIVERED = "undelivered"
    UNSEEN = "delivered and unseen"
    UNANSWERED = "seen and unanswered"
    DECLINED = "declined"


def silence(message: MessageView) -> Silence | None:
    """Which one lies over a question of ours; None if it asks for nothing, is withdrawn or refused, or has its answer."""
    ours = message.author is not None and message.author.own
    if not ours or message.response is Response.NONE or message.refused is not None:
        return None
    if message.phase in (Phase.ANSWERED, Phase.WITHDRAWN):
        return None
    if message.phase is Phase.DECLINED:
        return Silence.DECLINED
    if message.answer is not None or message.receipt in (Receipt.SEEN, Receipt.ACKNOWLEDGED):
        return Silence.UNANSWERED
    return Silence.UNSEEN if message.receipt is Receipt.DELIVERED else Silence.UNDELIVERED


def silence_text(message: MessageView) -> str:
    """The silence as a person says it, with who did the last thing and when: `seen and unanswered, STANDBY 1436Z by …`."""
    found = silence(message)
    if found is None:
        return ""
    answer = message.answer
    if found is Silence.DECLINED and answer is not None:
        return f"declined, {_said(answer)}: {show(answer.reason)}"
    if found is Silence.UNDELIVERED:
        return (
            "undelivered, still here" if message.receipt is Receipt.QUEUED else "undelivered, with the relay"
        )
    if found is Silence.UNANSWERED and answer is not None and answer.answer is Answer.STANDBY:
        return f"{found}, {_said(answer)}"
    if acknowledged := first_mark(message.acknowledged):
        return f"{found}, acknowledged {_marked(acknowledged)}"
    since = first_mark(message.seen if found is Silence.UNANSWERED else message.delivered)
    return f"{found} since {_marked(since)}" if since else str(found)


def _marked(mark: Mark) -> str:
    return f"{clock(mark.time)} by {show(mark.person.name)}"


def _said(one: Answered) -> str:
    return f"{one.answer} {clock(one.time)} by {show(one.person.name)}"
