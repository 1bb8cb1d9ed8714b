"""The Talk view: a channel's timeline, what needs you beside it, and the composer with its address, preview and drafts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import Act, Place, bindings
from hotline_client.tui.parts.needs import Need, pane_rows, talk_needs
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import Said
from hotline_client.tui.talk.acts import MessageActs
from hotline_client.tui.talk.composing import address_row, quote_row
from hotline_client.tui.talk.detail import detail_rows
from hotline_client.tui.talk.seeing import Seeing
from hotline_client.tui.talk.timeline import Timeline
from hotline_client.tui.talk.writing import Writing
from hotline_protocol.errors import HotlineError
from hotline_protocol.terms import WRITING_ROLES

PANE: Final = 100
"""Cells from which the NEEDS YOU pane is beside the timeline."""
KEEP: Final = 1.0
"""Seconds between looks at whether a draft changed and is to be kept."""


class Talk(Writing, MessageActs):
    """One channel's words. It alone sends texts, and alone marks them seen."""

    DEFAULT_CSS = """
    Talk { layout: vertical; }
    Talk #middle { height: 1fr; }
    Talk #needs { display: none; width: 2fr; max-width: 44; border-left: solid $panel; padding-left: 1; }
    Talk.wide #needs { display: block; }
    Talk Timeline { width: 5fr; }
    Talk #reads, Talk #quote { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("message")]
    name_ = "talk"
    place: ClassVar[Place] = "browsing"

    def __init__(self, state: ScreenState, composer_ticks: bool = False) -> None:  # noqa: FBT001, FBT002 - tests count keys
        super().__init__(state, composer_ticks)
        self._seeing: dict[str, Seeing] = {}

    def compose(self) -> ComposeResult:
        """The timeline with the pane beside it, and under them what one writes."""
        with Horizontal(id="middle"):
            yield self.timeline
            yield RowList(self._pane, id="needs")
        yield Bar(id="reads", ground="text")
        yield Bar(id="quote")
        yield Bar(id="address")
        yield self.composer

    def on_mount(self) -> None:
        """Read the channel; an observer cannot write."""
        self.query_one("#needs", RowList).can_focus = False
        self.set_interval(KEEP, self._keep_drafts)
        if self.state.me.role not in WRITING_ROLES:
            self.composer.read_only = True
            self.post_message(Said(t("an observer reads; this device cannot write")))
        self.reread()

    def on_resize(self, event: events.Resize) -> None:
        """The pane comes where there is room for it."""
        self.set_class(event.size.width >= PANE, "wide")
        self.call_after_refresh(self.tick)

    def _pane(self, cells: int) -> list[Row]:
        return pane_rows(self.state.needs, self.state.clock(), cells, self._channel)

    # --- the frame

    def enter(self) -> None:
        """The composer hears the keys."""
        self.composer.focus()

    def reread(self) -> None:
        """Show the channel of the screen, and what changed in it."""
        if not self.is_mounted or not self.state.channel:
            return
        if self.state.channel != self._channel:
            self._open(self.state.channel)
        else:
            self.timeline.reread()
        self.tick()

    def tick(self) -> None:
        """What depends on time or on what was just painted."""
        if not self._channel:
            return
        self._mark_seen()
        status = self.state.status
        if status is not None:
            text = self.composer.text
            saved = bool(text) and self._drafts.held(text, self.composition)
            row = address_row(self.composition, status, self.size.width, saved=saved)
            self.query_one("#address", Bar).show(row)
            reply = self.composition.reply
            self.query_one("#quote", Bar).show(
                *([] if reply is None else [quote_row(reply, self.size.width)])
            )
        if self.has_class("wide"):
            self.query_one("#needs", RowList).remake()

    def mark(self, document: bytes) -> None:
        """Go to a message."""
        found = self.state.port.message(self.state.channel, document)
        if found is not None:
            self.go_to(found)

    def needs(self, channel: str) -> Iterable[Need]:
        """Messages without an answer of ours."""
        return talk_needs([one for one in self.state.waiting if one.channel == channel])

    def offered(self) -> Iterable[Act]:
        """Browsing has too many keys for a bar."""
        return ()

    def labels(self) -> Mapping[str, str]:
        """The second key says what it would send."""
        pending = self.composition.pending
        return {} if pending is None else {"confirm": f"{t('SEND')} {pending.precedence.value}"}

    def help_places(self) -> tuple[Place, ...]:
        """What one is doing first."""
        reading: tuple[Place, ...] = ("browsing", "message")
        return (*reading, "writing") if self.timeline.has_focus else ("writing", *reading)

    @property
    def message(self) -> MessageView | None:
        """What acts are about: the selected message, else the newest."""
        return self.timeline.selection or self.timeline.newest

    # --- channels, and what of them was seen

    def _open(self, channel: str) -> None:
        """Show a channel; the draft of the one before is kept."""
        if self._channel:
            self._drafts.put(self.composer.text, self.composition)
        self._channel = channel
        text, self.composition = self._drafts.opened(channel)
        self.composer.load_text(text)
        if channel not in self._seeing:
            self._seeing[channel] = Seeing(self.state.port, channel)
        self.timeline.open(channel)

    def _mark_seen(self) -> None:
        if not self.app.app_focus or self.app.screen is not self.screen:
            return
        mark = self._seeing[self._channel].painted(self.timeline.take_painted())
        if mark is not None:
            self.run_worker(self._tell_seen(self._channel, mark), group="seen")

    async def _tell_seen(self, channel: str, mark: int) -> None:
        """Off the screen's path: it waits for the disk, and for whoever else writes to the vault."""
        try:
            await asyncio.to_thread(self.state.port.mark_seen, channel, mark)
        except HotlineError as error:
            self.post_message(Said(str(error)))

    @property
    def watermark(self) -> int:
        """Everything up to this seq was seen here."""
        return self._seeing[self._channel].watermark if self._channel else 0

    def looked_away(self) -> None:
        """Nobody looked for a while: only what is painted from now on counts."""
        self.timeline.reset_painted()

    def on_timeline_write(self) -> None:
        """The composer hears the keys again."""
        self.composer.focus()

    def on_timeline_details(self, message: Timeline.Details) -> None:
        """All of one message."""
        self.app.push_screen(Sheet(t("MESSAGE"), lambda cells: detail_rows(message.message, cells)))
