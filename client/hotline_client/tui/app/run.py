"""Opens the terminal client and blocks until the person leaves: the screen is painted first, the line is opened behind it."""

from __future__ import annotations

import os
from collections.abc import Callable

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.app.settings import Settings, apply
from hotline_client.tui.looks.themes import NAMES
from hotline_client.tui.parts.ports import LinePort


def run(line: LinePort | Callable[[], LinePort], settings: Settings | None = None) -> int:
    """Show the line, or what `line()` opens in a thread; the process' exit code. Its transport runs while the screen does.

    What keeps the line from being opened is raised once the screen is gone.
    """
    # Escape waits this long for the rest of a key; an officer who presses Esc should not feel it.
    os.environ.setdefault("ESCDELAY", "25")
    chosen = settings or Settings()
    apply(chosen)
    app = HotlineApp(line, theme=NAMES[chosen.theme])
    app.run()
    app.deadline.met()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
