"""Whether the relay is reached: the machine state of the line, apart from whether anybody attends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LineState(StrEnum):
    """The machine state of the connection to the relay."""

    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(slots=True)
class Health:
    """The state of the line as the transport knows it. `since`, `retry_at`: unix ms; `round_trip`: ms."""

    state: LineState = LineState.DOWN
    since: int = 0
    round_trip: float | None = None
    reason: str | None = None
    retry_at: int | None = None
    relay: str | None = None
