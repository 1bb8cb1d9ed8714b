"""How the screen ends when the program is wrong: the place of the error and its type, never a local variable or a text.

Textual's own crash screen prints source and locals, which here are plaintext and keys.
"""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Final

from rich.text import Text
from textual.app import App

from hotline_protocol.errors import HotlineError
from hotline_protocol.text import show

_SHOWN_FRAMES: Final = 6


def report(error: BaseException) -> str:
    """What a person may pass on to the developers; nothing of it comes from a message."""
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    places = [f"  {PurePath(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    # Only our own errors promise to carry no secret and no foreign text.
    said = f": {show(str(error)[:500])}" if isinstance(error, HotlineError) else ""
    return "\n".join(
        [
            f"hotline: the screen stopped on an error in the program: {type(error).__name__}{said}",
            *places,
            "What was queued is in the vault and will be sent. Nothing was acknowledged. Start `hotline tui` again.",
        ]
    )


class QuietApp(App[None]):
    """An app whose last words hold no secret."""

    def _handle_exception(self, error: Exception) -> None:
        """Leave with a message, whatever the error would like to print of itself."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._exit_renderables.append(Text(report(error)))
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """Textual's door to the traceback with locals, shut."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """The message alone, in every mode."""
        for renderable in self._exit_renderables[:1]:
            self.error_console.print(renderable, markup=False, highlight=False)
        self._exit_renderables.clear()
