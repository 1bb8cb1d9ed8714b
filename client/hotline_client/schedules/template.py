"""What a schedule says at a slot: words with places to fill in, or a notice whose times are counted from the slot.

In words     {slot} {slot+2h} {slot-30m} (DTG), {date} (2026-11-24), {number} (how many were sent, this one included), {name}; {{ and }}
In a notice  `slot`, `slot+2h`, `slot-30m` where a time stands
Files are read when the slot comes, so that what people write in the evening is sent in the morning.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hotline_client import files
from hotline_client.schedules.model import Schedule
from hotline_client.words.durations import PATTERN, seconds
from hotline_client.words.texts import decoded, read_toml
from hotline_protocol.documents import Body
from hotline_protocol.documents.talk import Addressee, Text
from hotline_protocol.documents.watch import NONCE_SIZE, LineCheck
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import FormatError, HotlineError
from hotline_protocol.notices.form import to_notice
from hotline_protocol.notices.values import parse_time
from hotline_protocol.text import show

Random = Callable[[int], bytes]

MAX_TEXT: Final = 64 * 1024
"""Bytes of a text in a file."""
ECHO_WITHIN: Final = 60
"""Seconds within which a line check is to be echoed."""
_PLACE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SLOT: Final = re.compile(rf"slot(?:([+-])({PATTERN}))?")


def check(schedule: Schedule, place: str) -> None:
    """What can be known before a slot comes: FormatError names the table."""
    given = schedule.given
    try:
        words = given.text
        if given.text_file is not None and Path(given.text_file).exists():
            words = _file(Path(given.text_file), given.encoding)
        if words is not None:
            Text(filled(words, 0, 1, schedule.name), given.precedence, given.response)
        form = given.notice
        if given.notice_file is not None and Path(given.notice_file).exists():
            form = read_toml(Path(given.notice_file), "the notice")
        if form is not None:
            to_notice(form, clock=_clock(946_684_800))
    except HotlineError as error:
        raise FormatError(f"{place}: {error}") from None


def filled(text: str, slot: int, number: int, name: str) -> str:
    """The words with their places filled in. FormatError names a place that is not known."""

    def fill(match: re.Match[str]) -> str:
        whole, inside = match.group(), match[1]
        if whole in ("{{", "}}"):
            return whole[0]
        if inside is not None and _SLOT.fullmatch(inside):
            return dtg(_moment(inside, slot))
        known = {"date": f"{datetime.fromtimestamp(slot, UTC):%Y-%m-%d}", "number": str(number), "name": name}
        if inside not in known:
            raise FormatError(
                f"{show(whole)} is no place to fill in; there are {{slot}}, {{slot+2h}}, {{date}}, {{number}}, {{name}}; "
                "write {{ for a brace"
            )
        return known[inside]

    return _PLACE.sub(fill, text)


def render(
    schedule: Schedule,
    slot: int,
    *,
    number: int,
    now: int,
    late: bool,
    action: tuple[Addressee, ...] = (),
    info: tuple[Addressee, ...] = (),
    rng: Random = os.urandom,
) -> Body:
    """The document for a slot; times in unix s. FormatError; UsageError if a file is not there.

    What is late says so: words in their first line, a notice in its remarks.
    """
    given = schedule.given
    if given.line_check:
        return LineCheck(rng(NONCE_SIZE), ECHO_WITHIN)
    mark = f"LATE: for {dtg(slot * 1000)}, sent {dtg(now * 1000)}." if late else ""
    form = given.notice if given.notice_file is None else read_toml(Path(given.notice_file), "the notice")
    if form is not None:
        return to_notice(_marked(form, mark), clock=_clock(slot))
    words = given.text if given.text_file is None else _file(Path(given.text_file), given.encoding)
    text = filled(words or "", slot, number, schedule.name)
    return Text(f"{mark}\n{text}" if mark else text, given.precedence, given.response, None, action, info)


def _file(path: Path, encoding: str | None) -> str:
    """The words of a text file. UsageError if it cannot be read; FormatError if it holds no words, or too many."""
    hint = 'save it as UTF-8, or name its encoding in the table, such as encoding = "windows-1255"'
    content = files.read(path, "the text", limit=MAX_TEXT)
    words = decoded(content, show(str(path)), encoding=encoding, hint=hint).rstrip("\n")
    if not words.strip():
        raise FormatError(f"{show(str(path))} is empty")
    return words


def _marked(form: Mapping[str, Any], mark: str) -> dict[str, Any]:
    if not mark:
        return dict(form)
    remarks = str(form.get("remarks", ""))
    return {**form, "remarks": f"{mark} {remarks}".strip()}


def _clock(slot: int) -> Callable[[str], int]:
    return lambda typed: (
        _moment(typed.strip(), slot) if typed.strip().startswith("slot") else parse_time(typed)
    )


def _moment(typed: str, slot: int) -> int:
    match = _SLOT.fullmatch(typed)
    if match is None:
        raise FormatError(f"{show(typed)} is no time; write slot, slot+2h or slot-30m")
    sign, duration = match.groups()
    apart = seconds(duration) if duration else 0
    return (slot - apart if sign == "-" else slot + apart) * 1000
