"""One generator a row of the table of faults; importing a room registers its rows and acts."""

from __future__ import annotations

from tests.worlds.faults import (
    certificates,
    clocks,
    dear_work,
    floods,
    lost_logs,
    members,
    newcomers,
    processes,
    relays,
    revocations,
    vaults,
)
from tests.worlds.faults.base import ROWS

__all__ = [
    "ROWS",
    "certificates",
    "clocks",
    "dear_work",
    "floods",
    "lost_logs",
    "members",
    "newcomers",
    "processes",
    "relays",
    "revocations",
    "vaults",
]
