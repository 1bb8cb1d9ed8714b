"""The forms of notices: a new one for each arena, a replacement that begins as the notice is, a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hotline_client.exports.notices import text
from hotline_client.exports.notices.checks import check_times
from hotline_client.presenters.notice import lead
from hotline_client.tui.looks.cells import paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import here_and_utc
from hotline_client.tui.parts.fields import Answers, Field, Form
from hotline_client.words.times import instant
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import Action, Effect, Notice, Protection
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.notices import Entry
from hotline_protocol.notices import form, values
from hotline_protocol.notices.geometry import check_area, check_areas
from hotline_protocol.notices.shapes import parse_area, print_area
from hotline_protocol.terms import Arena, Precedence, Response

Check = Callable[[Notice, bytes | None], str | None]
"""What stands against a notice that is about to be issued (with the id of the one it replaces), as a question; None if nothing."""

_LINES: Final = frozenset({"daily", "areas", "exclusions", "bands", "frequencies"})
_TIME: Final = N_("240600Z NOV 26, 2026-11-24T06:00Z or `2026-11-24T08:00 Europe/Zurich`")
_AREA: Final = N_("one a line: circle 33.0N034.5E 5NM, polygon with its corners, corridor … width 10NM")


def _end(typed: str) -> int | None:
    return None if typed.strip().upper() == form.PERMANENT else instant(typed)


def _each(parse: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda typed: [parse(one.strip()) for one in typed.splitlines() if one.strip()]


def _area(typed: str) -> Any:
    area = parse_area(typed)
    check_area(area)
    return area


def _maybe(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda typed: parse(typed.strip()) if typed.strip() else None


def _common(given: Mapping[str, str]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields of every arena: those before its own, and those after."""

    def has(name: str, default: str = "") -> str:
        return given.get(name, default)

    first = (
        Field("exercise", N_("Status"), options=("REAL", "EXERCISE"), initial=has("exercise", "REAL")),
        Field(
            "start",
            N_("From"),
            read=instant,
            initial=has("start"),
            echo=here_and_utc,
            hint=_TIME,
            wanted=True,
        ),
        Field(
            "end",
            N_("Until"),
            read=_end,
            initial=has("end"),
            echo=lambda ms: "PERM" if ms is None else here_and_utc(ms),
            hint=N_("a time, or PERM"),
            wanted=True,
        ),
        Field(
            "daily",
            N_("Daily"),
            read=_each(values.parse_window),
            initial=has("daily"),
            lines=2,
            hint=N_("0600-1200Z; empty: all day"),
        ),
        Field(
            "areas",
            N_("Areas"),
            read=_each(_area),
            initial=has("areas"),
            lines=3,
            wanted=True,
            echo=lambda found: "; ".join(print_area(one) for one in found),
            hint=_AREA,
        ),
        Field("exclusions", N_("Except"), read=_each(_area), initial=has("exclusions"), lines=2, hint=_AREA),
    )
    last = (
        Field("call_sign", N_("Call sign"), initial=has("call_sign"), limit=200),
        Field(
            "frequencies",
            N_("Contact on"),
            read=_each(values.parse_hertz),
            initial=has("frequencies"),
            lines=2,
            hint=N_("243.0MHz"),
        ),
        Field(
            "precedence",
            N_("Precedence"),
            options=tuple(one.value for one in reversed(Precedence)),
            initial=has("precedence", Precedence.ROUTINE.value),
        ),
        Field(
            "response",
            N_("Answer asked for"),
            options=tuple(one.value for one in Response),
            initial=has("response", Response.ROGER.value),
        ),
        Field("remarks", N_("Remarks"), initial=has("remarks"), lines=2),
        Field(
            "short_lead",
            N_("Lead time"),
            options=("AS AGREED", "SHORT"),
            initial=has("short_lead", "AS AGREED"),
            hint=N_("SHORT: it knowingly comes later than is agreed; both sides see the actual lead"),
        ),
    )
    return first, last


def _own(arena: Arena, given: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of one arena."""

    def plain(
        name: str, label: str, hint: str = "", read: Callable[[str], Any] = str.strip, **more: Any
    ) -> Field:
        return Field(name, label, read=read, initial=given.get(name, ""), hint=hint, **more)

    if arena is Arena.AIR:
        level = _maybe(values.parse_altitude)
        return (
            plain("activity", N_("Activity"), wanted=True),
            plain("lower", N_("Floor"), N_("SFC, FL240, 5000FT AMSL, 500FT AGL"), level),
            plain("upper", N_("Ceiling"), N_("the same, or UNL"), level),
        )
    if arena is Arena.NAVAL:
        return (
            plain("activity", N_("Activity"), wanted=True),
            plain("locality", N_("Locality")),
            plain("shallow", N_("Upper depth"), "0M"),
            plain("deep", N_("Lower depth"), "300M"),
            plain("course", N_("Course"), N_("degrees true; with a speed the first area moves")),
            plain("speed", N_("Speed"), "12KT"),
        )
    return (
        Field("effect", N_("Effect"), options=tuple(Effect), initial=given.get("effect", Effect.EMIT.value)),
        plain(
            "bands",
            N_("Bands"),
            N_("one a line: 225-400MHz, 243MHz BW 25kHz"),
            _each(values.parse_band),
            wanted=True,
            lines=2,
        ),
        plain("emission", N_("Emission"), "16K0F3E"),
        plain("power", N_("Power")),
        Field("protection", N_("Protection"), options=("", *Protection), initial=given.get("protection", "")),
    )


def notice_form(
    arena: Arena,
    now: Callable[[], int],
    check: Check,
    before: Entry | None = None,
) -> Form:
    """A notice of an arena; with `before` its replacement, which begins as that one is."""
    given = {} if before is None else _typed(before.notice)
    first, last = _common(given)
    fields = (*first[:1], *_own(arena, given), *first[1:], *last)

    def notice(answers: Mapping[str, str]) -> Notice:
        words = {key: _listed(key, value) for key, value in answers.items() if value.strip()}
        action = Action.NEW if before is None else Action.REPLACE
        target = None if before is None else Target(before.id, before.content)
        made = form.to_notice({"arena": arena.value, **words}, action=action, target=target, clock=instant)
        check_areas(made)
        check_times(made, now(), None if before is None else before.notice.start, "SHORT as its lead time")
        return made

    # the form reads words, the notice is made from the words themselves: one grammar, whoever types it
    wordy = tuple(_keeping(one) for one in fields)

    def make(answers: Answers) -> Sequence[Notice]:
        return [notice({name: word for name, (word, _) in answers.items()})]

    def preview(answers: Answers, cells: int) -> list[Row]:
        (made,) = make(answers)
        rows: list[Row] = [((one, "text"),) for one in paragraphs(text.block(made), cells)]
        return [*rows[:8], ((lead(made.start - now(), made, t), "strong"),)]

    def ask(answers: Answers) -> str | None:
        (made,) = make(answers)
        return check(made, None if before is None else before.id)

    title = {
        Arena.AIR: N_("NOTICE: AIR"),
        Arena.NAVAL: N_("NOTICE: NAVAL"),
        Arena.EM: N_("NOTICE: ELECTROMAGNETIC"),
    }[arena]
    name = f"notice.{arena.value}" if before is None else f"notice.replace.{before.id.hex()}"
    return Form(name, title, wordy, make, preview=preview, ask=ask)


def cancel_form(entry: Entry, number: str, now: Callable[[], int]) -> Form:
    """A notice cancelled at once."""

    def make(answers: Answers) -> list[Notice]:
        arena = entry.notice.arena.value
        words = {"arena": arena, "start": values.print_time(now()), "remarks": answers["remarks"]}
        target = Target(entry.id, entry.content)
        return [form.to_notice(words, action=Action.CANCEL, target=target)]

    return Form(
        f"notice.cancel.{entry.id.hex()}",
        N_("CANCEL A NOTICE"),
        (Field("remarks", N_("Remarks"), lines=3),),
        make,
        ask=lambda _answers: t("Cancel {number} at once?", number=number),
    )


def cease_buzzer_form() -> Form:
    """The electromagnetic cease-fire: a FLASH that asks for WILCO."""

    def make(answers: Answers) -> list[Text]:
        words = f"CEASE BUZZER {answers['what']}".strip()
        return [Text(words, Precedence.FLASH, Response.WILCO_UNABLE)]

    return Form(
        "cease-buzzer",
        N_("CEASE BUZZER"),
        (Field("what", N_("Band, area"), hint=N_("what is to be silent; empty: everything"), limit=200),),
        make,
        ask=lambda _answers: t("Send CEASE BUZZER as FLASH? The other side is to answer WILCO or UNABLE."),
        sent=N_("CEASE BUZZER is queued as FLASH"),
    )


def _keeping(one: Field) -> Field:
    """The same field, whose answer keeps the words beside what they mean."""
    read, echo = one.read, one.echo

    def both(typed: str) -> tuple[str, Any]:
        return typed, read(typed)

    return Field(
        one.name,
        one.label,
        read=both,
        hint=one.hint,
        initial=one.initial,
        options=one.options,
        lines=one.lines,
        wanted=one.wanted,
        echo=None if echo is None else lambda answer: echo(answer[1]),
        limit=one.limit,
    )


def _listed(key: str, value: str) -> str | list[str]:
    return [one.strip() for one in value.splitlines() if one.strip()] if key in _LINES else value


def _typed(notice: Notice) -> dict[str, str]:
    """A notice as somebody would have typed it; whether the lead is short is asked anew."""
    given = form.to_form(notice)
    given.pop("short_lead", None)
    return {key: value if isinstance(value, str) else "\n".join(value) for key, value in given.items()}
