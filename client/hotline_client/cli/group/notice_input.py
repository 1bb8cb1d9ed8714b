"""What a person gives for a notice, by options and by files, and the one notice that it makes: checked before anything is sent."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from hotline_client.cli.base import output
from hotline_client.cli.base.acting import Command
from hotline_client.exports.notices import files as notice_files
from hotline_client.exports.notices.checks import check_times
from hotline_client.words.durations import is_duration, seconds
from hotline_client.words.texts import read_toml
from hotline_client.words.times import instant
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import Action, Notice
from hotline_protocol.errors import UsageError
from hotline_protocol.notices import form
from hotline_protocol.notices.geometry import check_areas

Given = dict[str, Any]

_MINUTE: Final = 60_000
_SHAPES: Final = ("circle", "polygon", "corridor")

_ONE: Final = {
    "arena": "air, naval or em.",
    "activity": "What is done; of air and naval notices.",
    "effect": "emit, jam, test or silence; of em notices.",
    "start": "When it begins: 240600Z NOV 26, 2026-11-24T06:00Z, `2026-11-24T08:00 Europe/Zurich`, 24h.",
    "end": "When it ends, or PERM.",
    "lower": "Floor of an air notice: SFC, FL240, 5000FT AMSL, 500FT AGL.",
    "upper": "Its ceiling: the same, or UNL.",
    "locality": "Where, by name; of naval notices.",
    "shallow": "Upper depth of a naval notice, such as 0M.",
    "deep": "Its lower depth, such as 300M.",
    "course": "Degrees true; with --speed the first area moves from the start on.",
    "speed": "Knots, such as 12KT.",
    "emission": "Class of emission, such as 16K0F3E; of em notices.",
    "power": "Class of power, in words.",
    "protection": "TABOO or PROTECTED.",
    "call_sign": "Whom to call.",
    "precedence": "FLASH, IMMEDIATE, PRIORITY or ROUTINE.",
    "response": "Which answer it asks for: W/U, A/N, R, Y or N.  [default: R]",
    "remarks": "What else is to be said.",
}
_MANY: Final = {
    "daily": ("daily", "A daily window in UTC, such as 0600-1200Z; may be given again, as all below."),
    "circle": ("circle", "Middle and radius: `33.0N034.5E 5NM`."),
    "polygon": ("polygon", "Its corners: `33.0N034.0E 33.5N034.0E 33.5N034.5E`."),
    "corridor": ("corridor", "Its middle line: `33.0N034.0E 33.5N035.0E`; see --width."),
    "area": ("area", "Any of the three with its name before it: `circle 33.0N034.5E 5NM`."),
    "except": ("exclusions", "An area that is taken out of the others, written as for --area."),
    "band": ("bands", "A band of an em notice: 225-400MHz, 243.0MHz, `243MHz BW 25kHz`."),
    "frequency": ("frequencies", "Where the call sign is to be reached, such as 243.0MHz."),
}
_NAMES: Final = {"end": "--until", "start": "--from"}


def notice_options(function: Command) -> Command:
    """Adds all options that describe a notice; the command receives them as `given`, ready for `compose`."""

    @functools.wraps(function)
    def wrapped(*args: Any, **options: Any) -> Any:
        names = {*_ONE, *(key for key, _ in _MANY.values()), *_SOURCES, "exercise", "short_lead", "width"}
        given = {key: options.pop(key) for key in list(options) if key in names}
        return function(*args, **options, given=given)

    found: Command = wrapped
    for option in reversed(list(_options())):
        found = option(found)
    return found


_SOURCES: Final = {
    "toml": click.option("--file", "toml", metavar="FILE", help="Take the fields from a TOML file."),
    "geojson": click.option("--geojson", metavar="FILE", help="Take the fields and areas from GeoJSON."),
    "paste": click.option(
        "--paste", metavar="FILE", help="Take all from a notice's text as it is printed; `-` reads stdin."
    ),
}


def _options() -> list[Callable[[Command], Command]]:
    made: list[Callable[[Command], Command]] = list(_SOURCES.values())
    for key, help_ in _ONE.items():
        made.append(click.option(_NAMES.get(key, f"--{key.replace('_', '-')}"), key, help=help_))
    for name, (key, help_) in _MANY.items():
        made.append(click.option(f"--{name}", key, multiple=True, help=help_))
    made.append(click.option("--width", help="Of the corridors, such as 10NM."))
    made.append(click.option("--exercise/--real", default=None, help="For an exercise, or real."))
    short = "It knowingly comes later than is agreed; both sides see the actual lead."
    made.append(click.option("--short-lead", is_flag=True, default=None, help=short))
    return made


def compose(
    given: Mapping[str, Any],
    now: int,
    *,
    action: Action = Action.NEW,
    target: Target | None = None,
    predecessor: Notice | None = None,
) -> Notice:
    """The notice that was described, as far as one can tell before the log is read. FormatError or UsageError with one sentence.

    Options go before what a file says; what a replacement does not say is as it was, unless a file says all.
    """
    sources = [key for key in _SOURCES if given.get(key)]
    if len(sources) > 1:
        raise UsageError(f"--{sources[0]} and --{sources[1]} are two sources of one notice; give one")
    fields = _read(sources[0], given[sources[0]], action) if sources else {}
    if predecessor is not None and not sources:
        fields = _inherited(predecessor)
    notice = form.to_notice(
        {**fields, **_typed(given)}, action=action, target=target, clock=lambda typed: clock(typed, now)
    )
    if action is not Action.CANCEL:
        check_areas(notice)
        check_times(notice, now, None if predecessor is None else predecessor.start, "--short-lead")
    return notice


def clock(typed: str, now: int) -> int:
    """Unix ms of a time as typed; a duration counts from now, to the second full minute after it."""
    if is_duration(typed):
        return ((now + 1000 * seconds(typed)) // _MINUTE + 2) * _MINUTE
    return instant(typed)


def _read(source: str, path: str, action: Action) -> Given:
    if source == "toml":
        return read_toml(Path(path), "the notice")
    if source == "geojson":
        return notice_files.read_geojson(Path(path), _mended)
    return notice_files.read_paste(path, action, _mended)


def _mended(words: str) -> None:
    output.say(f"mended: {words}")


def _inherited(predecessor: Notice) -> Given:
    kept = dict(form.to_form(predecessor))
    kept.pop("short_lead", None)
    return kept


def _typed(given: Mapping[str, Any]) -> Given:
    """The fields that options name."""
    many = {key for key, _ in _MANY.values()} - {*_SHAPES, "area"}
    fields: Given = {key: given[key] for key in _ONE if given.get(key) is not None}
    fields |= {key: list(given[key]) for key in many if given.get(key)}
    fields |= {key: given[key] for key in ("exercise", "short_lead") if given.get(key) is not None}
    areas = [f"{shape} {typed}" for shape in _SHAPES[:2] for typed in given.get(shape) or ()]
    areas += [f"corridor {_wide(typed, given.get('width'))}" for typed in given.get("corridor") or ()]
    areas += given.get("area") or ()
    if given.get("width") and not given.get("corridor"):
        raise UsageError("--width is that of a --corridor")
    return {**fields, "areas": areas} if areas else fields


def _wide(typed: str, width: str | None) -> str:
    if "WIDTH" in typed.upper():
        return typed
    if width is None:
        raise UsageError("a --corridor needs its --width, such as 10NM")
    return f"{typed} width {width}"
