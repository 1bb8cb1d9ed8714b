"""What is wrong with the times of a notice that somebody is about to issue, beyond what the notice says of itself."""

from __future__ import annotations

from hotline_protocol.documents.notices import Notice
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.notices import LEAD


def check_times(notice: Notice, now: int, before: int | None, flag: str) -> None:
    """UsageError for what is over or begins in the past, but for a replacement that leaves the beginning as it was; and a short lead
    that is not said to be (by `flag`). `now` and `before`, the start of the replaced one, in unix ms.
    """
    if notice.end is not None and notice.end <= now:
        raise UsageError(f"the notice is over: its end {dtg(notice.end)} is in the past")
    if notice.start < now and notice.start != before:
        raise UsageError(f"the notice's start {dtg(notice.start)} is in the past")
    agreed = LEAD[notice.arena]
    if notice.start - now < agreed and not notice.short_lead:
        raise UsageError(
            f"the notice comes {hours(notice.start - now)} before its start, {hours(agreed)} are agreed for "
            f"{notice.arena}; say {flag} if it must"
        )


def hours(milliseconds: int) -> str:
    """`36.5 h`."""
    return f"{milliseconds / 3_600_000:.1f} h"
