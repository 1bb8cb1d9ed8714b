"""The working group's first two weeks, end to end over a real relay: the example is the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STORY = [
    "announced: Capt. Sidorova, Col. Katz",
    "time agreed, place open, level open",
    "meeting AGREED: Helsinki, heads",
    "agenda adopted by both: jamming tests; tanker corridors and their lead time",
    "patrol against tanker: {'a': 'CONFLICT', 'b': 'CONFLICT'}",
    "air notices: REPLACED, IN FORCE, IN FORCE; naval: CANCELLED",
    "CEASE BUZZER: STANDBY, WILCO; it is ANSWERED",
    "silence broken; tanker corridors and their lead time: AGREED, FL240, 48 hours ahead",
    "minutes SIGNED over",
    "every client computed the same, to the byte",
]


def test_the_first_two_weeks_go_as_told() -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in ("protocol", "server", "client")),
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "working_group" / "two_weeks.py")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(STORY)
    for line, told in zip(lines, STORY, strict=True):
        assert line[8:].startswith(told), line
