"""The Meetings view: proposals with both sides' last words side by side, the minutes, and every act on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.presenters.meeting import calendar, facts
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Row, lined
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.meetings.forms import (
    agree_form,
    answer_form,
    attach_form,
    cancel_form,
    counter_form,
    propose_form,
)
from hotline_client.tui.meetings.rows import meeting_detail, meeting_needs, meeting_row, weeks, why_not
from hotline_client.tui.minutes.acts import MinutesActs
from hotline_client.tui.minutes.rows import minutes_needs, minutes_row
from hotline_client.tui.parts.acts import Act, Place, acts_of, bindings
from hotline_client.tui.parts.board import form_act
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.ports import number
from hotline_client.tui.parts.saving import save
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.view import Fill
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import MeetingHeld, Part
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import Record
from hotline_protocol.folds.table import SPEAKING_ROLES

_STEPS = {
    "reply_times": "answer",
    "agree": "agree",
    "counter_meeting": "counter",
    "attach": "attach",
    "held": "say held",
    "cancel": "cancel",
}
"""Acts of the screen and the rows of the table that allow them."""


class MeetingsView(MinutesActs):
    """One channel's meetings, the living ones first, and under them the minutes."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("meetings"), *bindings("minutes")]
    name_ = "meetings"
    place: ClassVar[Place] = "meetings"

    def entries(self) -> Sequence[Meeting | Record]:
        """The living meetings by their time, then those that are over, then minutes."""
        found = self.state.port.read(self.state.channel, lambda book: list(book.meetings.all.values()))
        found.sort(key=lambda one: (not one.is_living, one.slot.start if one.slot else 0, one.seq))
        return [*found, *self.minutes()]

    @property
    def _meetings(self) -> list[Meeting]:
        return [one for one in self._entries if isinstance(one, Meeting)]

    def key(self, entry: Meeting | Record) -> bytes:
        """The proposal of a meeting, the draft of minutes."""
        return entry.id

    def row(self, entry: Meeting | Record, cells: int) -> Row:
        """A meeting or minutes on one line."""
        number_ = self._number(entry.id)
        if isinstance(entry, Record):
            return minutes_row(entry, number_, cells)
        return meeting_row(entry, number_, cells)

    def detail(self, entry: Meeting | Record, cells: int) -> Sequence[Row]:
        """All of one; after a meeting the coming weeks."""
        if isinstance(entry, Record):
            return self.minutes_rows(entry, cells)
        told = facts(self.state.port, self.state.channel, entry)
        rows = meeting_detail(told, self.state.scene(), cells)
        return [*rows, (("", "text"),), *weeks(self._meetings, self.state.clock(), cells)]

    def empty(self, cells: int) -> Sequence[Row]:
        """How a meeting begins."""
        words = t(
            "No meeting yet. F7 proposes one; nobody organizes it: time, place and level are agreed each by itself, by both sides."
        )
        return lined(words, cells, "dim")

    def needs(self, channel: str) -> Iterable[Need]:
        """What the other side proposed and ours has not agreed to."""
        port, me = self.state.port, self.state.me
        if me.role not in SPEAKING_ROLES:
            return ()
        meetings, minutes = port.read(
            channel, lambda book: (list(book.meetings.all.values()), list(book.minutes.all.values()))
        )
        number_of = partial(number, port, channel)
        return [
            *meeting_needs(meetings, channel, me.side, number_of),
            *minutes_needs(minutes, channel, me.side, me.role, number_of),
        ]

    def offered(self) -> Sequence[Act]:
        """What is possible on the marked meeting."""
        meeting = self.marked_meeting
        acts = [act for act in acts_of("meetings") if meeting and self._possible(act.id, meeting) is None]
        return [*acts, *self.minutes_offered()]

    def help_places(self) -> tuple[Place, ...]:
        """What the marked row is about first."""
        first: tuple[Place, ...] = ("meetings", "minutes")
        return (*(reversed(first) if self.marked_minutes else first), "list")

    def _possible(self, act: str, entry: Meeting | Record | None) -> str | None:
        if act in {"calendar", "save_calendar"}:
            return None
        if act not in _STEPS:
            return super()._possible(act, entry)
        meeting = entry if isinstance(entry, Meeting) else None
        why = why_not(meeting, _STEPS[act], self.state.me.side, self.state.me.role)
        if why is None and act == "reply_times" and meeting is not None and not meeting.slots:
            return t("no time is proposed that could be answered")
        return why

    # --- acts

    def new(self) -> None:
        """A form that proposes a meeting."""
        if self.state.me.role in SPEAKING_ROLES:
            self.post_message(Fill(propose_form()))
        else:
            self.tell(t("a certificate with the role {role} proposes nothing", role=self.state.me.role.value))

    def respond(self) -> None:
        """F5: which times fit."""
        self._fill("reply_times", answer_form)

    action_reply_times = form_act("reply_times", answer_form)
    action_counter_meeting = form_act("counter_meeting", counter_form)
    action_cancel = form_act("cancel", cancel_form)

    def action_agree(self) -> None:
        """Agree to some parts."""
        meeting = self.marked_meeting
        if meeting is not None and not any(one.version for one in meeting.parts.values()):
            self.tell(
                t("nothing is proposed yet that could be agreed to: c proposes a time, a place or a level")
            )
        else:
            self._fill("agree", agree_form)

    def action_attach(self) -> None:
        """Items of the agenda."""
        board = self.state.port.read(self.state.channel, lambda book: book.agenda.board())
        items = {self._number(one.id).upper(): one.id for one in board}

        def make(meeting: Meeting, shown: str) -> Form:
            attached = " ".join(name for name, one in items.items() if one in meeting.items)
            return attach_form(meeting, shown, items, attached)

        self._fill("attach", make)

    def action_held(self) -> None:
        """Say that the marked meeting took place, once a person said yes."""
        meeting = self._ready("held")
        if isinstance(meeting, Meeting):
            words = t(
                "{number} {title} took place? Both sides say so.",
                number=self._number(meeting.id),
                title=line(meeting.title, 40),
            )
            self.ask([words], t("it was held"), MeetingHeld(Target(meeting.id, meeting.content)))

    def action_save_calendar(self) -> None:
        """As a calendar file; a later one takes the place of an earlier one."""
        meetings = [one for one in self._meetings if one.slots]
        if not meetings:
            self.tell(t("no time was proposed yet: there is nothing to put into a calendar"))
            return
        port, channel = self.state.port, self.state.channel
        what, name = t("Write the meetings to"), f"meetings-{channel}.ics"
        save(self, what, (".ics",), name, lambda _ending: calendar(port, channel, meetings))

    def action_calendar(self) -> None:
        """The coming weeks, with what is in them."""

        def rows(cells: int) -> Sequence[Row]:
            now = self.state.clock()
            shown = [one for one in self._meetings if one.is_living and Part.TIME in one.parts]
            listed = [self.row(one, cells) for one in shown]
            return [*weeks(self._meetings, now, cells), (("", "text"),), *listed]

        self.app.push_screen(Sheet(t("THE COMING WEEKS"), rows))
