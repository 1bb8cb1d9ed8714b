"""A FLASH over the whole screen, once it waited a minute: its number, its sender, its whole text, and the one key. Drafts wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import ANSWERS, channel_label, dtg, office, side
from hotline_client.tui.parts.acts import Act, key_bar

AFTER: Final = 60.0
"""Seconds a FLASH waits before it takes the screen."""


def flash_rows(message: MessageView, place: str, cells: int) -> list[Row]:
    """All of one FLASH. `place`: `1 of 2`, or nothing."""
    author = message.author
    who = "?" if author is None else f"{side(author)} {office(author)} {line(author.name, 40)}"
    number = line(message.reference, 20) if message.reference else f"#{message.seq}"
    head = f" FLASH {number} #{message.seq} {channel_label(message.channel)} {dtg(message.at or message.time)} {place}"
    rows: list[Row] = [((head.ljust(cells), "flash"),), ((f" {t('from {who}', who=who)}", "strong"),)]
    rows.append(((f" {t('asks for {answer}', answer=ANSWERS[message.response])}", "strong"),))
    rows.append((("", "text"),))
    rows.extend(((f" {one}", "text"),) for one in paragraphs(message.text, max(10, cells - 2)))
    return rows


class FlashScreen(ModalScreen[None]):
    """Shows what `message()` gives; the shell's F2 acknowledges it, Esc goes back to the draft for another minute."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", show=False)]
    DEFAULT_CSS = "FlashScreen { background: $background; }"

    def __init__(self, message: MessageView, place: str, label: Callable[[], str]) -> None:
        super().__init__()
        self.message = message
        self._place = place
        self._label = label

    def compose(self) -> ComposeResult:
        """The text, and the keys."""
        yield RowList(self._rows)
        yield Bar(id="flash-keys")

    def on_mount(self) -> None:
        """The text can be scrolled."""
        self.query_one(RowList).focus()
        self.repaint()

    def show(self, message: MessageView, place: str) -> None:
        """Another FLASH may wait longest now; the key may be armed."""
        if not self.query(RowList):
            return  # pushed, and not composed yet
        self.repaint()
        if (message.id, place) != (self.message.id, self._place):
            self.message, self._place = message, place
            self.query_one(RowList).remake()

    def repaint(self) -> None:
        """The keys, as they are armed now."""
        acts = (
            Act("app.acknowledge", ("f2",), "ACK", "", bar=1),
            Act("screen.dismiss", ("escape",), t("back to what you wrote"), "", bar=2),
        )
        bar, zones = key_bar(acts, self.size.width, labels={"app.acknowledge": self._label()})
        self.query_one("#flash-keys", Bar).show(bar, zones=zones)

    @property
    def shows_all(self) -> bool:
        """Whether the end of the text is on the screen."""
        if not self.query(RowList):
            return False
        rows = self.query_one(RowList)
        return rows.size.height > 0 and rows.scroll_y >= rows.max_scroll_y

    def _rows(self, cells: int) -> Sequence[Row]:
        return flash_rows(self.message, self._place, cells)
