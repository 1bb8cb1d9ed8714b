"""Local time and instants: by a zone of the IANA database, a Windows zone (CLDR), or the rules that a calendar file brings along.

A local time that the clocks skip counts with the offset before the gap, one that they repeat is the first of the two (S3, RFC 5545).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  the zero of local times as well


class Clocks(Protocol):
    """The clocks of a place. Local times have no tzinfo; instants are unix seconds."""

    def instant(self, local: datetime) -> int:
        """When a local time comes, the first time."""

    def local(self, instant: int) -> datetime:
        """What the clocks show then."""


class ZoneClocks:
    """Those of a zone of the IANA database."""

    def __init__(self, where: ZoneInfo) -> None:
        self._zone = where

    def instant(self, local: datetime) -> int:
        """See `Clocks`."""
        return int(local.replace(tzinfo=self._zone).timestamp())

    def local(self, instant: int) -> datetime:
        """See `Clocks`."""
        return datetime.fromtimestamp(instant, self._zone).replace(tzinfo=None)


class Change(NamedTuple):
    """The clocks are put from one offset to another (seconds east of UTC) when they show `local`, by the old offset."""

    local: datetime
    before: int
    after: int

    @property
    def instant(self) -> int:
        """When that is, unix seconds."""
        return int((self.local - _EPOCH).total_seconds()) - self.before


class FileClocks:
    """Those that a calendar file describes: at least one change, any order."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = sorted(changes, key=lambda one: one.instant)
        self._instants = [one.instant for one in self._changes]

    def instant(self, local: datetime) -> int:
        """See `Clocks`."""
        shown = int((local - _EPOCH).total_seconds())
        offset = self._changes[0].before
        for change in self._changes:
            begins, ends = change.instant + change.before, change.instant + change.after
            if shown < begins:
                break
            offset = change.before if shown < ends else change.after
        return shown - offset

    def local(self, instant: int) -> datetime:
        """See `Clocks`."""
        passed = bisect_right(self._instants, instant)
        offset = self._changes[passed - 1].after if passed else self._changes[0].before
        return _EPOCH + timedelta(seconds=instant + offset)


def zone_of(tzid: str) -> ZoneInfo | None:
    """The zone that a TZID of a calendar file names: itself, a name of Windows, or the end of a path such as
    `/example.org/2005/Europe/Zurich`; None if it names none.
    """
    if tzid in WINDOWS_TO_OLSON or tzid in available_timezones():
        return ZoneInfo(WINDOWS_TO_OLSON.get(tzid, tzid))
    parts = tzid.split("/")
    ends = ("/".join(parts[at:]) for at in range(1, len(parts))) if tzid.startswith("/") else ()
    return next((ZoneInfo(one) for one in ends if one in available_timezones()), None)
