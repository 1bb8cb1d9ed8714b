"""The palette: every act of the place one is in, found by typing a part of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import Act, shown


class Palette(ModalScreen[str | None]):
    """Closes with the id of the chosen act, or None."""

    DEFAULT_CSS = """
    Palette { align: center top; }
    Palette Bar, Palette Input, Palette RowList { width: 90%; max-width: 76; }
    Palette Input { border: none; height: 1; padding: 0 2; }
    Palette Input:focus { border: none; }
    Palette RowList { height: 1fr; max-height: 16; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Close", show=False, priority=True),
        Binding("up", "step(-1)", "Up", show=False, priority=True),
        Binding("down", "step(1)", "Down", show=False, priority=True),
    ]

    def __init__(self, acts: Sequence[Act]) -> None:
        super().__init__()
        self._acts = [act for act in acts if act.id != "palette"]
        self._found = self._acts

    def compose(self) -> ComposeResult:
        """What is looked for, and what is found."""
        yield Bar(id="palette-title")
        yield Input(id="palette-typed", max_length=80)
        yield RowList(self._rows, marks=True)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Bar).show(((t("What do you want to do? Enter does it, Esc does nothing."), "strong"),))
        self.query_one(RowList).cursor = 0
        self.query_one(RowList).can_focus = False
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down."""
        words = event.value.casefold().split()
        self._found = [act for act in self._acts if all(word in _words(act) for word in words)]
        listed = self.query_one(RowList)
        listed.cursor = 0 if self._found else None
        listed.remake()

    def on_input_submitted(self) -> None:
        """Do the marked act."""
        at = self.query_one(RowList).cursor
        self.dismiss(self._found[at].id if at is not None and at < len(self._found) else None)

    def action_step(self, by: int) -> None:
        """Another row."""
        self.query_one(RowList).step(by)

    def action_give_up(self) -> None:
        """Nothing."""
        self.dismiss(None)

    def _rows(self, cells: int) -> Sequence[Row]:
        del cells
        return [
            ((f"  {shown(act):<14} ", "key"), (f"{t(act.label)}: {t(act.help)}", "text"))
            for act in self._found
        ]


def _words(act: Act) -> str:
    return f"{act.id} {t(act.label)} {t(act.help)} {shown(act)}".casefold()
