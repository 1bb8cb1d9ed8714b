"""What the vault keeps of schedules and expectations under a name, read."""

from __future__ import annotations

import json
from typing import Final

from hotline_client.schedules.file import expectation_of, schedule_of
from hotline_client.schedules.model import Expectation, Schedule

EXPECT: Final = "expect/"
"""What the name of an expectation begins with in the vault."""


def read_definition(name: str, text: str) -> Schedule | Expectation:
    """What the vault keeps under a name. FormatError if this version cannot work on it."""
    table = json.loads(text)
    return expectation_of(table) if name.startswith(EXPECT) else schedule_of(table)
