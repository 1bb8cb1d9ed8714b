"""When a notice holds: from its start to its end, and within that only in its daily windows. Unix ms, whole numbers, UTC.

Both ends of a window belong to it, so windows that touch meet. A daily window whose end is not after its start goes over
midnight. A day has 86,400,000 ms: neither unix time nor UTC days of notices know leap seconds or daylight saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hotline_protocol.documents.notices import Notice
from hotline_protocol.notices.buffers import Degree

DAY: Final = 86_400_000
_MINUTE: Final = 60_000

Period = tuple[int, int]
"""First and last moment, unix ms."""


def windows(notice: Notice, since: int, until: int) -> Iterator[Period]:
    """When the notice is active between the two moments, in order; windows that touch are one."""
    since = max(since, notice.start)
    until = until if notice.end is None else min(until, notice.end)
    yield from merged(_raw(notice, since, until))


def merged(periods: Iterable[Period]) -> Iterator[Period]:
    """Periods in order of their starts; those that touch become one."""
    current: Period | None = None
    for first, last in periods:
        if current is not None and first <= current[1]:
            current = current[0], max(last, current[1])
            continue
        if current is not None:
            yield current
        current = first, last
    if current is not None:
        yield current


def compare(one: Notice, other: Notice, buffer: int) -> Degree:
    """Whether some windows of both meet: SURE without the buffer (ms), NEAR with it."""
    if _meet(one, other, 0):
        return Degree.SURE
    return Degree.NEAR if _meet(one, other, buffer) else Degree.APART


def common(one: Notice, other: Notice, buffer: int, until: int) -> Iterator[Period]:
    """When the second is active and the first is, or was or will be within the buffer; up to `until`."""
    since = max(one.start - buffer, other.start)
    yours = windows(other, since, until)
    mine = _widened(windows(one, since - buffer, until + buffer), buffer)
    first, second = next(mine, None), next(yours, None)
    while first is not None and second is not None:
        start, end = max(first[0], second[0]), min(first[1], second[1])
        if start <= end:
            yield start, end
        if first[1] <= second[1]:
            first = next(mine, None)
        else:
            second = next(yours, None)


def _meet(one: Notice, other: Notice, buffer: int) -> bool:
    """Schedules repeat every day: what does not meet in the first two days that both hold, buffers included, never meets."""
    horizon = max(one.start, other.start) + 2 * DAY + 2 * buffer
    return next(common(one, other, buffer, horizon), None) is not None


def _widened(periods: Iterator[Period], buffer: int) -> Iterator[Period]:
    return ((first - buffer, last + buffer) for first, last in periods)


def _raw(notice: Notice, since: int, until: int) -> Iterator[Period]:
    if since > until:
        return
    if not notice.daily:
        yield since, until
        return
    daily = sorted((start, end if end > start else end + 1440) for start, end in notice.daily)
    for day in range((since - DAY) // DAY * DAY, until + 1, DAY):
        for start, end in daily:
            first, last = max(day + start * _MINUTE, since), min(day + end * _MINUTE, until)
            if first <= last:
                yield first, last
