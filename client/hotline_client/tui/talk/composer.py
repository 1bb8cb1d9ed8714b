"""The composer: Enter offers the text, Ctrl+J makes a line, a paste never sends, and nothing invisible gets in.

Letters and Enter that arrive together are what a slow connection makes of typing, or a paste in a terminal that does not mark pastes.
They are told apart by what follows: Enter at the very end is meant; Enter with more behind it is a line of a paste, and so is every
other Enter of the same burst.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from textual import events
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.parts.acts import acts_of
from hotline_protocol.text import show

MAX_PASTE: Final = 16_000
BURST: Final = 0.02
"""Seconds between two keys of one burst: no finger is as fast."""

PASTED: Final = N_("nothing was sent: pasted lines are not sent by Enter: F9 sends")

_KEYS: Final = {key: act.id for act in acts_of("writing") for key in act.keys}


class Composer(TextArea):
    """Where a message is written."""

    DEFAULT_CSS = "Composer { height: auto; min-height: 2; max-height: 6; border: none; padding: 0; }"

    class Submitted(Message):
        """Enter was pressed on a text."""

    class Left(Message):
        """The writer wants to read, or takes back what waits for its second key."""

    class Notice(Message):
        """Something the writer must know."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, ticks: Callable[[], float] | None = None) -> None:
        super().__init__(
            id="composer", soft_wrap=True, compact=True, tab_behavior="focus", show_line_numbers=False
        )
        self._ticks = ticks
        self._typed = 0.0
        self._offered: Timer | None = None
        """An Enter that came in a burst, until it is clear that nothing follows it."""
        self._pasted = False
        """Whether the present burst is a paste."""

    def load_text(self, text: str) -> None:
        """A draft, made visible like a paste: what a vault gives back is not believed either."""
        super().load_text(show(text, lines=True))

    def _moment(self, event: events.Event) -> float:
        """When the key arrived, not when a busy screen got to it: a finger must not look like a paste."""
        return event.time if self._ticks is None else self._ticks()

    async def _on_key(self, event: events.Key) -> None:
        act = _KEYS.get(event.key)
        now = self._moment(event)
        in_burst = now - self._typed <= BURST
        self._pasted = self._pasted and in_burst
        if self._offered is not None:
            self._take_for_a_line()
        if act is None:
            if (
                event.is_printable
                and event.character is not None
                and show(event.character) != event.character
            ):
                event.prevent_default()
                self.post_message(self.Notice(t("an invisible character was not written")))
                return
            self._typed = now
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        if act == "browse":
            self.post_message(self.Left())
        elif act == "submit" and not in_burst:
            self.post_message(self.Submitted())
        elif act == "submit" and not self._pasted:
            self._typed = now
            self._offered = self.set_timer(2 * BURST, self._submit)
        elif not self.read_only:
            if act == "submit":
                self._typed = now
                self.post_message(self.Notice(t(PASTED)))
            self.insert("\n")

    def _submit(self) -> None:
        """Nothing came behind the Enter: it was meant."""
        self._offered = None
        self.post_message(self.Submitted())

    def _take_for_a_line(self) -> None:
        """Something came behind the Enter: all of it is a paste."""
        if self._offered is not None:
            self._offered.stop()
        self._offered, self._pasted = None, True
        self.post_message(self.Notice(t(PASTED)))
        if not self.read_only:
            self.insert("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.read_only:
            return
        text = unicodedata.normalize("NFC", event.text.replace("\r\n", "\n").replace("\r", "\n"))
        if len(text) > MAX_PASTE:
            self.post_message(
                self.Notice(
                    t(
                        "pasted the first {part} of {all} characters",
                        part=f"{MAX_PASTE:,}",
                        all=f"{len(text):,}",
                    )
                )
            )
        # What cannot be signed becomes visible, so that the writer sees it and takes it out.
        self.replace(show(text[:MAX_PASTE], lines=True), *self.selection, maintain_selection_offset=False)
        self._typed, self._pasted = self._moment(event), True
