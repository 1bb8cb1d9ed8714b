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
from hotline_protocol.documents.body import Body
from hotline_protocol.documents.dialogue import Correction, Reply, Withdrawal
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.dialogue import Dialogues
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.numbering import Numbering

VERSION: Final = 1
"""Goes up when a fold changes what it makes of the same log."""


class Journal(msgspec.Struct):
    """What the documents up to entry `seq` amount to."""

    seq: int = 0
    numbering: Numbering = msgspec.field(default_factory=Numbering)
    dialogues: Dialogues = msgspec.field(default_factory=Dialogues)

    def apply(self, event: Event) -> str | None:
        """Take one more document of the log: its reference number if it is formal. NotAppliedError says why it changes nothing."""
        handler = _HANDLERS.get(type(event.body))
        if handler is not None:
            handler(self, event, event.body)
        self.seq = event.seq
        return self.numbering.next(event) if event.formal else None

    def encode(self) -> bytes:
        """The snapshot."""
        return codec.encode((VERSION, self))

    @classmethod
    def decode(cls, snapshot: bytes) -> Journal | None:
        """The state of a snapshot; None if it was made by another version of the folds."""
        version, state = msgspec.msgpack.decode(snapshot, type=tuple[int, msgspec.Raw])
        return msgspec.msgpack.decode(state, type=cls) if version == VERSION else None


def _text(journal: Journal, event: Event, body: Text) -> None:
    journal.dialogues.begin(event, body.precedence, body.response)


def _reply(journal: Journal, event: Event, body: Reply) -> None:
    journal.dialogues.reply(event, body)


def _withdraw(journal: Journal, event: Event, body: Withdrawal) -> None:
    journal.dialogues.withdraw(event, body)


def _correct(journal: Journal, event: Event, body: Correction) -> None:
    journal.dialogues.correct(event, body)


_HANDLERS: Final[Mapping[type[Body], Callable[[Journal, Event, Any], None]]] = {
    Text: _text,
    Reply: _reply,
    Withdrawal: _withdraw,
    Correction: _correct,
}
"""Which fold each kind belongs to (F7); kinds that are not here concern no fold."""
