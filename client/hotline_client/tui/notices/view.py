"""The Notices view: conflicts and disputes on top, then what is in force by its start; every act on notices."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from hotline_client.exports.notices import text
from hotline_client.presenters import notice as presenter
from hotline_client.presenters.notice import is_over
from hotline_client.presenters.references import named
from hotline_client.tui.looks.cells import paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.notices.forms import cancel_form, cease_buzzer_form, notice_form
from hotline_client.tui.notices.rows import in_order, notice_detail, notice_needs, notice_row, spoken
from hotline_client.tui.parts.acts import Act, Place, acts_of, bindings
from hotline_client.tui.parts.board import Board
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.pick import Pick
from hotline_client.tui.parts.ports import number
from hotline_client.tui.parts.saving import save
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import Fill
from hotline_client.tui.talk.responding import answer_form, why_no_answer
from hotline_protocol.documents.notices import Notice, Verdict
from hotline_protocol.folds.notices import Registered
from hotline_protocol.terms import WRITING_ROLES, Arena

_ARENAS: Final = {
    Arena.AIR: N_("air: flying, firing, drops; floor and ceiling"),
    Arena.NAVAL: N_("naval: areas, depths, moving havens"),
    Arena.EM: N_("electromagnetic: emissions, jamming, silence; bands"),
}
_ENDINGS: Final = (".geojson", ".svg", ".txt")


class NoticesView(Board[Registered]):
    """One channel's notices. `a` shows one arena at a time, `v` also what is over."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("notices")]
    name_ = "notices"
    place: ClassVar[Place] = "notices"

    def __init__(self, state: ScreenState) -> None:
        super().__init__(state)
        self._arena: Arena | None = None
        self._everything = False

    def entries(self) -> Sequence[Registered]:
        """The urgent ones first."""
        now = self.state.clock()
        found = self.state.port.read(self.state.channel, lambda book: list(book.notices.all.values()))
        shown = [one for one in found if self._arena in (None, one.notice.arena)]
        return in_order([one for one in shown if self._everything or not is_over(one, now)], now)

    def key(self, entry: Registered) -> bytes:
        """The notice stays the same while its document does."""
        return entry.id

    def row(self, entry: Registered, cells: int) -> Row:
        """One notice on one line."""
        return notice_row(entry, self._number(entry.id), self.state.scene(), cells)

    def detail(self, entry: Registered, cells: int) -> Sequence[Row]:
        """Its fields, what both sides found, its history and the answers."""
        told = presenter.facts(self.state.port, self.state.channel, entry)
        return notice_detail(told, self.state.scene(), cells)

    def heading(self, cells: int) -> Sequence[Row]:
        """What is left out."""
        del cells
        arena = t("all arenas") if self._arena is None else self._arena.value
        over = t("also what is over") if self._everything else t("in force")
        return [((f"{arena}, {over}", "dim"),)]

    def empty(self, cells: int) -> Sequence[Row]:
        """How a notice begins."""
        words = t("No notice here. F8 announces an activity; a shows another arena, v what is over.")
        return [((one, "dim"),) for one in paragraphs(words, cells)]

    def needs(self, channel: str) -> Iterable[Need]:
        """What is disputed, or not clear of ours."""
        entries = self.state.port.read(channel, lambda book: list(book.notices.all.values()))
        me, port = self.state.me.side, self.state.port
        return notice_needs(entries, channel, me, self.state.clock(), lambda one: number(port, channel, one))

    def offered(self) -> Sequence[Act]:
        """What is possible on the marked notice."""
        return [act for act in acts_of("notices") if self._possible(act.id, self.current) is None]

    def _possible(self, act: str, entry: Registered | None) -> str | None:
        """Why not; None if it is."""
        if act in {"replace", "cancel_notice"}:
            return self._changeable(entry)
        if act == "cease_buzzer":
            return self._silent()
        return t("mark a notice first") if act == "block" and entry is None else None

    def _changeable(self, entry: Registered | None) -> str | None:
        if entry is None:
            return t("mark a notice first")
        if entry.side != self.state.me.side:
            return t("only the side that issued a notice replaces or cancels it")
        if is_over(entry, self.state.clock()):
            return t("it is over, replaced or cancelled: nothing is left to change")
        return self._silent()

    def _silent(self) -> str | None:
        allowed = self.state.me.role in WRITING_ROLES
        return None if allowed else t("an observer reads; this device cannot write")

    # --- acts

    def new(self) -> None:
        """A new notice: first its arena."""
        why = self._silent()
        if why is not None:
            self.tell(why)
            return

        def chosen(arena: str | None) -> None:
            if arena is not None:
                self.post_message(Fill(notice_form(Arena(arena), self.state.clock, self._against)))

        options = {arena.value: t(words) for arena, words in _ARENAS.items()}
        self.app.push_screen(Pick(t("A NOTICE ABOUT WHICH ARENA?"), options), chosen)

    def _against(self, notice: Notice, replaced: bytes | None) -> str | None:
        """What this device finds against all notices in force, as a question if it is not clear."""
        port, channel = self.state.port, self.state.channel
        entry = presenter.tentative(notice, self.state.me.side, self.state.clock(), replaced)
        verdict, against = presenter.check(port, channel, entry)
        if verdict is Verdict.CLEAR:
            return None
        several = ", ".join(spoken(named(port, channel, one)) for one in against[:5])
        return t(
            "This device finds {verdict} with {notices}. Send it all the same?",
            verdict=verdict.value,
            notices=several,
        )

    def respond(self) -> None:
        """F5: the answer that the notice asks for."""
        entry = self.current
        message = None if entry is None else self.state.port.message(self.state.channel, entry.id)
        why = why_no_answer(message)
        if why is not None or message is None:
            self.tell(why or t("mark a notice first"))
        else:
            target = self.state.port.target(self.state.channel, message.id)
            self.post_message(Fill(answer_form(message, target)))

    def action_replace(self) -> None:
        """A form with another notice in the place of the marked one."""
        entry = self._ready("replace")
        if entry is not None:
            made = notice_form(entry.notice.arena, self.state.clock, self._against, entry)
            self.post_message(Fill(made))

    def action_cancel_notice(self) -> None:
        """A form that cancels the marked notice."""
        entry = self._ready("cancel_notice")
        if entry is not None:
            self.post_message(Fill(cancel_form(entry, self._number(entry.id), self.state.clock)))

    def action_cease_buzzer(self) -> None:
        """A form that asks the other side for silence at once."""
        why = self._silent()
        if why is not None:
            self.tell(why)
        else:
            self.post_message(Fill(cease_buzzer_form()))

    def action_block(self) -> None:
        """As NOTAM, NAVAREA warning or EMCON text."""
        entry = self._ready("block")
        if entry is None:
            return
        told = presenter.facts(self.state.port, self.state.channel, entry)
        words = text.block(entry.notice, number=told.number, before=told.before)
        self.app.push_screen(
            Sheet(t("AS TEXT"), lambda cells: [((one, "text"),) for one in paragraphs(words, cells)])
        )

    def action_map(self) -> None:
        """Where the listed notices hold, on a map."""
        self._chart(hours=False)

    def action_hours(self) -> None:
        """When the listed notices hold, hour by hour."""
        self._chart(hours=True)

    def _chart(self, *, hours: bool) -> None:
        entry = self.current
        if entry is None:
            self.tell(t("no notice is listed that could be drawn"))
            return
        self.run_worker(self._draw(entry, hours=hours), exclusive=True)

    async def _draw(self, entry: Registered, *, hours: bool) -> None:
        # a screen without maps does not wait for numpy, pyproj and shapely, and this one hears keys meanwhile
        module = await asyncio.to_thread(importlib.import_module, "hotline_client.tui.notices.chart.screen")

        def closed(marked: bytes | None) -> None:
            if marked is not None:
                self.mark(marked)

        chart = module.Chart(self._entries, entry.id, self._number, self.state.scene, hours=hours)
        self.app.push_screen(chart, closed)

    def action_save_notices(self) -> None:
        """Write the listed notices to a file."""
        entries, port, channel = list(self._entries), self.state.port, self.state.channel
        if not entries:
            self.tell(t("no notice is listed that could be written"))
            return

        def make(ending: str) -> bytes:
            told = [presenter.facts(port, channel, one) for one in entries]
            if ending == ".txt":
                return presenter.blocks(told).encode()
            if ending == ".geojson":
                return presenter.geojson(told).encode()
            return presenter.drawing(told, f"Notices in {channel}", self.state.clock()).encode()

        save(self, t("Write the listed notices to"), _ENDINGS, f"notices-{channel}.geojson", make)

    def action_arena(self) -> None:
        """The next arena alone, then all."""
        order = [None, *Arena]
        self._arena = order[(order.index(self._arena) + 1) % len(order)]
        self.reread()

    def action_over(self) -> None:
        """Also what is over, or not."""
        self._everything = not self._everything
        self.reread()
