"""Times as people type them and as they are shown: Zulu, with an offset, or local with a zone; `2026-12-03T09:00 Europe/Zurich/3h`.

A local time that a change of the clocks skips or repeats is refused with both readings, so that nobody meets an hour late.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from hotline_client.words.durations import length
from hotline_client.words.translation import Translate, english
from hotline_client.words.zones import zone
from hotline_protocol import dtg as groups
from hotline_protocol.documents.meetings import Slot
from hotline_protocol.errors import FormatError
from hotline_protocol.notices.values import parse_time
from hotline_protocol.text import show

_FORM: Final = "expected a time, its zone and how long, such as `2026-12-03T09:00 Europe/Zurich/3h` or `030800Z DEC 26/90m`"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def instant(typed: str) -> int:
    """Unix ms of a time as `zoned` reads it, or of a local one with its zone. FormatError says what is wrong."""
    words = typed.strip()
    known = zoned(words)
    if known is not None:
        return known
    local, _, name = words.partition(" ")
    try:
        naive = datetime.fromisoformat(local)
    except ValueError:
        raise FormatError(f"{show(words)} is no time; {_FORM}") from None
    if naive.tzinfo is not None:
        raise FormatError(f"{show(local)} has an offset of its own; leave out {show(name)}")
    if not name:
        raise FormatError(
            f"{show(local)} names no zone; write {show(local)}Z or `{show(local)} Europe/Zurich`"
        )
    return int(_placed(naive, zone(name)).timestamp() * 1000)


def _placed(naive: datetime, where: ZoneInfo) -> datetime:
    """A local time in its zone, if it comes there exactly once."""
    first, second = (naive.replace(tzinfo=where, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    readings = " or ".join(sorted(f"{one.astimezone(UTC):%Y-%m-%dT%H:%MZ}" for one in (first, second)))
    returns = first.astimezone(UTC).astimezone(where).replace(tzinfo=None) == naive
    what = "comes twice" if returns else "does not exist"
    raise FormatError(
        f"{naive:%Y-%m-%dT%H:%M} {what} in {where.key}, where the clocks change; say {readings}"
    )


def slot(typed: str) -> Slot:
    """A candidate time. FormatError."""
    begin, slash, long = typed.rpartition("/")
    if not slash:
        raise FormatError(_FORM)
    start = instant(begin)
    return Slot(start, start + length(long))


def zoned(typed: str) -> int | None:
    """Unix ms of a time that says its zone itself: `240600Z NOV 26`, `2611240600`, or ISO 8601 with Z or an offset; None if it is none."""
    try:
        return parse_time(typed)
    except FormatError:
        return None


# --- showing


def dtg(milliseconds: int, t: Translate = english) -> str:
    """A date-time group, `221432Z NOV 26`; in words for a signed time that no calendar has: a hostile author may write any number."""
    try:
        return groups.dtg(milliseconds)
    except (OverflowError, ValueError, OSError):
        return t("impossible time")


def clock(milliseconds: int) -> str:
    """Hour and minute in UTC: `1432Z`."""
    try:
        return groups.short_dtg(milliseconds)
    except (OverflowError, ValueError, OSError):
        return "????Z"


def day(milliseconds: int, t: Translate = english) -> str:
    """The date in UTC: `22 NOV 2026`."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return t("impossible date")
    return f"{moment:%d} {groups.MONTHS[moment.month - 1]} {moment.year}"


def zulu(one: Slot) -> str:
    """`030800Z DEC 26 to 031100Z DEC 26`."""
    return f"{dtg(one.start)} to {dtg(one.end)}"


def local_time(one: Slot, where: tzinfo | None) -> str:
    """`Thu 2026-12-03 09:00 to 12:00 Europe/Zurich (+01:00)`; None: the zone of this machine."""
    start, end = (datetime.fromtimestamp(at / 1000, UTC).astimezone(where) for at in (one.start, one.end))
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{_DAYS[end.weekday()]} {end:%Y-%m-%d %H:%M}"
    offset = f"{start:%z}"
    name = where.key if isinstance(where, ZoneInfo) else "here"
    return f"{_DAYS[start.weekday()]} {start:%Y-%m-%d %H:%M} to {last} {name} ({offset[:3]}:{offset[3:5]})"


def local_times(one: Slot, zones: tuple[ZoneInfo, ...]) -> list[str]:
    """A time in these zones, or in the zone of this machine if that is not UTC."""
    if zones:
        return [local_time(one, where) for where in zones]
    here = datetime.fromtimestamp(one.start / 1000, UTC).astimezone()
    return [local_time(one, None)] if here.utcoffset() else []
