"""The views of a channel, read from the vault: who wrote what, how far it got, who is in and who waits.

Receipts are not lines of a timeline, and neither is an acknowledgement without a note: they show on what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace

from hotline_client.engine.contents import HIDDEN, about, body_of, is_line, queued_body, text_of
from hotline_client.engine.desk import Desk
from hotline_client.engine.records import DocumentRecord, EventRecord, MarkRecord, OutboxItem
from hotline_client.line.dialogue import DialogueView, exchange, present_text
from hotline_client.line.people import met, person
from hotline_client.line.receipts import HowFar, Marks, first_to_reach
from hotline_client.line.views import (
    Mark,
    MessageView,
    Person,
    Receipt,
)
from hotline_client.words.addressees import office_text
from hotline_protocol.documents import Addressee, Text, receipt_state
from hotline_protocol.terms import SIDES, Precedence, Response

_UNACKNOWLEDGED_SHOWN: Final = 1000
_LOOK_BACK: Final = 1000
"""How many documents back one that was refused is looked for."""


class Timeline:
    """Pages of messages, and single ones, of a desk's channels. Call under the desk's lock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    def message(self, name: str, id_or_seq: bytes | int) -> MessageView | None:
        """One message, by document id or by seq; of ours also while it is in the outbox."""
        state = self._desk.state(name)
        if isinstance(id_or_seq, int):
            found = self._store.documents(name, before=id_or_seq + 1, after=id_or_seq - 1, limit=1)
            return next(iter(self.views(name, found)), None)
        item = state.outbox.get(id_or_seq)
        if item is not None and item.kind == "document":
            return self.item_view(name, item)
        record = self.record(name, id_or_seq)
        return None if record is None else self.views(name, [record])[0]

    def record(self, name: str, document_id: bytes) -> DocumentRecord | None:
        """The document of this id in the log: the one that counts, or else a recent one that was refused."""
        counted = self._store.document(name, document_id)
        if counted is not None:
            return counted
        recent = self._store.documents(name, limit=_LOOK_BACK)
        return next((one for one in reversed(recent) if one.id == document_id), None)

    def unacknowledged(self, name: str) -> list[MessageView]:
        """What the other side asked and no person of ours has acknowledged or answered; oldest first."""
        waiting = sorted(self._desk.state(name).standing.awaiting.values(), key=lambda one: one.seq)
        records = (self._store.document(name, one.id) for one in waiting[:_UNACKNOWLEDGED_SHOWN])
        return self.views(name, [one for one in records if one is not None])

    def security_events(self, name: str | None) -> list[MessageView]:
        """What deviated from what is promised, in one channel or all, oldest first."""
        return [self.event_view(channel, record) for channel, record in self._store.security_events(name)]

    def outside(self, name: str, records: Sequence[DocumentRecord]) -> list[MessageView]:
        """Views of documents that stand outside the log."""
        return [
            self.document_view(name, replace(one, refused="not in the log any more"), Marks())
            for one in records
        ]

    def page(self, name: str, *, before: int | None, after: int | None, limit: int) -> list[MessageView]:
        """A page of the log as a person reads it, oldest first; outbox items last when `before` is None."""
        documents = self._visible(name, before, after, limit)
        events = self._store.events(name, before=before, after=after, limit=limit)
        marks = self._marks(name, documents)
        rows = [((one.seq, 0), self.document_view(name, one, marks)) for one in documents]
        rows += [((one.seq, 1), self.event_view(name, one)) for one in events]
        rows.sort(key=lambda row: row[0])
        page = [view for _, view in (rows[:limit] if after is not None else rows[-limit:] if limit else [])]
        if before is None and (after is None or len(rows) <= limit):
            page += self.queued(name)
        return page

    def _visible(self, name: str, before: int | None, after: int | None, limit: int) -> list[DocumentRecord]:
        """`limit` documents that are lines of a timeline, skipping those that are not."""
        found: list[DocumentRecord] = []
        while len(found) < limit:
            page = self._store.documents(name, before=before, after=after, limit=limit)
            kept = [one for one in page if is_line(one)]
            if after is not None:
                found += kept
                after = page[-1].seq if page else after
            else:
                found[:0] = kept
                before = page[0].seq if page else before
            if len(page) < limit:
                break
        return found[:limit] if after is not None else found[-limit:]

    def _marks(self, name: str, documents: Sequence[DocumentRecord]) -> Marks:
        if not documents:
            return Marks()
        return Marks.of(self._store.marks(name, since=documents[0].seq, until=documents[-1].seq))

    def views(self, name: str, documents: Sequence[DocumentRecord]) -> list[MessageView]:
        """Views of some documents, in rising seq order."""
        marks = self._marks(name, documents)
        return [self.document_view(name, one, marks) for one in documents]

    def document_view(self, name: str, record: DocumentRecord, marks: Marks) -> MessageView:
        """One document of the log and how far it got."""
        author = met(self._desk, record.author)
        body = body_of(record.content)
        text = body if isinstance(body, Text) else None
        said = exchange(self._desk, name, record, partial(met, self._desk))
        reached, before = self._how_far(name, record, said, marks)
        first = text_of(body)
        return MessageView(
            channel=name,
            seq=record.seq,
            id=record.id,
            kind=record.kind,
            author=author,
            time=record.time,
            at=record.at,
            text=present_text(first, said),
            precedence=said.precedence or (Precedence.ROUTINE if text is None else text.precedence),
            response=said.response or (Response.NONE if text is None else text.response),
            content_hash=record.content_hash,
            receipt=self._receipt(name, record, author, reached, said),
            delivered=reached.delivered,
            seen=reached.seen,
            acknowledged=reached.acknowledged,
            reply_to=None if text is None else text.reply_to,
            refused=record.refused,
            reference=record.reference,
            phase=said.phase,
            deadline=said.deadline,
            urgency=said.urgency,
            answers=said.answers,
            present=said.corrections[-1].id if said.corrections else record.id,
            corrections=len(said.corrections),
            first_text=first,
            acknowledged_before=before,
            withdrawn=said.withdrawn,
            translations=said.translations,
            about=about(body),
            action=() if text is None else self._offices(text.action),
            info=() if text is None else self._offices(text.info),
        )

    def _offices(self, addressees: Sequence[Addressee]) -> tuple[str, ...]:
        cards = zip(SIDES, self._desk.context.charter.delegations, strict=True)
        names = {side: card.delegation for side, card in cards}
        return tuple(office_text(one, names) for one in addressees)

    def _how_far(
        self, name: str, record: DocumentRecord, said: DialogueView, marks: Marks
    ) -> tuple[HowFar, tuple[Mark, ...]]:
        """Who got, saw and acknowledged the words that stand now, and who acknowledged those before a correction."""
        before: list[MarkRecord] = []
        for correction in said.corrections:
            before += marks.acknowledged.get(record.id, ())
            record = correction
            marks = Marks.of(self._store.marks(name, since=record.seq, until=record.seq))
        reached = HowFar(
            self._named(first_to_reach(marks.delivered, record)),
            self._named(first_to_reach(marks.seen, record)),
            self._named(marks.acknowledged.get(record.id, ())),
        )
        return reached, self._named(before)

    def _named(self, records: Iterable[MarkRecord]) -> tuple[Mark, ...]:
        named = ((met(self._desk, one.author), one.time) for one in records)
        return tuple(Mark(person, time) for person, time in named if person is not None)

    def _receipt(
        self, name: str, record: DocumentRecord, author: Person | None, reached: HowFar, said: DialogueView
    ) -> Receipt:
        """How far it got with those it was for: the other side, or in a caucus everybody else."""
        if record.refused is not None:
            return Receipt.REFUSED
        if author is None:
            return Receipt.RELAYED
        state = receipt_state(
            author.side,
            one_sided=len(self._desk.entitled[name].sides) == 1,
            delivered=[mark.person.side for mark in reached.delivered],
            seen=[mark.person.side for mark in reached.seen],
            acknowledged=[mark.person.side for mark in reached.acknowledged],
            answer=next((one.answer for one in reversed(said.answers) if one.present), None),
        )
        return Receipt(state.value)

    def event_view(self, name: str, record: EventRecord) -> MessageView:
        """What the engine itself recorded."""
        author = None if record.author is None else met(self._desk, record.author)
        return MessageView(
            channel=name,
            seq=record.seq,
            id=record.id,
            kind="event",
            author=author,
            time=record.time,
            at=None,
            text=f"{record.kind}: {record.text}",
            precedence=Precedence.ROUTINE,
            response=Response.NONE,
            content_hash=None,
            receipt=Receipt.RELAYED,
        )

    def queued(self, name: str) -> list[MessageView]:
        """Our texts and acts that are not in the log yet, in order."""
        state = self._desk.state(name)
        return [
            self.item_view(name, item)
            for item in state.outbox.values()
            if item.kind == "document" and item.document_kind not in HIDDEN
        ]

    def item_view(self, name: str, item: OutboxItem) -> MessageView:
        """A document of ours that is not in the log yet."""
        body = queued_body(item)
        text = body if isinstance(body, Text) else None
        return MessageView(
            channel=name,
            seq=None,
            id=item.id,
            kind=item.document_kind,
            author=person(self._desk, self._desk.context.certificate),
            time=item.time,
            at=None,
            text=text_of(body),
            precedence=Precedence.ROUTINE if text is None else text.precedence,
            response=Response.NONE if text is None else text.response,
            content_hash=None,
            receipt=Receipt.QUEUED if item.refused is None else Receipt.REFUSED,
            reply_to=None if text is None else text.reply_to,
            refused=item.refused,
            about=about(body),
            action=() if text is None else self._offices(text.action),
            info=() if text is None else self._offices(text.info),
        )
