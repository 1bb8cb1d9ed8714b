"""What a device says by the clock: a slot is accounted for and its document queued in one transaction, once and for ever.

S20 the document of a slot has an id that follows from the link, channel, side, schedule and slot: two hosts give it the same
S21 a slot that is accounted for is never touched again, whatever the clock does: the trail is the only cursor
S22 what another device of the side has said for a slot is not said again
S23 a step of an escalation is taken in the transaction that says it, once
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import documents
from hotline_client.engine.records import SlotRecord, StepRecord
from hotline_client.errors import Refused
from hotline_client.line.line import Line
from hotline_protocol.documents import Body
from hotline_protocol.errors import FormatError, NotAppliedError, UsageError
from hotline_protocol.slots import slot_id
from hotline_protocol.terms import other

REFUSED: Final = (FormatError, NotAppliedError, Refused, UsageError)
"""What says that something may not be said now; the same words may be said at another time."""


@dataclass(slots=True)
class Counters:
    """What happened since the start, for supervision."""

    sent: int = 0
    late: int = 0
    skipped: int = 0
    elsewhere: int = 0
    steps: int = 0
    alarms: int = 0
    drift: float = 0.0
    """Seconds by which the last slot that was on time was fired after its time."""


class Slots:
    """See the methods. Calls are short transactions on the vault, as those of `Line`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.counters: Final = Counters()

    def document(self, channel: str, schedule: str, slot: int, *, theirs: bool = False) -> bytes:
        """The id of the document that a schedule of ours, or of the other side, says for a slot (unix s) (S20)."""
        own = self._line.me.side
        return slot_id(self._line.charter.link_id, channel, other(own) if theirs else own, schedule, slot)

    def account(self, record: SlotRecord, body: Body | None = None) -> SlotRecord | None:
        """Account for slots, and queue what is said for them; what stands in the trail now, None if it stood there already.

        UsageError or NotAppliedError if this may not be said: then nothing is accounted for.
        """
        done: list[SlotRecord] = []

        def work(draft: Draft) -> bytes:
            done.clear()
            last = draft.past.through(record.schedule)
            if last is not None and record.slot <= last:
                return b""
            taken = record
            if body is not None and _is_said(draft, record.document):
                taken = msgspec.structs.replace(record, outcome="elsewhere", reason="another device said it")
            elif body is not None:
                documents.say(draft, body, id=record.document)
            draft.slots.append(taken)
            done.append(taken)
            return record.document

        self._line.act(record.channel, work)
        return done[0] if done else None

    def step(self, channel: str, record: StepRecord, body: Body | None = None, document: bytes = b"") -> bool:
        """Take a step about a document, and queue what it says under the id `document`; False if it was taken already."""
        taken: list[bool] = []

        def work(draft: Draft) -> bytes:
            taken.clear()
            if draft.past.step(record.document, record.number) is not None:
                return b""
            if body is not None and not _is_said(draft, document):
                documents.say(draft, body, id=document)
            draft.steps.append(record)
            taken.append(True)
            return b""

        self._line.act(channel, work)
        return bool(taken)

    def alarm(self, channel: str, kind: str, text: str) -> None:
        """Put on the record of this device that something did not happen."""
        self.counters.alarms += 1

        def work(draft: Draft) -> bytes:
            draft.event(kind, text, security=True)
            return b""

        self._line.act(channel, work)

    def arrived(self, channel: str, document: bytes, *, theirs: bool) -> bool:
        """Whether a document of this id counts in the log, said by the other side, or by ours."""
        found = self._line.message(channel, document)
        return (
            found is not None
            and found.seq is not None
            and found.refused is None
            and found.author is not None
            and found.author.own is not theirs
        )


def _is_said(draft: Draft, document: bytes) -> bool:
    if document in draft.state.outbox:
        return True
    found = draft.counted(document)
    return found is not None and draft.person(found.author).side == draft.me.side
