"""Schedules and expectations as a TOML file says them: `[[schedule]]` and `[[expect]]` tables, all of it checked before anything runs.

What is kept is the table itself, with file names made absolute, so that a later version of the program reads it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from hotline_client.line.wait import read_acks
from hotline_client.schedules.model import (
    WHAT,
    Expectation,
    ExpectTable,
    Schedule,
    ScheduleTable,
    Seconds,
    Timed,
    found,
    instant,
)
from hotline_client.schedules.template import check
from hotline_client.words.durations import seconds
from hotline_client.words.texts import read_toml
from hotline_protocol.errors import FormatError, HotlineError
from hotline_protocol.text import show

T = TypeVar("T", bound=Timed)

MAX_FILE: Final = 4 * 1024 * 1024
"""Bytes of a file of schedules."""
_FILES: Final = ("text_file", "notice_file", "ics")


def read(path: Path) -> tuple[list[Schedule], list[Expectation]]:
    """All that a file says. FormatError names the table and the key."""
    return tables(read_toml(path, "the schedules", limit=MAX_FILE), path)


def tables(given: Mapping[str, Any], path: Path) -> tuple[list[Schedule], list[Expectation]]:
    """What the tables of a file in the directory of `path` say."""
    unknown = sorted(set(given) - {"schedule", "expect"})
    if unknown:
        raise FormatError(
            f"{show(str(path))}: {show(unknown[0])} is not known; expected [[schedule]] or [[expect]]"
        )
    schedules = [schedule_of(one, place) for one, place in _each(given, "schedule", path)]
    expected = [expectation_of(one, place) for one, place in _each(given, "expect", path)]
    for kind, names in (
        ("schedule", [one.name for one in schedules]),
        ("expect", [one.name for one in expected]),
    ):
        twice = (
            next((name for name in names if names.count(name) > 1), None)
            if len(set(names)) < len(names)
            else None
        )
        if twice is not None:
            raise FormatError(f"{show(str(path))}: two [[{kind}]] tables have the name {twice}")
    return schedules, expected


def _each(given: Mapping[str, Any], kind: str, path: Path) -> list[tuple[dict[str, Any], str]]:
    listed = given.get(kind, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise FormatError(f"{show(str(path))}: write [[{kind}]], with two brackets, before each of them")
    read_: list[tuple[dict[str, Any], str]] = []
    for number, one in enumerate(listed, 1):
        table = json.loads(json.dumps(one, default=_plain))
        for key in _FILES:
            if isinstance(table.get(key), str):
                table[key] = str((path.parent / table[key]).absolute())
        named = f" {show(str(one['name'])[:40])}" if "name" in one else ""
        read_.append((table, f"{show(path.name)}, {kind} {number}{named}"))
    return read_


def _plain(value: object) -> str:
    """TOML's dates as the text they were."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def schedule_of(table: Mapping[str, Any], place: str = "the schedule") -> Schedule:
    """A schedule from its table. FormatError."""
    given = _converted(table, ScheduleTable, place)
    try:
        what = [name for name in WHAT if getattr(given, name) not in (None, False)]
        if len(what) != 1:
            raise FormatError(f"expected one of {', '.join(WHAT)}; {found(what)}")
        acks = read_acks(str(given.acks))
        until = None if given.until is None else instant(given.until)
        made = Schedule(given, given.recurrence(), acks, until, dict(table))
        _ = made.precedence, made.response
    except (HotlineError, ValueError) as error:
        raise FormatError(f"{place}: {error}") from None
    check(made, place)
    return made


def expectation_of(table: Mapping[str, Any], place: str = "the expectation") -> Expectation:
    """An expectation from its table. FormatError."""
    given = _converted(table, ExpectTable, place)
    try:
        recurrence = given.recurrence()
    except HotlineError as error:
        raise FormatError(f"{place}: {error}") from None
    return Expectation(given.name, given.channel, given.of, recurrence, given.grace, given.run, dict(table))


def definition(one: Schedule | Expectation) -> str:
    """What the vault keeps of it."""
    return json.dumps(one.table, ensure_ascii=False, sort_keys=True)


def _converted(table: Mapping[str, Any], kind: type[T], place: str) -> T:
    for key in table:
        if key not in kind.__struct_fields__:
            near = get_close_matches(key, kind.__struct_fields__, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise FormatError(f"{place}: {show(key)} is not known{hint}")
    try:
        return msgspec.convert(table, kind, strict=True, dec_hook=hook)
    except msgspec.ValidationError as error:
        raise FormatError(f"{place}: {_words(str(error))}") from None


def _words(error: str) -> str:
    """What msgspec says, with the key first."""
    found = re.fullmatch(r"(.*) - at `\$\.?(.*)`", error, re.DOTALL)
    return show(f"{found[2]}: {found[1]}" if found else error)


def hook(kind: type[Any], value: object) -> object:
    """Reads what msgspec does not know of itself: durations."""
    if kind is Seconds:
        if not isinstance(value, str):
            raise ValueError('Expected a duration such as "15m"')
        try:
            return Seconds(seconds(value))
        except HotlineError as error:
            raise ValueError(str(error)) from None
    raise NotImplementedError
