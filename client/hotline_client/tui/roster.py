"""The roster screen: who is in the channel, who knocks, and the two acts on them; both ask first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from hotline_client.tui.acts import acts_of, help_rows, key_bar
from hotline_client.tui.bars import Bar
from hotline_client.tui.cells import line
from hotline_client.tui.ports import LinePort
from hotline_client.tui.roster_rows import Entry, detail, entries, entry_row
from hotline_client.tui.rows import Row
from hotline_client.tui.sheets import Ask, RowList, Sheet
from hotline_client.tui.typed import AskTyped
from hotline_client.tui.wording import channel_label, office
from hotline_client.views import KnockView, MemberView
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.digits import DigitsError, compare_digits
from hotline_protocol.terms import ADMITTING_ROLES


class Roster(Screen[None]):
    """One channel's devices."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(act.keys), act.id, act.label, show=False, priority=True) for act in acts_of("roster")
    ]

    def __init__(self, line_port: LinePort, channel: str, now: Callable[[], int]) -> None:
        super().__init__()
        self._line = line_port
        self._channel = channel
        self._now = now
        self._entries: list[Entry] = []
        self._said = ""

    def compose(self) -> ComposeResult:
        """Title, list, what is known of the marked one, keys."""
        yield Bar(id="roster-title")
        yield RowList(self._rows)
        yield Bar(id="roster-detail", ground="text")
        yield Bar(id="roster-said")
        yield Bar(id="roster-keys")

    def on_mount(self) -> None:
        """Read the roster."""
        rows = self.query_one(RowList)
        rows.cursor = 0
        rows.focus()
        self.reread()

    def on_resize(self) -> None:
        """Another width."""
        self._show()

    def reread(self) -> None:
        """Read the roster again and keep the cursor on the same device."""
        if not self.query(RowList):
            return  # pushed and not composed yet: it reads when it is mounted
        before = self.current
        self._entries = entries(self._line.knocks(self._channel), self._line.roster(self._channel))
        same = (at for at, one in enumerate(self._entries) if before and one.person == before.person)
        rows = self.query_one(RowList)
        rows.cursor = next(same, min(rows.cursor or 0, max(0, len(self._entries) - 1)))
        rows.remake()
        self._show()

    @property
    def current(self) -> Entry | None:
        """The marked device."""
        cursor = self.query_one(RowList).cursor or 0
        return self._entries[cursor] if cursor < len(self._entries) else None

    def _rows(self, cells: int) -> Sequence[Row]:
        return [
            entry_row(one, self._now(), cells, verified=self._line.verified(one.person.fingerprint))
            for one in self._entries
        ]

    def _show(self) -> None:
        cells = self.size.width
        knocks = sum(isinstance(one, KnockView) for one in self._entries)
        title = f"ROSTER of {channel_label(self._channel)}: {len(self._entries) - knocks} in, {knocks} at the door"
        self.query_one("#roster-title", Bar).show(((title, "strong"),))
        current = self.current
        mark = current.person.fingerprint if current else b""
        detailed = detail(
            current,
            self._line.me,
            cells,
            verified=self._line.verified(mark),
            certificate=self._line.certificate(mark),
        )
        self.query_one("#roster-detail", Bar).show((("─" * cells, "dim"),), *detailed)
        said: tuple[Row, ...] = (((self._said, "strong"),),) if self._said else ()
        self.query_one("#roster-said", Bar).show(*said)
        self.query_one("#roster-keys", Bar).show(key_bar(acts_of("roster"), cells, labels={}))

    def _move(self, by: int) -> None:
        rows = self.query_one(RowList)
        rows.cursor = max(0, min((rows.cursor or 0) + by, len(self._entries) - 1))
        rows.scroll_to(y=max(0, rows.cursor - rows.size.height // 2), animate=False, immediate=True)
        rows.refresh()
        self._said = ""
        self._show()

    def action_row_up(self) -> None:
        """One row up."""
        self._move(-1)

    def action_row_down(self) -> None:
        """One row down."""
        self._move(1)

    def action_close(self) -> None:
        """Back."""
        self.dismiss()

    def action_roster_help(self) -> None:
        """Help, this view first."""
        self.app.push_screen(Sheet("HELP", lambda _cells: help_rows("roster")))

    def action_admit(self) -> None:
        """Admit the marked knock."""
        entry = self.current
        if not isinstance(entry, KnockView):
            self._say("the marked device is already in; only a device that knocks can be admitted")
        elif entry.admissible is not None:
            self._say(f"cannot be admitted: {line(entry.admissible, self.size.width - 24)}")
        elif self._may():
            lines = [
                f"Admit {_named(entry)} to {channel_label(self._channel)}?",
                "Its digits were compared: VERIFIED."
                if self._line.verified(entry.person.fingerprint)
                else "NOT VERIFIED: Esc, then v compares its digits with what its holder reads out.",
            ]
            self._ask(lines, "admit", lambda: self._line.admit(self._channel, [entry.id]))

    def action_verify(self) -> None:
        """Compare the digits that its holder reads out with those of the marked device."""
        entry = self.current
        if entry is None or entry.person.me:
            self._say("this is the device you are using" if entry else "nobody is marked")
            return
        mark = entry.person.fingerprint

        def wrong(typed: str) -> str | None:
            try:
                compare_digits(mark, typed)
            except DigitsError as error:
                return f"NOT VERIFIED: {error}"
            return None

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                self._line.set_verified(mark)
                self._said = f"VERIFIED: {_named(entry)}"
                self.reread()

        lines = [f"Type the 30 digits that {_named(entry)} reads out:", "Do not copy them from this screen."]
        self.app.push_screen(AskTyped(lines, wrong, "compare"), done)

    def action_remove(self) -> None:
        """Remove the marked member of our own side."""
        entry = self.current
        me = self._line.me
        if not isinstance(entry, MemberView):
            self._say("the marked device is not a member")
        elif entry.person.side != me.side:
            self._say("only its own delegation can remove it")
        elif entry.person.me:
            self._say("this is the device you are using")
        elif self._may():
            lines = [
                f"Remove {_named(entry)} from {channel_label(self._channel)}?",
                "It reads nothing that is sent afterwards.",
            ]
            self._ask(lines, "remove", lambda: self._line.remove(self._channel, [entry.index]))

    def _may(self) -> bool:
        allowed = self._line.me.role in ADMITTING_ROLES
        if not allowed:
            self._say("only a head or deputy admits and removes")
        return allowed

    def _ask(self, lines: Sequence[str], verb: str, act: Callable[[], bytes]) -> None:
        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if not yes:
                return
            try:
                act()
            except HotlineError as error:
                self._say(line(str(error), self.size.width))
            else:
                self._say(f"queued: {verb}; it counts when it stands in the log")
                self.reread()

        self.app.push_screen(Ask(lines, verb, "leave as it is"), answered)

    def _say(self, text: str) -> None:
        self._said = text
        self._show()


def _named(entry: Entry) -> str:
    return f"{office(entry.person)} {line(entry.person.name, 24)}"
