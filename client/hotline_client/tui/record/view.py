"""The Record view: line checks and attendance, checkpoints, security events; signing, exporting and verifying the log."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.tui.acts import Place, bindings
from hotline_client.tui.board import Board
from hotline_client.tui.cells import line, paragraphs
from hotline_client.tui.needs import Need
from hotline_client.tui.record.forms import attendance_form, check_form
from hotline_client.tui.record.rows import Entry, entries, entry_detail, entry_id, entry_row, heading
from hotline_client.tui.rows import Row
from hotline_client.tui.tongue import t
from hotline_client.tui.view import Fill
from hotline_client.tui.wording import channel_label
from hotline_protocol.documents.talk import Checkpoint
from hotline_protocol.documents.watch import NONCE_SIZE, LineMissed
from hotline_protocol.folds.line import Check
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Precedence


class RecordView(Board[Entry]):
    """One channel's record."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("record")]
    name_ = "record"
    place: ClassVar[Place] = "record"

    def entries(self) -> Sequence[Entry]:
        """Newest first."""
        port, channel = self.state.port, self.state.channel
        events = port.security_events(channel)
        return port.affairs.read(channel, lambda book: entries(book, events))

    def key(self, entry: Entry) -> bytes:
        """Its document."""
        return entry_id(entry)

    def row(self, entry: Entry, cells: int) -> Row:
        """One line."""
        return entry_row(entry, self.state.clock(), cells, self.state.names(), self._holder)

    def detail(self, entry: Entry, cells: int) -> Sequence[Row]:
        """All of one."""
        return entry_detail(entry, self.state.clock(), cells, self.state.names(), self._holder)

    def heading(self, cells: int) -> Sequence[Row]:
        """Where the log stands."""
        state = self.state
        return state.port.affairs.read(
            state.channel, lambda book: heading(state.here(), book, state.names(), cells)
        )

    def empty(self, cells: int) -> Sequence[Row]:
        """Nothing was checked or signed yet."""
        words = t(
            "Nothing to report: no line check, no checkpoint, no deviation. c checks the line, s signs the log as this device has it."
        )
        return [((one, "dim"),) for one in paragraphs(words, cells)]

    def needs(self, channel: str) -> Iterable[Need]:
        """Checks that nobody echoed in time."""
        now = self.state.clock()
        for check in self.state.port.affairs.read(channel, lambda book: book.line.overdue(now)):
            what = t("LINE CHECK #{seq} was not echoed", seq=check.seq)
            yield Need("record", channel, check.id, what, check.deadline, Precedence.IMMEDIATE)

    def _holder(self, fingerprint: bytes) -> str:
        certificate = self.state.port.certificate(fingerprint)
        return "?" if certificate is None else line(certificate.name, 24)

    def _may(self) -> bool:
        allowed = self.state.me.role in WRITING_ROLES & PERSON_ROLES
        if not allowed:
            self.tell(t("an observer reads; this device cannot write"))
        return allowed

    def action_check_line(self) -> None:
        """Challenge the other side's machines."""
        if self._may():
            self.post_message(Fill(check_form(os.urandom, NONCE_SIZE)))

    def action_attend(self) -> None:
        """Say whether our people are at the line."""
        if self._may():
            self.post_message(Fill(attendance_form()))

    def action_missed(self) -> None:
        """Put on record that no echo came."""
        entry, channel = self.current, self.state.channel
        if not isinstance(entry, Check) or not entry.is_overdue(self.state.clock()):
            self.tell(t("mark a line check that is overdue"))
        elif self._may():
            self.say(LineMissed(self.state.port.affairs.target(channel, entry.id)))

    def action_sign_log(self) -> None:
        """Sign the log as this device has it."""
        here = self.state.here()
        if here is None or not self._may():
            return
        lines = [
            t("Sign the log of {channel} up to #{seq}?", channel=channel_label(here.name), seq=here.cursor),
            f"head {here.head.hex()[:32]}",
            t("Every device compares it with its own: a difference stops the channel."),
        ]
        self.ask(lines, t("sign"), Checkpoint(here.cursor, here.head))
