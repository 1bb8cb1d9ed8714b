"""A question that is answered by typing: the digits read out by somebody, or a word that cannot be pressed by accident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t


class AskTyped(ModalScreen[bool]):
    """Enter offers what was typed; `wrong` says why it is not right, or None: then the screen closes with True."""

    DEFAULT_CSS = """
    AskTyped { align: center middle; }
    AskTyped Bar, AskTyped Input { width: 90%; max-width: 76; }
    AskTyped Input { border: none; height: 1; padding: 0 2; }
    AskTyped Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "No", show=False, priority=True)]

    def __init__(
        self, lines: Sequence[str], wrong: Callable[[str], str | None], verb: str, *, initial: str = ""
    ) -> None:
        super().__init__()
        self._initial = initial
        self._lines = lines
        self._wrong = wrong
        self._verb = verb

    def compose(self) -> ComposeResult:
        """The question, the place to type, what was wrong."""
        yield Bar(id="typed-ask")
        yield Input(self._initial, id="typed", max_length=400)
        yield Bar(id="typed-said")

    def on_mount(self) -> None:
        """Fill the bars."""
        rows: list[Row] = [
            ((f"  {one}", "strong" if at == 0 else "bar"),) for at, one in enumerate(self._lines)
        ]
        blank: Row = (("", "bar"),)
        self.query_one("#typed-ask", Bar).show(blank, *rows, blank)
        self._say("")
        self.query_one(Input).focus()

    def _say(self, text: str) -> None:
        keys: Row = (
            ("  Enter ", "key"),
            (f"{self._verb}    ", "bar"),
            ("Esc ", "key"),
            (t("leave as it is"), "bar"),
        )
        room = max(10, min(76, self.app.size.width * 9 // 10) - 2)
        said: list[Row] = [((f"  {one}", "bad"),) for one in paragraphs(text, room)]
        self.query_one("#typed-said", Bar).show(*said, keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Judge what was typed."""
        event.stop()
        why = self._wrong(event.value)
        if why is None:
            self.dismiss(True)
        else:
            self._say(why)

    def action_give_up(self) -> None:
        """Leave things as they are."""
        self.dismiss(False)
