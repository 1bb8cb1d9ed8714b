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


class Deadline:
    """The end of the process if the screen does not leave by itself in time: a dead terminal may hold up whoever writes to it."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def begin(self, code: int) -> None:
        """From now on; the first code counts."""
        if self._timer is None:
            self._timer = threading.Timer(PATIENCE, os._exit, (code,))
            self._timer.daemon = True
            self._timer.start()

    def met(self) -> None:
        """The screen has left: what comes after it may take its time."""
        if self._timer is not None:
            self._timer.cancel()
