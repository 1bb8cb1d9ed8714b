"""The Talk view: a channel's timeline, what needs you beside it, and the composer with its address, preview and drafts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.row_list import RowList
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import Act, Place, bindings
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.needs import Need, ViewName, pane_rows, talk_needs
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill, Happened, Said, Show, View
from hotline_client.tui.talk.acknowledging import choose
from hotline_client.tui.talk.composer import Composer
from hotline_client.tui.talk.composing import Composition, Outgoing, address_row, delegations, quote_row
from hotline_client.tui.talk.detail import detail_rows
from hotline_client.tui.talk.drafts import Drafts
from hotline_client.tui.talk.responding import (
    answer_form,
    correction_form,
    translation_form,
    why_no_answer,
    why_not_ours,
    withdrawal_form,
)
from hotline_client.tui.talk.rows import is_formal
from hotline_client.tui.talk.search import Search
from hotline_client.tui.talk.seeing import Seeing
from hotline_client.tui.talk.threads import thread_rows
from hotline_client.tui.talk.timeline import Timeline
from hotline_client.words.addressees import addressees_text, read_addressees
from hotline_client.words.bidi import has_rtl
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.terms import WRITING_ROLES, Precedence

PANE: Final = 100
"""Cells from which the NEEDS YOU pane is beside the timeline."""
_VIEWS: Final[Mapping[str, ViewName]] = {
    "agenda": "agenda", "meeting": "meetings", "minutes": "meetings", "notice": "notices",
    "watch": "roster", "roster": "roster", "line": "record", "event": "record",
}  # fmt: skip
"""Where the kinds of a document are worked on, by the first part of their names."""
KEEP: Final = 1.0
"""Seconds between looks at whether a draft changed and is to be kept."""


class Talk(View):
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
        super().__init__(state)
        self.timeline = Timeline(state.port)
        self.composer = Composer(state.ticks if composer_ticks else None)
        self.composition = Composition("")
        self._channel = ""
        self._drafts = Drafts(state.port)
        self._seeing: dict[str, Seeing] = {}

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        with Horizontal(id="middle"):
            yield self.timeline
            yield RowList(self._pane, id="needs")
        yield Bar(id="reads", ground="text")
        yield Bar(id="quote")
        yield Bar(id="address")
        yield self.composer

    def on_mount(self) -> None:
        """An observer reads."""
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
        """One writes first."""
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

    def go_to(self, message: MessageView) -> None:
        """Bring a message of the channel on the screen before the eyes, selected."""
        self.timeline.focus()
        self.timeline.go_to(message)

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

    # --- channels and drafts

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

    def unkept(self) -> list[tuple[str, str, str]]:
        """The drafts that changed since they were kept; from now on they count as kept."""
        if self._channel:
            self._drafts.put(self.composer.text, self.composition)
        return self._drafts.unkept()

    async def _keep_drafts(self) -> None:
        """Write down what changed, off the screen's path: it is there again after a kill."""
        for draft in self.unkept():
            await asyncio.to_thread(self.state.port.set_draft, *draft)

    @property
    def drafted(self) -> int:
        """How many drafts hold words that were not sent."""
        if self._channel:
            self._drafts.put(self.composer.text, self.composition)
        return self._drafts.waiting

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

    # --- sending

    def on_composer_submitted(self) -> None:
        """Enter: one line of ROUTINE goes; anything else asks for the second key."""
        self.composition, outgoing = self.composition.submit(self.composer.text)
        self._send(outgoing)

    def confirm(self) -> None:
        """F9."""
        text, outgoing = self.composer.text, None
        if self.composition.pending is None and self.composition.precedence is Precedence.ROUTINE:
            # what Enter would not send of a paste: the key that no paste contains does
            text = text.rstrip("\n")
            self.composition, outgoing = self.composition.submit(text)
        elif self.composition.pending is None:
            self.post_message(Said(t("F9 is the second key; Enter comes first")))
        if outgoing is None:
            self.composition, outgoing = self.composition.confirm(text)
        self._send(outgoing)

    def _send(self, outgoing: Outgoing | None) -> None:
        if outgoing is None:
            self.tick()
            return
        try:
            self.state.port.send_text(
                outgoing.channel,
                outgoing.text,
                precedence=outgoing.precedence,
                response=outgoing.response,
                reply_to=outgoing.reply_to,
                action=outgoing.action,
                info=outgoing.info,
            )
        except HotlineError as error:
            self.post_message(Said(t("NOT QUEUED: {why}", why=line(str(error)))))
            self.tick()
            return
        self._drafts.sent(self.composition)
        text, self.composition = self._drafts.read(outgoing.channel)
        self.composer.load_text(text)
        self.timeline.action_last()
        self.post_message(Happened())

    def on_text_area_changed(self) -> None:
        """A changed draft takes back what waited for its second key; right-to-left text gets a preview."""
        text = self.composer.text
        pending = self.composition.pending
        if pending is not None and pending.text != text:
            self.composition = self.composition.touched()
        rows = text.split("\n")
        here = rows[min(self.composer.cursor_location[0], len(rows) - 1)]
        preview = self.query_one("#reads", Bar)
        if has_rtl(here):
            label = t("reads as") + "  "
            preview.show(((label, "dim"), (line(here, max(1, self.size.width - len(label))), "strong")))
        else:
            preview.show()
        self.tick()

    def on_composer_left(self) -> None:
        """Esc: take back a pending send, else go and read."""
        if self.composition.pending is not None:
            self.composition = self.composition.touched()
            self.tick()
        else:
            self.timeline.focus()

    def on_composer_notice(self, message: Composer.Notice) -> None:
        """The composer has something to say."""
        self.post_message(Said(message.text))

    def on_timeline_write(self) -> None:
        """Back to writing."""
        self.composer.focus()

    def on_timeline_details(self, message: Timeline.Details) -> None:
        """All of one message."""
        self.app.push_screen(Sheet(t("MESSAGE"), lambda cells: detail_rows(message.message, cells)))

    def reply(self) -> None:
        """F4: reply to what is selected, else to the newest; again takes it back."""
        message, picked = self.message, self.timeline.selection
        before, text = self.composition.touched(), self.composer.text
        again = before.reply is not None and (picked is None or picked.id == before.reply.id)
        none = again or message is None or not message.seq or not is_formal(message)
        kept, there = self._drafts.read(self._channel, None if none else message)
        if kept.strip() or not text.strip() or None not in (before.reply, there.reply):
            self._drafts.put(text, before)
            self.composition = there
            self.composer.load_text(kept)
        else:
            # one thinks of the reply after the words, or thinks better of it: they go along, unless others wait there
            self._drafts.put("", Composition(self._channel, reply=before.reply))
            self.composition = replace(before, reply=there.reply)
        self.composer.focus()
        self.tick()

    def address(self) -> None:
        """Ctrl+O: who is to act and who only to know."""
        if self.state.status is None:
            return
        names = delegations(self.state.status)
        here = self.composition

        def wrong(typed: str) -> str | None:
            try:
                action, info = read_addressees(typed, names)
            except UsageError as error:
                return line(str(error))
            self.composition = replace(here.touched(), action=action, info=info)
            return None

        example = ", ".join(line(f"{name}/deputy", 24) for name in names.values())
        lines = [
            t("Who is to act, then INFO and who only to know; nobody: everybody is to act"),
            t("such as: {example}", example=example.replace(", ", " INFO ")),
        ]
        typed = addressees_text(here.action, here.info, names)
        self.app.push_screen(AskTyped(lines, wrong, t("address"), initial=typed), lambda _done: self.tick())

    def precedence(self) -> None:
        """One step more urgent."""
        self.composition = self.composition.next_precedence()
        self.tick()

    def response(self) -> None:
        """The next answer to ask for."""
        self.composition = self.composition.next_response()
        self.tick()

    # --- what one says about a message

    def respond(self) -> None:
        """F5: the answer to the selected message, else to the one that F2 is about, else to the newest."""
        waiting = choose(self.timeline.selection, self.state.waiting)
        message = self.timeline.selection or waiting or self.timeline.newest
        if message is not None and message.channel != self._channel:
            self.post_message(Show("talk", message.id, message.channel))
            return
        self._fill(message, why_no_answer(message), answer_form)

    def action_correct(self) -> None:
        """New words for an own message."""
        self._fill(self.message, why_not_ours(self.message), correction_form)

    def action_withdraw(self) -> None:
        """An own message taken back."""
        self._fill(self.message, why_not_ours(self.message), withdrawal_form)

    def action_translate(self) -> None:
        """A courtesy translation."""
        why = None if self.message is not None and self.message.seq else t("select a message first")
        self._fill(self.message, why, translation_form)

    def _fill(
        self, message: MessageView | None, why: str | None, make: Callable[[MessageView, Target], Form]
    ) -> None:
        if message is None or why is not None:
            self.post_message(Said(why or t("select a message first")))
            return
        try:
            target = self.state.port.target(message.channel, message.id)
        except HotlineError as error:
            self.post_message(Said(line(str(error))))
        else:
            self.post_message(Fill(make(message, target)))

    def action_thread(self) -> None:
        """The dialogue of the selected message on a sheet: what it replies to, and what replied to it."""
        message = self.message
        if message is not None:
            port = self.state.port
            self.app.push_screen(Sheet(t("THREAD"), lambda cells: thread_rows(port, message, cells)))

    def action_open_there(self) -> None:
        """The view that the selected document belongs to, at what it is about."""
        message = self.message
        view = None if message is None else _VIEWS.get(message.kind.partition(".")[0])
        if message is None or view is None:
            self.post_message(Said(t("this belongs to no other view")))
            return
        self.post_message(Show(view, message.about or message.id, message.channel))

    def action_jump(self) -> None:
        """Go to a number, a reference or a time that is typed."""
        found: list[int] = []

        def wrong(typed: str) -> str | None:
            seq = self.state.port.place(self._channel, typed)
            if seq is None:
                return t("nothing is there; write #120, N-0042/26, 221432Z NOV 26 or a date")
            found.append(seq)
            return None

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            near = self.state.port.timeline(self._channel, after=found[-1] - 1, limit=1) if right else []
            if near:
                self.go_to(near[0])

        lines = [t("Go to: #120, N-0042/26, 221432Z NOV 26 or a date")]
        self.app.push_screen(AskTyped(lines, wrong, t("go")), done)

    def action_find(self) -> None:
        """Search."""
        self.search()

    def search(self) -> None:
        """Search all that was written; what is chosen is shown."""

        def chosen(message: MessageView | None) -> None:
            if message is not None:
                self.post_message(Show("talk", message.id, message.channel))

        self.app.push_screen(Search(self.state.port), chosen)
