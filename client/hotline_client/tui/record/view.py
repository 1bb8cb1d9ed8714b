"""The Record view: line checks and attendance, checkpoints, security events; signing, exporting and verifying the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.line import record as recording
from hotline_client.presenters.record import verdict_text
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import channel_label
from hotline_client.tui.parts.acts import Place, bindings
from hotline_client.tui.parts.board import Board
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.saving import save, typed_path
from hotline_client.tui.parts.sheets import Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill
from hotline_client.tui.record.forms import attendance_form, check_form
from hotline_client.tui.record.rows import Entry, entries, entry_detail, entry_id, entry_row, heading
from hotline_protocol.documents.talk import Checkpoint
from hotline_protocol.documents.watch import NONCE_SIZE, LineMissed
from hotline_protocol.errors import HotlineError
from hotline_protocol.folds.line import Check
from hotline_protocol.record.verify import Verifier
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Precedence


class RecordView(Board[Entry]):
    """Line checks, checkpoints and security events of one channel."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("record")]
    name_ = "record"
    place: ClassVar[Place] = "record"

    def entries(self) -> Sequence[Entry]:
        """The newest first, an open line check before all."""
        port, channel = self.state.port, self.state.channel
        events = port.security_events(channel)
        return port.read(channel, lambda book: entries(book, events))

    def key(self, entry: Entry) -> bytes:
        """An entry stays the same while its document does."""
        return entry_id(entry)

    def row(self, entry: Entry, cells: int) -> Row:
        """What it is, when and by whom, on one line."""
        return entry_row(entry, self.state.clock(), cells, self.state.names(), self._holder)

    def detail(self, entry: Entry, cells: int) -> Sequence[Row]:
        """All that is known of one, and what it proves."""
        return entry_detail(entry, self.state.clock(), cells, self.state.names(), self._holder)

    def heading(self, cells: int) -> Sequence[Row]:
        """Where the log stands."""
        state = self.state
        return state.port.read(state.channel, lambda book: heading(state.here(), book, state.names(), cells))

    def empty(self, cells: int) -> Sequence[Row]:
        """Nothing was checked or signed yet."""
        words = t(
            "Nothing to report: no line check, no checkpoint, no deviation. c checks the line, s signs the log as this device has it."
        )
        return [((one, "dim"),) for one in paragraphs(words, cells)]

    def needs(self, channel: str) -> Iterable[Need]:
        """Checks that nobody echoed in time."""
        now = self.state.clock()
        for check in self.state.port.read(channel, lambda book: book.line.overdue(now)):
            what = t("LINE CHECK #{seq} was not echoed", seq=check.seq)
            yield Need("record", channel, check.id, what, check.deadline, Precedence.IMMEDIATE)

    def _holder(self, fingerprint: bytes) -> str:
        port = self.state.port
        for member in port.roster(self.state.channel):
            if member.person.device == fingerprint:
                return line(member.person.name, 24)
        certificate = port.certificate(fingerprint)
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
            self.say(LineMissed(self.state.port.target(channel, entry.id)))

    def action_export(self) -> None:
        """Write the log of the channel to a file."""
        port, channel = self.state.port, self.state.channel
        what = t("Write the log of {channel}, not encrypted, to", channel=channel_label(channel))
        save(self, what, (".record",), f"{channel}.record", lambda _ending: port.record(channel))

    def action_verify_record(self) -> None:
        """Verify a file against the two authorities of our own charter."""
        chosen: list[Path] = []

        def wrong(typed: str) -> str | None:
            path = typed_path(typed)
            chosen[:] = [path]
            return None if path.is_file() else t("there is no such file")

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                self.tell(t("verifying {file} …", file=line(str(chosen[0]), 60)))
                self.run_worker(self._verify(chosen[0]), exclusive=False)

        lines = [
            t("Verify a record"),
            t("The path of the file. It is compared with this line's two authorities."),
        ]
        self.app.push_screen(AskTyped(lines, wrong, t("verify")), done)

    async def _verify(self, path: Path) -> None:
        first, second = self.state.port.charter.delegations
        verifier = Verifier((first.fingerprint, second.fingerprint))

        def work() -> list[str]:
            for _ in recording.verify(path, verifier):
                pass
            return verdict_text(verifier.verdict, t)

        try:
            said = await asyncio.to_thread(work)
        except HotlineError as error:
            said = [
                t("NOT VERIFIED: {why}", why=line(str(error))),
                t("Do not rely on anything in this file."),
            ]
        except OSError as error:
            said = [t("NOT READ: {why}", why=line(error.strerror or ""))]
        self.tell(said[0])
        if self.screen.is_current and self.display:
            # nobody who is at something else by now is interrupted
            self.app.push_screen(
                Sheet(
                    t("VERIFICATION"),
                    lambda cells: [((one, "text"),) for words in said for one in paragraphs(words, cells)],
                )
            )

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
