"""One of a few: chosen by its first letter, or by moving to it and Enter; Esc chooses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t


class Pick(ModalScreen[str | None]):
    """`options`: our words by what the screen closes with."""

    DEFAULT_CSS = """
    Pick { align: center middle; }
    Pick Bar, Pick RowList { width: 90%; max-width: 76; }
    Pick RowList { height: auto; max-height: 12; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "none", "Close", show=False, priority=True),
        Binding("enter", "choose", "Choose", show=False, priority=True),
        Binding("up,k", "step(-1)", "Up", show=False, priority=True),
        Binding("down,j,tab", "step(1)", "Down", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Mapping[str, str]) -> None:
        super().__init__()
        self._heading = title
        self._options = options

    def compose(self) -> ComposeResult:
        """The question, the options, how to answer."""
        yield Bar(id="pick-title")
        yield RowList(self._rows, marks=True)
        yield Bar(id="pick-keys")

    def on_mount(self) -> None:
        """The first is marked."""
        self.query_one("#pick-title", Bar).show((("", "bar"),), ((f"  {self._heading}", "strong"),))
        keys: Row = (
            ("  Enter ", "key"),
            (t("choose") + "   ", "bar"),
            ("Esc ", "key"),
            (t("leave as it is"), "bar"),
        )
        self.query_one("#pick-keys", Bar).show(keys)
        listed = self.query_one(RowList)
        listed.styles.height = len(self._options)
        listed.cursor = 0
        listed.focus()

    def on_key(self, event: events.Key) -> None:
        """The first letter of an option."""
        letter = event.character or ""
        for name in self._options:
            if letter.isalpha() and name.startswith(letter.lower()):
                event.stop()
                self.dismiss(name)
                return

    def action_step(self, by: int) -> None:
        """Another row."""
        self.query_one(RowList).step(by)

    def action_choose(self) -> None:
        """The marked one."""
        self.dismiss(list(self._options)[self.query_one(RowList).cursor or 0])

    def action_none(self) -> None:
        """Nothing."""
        self.dismiss(None)

    def _rows(self, cells: int) -> Sequence[Row]:
        del cells
        return [((f"  {name:<6} ", "key"), (words, "text")) for name, words in self._options.items()]
