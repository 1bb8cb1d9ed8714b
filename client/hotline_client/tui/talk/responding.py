"""What one says about a message: the forms for an answer, a correction, a withdrawal, a courtesy translation."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import N_, language, t
from hotline_client.tui.looks.wording import ANSWERS, office
from hotline_client.tui.parts.fields import Answers, Field, Form
from hotline_protocol.documents.body import MAX_NOTE, MAX_TEXT, Target
from hotline_protocol.documents.dialogue import (
    DECLINING,
    LEGAL,
    MAX_TRANSLATION,
    Answer,
    Correction,
    Reply,
    Translation,
    Withdrawal,
)
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import Response

_QUOTED: Final = 4
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def why_no_answer(message: MessageView | None) -> str | None:
    """Why a message cannot be answered by WILCO and its like; None if it can."""
    if message is None:
        return t("select a message first: Esc, then up or down")
    if message.author is None or message.author.own:
        return t("a delegation does not answer its own message")
    if message.response is Response.NONE:
        return t("this message asks for no answer: F4 replies in words, F2 acknowledges")
    if message.phase is Phase.WITHDRAWN:
        return t("the message was withdrawn: there is nothing left to answer")
    return None


def why_not_ours(message: MessageView | None) -> str | None:
    """Why a message cannot be corrected or withdrawn here; None if it can."""
    if message is None or message.seq is None:
        return t("select a message of yours that stands in the log")
    if message.author is None or not message.author.me:
        return t("only who wrote a message corrects or withdraws it")
    if message.withdrawn is not None:
        return t("the message was withdrawn already")
    return None


def quoted(message: MessageView, cells: int = 76) -> tuple[Row, ...]:
    """Whose words a form is about: a head and the first lines."""
    who = "?" if message.author is None else office(message.author)
    number = " ".join(filter(None, (f"#{message.seq}", line(message.reference or "", 20))))
    head: Row = ((f" {number} {who}: {t('asks for {answer}', answer=ANSWERS[message.response])}", "strong"),)
    lines = paragraphs(message.text[:1000], cells)
    shown = lines[:_QUOTED]
    more: list[Row] = [((" │ …", "dim"),)] if len(lines) > _QUOTED else []
    return (head, *(((" │ ", "dim"), (one, "text")) for one in shown), *more)


def answer_form(message: MessageView, target: Target) -> Form:
    """WILCO and its like; UNABLE and NEGATIVE want a reason, STANDBY keeps the question open."""
    order = [answer.value for answer in Answer if answer in LEGAL[message.response]]

    def make(given: Answers) -> list[Reply]:
        answer = Answer(given["answer"])
        if answer in DECLINING and not given["reason"]:
            raise UsageError(t("{answer} needs a reason", answer=answer.value))
        return [Reply(target, answer, given["reason"])]

    return Form(
        f"answer.{message.id.hex()}",
        N_("RESPOND"),
        (
            Field("answer", N_("Answer"), options=tuple(order), initial=order[0]),
            Field(
                "reason",
                N_("Reason"),
                hint=N_("UNABLE and NEGATIVE want one; words never close a question"),
                lines=3,
                limit=MAX_NOTE,
            ),
        ),
        make,
        facts=quoted(message),
        sent=N_("answered; it counts when it stands in the log"),
    )


def correction_form(message: MessageView, target: Target) -> Form:
    """New words for an own text."""
    return Form(
        f"correct.{message.id.hex()}",
        N_("CORRECT"),
        (
            Field(
                "text",
                N_("New words"),
                initial=message.text,
                lines=6,
                wanted=True,
                limit=MAX_TEXT,
                hint=N_("what it said before is kept; who acknowledged it is asked anew"),
            ),
        ),
        lambda given: [Correction(target, given["text"])],
        facts=quoted(message),
    )


def withdrawal_form(message: MessageView, target: Target) -> Form:
    """An own message taken back."""
    reason = Field("reason", N_("Reason"), lines=3, wanted=True, limit=MAX_NOTE)
    return Form(
        f"withdraw.{message.id.hex()}",
        N_("WITHDRAW"),
        (reason,),
        lambda given: [Withdrawal(target, given["reason"])],
        facts=quoted(message),
        ask=lambda _given: t(
            "Withdraw it? It stays in the record, and both sides see that it was withdrawn."
        ),
    )


def translation_form(message: MessageView, target: Target) -> Form:
    """A courtesy translation, which binds nobody."""
    return Form(
        f"translate.{message.id.hex()}",
        N_("COURTESY TRANSLATION"),
        (
            Field(
                "language",
                N_("Language"),
                read=_language,
                initial=language(),
                wanted=True,
                hint=N_("he, ru, en-GB"),
                limit=40,
            ),
            Field(
                "text",
                N_("Translation"),
                lines=6,
                wanted=True,
                limit=MAX_TRANSLATION,
                hint=N_("the original alone has force; a translation is bound to exactly these words"),
            ),
        ),
        lambda given: [Translation(target, given["language"], given["text"])],
        facts=quoted(message),
    )


def _language(typed: str) -> str:
    if not _LANGUAGE.fullmatch(typed.strip()):
        raise UsageError(t("expected a language such as he, ru or en-GB"))
    return typed.strip()
