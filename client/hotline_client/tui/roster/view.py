"""The Roster view: who is in the channel, who knocks, and the acts on them; each asks first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.line.views import KnockView, MemberView
from hotline_client.presenters.watch import open_now
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import channel_label, office
from hotline_client.tui.parts.acts import Place, bindings
from hotline_client.tui.parts.board import Board
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.ports import who
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill, Happened, Said
from hotline_client.tui.roster.composition import composition_rows
from hotline_client.tui.roster.rows import Entry, detail, entries, entry_row
from hotline_client.tui.roster.watch import (
    announcement_form,
    choices,
    handover_form,
    named_rows,
    watch_rows,
    why_another_log,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import WatchAccept, WatchTake
from hotline_protocol.errors import HotlineError
from hotline_protocol.folds.table import DECIDING_ROLES
from hotline_protocol.identity.digits import DigitsError, compare_digits
from hotline_protocol.terms import ADMITTING_ROLES, PERSON_ROLES, WRITING_ROLES, Precedence


class Roster(Board[Entry]):
    """The devices in one channel and those at its door."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("roster")]
    name_ = "roster"
    place: ClassVar[Place] = "roster"

    def entries(self) -> Sequence[Entry]:
        """Who knocks, then who is in."""
        port, channel = self.state.port, self.state.channel
        return entries(port.knocks(channel), port.roster(channel))

    def key(self, entry: Entry) -> bytes:
        """A device stays the same while its certificate does."""
        return entry.person.fingerprint

    def row(self, entry: Entry, cells: int) -> Row:
        """One device with what tells it apart."""
        verified = self.state.port.verified(entry.person.fingerprint)
        return entry_row(entry, self.state.clock(), cells, verified=verified)

    def detail(self, entry: Entry, cells: int) -> Sequence[Row]:
        """Its certificate and digits."""
        port, mark = self.state.port, entry.person.fingerprint
        certificate = port.certificate(mark)
        return detail(entry, port.me, cells, verified=port.verified(mark), certificate=certificate)

    def heading(self, cells: int) -> Sequence[Row]:
        """How many are in and at the door, and who has the watch."""
        port, channel = self.state.port, self.state.channel
        inside, knocks = len(port.roster(channel)), len(port.knocks(channel))
        words = t(
            "{channel}: {inside} in, {knocks} at the door",
            channel=channel_label(channel),
            inside=inside,
            knocks=knocks,
        )
        state = self.state
        watch = state.port.read(channel, lambda book: watch_rows(book, state.scene(), self._holder, cells))
        return [((words, "strong"),), *watch]

    def empty(self, cells: int) -> Sequence[Row]:
        """Nobody: how a channel begins."""
        words = t(
            "Nobody is in this channel yet. A device that is entitled to it knocks by itself; a head or deputy admits it here."
        )
        return [((one, "dim"),) for one in paragraphs(words, cells)]

    def needs(self, channel: str) -> Iterable[Need]:
        """Devices at the door that this person may admit, and a watch that is handed to them."""
        me = self.state.me
        waiting = self.state.port.read(channel, lambda book: book.watches.waiting.get(me.side))
        if waiting is not None and waiting.to == me.device:
            what = t("the watch is handed to you: y takes it")
            yield Need("roster", channel, me.fingerprint, what, waiting.at, Precedence.PRIORITY)
        if self.state.me.role not in ADMITTING_ROLES:
            return
        consents = [one.consents for one in self.state.port.channels() if one.name == channel]
        for given in consents:
            if given and not any(one.own for one in given):
                what = t("{who} consents to found this channel again: f agrees", who=line(given[0].name, 24))
                now = self.state.clock()
                yield Need("roster", channel, given[0].fingerprint, what, now, Precedence.PRIORITY)
        for knock in self.state.port.knocks(channel):
            if knock.admissible is None:
                what = t("{who} knocks", who=_named(knock))
                yield Need("roster", channel, knock.person.fingerprint, what, self.state.clock())

    def action_composition(self) -> None:
        """Who was announced, beside who is in."""
        state = self.state
        self.app.push_screen(
            Sheet(
                t("COMPOSITION"),
                lambda cells: composition_rows(state.port, state.channel, state.scene(), cells),
            )
        )

    def _holder(self, fingerprint: bytes) -> str:
        return who(self.state.port, self.state.channel, fingerprint)

    # --- the watch

    def _speaks(self) -> bool:
        allowed = self.state.me.role in WRITING_ROLES & PERSON_ROLES
        if not allowed:
            self.tell(t("an observer reads; this device cannot write"))
        return allowed

    def action_take_watch(self) -> None:
        """Take the watch; a head or deputy takes it from whoever has it."""
        if self._speaks():
            self.ask(
                [t("Take the watch of {channel}?", channel=channel_label(self.state.channel))],
                t("take"),
                WatchTake(),
            )

    def action_hand_over(self) -> None:
        """Hand it to a colleague with all that is open."""
        port, channel, here = self.state.port, self.state.channel, self.state.here()
        people = choices(port.roster(channel))
        if not people:
            self.tell(t("nobody else of your side in this channel could have the watch"))
        elif here is not None and self._speaks():
            now = self.state.clock()
            named = port.read(channel, lambda book: open_now(book, now))
            self.post_message(Fill(handover_form(here, people, named, named_rows(port, channel, named))))

    def action_accept_watch(self) -> None:
        """Accept what was handed to this person, after seeing exactly what it is."""
        port, channel, me = self.state.port, self.state.channel, self.state.me
        waiting = port.read(channel, lambda book: book.watches.waiting.get(me.side))
        if waiting is None or waiting.to != me.device:
            self.tell(t("no handover of the watch waits for you"))
            return
        why = why_another_log(port, channel, waiting)
        if why is not None:
            self.tell(why)
            return
        named = named_rows(port, channel, (waiting.dialogues, waiting.notices))
        complete = [] if waiting.complete else [t("NOT COMPLETE: something that was open is not named")]
        lines = [t("Take the watch with exactly this?"), *named[:12], *complete, line(waiting.note, 70)]
        self.ask(lines, t("take the watch"), WatchAccept(Target(waiting.document, waiting.content)))

    def action_announce(self) -> None:
        """Tell the other side of a change in our delegation."""
        if self.state.me.role in DECIDING_ROLES:
            self.post_message(Fill(announcement_form(self.state.clock())))
        else:
            self.tell(t("only a head or deputy announces changes of the delegation"))

    # --- admission

    def action_admit(self) -> None:
        """Admit the marked knock."""
        entry, port, channel = self.current, self.state.port, self.state.channel
        if not isinstance(entry, KnockView):
            self._say(t("the marked device is already in; only a device that knocks can be admitted"))
        elif entry.admissible is not None:
            self._say(t("cannot be admitted: {why}", why=line(entry.admissible, 120)))
        elif self._may():
            lines = [
                t("Admit {who} to {channel}?", who=_named(entry), channel=channel_label(channel)),
                t("Its digits were compared: VERIFIED.")
                if port.verified(entry.person.fingerprint)
                else t("NOT VERIFIED: Esc, then v compares its digits with what its holder reads out."),
            ]
            self._ask(lines, t("admit"), lambda: port.admit(channel, [entry.id]))

    def action_verify(self) -> None:
        """Compare the digits that its holder reads out with those of the marked device."""
        entry = self.current
        if entry is None or entry.person.me:
            self._say(t("this is the device you are using") if entry else t("nobody is marked"))
            return
        mark = entry.person.fingerprint

        def wrong(typed: str) -> str | None:
            try:
                compare_digits(mark, typed)
            except DigitsError as error:
                return t("NOT VERIFIED: {why}", why=str(error))
            return None

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                self.state.port.set_verified(mark)
                self._say(t("VERIFIED: {who}", who=_named(entry)))
                self.post_message(Happened())

        lines = [
            t("Type the 30 digits that {who} reads out:", who=_named(entry)),
            t("Do not copy them from this screen."),
        ]
        self.app.push_screen(AskTyped(lines, wrong, t("compare")), done)

    def action_remove(self) -> None:
        """Remove the marked member of our own side."""
        entry, me, port, channel = self.current, self.state.me, self.state.port, self.state.channel
        if not isinstance(entry, MemberView):
            self._say(t("the marked device is not a member"))
        elif entry.person.side != me.side:
            self._say(t("only its own delegation can remove it"))
        elif entry.person.me:
            self._say(t("this is the device you are using"))
        elif self._may():
            lines = [
                t("Remove {who} from {channel}?", who=_named(entry), channel=channel_label(channel)),
                t("It reads nothing that is sent afterwards."),
            ]
            self._ask(lines, t("remove"), lambda: port.remove(channel, [entry.index]))

    def action_refound(self) -> None:
        """Consent to found the channel again, once the word was typed."""
        channel, port = self.state.channel, self.state.port
        if not self._may():
            return

        def wrong(typed: str) -> str | None:
            return None if typed.strip() == "FOUND" else t("expected the word FOUND, in capitals")

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if not right:
                return
            try:
                port.consent(channel)
            except HotlineError as error:
                self._say(line(str(error), 200))
            else:
                self._say(t("your consent is kept for a day; the other side does the same"))
                self.post_message(Happened())

        lines = [
            t("Type FOUND to found {channel} again, with the other side:", channel=channel_label(channel)),
            t("For when a side cannot get in any more, or nobody can follow. Speak with them first."),
            t("Everybody but the two who consent is seated again. What was written stays."),
        ]
        self.app.push_screen(AskTyped(lines, wrong, t("consent")), done)

    def _may(self) -> bool:
        allowed = self.state.me.role in ADMITTING_ROLES
        if not allowed:
            self._say(t("only a head or deputy admits and removes"))
        return allowed

    def _ask(self, lines: Sequence[str], verb: str, act: Callable[[], bytes]) -> None:
        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if not yes:
                return
            try:
                act()
            except HotlineError as error:
                self._say(line(str(error), 200))
            else:
                self._say(t("queued: {what}; it counts when it stands in the log", what=verb))
                self.post_message(Happened())

        self.app.push_screen(Ask(lines, verb, t("leave as it is")), answered)

    def _say(self, text: str) -> None:
        self.post_message(Said(text))


def _named(entry: Entry) -> str:
    return f"{office(entry.person)} {line(entry.person.name, 24)}"
