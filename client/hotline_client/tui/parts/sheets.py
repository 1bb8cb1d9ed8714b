"""Screens over the timeline: a sheet of rows to read (help, details) and a question answered by a letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t


class Sheet(Screen[None]):
    """Something to read; Esc, Enter or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,f1", "dismiss", "Close", show=False),
        Binding("j", "down", "Down", show=False),
        Binding("k", "up", "Up", show=False),
    ]

    def __init__(self, title: str, rows: Callable[[int], Sequence[Row]]) -> None:
        super().__init__()
        self._heading = title
        self._make = rows

    def compose(self) -> ComposeResult:
        """A title, the rows, and how to leave."""
        yield Bar(id="sheet-title")
        yield RowList(self._make)
        yield Bar(id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the bars."""
        self.query_one("#sheet-title", Bar).show(((self._heading, "strong"),))
        self.query_one("#sheet-keys", Bar).show(
            (("Esc ", "key"), (t("Close") + "  ", "bar"), ("↑ ↓ PgUp PgDn ", "key"), (t("Read"), "bar"))
        )
        self.query_one(RowList).focus()

    def action_down(self) -> None:
        """One row down."""
        self.query_one(RowList).scroll_down(animate=False)

    def action_up(self) -> None:
        """One row up."""
        self.query_one(RowList).scroll_up(animate=False)


class Ask(ModalScreen[bool]):
    """A question; only `y` means yes, everything else leaves things as they are."""

    DEFAULT_CSS = """
    Ask { align: center middle; }
    Ask Bar { width: 90%; max-width: 76; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,escape,q", "answer(False)", "No", show=False),
    ]

    def __init__(self, lines: Sequence[str], yes: str, no: str) -> None:
        super().__init__()
        self._lines = lines
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """One box."""
        yield Bar(id="ask")

    def on_mount(self) -> None:
        """Fill it."""
        blank: Row = (("", "bar"),)
        said: list[Row] = [
            ((f"  {one}", "strong" if at == 0 else "bar"),) for at, one in enumerate(self._lines)
        ]
        keys: Row = (("  y ", "key"), (f"{self._yes}    ", "bar"), ("Esc ", "key"), (self._no, "bar"))
        self.query_one(Bar).show(blank, *said, blank, keys, blank)

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - Textual hands actions their arguments in place
        """Leave with the answer."""
        self.dismiss(yes)
