"""The terminal client: from exec to the first paint, 100,000 messages, arrivals, against bare Textual: `python -m benchmarks tui`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import tui_scale, tui_start
from benchmarks.results import Result


def run(*, smoke: bool) -> Iterator[Result]:
    """Every part in one run; what is measured in other processes first, while this one is small."""
    with tempfile.TemporaryDirectory() as name:
        bare, ours = tui_start.paints(Path(name), 1 if smoke else 15)
        yield Result("exec to the first paint", ours, "ms", bare, "a bare Textual app")
        yield from tui_scale.against_widgets(100 if smoke else 1_000)
        yield from tui_scale.real(Path(name), 1_000 if smoke else 100_000, 1 if smoke else 10)
