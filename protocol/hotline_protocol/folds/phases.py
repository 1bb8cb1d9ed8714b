"""Where a dialogue stands, and how it stands against the clock: words that screens need before anything is folded."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """Where a dialogue stands; the last four are ends."""

    OPEN = "OPEN"
    STANDBY = "STANDBY"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    NONE = "NONE"


class Urgency(StrEnum):
    """How an open dialogue stands against the clock."""

    DUE = "DUE"
    OVERDUE = "OVERDUE"
    ESCALATED = "ESCALATED"
