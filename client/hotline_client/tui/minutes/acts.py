"""What one does about minutes, for the view that lists them: every act names the exact text that was on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from hotline_client.presenters.agenda import reportable
from hotline_client.presenters.minutes import first_text, text_hash
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.minutes.forms import draft_form, remark_form, reserve_form, revise_form
from hotline_client.tui.minutes.rows import minutes_detail, why_not
from hotline_client.tui.parts.acts import Act, acts_of
from hotline_client.tui.parts.board import Board, form_act
from hotline_client.tui.parts.ports import who
from hotline_client.tui.parts.saving import save
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.minutes import MinutesInitial, MinutesSign
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import RAPPORTEURS, Record

_STEPS: Final = {
    "revise_minutes": "revise",
    "remark": "comment",
    "initial": "initial",
    "reserve": "reserve",
    "sign": "sign",
}
"""Acts of the screen and the rows of the table that allow them."""
_PAPERS: Final = {".pdf": "pdf", ".html": "html", ".md": "md", ".txt": "text"}
TYPED: Final = 8
"""Digits of the text's hash that who signs must type."""


class MinutesActs(Board[Meeting | Record]):
    """To be mixed into the board of meetings, in which minutes are listed too."""

    @property
    def marked_minutes(self) -> Record | None:
        """The marked row, if it is of minutes."""
        return self.current if isinstance(self.current, Record) else None

    @property
    def marked_meeting(self) -> Meeting | None:
        """The marked row, if it is of a meeting."""
        return self.current if isinstance(self.current, Meeting) else None

    def minutes(self) -> list[Record]:
        """All minutes of the channel, the newest first."""
        found = self.state.port.read(self.state.channel, lambda book: list(book.minutes.all.values()))
        return sorted(found, key=lambda one: -one.seq)

    def minutes_offered(self) -> Sequence[Act]:
        """What is possible: on marked minutes, or a first text."""
        return [act for act in acts_of("minutes") if self._possible(act.id, self.current) is None]

    def minutes_rows(self, minutes: Record, cells: int) -> Sequence[Row]:
        """Where some minutes stand, what was said about them, and their text."""
        scene, role = self.state.scene(), self.state.me.role
        name_of = partial(who, self.state.port, self.state.channel)
        return minutes_detail(minutes, self._number(minutes.id), scene, cells, role=role, name_of=name_of)

    def _possible(self, act: str, entry: Meeting | Record | None) -> str | None:
        minutes, role = entry if isinstance(entry, Record) else None, self.state.me.role
        if act == "draft_minutes":
            refusal = t("a certificate with the role {role} drafts no minutes", role=role.value)
            return None if role in RAPPORTEURS else refusal
        if act == "save_minutes":
            return None if minutes else t("mark minutes first")
        return why_not(minutes, _STEPS[act], self.state.me.side, role)

    # --- keys

    def action_draft_minutes(self) -> None:
        """A first text, made from the outcomes of the agenda and the meeting marked."""
        why = self._possible("draft_minutes", self.current)
        if why is not None:
            self.tell(why)
            return
        read, channel = self.state.port.read, self.state.channel
        meeting = self.marked_meeting
        board = read(channel, lambda book: book.agenda.board())
        ended = reportable(board)
        meetings = read(channel, lambda book: list(book.meetings.all))
        title = t("Minutes of {meeting}", meeting=meeting.title) if meeting is not None else t("Minutes")
        form = draft_form(
            title=title,
            text=first_text(title, meeting, ended, self._number),
            items={self._number(one.id).upper(): one.id for one in board},
            reported=" ".join(self._number(one.id).upper() for one in ended),
            meetings={self._number(one).upper(): one for one in meetings},
            meeting=self._number(meeting.id).upper() if meeting is not None else "",
        )
        self.post_message(Fill(form))

    action_revise_minutes = form_act("revise_minutes", revise_form)
    action_remark = form_act("remark", remark_form)
    action_reserve = form_act("reserve", reserve_form)

    def action_initial(self) -> None:
        """Our side holds the text for right."""
        self._typed("initial", t("initial"), MinutesInitial)

    def action_sign(self) -> None:
        """The head of our delegation signs the text."""
        self._typed("sign", t("sign"), MinutesSign)

    def action_save_minutes(self) -> None:
        """The paper: both sides get the same bytes from the same log."""
        minutes = self._ready("save_minutes")
        if not isinstance(minutes, Record):
            return
        port, channel = self.state.port, self.state.channel

        def make(ending: str) -> bytes:
            # here: only who exports pays for the typesetting
            from hotline_client.exports.paper.gather import gather  # noqa: PLC0415
            from hotline_client.exports.paper.write import write  # noqa: PLC0415

            return write(gather(port, channel, minutes.id), _PAPERS[ending])

        name = self._number(minutes.id).replace("/", "-")
        save(self, t("Write the minutes to"), tuple(_PAPERS), f"{name}.pdf", make)

    def _typed(self, act: str, verb: str, make: Callable[[Target], Body]) -> None:
        """Once the first digits of the hash of the text were typed: of the text that stood here, and no other."""
        minutes = self._ready(act)
        if not isinstance(minutes, Record):
            return
        digest = text_hash(minutes)
        body = make(Target(minutes.id, minutes.content))

        def wrong(typed: str) -> str | None:
            if typed.strip().lower() == digest[:TYPED]:
                return None
            return t("that is not how the SHA-256 of this text begins: {hash}", hash=digest[:TYPED])

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                self.say(body)

        lines = [
            f"{verb.upper()} {self._number(minutes.id)} {line(minutes.title, 40)}",
            t(
                "version {version}; the SHA-256 of its text begins with {hash}",
                version=minutes.version,
                hash=digest[:TYPED],
            ),
            t("Type these {count} digits when you have read the whole text (Enter on the row).", count=TYPED),
        ]
        self.app.push_screen(AskTyped(lines, wrong, verb), done)
