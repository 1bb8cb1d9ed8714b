"""What one does about a message in the Talk view: answers and corrections by forms, its dialogue, and the ways to another message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.needs import ViewName
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill, Said, Show, View
from hotline_client.tui.talk.acknowledging import choose
from hotline_client.tui.talk.responding import (
    answer_form,
    correction_form,
    translation_form,
    why_no_answer,
    why_not_ours,
    withdrawal_form,
)
from hotline_client.tui.talk.search import Search
from hotline_client.tui.talk.threads import thread_rows
from hotline_client.tui.talk.timeline import Timeline
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import HotlineError

_VIEWS: Final[Mapping[str, ViewName]] = {
    "agenda": "agenda", "meeting": "meetings", "minutes": "meetings", "notice": "notices",
    "watch": "roster", "roster": "roster", "line": "record", "event": "record",
}  # fmt: skip
"""Where the kinds of a document are worked on, by the first part of their names."""


class MessageActs(View):
    """To be mixed into a view with a `timeline`, and a `message` that acts are about."""

    timeline: Timeline
    _channel: str

    @property
    def message(self) -> MessageView | None:
        """What acts are about."""
        raise NotImplementedError

    def go_to(self, message: MessageView) -> None:
        """Bring a message of the channel on the screen before the eyes, selected."""
        self.timeline.focus()
        self.timeline.go_to(message)

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
        """Its words in another language, which have no force."""
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
        """Search what was written."""
        self.search()

    def search(self) -> None:
        """Search all that was written; what is chosen is shown."""

        def chosen(message: MessageView | None) -> None:
            if message is not None:
                self.post_message(Show("talk", message.id, message.channel))

        self.app.push_screen(Search(self.state.port), chosen)
