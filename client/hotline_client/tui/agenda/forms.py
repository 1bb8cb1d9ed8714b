"""The forms of the agenda: an item, other words for one, reasons, an outcome, a silence."""

from __future__ import annotations

from collections.abc import Callable

from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import dtg, here_and_utc, remaining
from hotline_client.tui.parts.fields import About, Answers, Field, Form
from hotline_client.words.times import instant
from hotline_protocol.documents import Body
from hotline_protocol.documents.agenda import (
    AgendaAmend,
    AgendaCounter,
    AgendaDecline,
    AgendaObject,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    AgendaWithdraw,
    Outcome,
)
from hotline_protocol.documents.body import MAX_NOTE, MAX_TEXT, MAX_TITLE, Target
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.agenda import SHORTEST_SILENCE, Item
from hotline_protocol.terms import Arena
from hotline_protocol.text import check_field

_ARENAS = ("", *(one.value for one in Arena))
_OUTCOMES = tuple(one.value for one in Outcome)


def _title(typed: str) -> str:
    check_field(typed.strip(), "the title", limit=MAX_TITLE)
    return typed.strip()


def _minutes(typed: str) -> int | None:
    words = typed.strip()
    if not words:
        return None
    if not words.isascii() or not words.isdigit() or not 1 <= int(words) <= 1440:
        raise UsageError(t("expected minutes from 1 to 1440, or nothing"))
    return int(words)


def _item_fields(
    title: str = "", annex: str = "", arena: Arena | None = None, minutes: int | None = None
) -> tuple[Field, ...]:
    return (
        Field("title", N_("Title"), read=_title, initial=title, wanted=True, limit=MAX_TITLE),
        Field(
            "arena",
            N_("Arena"),
            read=lambda typed: Arena(typed) if typed else None,
            initial=arena.value if arena else "",
            options=_ARENAS,
        ),
        Field(
            "minutes",
            N_("Minutes"),
            read=_minutes,
            initial=str(minutes or ""),
            hint=N_("the time wanted for it, or nothing"),
            limit=4,
        ),
        Field(
            "annex",
            N_("Text"),
            initial=annex,
            lines=5,
            limit=MAX_TEXT,
            hint=N_("what both sides should have before them"),
        ),
    )


def propose_form() -> Form:
    """A proposal for the agenda."""
    aob = Field(
        "aob",
        N_("Other business"),
        read=lambda typed: typed == "yes",
        initial="no",
        options=(N_("no"), N_("yes")),
        hint=N_("any other business comes last"),
    )

    def make(given: Answers) -> list[AgendaPropose]:
        return [AgendaPropose(given["title"], given["annex"], given["arena"], given["minutes"], given["aob"])]

    return Form("agenda.propose", N_("PROPOSE AN ITEM OF THE AGENDA"), (*_item_fields(), aob), make)


def counter_form(item: Item, number: str) -> Form:
    """Other words for an item."""

    def say(target: Target, given: Answers) -> AgendaCounter:
        return AgendaCounter(target, given["title"], given["annex"], given["arena"], given["minutes"])

    fields = _item_fields(item.title, item.annex, item.arena, item.minutes)
    return _about(item, number).form("agenda.counter", N_("OTHER WORDS FOR AN ITEM"), fields, say)


def _about(item: Item, number: str) -> About:
    return About(item, number, item.annex)


def _reason_form(
    about: About, name: str, title: str, body: Callable[[Target, str], Body], *, wanted: bool = True
) -> Form:
    reason = Field("reason", N_("Reason"), lines=4, wanted=wanted, limit=MAX_NOTE)
    return about.form(name, title, (reason,), lambda target, given: body(target, given["reason"]))


def decline_form(item: Item, number: str) -> Form:
    """Not on the agenda, and why."""
    return _reason_form(_about(item, number), "agenda.decline", N_("DECLINE AN ITEM"), AgendaDecline)


def withdraw_form(item: Item, number: str) -> Form:
    """Why an item of ours is taken back."""
    return _reason_form(
        _about(item, number), "agenda.withdraw", N_("WITHDRAW AN ITEM"), AgendaWithdraw, wanted=False
    )


def object_form(item: Item, number: str) -> Form:
    """Why the silence is broken."""
    return _reason_form(_about(item, number), "agenda.object", N_("BREAK THE SILENCE"), AgendaObject)


def amend_form(item: Item, number: str) -> Form:
    """The silence is broken by better words."""
    words = item.silence.say.text if item.silence is not None else ""
    field = Field("text", N_("Other words"), initial=words, lines=5, wanted=True, limit=MAX_TEXT)

    def say(target: Target, given: Answers) -> AgendaAmend:
        return AgendaAmend(target, given["text"])

    title = N_("AMEND: BREAK THE SILENCE WITH OTHER WORDS")
    return _about(item, number).form("agenda.amend", title, (field,), say)


def _outcome_fields(text: str, outcome: str, *, wanted: bool) -> tuple[Field, ...]:
    return (
        Field("outcome", N_("Outcome"), options=_OUTCOMES, initial=outcome),
        Field("text", N_("Words"), initial=text, lines=5, wanted=wanted, limit=MAX_TEXT),
    )


def outcome_form(item: Item, number: str, theirs: tuple[str, str] | None) -> Form:
    """What came of it: begins with what the other side said, so that agreeing is sending it unchanged."""
    outcome, text = theirs or (_OUTCOMES[0], "")

    def say(target: Target, given: Answers) -> AgendaOutcome:
        return AgendaOutcome(target, Outcome(given["outcome"]), given["text"])

    fields = _outcome_fields(text, outcome, wanted=False)
    sent = N_("queued; it counts when both sides said the same")
    return _about(item, number).form("agenda.outcome", N_("WHAT CAME OF IT"), fields, say, sent=sent)


def silence_form(item: Item, number: str, now: int) -> Form:
    """An outcome that stands at an instant unless the other side speaks."""

    def until(typed: str) -> int:
        end = instant(typed)
        if end - now < SHORTEST_SILENCE:
            hours = SHORTEST_SILENCE // 3_600_000
            soonest = dtg(now + SHORTEST_SILENCE + 60_000)
            raise UsageError(
                t(
                    "a silence lasts at least {hours} hours: not before {soonest}",
                    hours=hours,
                    soonest=soonest,
                )
            )
        return end

    def say(target: Target, given: Answers) -> AgendaSilence:
        return AgendaSilence(target, Outcome(given["outcome"]), given["text"], given["until"])

    def question(given: Answers) -> str:
        time, left = dtg(given["until"]), remaining(given["until"] - now)
        return t(
            "It stands at {time}, in {left}, unless the other side speaks. Propose it?", time=time, left=left
        )

    field = Field(
        "until",
        N_("Silence until"),
        read=until,
        wanted=True,
        echo=here_and_utc,
        hint=N_("241200Z NOV 26, 2026-11-24T12:00Z or `2026-11-24T14:00 Europe/Zurich`"),
        limit=60,
    )
    fields = (field, *_outcome_fields("", _OUTCOMES[0], wanted=True))
    return _about(item, number).form(
        "agenda.silence", N_("PROPOSE AN OUTCOME UNDER SILENCE"), fields, say, ask=question
    )
