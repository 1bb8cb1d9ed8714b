"""The terminal as it really is: what it sends and Textual mishears, whether it is one at all, and one that is to have no colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, cast

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual import _ansi_sequences as sequences
from textual.color import Color
from textual.drivers._writer_thread import WriterThread
from textual.filter import LineFilter
from textual.keys import Keys

from hotline_client.tui.terminal.input import TerminalInput
from hotline_protocol.errors import UsageError

_NONE: Final = frozenset({"", "dumb", "unknown"})
_PLAIN: Final = Style.from_color(RichColor.default(), RichColor.default())


def need_terminal() -> None:
    """UsageError if there is none to draw on: keys come from stdin, the screen goes to stderr, and TERM says what it can do."""
    kind = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        error = UsageError("the screen needs a terminal, and stdin or stderr is none")
    elif sys.platform != "win32" and kind in _NONE:
        error = UsageError(
            f"the screen needs a terminal that can move its cursor, and TERM is {kind or 'not set'}"
        )
    else:
        return
    error.add_note("`hotline log`, `hotline send` and `hotline wait` need none")
    raise error


def teach_keys() -> None:
    """Alt+Enter arrives as ESC CR, which Textual reads as Enter: half a message must not go out on it. Alt+1 arrives as ESC 1,
    which Textual takes for a letter of another keyboard. What a terminal sends besides keys is taken out (see `input`).
    """
    table = sequences.ANSI_SEQUENCES_KEYS
    if isinstance(table, dict):
        table["\x1b\r"] = (Keys.ControlJ,)
        for digit in "0123456789":
            table.pop(f"\x1b{digit}", None)
    if sys.platform != "win32":
        from textual.drivers import linux_driver  # noqa: PLC0415 - there is none on Windows

        vars(linux_driver)["getincrementaldecoder"] = _reader
        vars(linux_driver)["WriterThread"] = _Writer


class _Lasting:
    """The terminal as a file that goes on taking words after it is gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class _Writer(WriterThread):
    """Textual's thread ends at the first write to a dead terminal, and whoever leaves then waits for it without end."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(cast("IO[str]", _Lasting(file)))


def _reader(encoding: str) -> Callable[[], Any]:
    """What Textual's driver decodes its input with."""
    del encoding
    return TerminalInput


class NoColours(LineFilter):
    """NO_COLOR: attributes alone. What stood on a lit ground is reversed, so that marks, bars and the cursor are still seen."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours; `background` is the screen's."""
        return [Segment(text, _plain(style, background), control) for text, style, control in segments]


def _plain(style: Style | None, background: Color) -> Style | None:
    if style is None:
        return None
    ground, ink = style.bgcolor, style.color
    if style.reverse:
        ground, ink = ink, ground
    lit = ground is not None and not ground.is_default and _apart(ground, background)
    return style + _PLAIN + Style(reverse=lit)


def _apart(ground: RichColor, background: Color) -> bool:
    """Nearer to ink than to paper."""
    return abs(Color.from_rich_color(ground).brightness - background.brightness) > 0.3
