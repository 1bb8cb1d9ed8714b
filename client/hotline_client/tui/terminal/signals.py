"""What reaches a person who does not look at the screen: bell, window title, desktop notification. Never a word of content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.tui.terminal.alarm import Alarm

TITLE: Final = "Hotline"
ALERT: Final = "FLASH - Hotline"
_NOTIFY: Final = (
    "\x1b]9;Hotline: FLASH\x07",  # iTerm2, Windows Terminal, ConEmu
    "\x1b]777;notify;Hotline;FLASH\x07",  # urxvt, VTE, foot
    "\x1b]99;;Hotline: FLASH\x1b\\",  # kitty
)
_TITLE_AWAY: Final = "\x1b[22;2t"
"""XTWINOPS: the terminal remembers its title."""
_TITLE_BACK: Final = "\x1b]2;\x07\x1b[23;2t"
"""Empty where it remembers none."""


class Signals:
    """`write` puts bytes of ours onto the terminal; `bell` rings it."""

    def __init__(self, write: Callable[[str], None], bell: Callable[[], None]) -> None:
        self._write = write
        self._bell = bell
        self._alarm = Alarm()
        self._known: frozenset[bytes] = frozenset()
        self._title = ""

    def waiting(self, flashes: frozenset[bytes], now: float) -> None:
        """Tell which FLASH messages wait at `now` (seconds that only grow)."""
        if self._alarm.rings(flashes, now):
            self._bell()
        if flashes - self._known:
            self._write("".join(_NOTIFY))
        self._known = flashes
        self._name(ALERT if flashes else TITLE)

    def leave(self) -> None:
        """Give the window the title back that it had: nothing of ours stays behind to be believed."""
        if self._title:
            self._title = ""
            self._write(_TITLE_BACK)

    def _name(self, title: str) -> None:
        if title != self._title:
            if not self._title:
                self._write(_TITLE_AWAY)
            self._title = title
            self._write(f"\x1b]2;{title}\x07")
