"""From exec to the first painted screen, each in a fresh process on a pty: ours against the least a Textual app can be.

`python -m benchmarks.tui_start bare|ours [HOME]` is such a process; `paints` starts and times it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Final

WORD: Final = "HOTLINE"
"""On the first screen of both."""


def paints(directory: Path, rounds: int) -> tuple[float, float]:
    """Medians in ms, of a bare app and of ours on a real vault; in turns, so that both meet the same machine."""
    from hotline_client.cli import hotline  # noqa: PLC0415
    from hotline_client.demo.setting import build  # noqa: PLC0415 - the processes that are timed do not pay for it

    setting = build(directory / "demo", hotline, lambda _step: None)
    ours = setting.ours
    found: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for which, times in found.items():
            times.append(_paint(which, str(ours.home), ours.passphrase))
    return statistics.median(found["bare"]) * 1000, statistics.median(found["ours"]) * 1000


def _paint(which: str, home: str, passphrase: str) -> float:
    import pexpect  # noqa: PLC0415

    environment = {**os.environ, "TERM": "xterm-256color", "HOTLINE_BENCHMARK_WORDS": passphrase}
    begun = time.perf_counter()
    child = pexpect.spawn(
        sys.executable,
        ["-m", "benchmarks.tui_start", which, home],
        env=environment,
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=30,
    )
    child.expect_exact(WORD)
    seconds = time.perf_counter() - begun
    child.close(force=True)
    return seconds


def _bare() -> None:
    from textual.app import App, ComposeResult  # noqa: PLC0415 - each process pays for its own imports
    from textual.widgets import Static  # noqa: PLC0415

    class Bare(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(WORD)

    Bare().run()


def _ours(home: str) -> None:
    from hotline_client.tui.app.run import run  # noqa: PLC0415

    def opener() -> object:
        from hotline_client.line.line import Line  # noqa: PLC0415
        from hotline_client.vault import Vault  # noqa: PLC0415

        # a vault that exists for this measurement: its passphrase is no secret
        return Line.open(Vault.open(Path(home), os.environ["HOTLINE_BENCHMARK_WORDS"]))

    run(opener)  # type: ignore[arg-type]


if __name__ == "__main__":
    _bare() if sys.argv[1] == "bare" else _ours(sys.argv[2])
