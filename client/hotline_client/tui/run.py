"""Opens the terminal client on a line or a vault and blocks until the person leaves."""

from __future__ import annotations

import os

from hotline_client.line import Line
from hotline_client.tui.app import HotlineApp
from hotline_client.tui.ports import LinePort
from hotline_client.tui.themes import NIGHT
from hotline_client.vault import Vault


def run(line_or_vault: LinePort | Vault, *, theme: str = NIGHT) -> int:
    """Show the line; returns the process' exit code. The line's transport runs while the screen does."""
    # Escape waits this long for the rest of a key; an officer who presses Esc should not feel it.
    os.environ.setdefault("ESCDELAY", "25")
    line = Line.open(line_or_vault) if isinstance(line_or_vault, Vault) else line_or_vault
    app = HotlineApp(line, theme=theme)
    app.run()
    return app.return_code or 0
