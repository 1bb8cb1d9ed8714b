"""The forms of minutes: a first text made from the outcomes of the agenda, another text, a remark, a reservation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hotline_client.tui.looks.tongue import N_
from hotline_client.tui.parts.fields import About, Answers, Field, Form, no_item
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import MAX_TEXT, MAX_TITLE, Target
from hotline_protocol.documents.minutes import (
    MAX_MINUTES,
    MinutesComment,
    MinutesDraft,
    MinutesReserve,
    MinutesRevise,
)
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.minutes import Record

Numbered = Mapping[str, bytes]
"""Ids of documents by their numbers as a person types them."""


def draft_form(
    *, title: str, text: str, items: Numbered, reported: str, meetings: Numbered, meeting: str
) -> Form:
    """A first text. `reported`: numbers of the items with an outcome; `meeting`: the number of the meeting marked."""

    def make(given: Answers) -> list[MinutesDraft]:
        about = meetings[given["meeting"]] if given["meeting"] else None
        return [MinutesDraft(given["title"], given["text"], given["language"], about, given["items"])]

    return Form(
        "minutes.draft",
        N_("DRAFT MINUTES"),
        (
            Field("title", N_("Title"), initial=title, wanted=True, limit=MAX_TITLE),
            Field("meeting", N_("Meeting"), options=("", *meetings), initial=meeting),
            Field("items", N_("Items"), read=lambda typed: _chosen(typed, items), initial=reported),
            Field(
                "language",
                N_("Language"),
                initial="en",
                wanted=True,
                hint=N_("of the original, which alone has force"),
                limit=20,
            ),
            Field("text", N_("Text"), initial=text, lines=8, wanted=True, limit=MAX_MINUTES),
        ),
        make,
    )


def revise_form(minutes: Record, number: str) -> Form:
    """Another text in the place of the present one."""
    hint = N_("what was said about the old text, and initialled of it, is void")
    field = Field(
        "text", N_("Text"), initial=minutes.text, lines=12, wanted=True, limit=MAX_MINUTES, hint=hint
    )
    return _text_form(About(minutes, number), "minutes.revise", N_("ANOTHER TEXT"), field, MinutesRevise)


def remark_form(minutes: Record, number: str) -> Form:
    """Something about the present text."""
    field = Field("text", N_("Remark"), lines=4, wanted=True, limit=MAX_TEXT)
    return _text_form(
        About(minutes, number), "minutes.comment", N_("REMARK ON THE TEXT"), field, MinutesComment
    )


def reserve_form(minutes: Record, number: str) -> Form:
    """A reservation of the own side."""
    hint = N_("it stays with the minutes and is printed with them")
    field = Field("text", N_("Reservation"), lines=4, wanted=True, limit=MAX_TEXT, hint=hint)
    return _text_form(
        About(minutes, number), "minutes.reserve", N_("RESERVATION OF YOUR SIDE"), field, MinutesReserve
    )


def _text_form(
    about: About, name: str, title: str, field: Field, body: Callable[[Target, str], Body]
) -> Form:
    return about.form(name, title, (field,), lambda target, given: body(target, given["text"]))


def _chosen(typed: str, items: Numbered) -> tuple[bytes, ...]:
    numbers = typed.replace(",", " ").upper().split()
    unknown = [one for one in numbers if one not in items]
    if unknown:
        raise UsageError(no_item(unknown[0], items))
    return tuple(items[one] for one in dict.fromkeys(numbers))
