"""What one does about minutes, for the view that lists them: every act names the exact text that was on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hotline_client.presenters.agenda import reportable
from hotline_client.presenters.minutes import first_text, text_hash
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.minutes.forms import draft_form, remark_form, reserve_form, revise_form
from hotline_client.tui.minutes.rows import minutes_detail, why_not
from hotline_client.tui.parts.acts import Act, acts_of
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.ports import number, who
from hotline_client.tui.parts.saving import save
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill, View
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


class MinutesActs(View):
    """To be mixed into a board that has `marked_minutes` and `marked_meeting`."""

    @property
    def marked_minutes(self) -> Record | None:
        """The marked row, if it is of minutes."""
        raise NotImplementedError

    @property
    def marked_meeting(self) -> Meeting | None:
        """The marked row, if it is of a meeting."""
        raise NotImplementedError

    def minutes(self) -> list[Record]:
        """All minutes of the channel, the newest first."""
        found = self.state.port.read(self.state.channel, lambda book: list(book.minutes.all.values()))
        return sorted(found, key=lambda one: -one.seq)

    def minutes_offered(self, minutes: Record | None) -> Sequence[Act]:
        """What is possible: on marked minutes, or a first text."""
        return [act for act in acts_of("minutes") if self._why(act.id, minutes) is None]

    def minutes_rows(self, minutes: Record, cells: int) -> Sequence[Row]:
        """All of them."""
        state = self.state
        return minutes_detail(
            minutes, self._ref(minutes.id), state.scene(), cells, role=state.me.role, name_of=self._name_of
        )

    def _ref(self, document: bytes) -> str:
        return number(self.state.port, self.state.channel, document)

    def _name_of(self, fingerprint: bytes) -> str:
        return who(self.state.port, self.state.channel, fingerprint)

    def _why_no_draft(self) -> str | None:
        role = self.state.me.role
        return (
            None
            if role in RAPPORTEURS
            else t("a certificate with the role {role} drafts no minutes", role=role.value)
        )

    def _why(self, act: str, minutes: Record | None) -> str | None:
        if act == "draft_minutes":
            return self._why_no_draft()
        if act == "save_minutes":
            return None if minutes else t("mark minutes first")
        return why_not(minutes, _STEPS[act], self.state.me.side, self.state.me.role)

    def _ready_minutes(self, act: str) -> Record | None:
        """The marked minutes if the act is possible on them; else it is said why not."""
        why = self._why(act, self.marked_minutes)
        if why is not None:
            self.tell(why)
        return self.marked_minutes if why is None else None

    def _fill_minutes(self, act: str, make: Callable[[Record, str], Form]) -> None:
        if minutes := self._ready_minutes(act):
            self.post_message(Fill(make(minutes, self._ref(minutes.id))))

    # --- keys

    def action_draft_minutes(self) -> None:
        """A first text, made from the outcomes of the agenda and the meeting marked."""
        why = self._why_no_draft()
        if why is not None:
            self.tell(why)
            return
        read, channel, now = self.state.port.read, self.state.channel, self.state.clock()
        meeting = self.marked_meeting
        board = read(channel, lambda book: book.agenda.board())
        ended = reportable(board, now)
        meetings = read(channel, lambda book: list(book.meetings.all))
        title = t("Minutes of {meeting}", meeting=meeting.title) if meeting is not None else t("Minutes")
        form = draft_form(
            title=title,
            text=first_text(title, meeting, ended, self._ref, now),
            items={self._ref(one.id).upper(): one.id for one in board},
            reported=" ".join(self._ref(one.id).upper() for one in ended),
            meetings={self._ref(one).upper(): one for one in meetings},
            meeting=self._ref(meeting.id).upper() if meeting is not None else "",
        )
        self.post_message(Fill(form))

    def action_revise_minutes(self) -> None:
        """Another text."""
        self._fill_minutes("revise_minutes", revise_form)

    def action_remark(self) -> None:
        """Something about the text."""
        self._fill_minutes("remark", remark_form)

    def action_reserve(self) -> None:
        """A reservation."""
        self._fill_minutes("reserve", reserve_form)

    def action_initial(self) -> None:
        """Our side holds the text for right."""
        self._typed("initial", t("initial"), MinutesInitial)

    def action_sign(self) -> None:
        """The head signs."""
        self._typed("sign", t("sign"), MinutesSign)

    def action_save_minutes(self) -> None:
        """The paper: both sides get the same bytes from the same log."""
        minutes = self._ready_minutes("save_minutes")
        if minutes is None:
            return
        port, channel = self.state.port, self.state.channel

        def make(ending: str) -> bytes:
            # here: only who exports pays for the typesetting
            from hotline_client.exports.paper.gather import gather  # noqa: PLC0415
            from hotline_client.exports.paper.write import write  # noqa: PLC0415

            return write(gather(port, channel, minutes.id), _PAPERS[ending])

        name = self._ref(minutes.id).replace("/", "-")
        save(self, t("Write the minutes to"), tuple(_PAPERS), f"{name}.pdf", make)

    def _typed(self, act: str, verb: str, make: Callable[[Target], Body]) -> None:
        """Once the first digits of the hash of the text were typed: of the text that stood here, and no other."""
        minutes = self._ready_minutes(act)
        if minutes is None:
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
            f"{verb.upper()} {self._ref(minutes.id)} {line(minutes.title, 40)}",
            t(
                "version {version}; the SHA-256 of its text begins with {hash}",
                version=minutes.version,
                hash=digest[:TYPED],
            ),
            t("Type these {count} digits when you have read the whole text (Enter on the row).", count=TYPED),
        ]
        self.app.push_screen(AskTyped(lines, wrong, verb), done)
