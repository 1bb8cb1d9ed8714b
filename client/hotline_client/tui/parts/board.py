"""A view of many things: a list with one row marked, and beside or under it all that is known of the marked one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.parts.acts import Act, Place, acts_of, bindings
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.ports import number
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import Fill, Show, View

E = TypeVar("E")

BESIDE: Final = 160
"""Cells from which list and detail stand side by side, each as wide as on a terminal of 80."""


class Board(View, Generic[E]):
    """Subclasses say what the entries are and how they read; acts on the marked one are `action_…` with `self.current`."""

    DEFAULT_CSS = """
    Board { layout: vertical; }
    Board #list { height: auto; min-height: 3; max-height: 40%; }
    Board #detail { height: 1fr; }
    Board #rule { display: block; }
    Board #heading { dock: top; }
    Board.beside { layout: horizontal; }
    Board.beside #list { width: 1fr; height: 1fr; max-height: 100%; }
    Board.beside #rule { display: none; }
    Board.beside #detail { width: 1fr; padding-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, state: ScreenState) -> None:
        super().__init__(state)
        self._entries: Sequence[E] = ()
        self._wanted: bytes | None = None

    # --- what a subclass says

    def entries(self) -> Sequence[E]:
        """What there is in the channel on the screen, read anew."""
        raise NotImplementedError

    def key(self, entry: E) -> bytes:
        """What stays the same of an entry: its document's id."""
        raise NotImplementedError

    def row(self, entry: E, cells: int) -> Row:
        """One line of the list."""
        raise NotImplementedError

    def detail(self, entry: E, cells: int) -> Sequence[Row]:
        """All that is known of an entry."""
        raise NotImplementedError

    def heading(self, cells: int) -> Sequence[Row]:
        """What stands above the list."""
        del cells
        return ()

    def empty(self, cells: int) -> Sequence[Row]:
        """What stands in an empty list: what to do."""
        raise NotImplementedError

    def _possible(self, act: str, entry: E | None) -> str | None:
        """Why an act is not possible on an entry; None if it is."""
        del act, entry
        return None

    # --- what acts share

    def _number(self, document: bytes) -> str:
        return number(self.state.port, self.state.channel, document)

    def _ready(self, act: str) -> E | None:
        """The marked entry if the act is possible on it; else it is said why not."""
        why = self._possible(act, self.current)
        if why is not None:
            self.tell(why)
        return self.current if why is None else None

    def _fill(self, act: str, make: Callable[[Any, str], Form]) -> None:
        """A form about the marked entry, which is `make`'s, with its number."""
        entry = self._ready(act)
        if entry is not None:
            self.post_message(Fill(make(entry, self._number(self.key(entry)))))

    # --- the frame

    def compose(self) -> ComposeResult:
        """Heading, list, rule, detail."""
        yield Bar(id="heading")
        yield RowList(self._rows, id="list", marks=True)
        yield Bar(id="rule")
        yield RowList(self._detail_rows, id="detail")

    @property
    def listed(self) -> RowList:
        """The list."""
        return self.query_one("#list", RowList)

    @property
    def current(self) -> E | None:
        """The marked entry."""
        at = self.listed.cursor
        return self._entries[at] if at is not None and at < len(self._entries) else None

    def enter(self) -> None:
        """The list hears the keys."""
        self.listed.focus()

    def mark(self, document: bytes) -> None:
        """Mark a document's row as soon as it is listed."""
        self._wanted = document
        self.reread()

    def reread(self) -> None:
        """Read the entries again; the mark stays on the same one."""
        if not self.is_mounted:
            return
        before = self.current
        wanted = self._wanted or (None if before is None else self.key(before))
        self._entries = self.entries()
        at = next((at for at, one in enumerate(self._entries) if self.key(one) == wanted), None)
        if at is None:
            last = len(self._entries) - 1
            at = None if last < 0 else min(self.listed.cursor or 0, last)
        else:
            self._wanted = None
        self.listed.cursor = at
        self.repaint()

    def repaint(self) -> None:
        """Make the rows again from the entries as they are."""
        self.query_one("#heading", Bar).show(*self.heading(self.size.width))
        rule: tuple[Row, ...] = () if self.has_class("beside") else ((("─" * self.size.width, "dim"),),)
        self.query_one("#rule", Bar).show(*rule)
        self.listed.remake()
        self.listed.reveal()
        self.query_one("#detail", RowList).remake()

    def on_mount(self) -> None:
        """Fill it."""
        self.set_class(self.app.size.width >= BESIDE, "beside")
        self.reread()

    def on_resize(self, event: events.Resize) -> None:
        """Another width: side by side or not."""
        self.set_class(event.size.width >= BESIDE, "beside")
        self.call_after_refresh(self.repaint)

    def _rows(self, cells: int) -> Sequence[Row]:
        if not self._entries:
            return self.empty(cells)
        return [self.row(one, cells) for one in self._entries]

    def _detail_rows(self, cells: int) -> Sequence[Row]:
        current = self.current
        return () if current is None else self.detail(current, cells)

    def on_row_list_marked(self) -> None:
        """Another row is marked: show its detail from the top."""
        detail = self.query_one("#detail", RowList)
        detail.remake()
        detail.scroll_to(y=0, animate=False, immediate=True, force=True)

    def offered(self) -> Sequence[Act]:
        """The acts of the view."""
        return acts_of(self.place)

    def help_places(self) -> tuple[Place, ...]:
        """The view, then lists."""
        return (self.place, "list")

    def action_row_up(self) -> None:
        """One row up."""
        self.listed.step(-1)

    def action_row_down(self) -> None:
        """One row down."""
        self.listed.step(1)

    def action_rows_up(self) -> None:
        """One screen up."""
        self.listed.step(-max(1, self.listed.size.height - 1))

    def action_rows_down(self) -> None:
        """One screen down."""
        self.listed.step(max(1, self.listed.size.height - 1))

    def action_row_first(self) -> None:
        """The first row."""
        self.listed.step(-len(self._entries))

    def action_row_last(self) -> None:
        """The last row."""
        self.listed.step(len(self._entries))

    def action_whole(self) -> None:
        """All of the marked entry on a screen of its own."""
        current = self.current
        if current is not None:
            self.app.push_screen(Sheet(self.place.upper(), lambda cells: self.detail(current, cells)))

    def action_to_talk(self) -> None:
        """Back to the timeline."""
        self.post_message(Show("talk"))


def form_act(act: str, make: Callable[[Any, str], Form]) -> Callable[[Board[Any]], None]:
    """An action that fills a form about the marked entry, if the act is possible on it."""

    def action(self: Board[Any]) -> None:
        self._fill(act, make)

    return action
