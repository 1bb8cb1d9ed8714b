"""A notice as named fields of words, which options, TOML files, GeoJSON properties and pasted text all come down to.

A form has, for each field it names, a text or a list of texts; `FIELDS` says which. What it does not name has its default.
`to_form` and `to_notice` are each other's inverse, but for the action and the predecessor, which a form does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from hotline_protocol import codec
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import (
    MAX_AREAS,
    MAX_FREQUENCIES,
    MAX_WINDOWS,
    Action,
    Air,
    Effect,
    Em,
    Naval,
    Notice,
    Protection,
)
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import values
from hotline_protocol.notices.shapes import parse_area, print_area
from hotline_protocol.terms import Arena, Precedence, Response
from hotline_protocol.text import show

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

Form = dict[str, str | list[str]]
PERMANENT: Final = "PERM"


class Field(NamedTuple):
    """`label`: in readable text; `many`: a list; `arenas`: which notices may have it."""

    label: str
    many: bool = False
    arenas: frozenset[Arena] = frozenset(Arena)


_AIR, _NAVAL, _EM = (frozenset({one}) for one in Arena)

FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        "arena": Field("Arena"),
        "exercise": Field("Status"),
        "activity": Field("Activity", arenas=_AIR | _NAVAL),
        "effect": Field("Effect", arenas=_EM),
        "start": Field("From"),
        "end": Field("Until"),
        "daily": Field("Daily", many=True),
        "areas": Field("Area", many=True),
        "exclusions": Field("Except", many=True),
        "lower": Field("Floor", arenas=_AIR),
        "upper": Field("Ceiling", arenas=_AIR),
        "locality": Field("Locality", arenas=_NAVAL),
        "shallow": Field("Upper depth", arenas=_NAVAL),
        "deep": Field("Lower depth", arenas=_NAVAL),
        "course": Field("Course", arenas=_NAVAL),
        "speed": Field("Speed", arenas=_NAVAL),
        "bands": Field("Bands", many=True, arenas=_EM),
        "emission": Field("Emission", arenas=_EM),
        "power": Field("Power", arenas=_EM),
        "protection": Field("Protection", arenas=_EM),
        "call_sign": Field("Call sign"),
        "frequencies": Field("Contact on", many=True),
        "precedence": Field("Precedence"),
        "response": Field("Answer"),
        "remarks": Field("Remarks"),
        "short_lead": Field("Lead time"),
    }
)
"""Every field by its name in options (with dashes), files and properties, in the order in which it is printed."""

_MOST: Final = {
    "daily": MAX_WINDOWS,
    "areas": MAX_AREAS,
    "exclusions": MAX_AREAS,
    "bands": MAX_FREQUENCIES,
    "frequencies": MAX_FREQUENCIES,
}
STATUS: Final = {False: "REAL", True: "EXERCISE"}
LEADS: Final = {False: "AS AGREED", True: "SHORT"}

# --- from a form


def to_notice(
    form: Mapping[str, Any],
    *,
    action: Action = Action.NEW,
    target: Target | None = None,
    clock: Callable[[str], int] = values.parse_time,
) -> Notice:
    """The notice that a form describes; `clock` reads its times. FormatError names the field that is wrong and why."""
    reader = _Reader(form, clock)
    cancels = action is Action.CANCEL
    notice = reader.cancellation(target) if cancels else reader.notice(action, target)
    # once more through the wire: what msgspec checks on decoding holds here too
    return codec.decode(codec.encode(notice), Notice)


class _Reader:
    def __init__(self, form: Mapping[str, Any], clock: Callable[[str], int]) -> None:
        self._form = {key: value for key, value in form.items() if value not in ("", [], None)}
        self._clock = clock
        unknown = [key for key in self._form if key not in FIELDS]
        if unknown:
            raise FormatError(
                f"{show(unknown[0])} is no field of a notice; the fields are {', '.join(FIELDS)}"
            )
        self.arena = self._must("arena", lambda typed: _member(Arena, typed.lower()))
        for key in self._form:
            if self.arena not in FIELDS[key].arenas:
                raise FormatError(f"a notice about {self.arena} has no {key}")

    def notice(self, action: Action, target: Target | None) -> Notice:
        start = self._must("start", self._clock)
        return Notice(
            action=action,
            arena=self.arena,
            start=start,
            end=self._must("end", lambda typed: None if typed.upper() == PERMANENT else self._clock(typed)),
            target=target,
            exercise=self._one("exercise", _yes(STATUS), default=False),
            daily=self._many("daily", values.parse_window),
            areas=self._many("areas", parse_area),
            exclusions=self._many("exclusions", parse_area),
            air=self._air() if self.arena is Arena.AIR else None,
            naval=self._naval() if self.arena is Arena.NAVAL else None,
            em=self._em() if self.arena is Arena.EM else None,
            call_sign=self._one("call_sign", str, ""),
            frequencies=self._many("frequencies", values.parse_hertz),
            precedence=self._precedence(),
            response=self._response(),
            remarks=self._one("remarks", str, ""),
            short_lead=self._one("short_lead", _yes(LEADS), default=False),
        )

    def cancellation(self, target: Target | None) -> Notice:
        return Notice(
            action=Action.CANCEL,
            arena=self.arena,
            start=self._must("start", self._clock),
            target=target,
            precedence=self._precedence(),
            response=self._response(),
            remarks=self._one("remarks", str, ""),
        )

    def _air(self) -> Air:
        level = values.parse_altitude
        return Air(self._must("activity", str), self._one("lower", level), self._one("upper", level))

    def _naval(self) -> Naval:
        return Naval(
            activity=self._must("activity", str),
            locality=self._one("locality", str, ""),
            shallow=self._one("shallow", _number("M", 12_000, whole=True)),
            deep=self._one("deep", _number("M", 12_000, whole=True)),
            course=self._one("course", _number("T", 360, never=360)),
            speed=self._one("speed", _number("KT", 100, never=0)),
        )

    def _em(self) -> Em:
        return Em(
            effect=self._must("effect", lambda typed: _member(Effect, typed.lower())),
            bands=self._many("bands", values.parse_band, least=1),
            emission=self._one("emission", str, ""),
            power=self._one("power", str, ""),
            protection=self._one("protection", lambda typed: _member(Protection, typed.upper())),
        )

    def _precedence(self) -> Precedence:
        found: Precedence = self._one(
            "precedence", lambda typed: _member(Precedence, typed.upper()), Precedence.ROUTINE
        )
        return found

    def _response(self) -> Response:
        found: Response = self._one(
            "response", lambda typed: _member(Response, typed.upper()), Response.ROGER
        )
        return found

    def _must(self, key: str, parse: Callable[[str], T]) -> T:
        if key not in self._form:
            raise FormatError(f"the notice has no {key}, which it needs")
        return _parsed(key, self._form[key], parse)

    def _one(self, key: str, parse: Callable[[str], T], default: Any = None) -> Any:
        return _parsed(key, self._form[key], parse) if key in self._form else default

    def _many(self, key: str, parse: Callable[[str], T], least: int = 0) -> tuple[T, ...]:
        typed = self._form.get(key, [])
        if not isinstance(typed, list | tuple):
            typed = [typed]
        if len(typed) < least:
            raise FormatError(f"the notice has no {key}, which it needs")
        if len(typed) > _MOST[key]:
            raise FormatError(f"{len(typed)} {key} are given, at most {_MOST[key]} are allowed")
        return tuple(_parsed(key, one, parse) for one in typed)


def _parsed(key: str, typed: Any, parse: Callable[[str], T]) -> T:
    """A bool or a number of a file is as good as its text; anything else is not."""
    if isinstance(typed, bool):
        typed = "yes" if typed else "no"
    if isinstance(typed, int | float):
        typed = str(typed)
    if not isinstance(typed, str):
        raise FormatError(f"{key} should be a text, not {_kind(typed)}")
    try:
        return parse("\n".join(line.rstrip() for line in typed.strip().splitlines()))
    except FormatError as error:
        raise FormatError(f"{key}: {error}") from None


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else "another value"


def _member(kind: type[E], typed: str) -> E:
    try:
        return kind(typed)
    except ValueError:
        raise FormatError(f"{show(typed)} is none of {', '.join(kind)}") from None


def _yes(words: Mapping[bool, str]) -> Callable[[str], bool]:
    known = {words[False]: False, words[True]: True, "NO": False, "YES": True}

    def parse(typed: str) -> bool:
        if typed.upper() not in known:
            raise FormatError(f"{show(typed)} is neither yes nor no")
        return known[typed.upper()]

    return parse


def _number(unit: str, most: int, *, whole: bool = False, never: int | None = None) -> Callable[[str], Any]:
    """Reads a number up to `most` that is not `never`, with or without its unit."""

    def parse(typed: str) -> float | int:
        digits = typed.upper().removesuffix(unit).strip()
        plain = digits if whole else digits.replace(".", "", 1)
        if not plain.isascii() or not plain.isdecimal() or len(digits) > 400:
            raise FormatError(f"{show(typed)} is no {'whole ' if whole else ''}number of {unit}")
        value = int(digits) if whole else float(digits)
        if value > most or value == never:
            but = "" if never is None else f", and not {never}"
            raise FormatError(f"{show(typed)} is not between 0 and {most} {unit}{but}")
        return value

    return parse


# --- to a form


def to_form(notice: Notice) -> Form:
    """Everything but the action and the predecessor; what has its default is left out, but for what a reader must see."""
    flat: dict[str, Any] = {
        "arena": str(notice.arena),
        "exercise": STATUS[notice.exercise],
        "start": values.print_time(notice.start),
        "end": PERMANENT if notice.end is None else values.print_time(notice.end),
        "daily": [values.print_window(one) for one in notice.daily],
        "areas": [print_area(one) for one in notice.areas],
        "exclusions": [print_area(one) for one in notice.exclusions],
        "call_sign": notice.call_sign,
        "frequencies": [values.print_hertz(one) for one in notice.frequencies],
        "precedence": str(notice.precedence),
        "response": str(notice.response),
        "remarks": notice.remarks,
        "short_lead": LEADS[True] if notice.short_lead else "",
        **_part(notice),
    }
    if notice.action is Action.CANCEL:
        kept = ("arena", "start", "precedence", "response", "remarks")
        flat = {key: value for key, value in flat.items() if key in kept}
    return {key: flat[key] for key in FIELDS if flat.get(key)}


def _part(notice: Notice) -> dict[str, Any]:
    if notice.air is not None:
        levels = {"lower": notice.air.lower, "upper": notice.air.upper}
        printed = {key: values.print_altitude(one) for key, one in levels.items() if one is not None}
        return {"activity": notice.air.activity, **printed}
    if notice.naval is not None:
        units = {"shallow": "M", "deep": "M", "course": "T", "speed": "KT"}
        given: dict[str, Any] = msgspec.structs.asdict(notice.naval)
        return {
            key: f"{values.plain(value)}{units[key]}" if key in units else value
            for key, value in given.items()
            if value is not None
        }
    if notice.em is not None:
        return {
            "effect": str(notice.em.effect),
            "bands": [values.print_band(one) for one in notice.em.bands],
            "emission": notice.em.emission,
            "power": notice.em.power,
            "protection": None if notice.em.protection is None else str(notice.em.protection),
        }
    return {}


def lines(value: str | Sequence[str]) -> list[str]:
    """A field's texts."""
    return [value] if isinstance(value, str) else list(value)
