"""The forms of meetings: a proposal, a counter-proposal, answers to candidates, agreeing part by part, items, cancelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.parts.fields import About, Answers, Field, Form, no_item
from hotline_client.words.times import local_times, slot, zulu
from hotline_protocol.documents.body import MAX_NOTE, MAX_TITLE, Target
from hotline_protocol.documents.meetings import (
    MAX_SLOTS,
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.text import check_field, show

_LEVELS = ("", *(one.value for one in Level))
_FITS = (Fits.YES.value, Fits.IF_NEEDED.value, Fits.NO.value)


def _title(typed: str) -> str:
    check_field(typed.strip(), "the title", limit=MAX_TITLE)
    return typed.strip()


def _slots(typed: str) -> tuple[Slot, ...]:
    lines = [one.strip() for one in typed.splitlines() if one.strip()]
    if len(lines) > MAX_SLOTS:
        raise UsageError(t("at most {count} candidate times", count=MAX_SLOTS))
    return tuple(slot(one) for one in lines)


def _slots_here(slots: tuple[Slot, ...]) -> str:
    return "; ".join(" = ".join([zulu(one), *local_times(one, ())]) for one in slots)


def _level(typed: str) -> Level | None:
    return Level(typed) if typed else None


def _parts(place: str = "", level: Level | None = None) -> tuple[Field, ...]:
    return (
        Field(
            "slots",
            N_("Times"),
            read=_slots,
            echo=_slots_here,
            lines=3,
            hint=N_("one candidate a line: `2026-12-03T09:00 Europe/Zurich/3h` or `030800Z DEC 26/90m`"),
        ),
        Field("place", N_("Place"), initial=place, limit=MAX_TITLE),
        Field("level", N_("Level"), read=_level, options=_LEVELS, initial=level.value if level else ""),
        Field("note", N_("Note"), lines=2, limit=MAX_NOTE),
    )


def propose_form() -> Form:
    """A new meeting; what is left empty stays open."""
    title = Field("title", N_("Title"), read=_title, wanted=True, limit=MAX_TITLE)

    def make(given: Answers) -> list[MeetingPropose]:
        return [MeetingPropose(given["title"], given["slots"], given["place"], given["level"], given["note"])]

    return Form("meeting.propose", N_("PROPOSE A MEETING"), (title, *_parts()), make)


def counter_form(meeting: Meeting, number: str) -> Form:
    """Other values for some parts; what is left empty stays as it is."""

    def say(target: Target, given: Answers) -> MeetingCounter:
        return MeetingCounter(target, given["slots"], given["place"], given["level"], given["note"])

    title = N_("COUNTER-PROPOSAL: what is left empty stays as it is")
    return About(meeting, number).form("meeting.counter", title, _parts(), say)


def answer_form(meeting: Meeting, number: str) -> Form:
    """Which candidates fit our side."""
    fields = tuple(
        Field(f"slot{at}", f"{at + 1}", read=Fits, options=_FITS, initial=_FITS[0], echo=_echo(one))
        for at, one in enumerate(meeting.slots)
    )
    version = meeting.parts[Part.TIME].version

    def say(target: Target, given: Answers) -> MeetingAnswer:
        return MeetingAnswer(target, version, tuple(given[one.name] for one in fields))

    return About(meeting, number).form("meeting.answer", N_("WHICH TIMES FIT US"), fields, say)


def _echo(one: Slot) -> Callable[[Any], str]:
    words = " = ".join([zulu(one), *local_times(one, ())])
    return lambda _fits: words


def agree_form(meeting: Meeting, number: str) -> Form:
    """Which parts our side agrees to, in exactly the present version."""
    open_parts = [part for part in Part if part in meeting.parts and meeting.parts[part].version]
    fields: list[Field] = []
    for part in open_parts:
        if part is Part.TIME:
            numbers = tuple(str(at + 1) for at in range(len(meeting.slots)))
            fields.append(
                Field(
                    "time",
                    N_("Time: candidate"),
                    options=(*numbers, ""),
                    initial=numbers[0] if len(numbers) == 1 else "",
                    echo=lambda typed: zulu(meeting.slots[int(typed) - 1]) if typed else "",
                )
            )
        else:
            words = meeting.place if part is Part.PLACE else str(meeting.level)
            fields.append(
                Field(
                    part.value,
                    N_("Place") if part is Part.PLACE else N_("Level"),
                    options=(N_("yes"), N_("no")),
                    initial="yes",
                    echo=_words(words),
                )
            )

    def say(target: Target, given: Answers) -> MeetingAgree:
        parts = []
        for part in open_parts:
            typed = given[part.value]
            version = meeting.parts[part].version
            if part is Part.TIME and typed:
                parts.append(Agreed(part, version, int(typed) - 1))
            elif part is not Part.TIME and typed == "yes":
                parts.append(Agreed(part, version, 0))
        if not parts:
            raise UsageError(t("agree to a time, a place or a level; Esc leaves it all open"))
        return MeetingAgree(target, tuple(parts))

    title = N_("AGREE: it stands when both sides agreed to the same version")
    return About(meeting, number).form("meeting.agree", title, fields, say)


def _words(words: str) -> Callable[[Any], str]:
    return lambda typed: show(words) if typed == "yes" else ""


def attach_form(meeting: Meeting, number: str, items: Mapping[str, bytes], attached: str) -> Form:
    """Which items of the agenda it is for. `items`: ids by number; `attached`: the present ones' numbers."""

    def chosen(typed: str) -> tuple[bytes, ...]:
        numbers = typed.replace(",", " ").split()
        unknown = [one for one in numbers if one.upper() not in items]
        if unknown:
            raise UsageError(no_item(unknown[0], items))
        return tuple(items[one.upper()] for one in numbers)

    def say(target: Target, given: Answers) -> MeetingAttach:
        return MeetingAttach(target, given["items"])

    field = Field("items", N_("Items"), read=chosen, initial=attached, hint=", ".join(items))
    title = N_("ITEMS OF THE AGENDA FOR THIS MEETING")
    return About(meeting, number).form("meeting.attach", title, (field,), say)


def cancel_form(meeting: Meeting, number: str) -> Form:
    """A side will not meet, and why."""
    field = Field("reason", N_("Reason"), lines=3, wanted=True, limit=MAX_NOTE)

    def say(target: Target, given: Answers) -> MeetingCancel:
        return MeetingCancel(target, given["reason"])

    return About(meeting, number).form("meeting.cancel", N_("CANCEL THE MEETING"), (field,), say)
