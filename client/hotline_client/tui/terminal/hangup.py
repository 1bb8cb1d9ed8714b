"""The terminal goes away: a closed window, a killed multiplexer, a lost connection. Whoever is left without one ends, whatever hangs.

A hangup is a signal only for the session's leader and its foreground; for everybody else it is a descriptor that says so.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 1.5
"""Seconds that leaving may take before the process is ended as it is; what counts is in the vault already."""


def when_gone(descriptor: int, call: Callable[[], None]) -> None:
    """Call something, from a thread, once the terminal behind a descriptor has hung up."""

    def watch() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)
        while not any(
            event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll()
        ):
            pass
        call()

    threading.Thread(target=watch, name="hangup", daemon=True).start()


def end_soon(code: int) -> None:
    """End the process with a code if it has not ended by itself in time: a dead terminal may hold up whoever writes to it."""
    timer = threading.Timer(PATIENCE, os._exit, (code,))
    timer.daemon = True
    timer.start()
