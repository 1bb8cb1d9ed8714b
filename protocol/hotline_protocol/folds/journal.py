"""The journal of one channel: all folds together, fed document by document in log order.

F7 a document goes to the one fold that its kind belongs to, which applies all of it or refuses it with a reason
F8 what was applied is numbered if it is formal; nothing else is
F9 the state is a function of the log alone: no clock, no randomness, no order of arrival but the log's
F10 a snapshot is the state after an entry; a snapshot of another `VERSION` is thrown away and the log folded anew
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from hotline_protocol import codec
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaAmend,
    AgendaClose,
    AgendaCounter,
    AgendaDecline,
    AgendaObject,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    AgendaWithdraw,
)
from hotline_protocol.documents.body import Body
from hotline_protocol.documents.composition import Announcement
from hotline_protocol.documents.dialogue import Correction, Reply, Translation, Withdrawal
from hotline_protocol.documents.meetings import (
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
)
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.documents.notices import Action, Finding, Notice
from hotline_protocol.documents.talk import Checkpoint, Receipt, Text
from hotline_protocol.documents.watch import (
    LineCheck,
    LineEcho,
    LineMissed,
    LineStatus,
    WatchAccept,
    WatchHandover,
    WatchTake,
)
from hotline_protocol.folds.agenda import Agenda
from hotline_protocol.folds.checkpoints import Checkpoints
from hotline_protocol.folds.clock import Clock
from hotline_protocol.folds.composition import Composition
from hotline_protocol.folds.dialogue import Dialogues
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.line import LineBook
from hotline_protocol.folds.meetings import Meetings
from hotline_protocol.folds.minutes import Minutes
from hotline_protocol.folds.notices import Notices
from hotline_protocol.folds.numbering import Numbering
from hotline_protocol.folds.translations import Translations
from hotline_protocol.folds.watch import Watches

VERSION: Final = 5
"""Goes up when a fold changes what it makes of the same log."""


class Journal(msgspec.Struct):
    """What the documents up to entry `seq` amount to."""

    seq: int = 0
    numbering: Numbering = msgspec.field(default_factory=Numbering)
    dialogues: Dialogues = msgspec.field(default_factory=Dialogues)
    agenda: Agenda = msgspec.field(default_factory=Agenda)
    meetings: Meetings = msgspec.field(default_factory=Meetings)
    minutes: Minutes = msgspec.field(default_factory=Minutes)
    notices: Notices = msgspec.field(default_factory=Notices)
    checkpoints: Checkpoints = msgspec.field(default_factory=Checkpoints)
    line: LineBook = msgspec.field(default_factory=LineBook)
    watches: Watches = msgspec.field(default_factory=Watches)
    composition: Composition = msgspec.field(default_factory=Composition)
    translations: Translations = msgspec.field(default_factory=Translations)
    clock: Clock = msgspec.field(default_factory=Clock)

    def apply(self, event: Event) -> str | None:
        """Take one more document of the log: its reference number if it is formal. NotAppliedError says why it changes nothing."""
        handler = _HANDLERS.get(type(event.body))
        if handler is not None:
            handler(self, event, event.body)
            self.agenda.heard(event)
            self.clock.heard(event)
        self.seq = event.seq
        return self.numbering.next(event) if event.formal else None

    def encode(self) -> bytes:
        """The snapshot."""
        return codec.encode((VERSION, self))

    @classmethod
    def decode(cls, snapshot: bytes) -> Journal | None:
        """The state of a snapshot; None if it was made by another version of the folds."""
        version, state = _snapshots.decode(snapshot)
        return _journals.decode(state) if version == VERSION else None


# made with the module: two threads that are the first to ask for a type's decoder at the same moment end the process
_snapshots: Final = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])
_journals: Final = msgspec.msgpack.Decoder(Journal)


def _notice(book: Journal, event: Event, body: Notice) -> None:
    book.notices.issue(event, body, book.clock.now(event))
    if body.action is not Action.CANCEL:
        book.dialogues.begin(event, body.precedence, body.response)


def _translate(book: Journal, event: Event, body: Translation) -> None:
    document = body.target.id
    known = (
        book.dialogues.all.get(document) or book.minutes.all.get(document) or book.agenda.items.get(document)
    )
    original = None if event.original is None else event.original.hash
    book.translations.translate(event, body, original if known is None else known.content)


_HANDLERS: Final[Mapping[type[Body], Callable[[Journal, Event, Any], None]]] = {
    Text: lambda book, event, body: book.dialogues.begin(event, body.precedence, body.response),
    Reply: lambda book, event, body: book.dialogues.reply(event, body),
    Withdrawal: lambda book, event, body: book.dialogues.withdraw(event, body),
    Correction: lambda book, event, body: book.dialogues.correct(event, body),
    Translation: _translate,
    AgendaPropose: lambda book, event, body: book.agenda.propose(event, body),
    AgendaCounter: lambda book, event, body: book.agenda.counter(event, body),
    AgendaAccept: lambda book, event, body: book.agenda.accept(event, body),
    AgendaDecline: lambda book, event, body: book.agenda.decline(event, body),
    AgendaWithdraw: lambda book, event, body: book.agenda.withdraw(event, body),
    AgendaAdopt: lambda book, event, body: book.agenda.adopt(event, body),
    AgendaOpen: lambda book, event, body: book.agenda.open(event, body),
    AgendaOutcome: lambda book, event, body: book.agenda.say(event, body),
    AgendaSilence: lambda book, event, body: book.agenda.keep_silence(event, body),
    AgendaObject: lambda book, event, body: book.agenda.object(event, body),
    AgendaAmend: lambda book, event, body: book.agenda.amend(event, body),
    AgendaClose: lambda book, event, body: book.agenda.close(event, body),
    MeetingPropose: lambda book, event, body: book.meetings.propose(event, body),
    MeetingCounter: lambda book, event, body: book.meetings.counter(event, body),
    MeetingAnswer: lambda book, event, body: book.meetings.answer(event, body),
    MeetingAgree: lambda book, event, body: book.meetings.agree(event, body),
    MeetingAttach: lambda book, event, body: book.meetings.attach(event, body, frozenset(book.agenda.items)),
    MeetingHeld: lambda book, event, body: book.meetings.hold(event, body),
    MeetingCancel: lambda book, event, body: book.meetings.cancel(event, body),
    MinutesDraft: lambda book, event, body: book.minutes.draft(
        event, body, frozenset(book.agenda.items), frozenset(book.meetings.all)
    ),
    MinutesRevise: lambda book, event, body: book.minutes.revise(event, body),
    MinutesComment: lambda book, event, body: book.minutes.comment(event, body),
    MinutesInitial: lambda book, event, body: book.minutes.initial(event, body),
    MinutesReserve: lambda book, event, body: book.minutes.reserve(event, body),
    MinutesSign: lambda book, event, body: book.agenda.minuted(book.minutes.sign(event, body)),
    Notice: _notice,
    Finding: lambda book, event, body: book.notices.find(event, body),
    Receipt: lambda book, event, body: book.agenda.see(event, body),
    Checkpoint: lambda book, event, body: book.checkpoints.sign(event, body),
    LineCheck: lambda book, event, body: book.line.check(event, body),
    LineEcho: lambda book, event, body: book.line.echo(event, body),
    LineMissed: lambda book, event, body: book.line.miss(event, body),
    LineStatus: lambda book, event, body: book.line.declare(event, body),
    WatchTake: lambda book, event, body: book.watches.take(event, body),
    WatchHandover: lambda book, event, body: book.watches.hand_over(
        event,
        body,
        frozenset(book.dialogues.open),
        frozenset(one.id for one in book.notices.active(event.time)),
    ),
    WatchAccept: lambda book, event, body: book.watches.accept(event, body),
    Announcement: lambda book, event, body: book.composition.announce(event, body),
}
"""Which fold each kind belongs to (F7); kinds that are not here concern no fold."""
