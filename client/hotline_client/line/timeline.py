"""The views of a channel, read from the vault: who wrote what, how far it got, who is in and who waits.

Receipts are not lines of a timeline, and neither is an acknowledgement without a note: they show on what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from hotline_client.engine import journal, keys
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.contents import HIDDEN, about, body_of, is_line, text_of
from hotline_client.engine.context import certificate_der
from hotline_client.engine.desk import Desk
from hotline_client.engine.incoming import membership
from hotline_client.engine.records import DocumentRecord, EventRecord, MarkRecord, OutboxItem
from hotline_client.engine.standing import Watermark
from hotline_client.line.dialogue import DialogueView, exchange, present_text
from hotline_client.line.receipts import Marks, Reached, first_to_reach
from hotline_client.line.views import (
    ChannelView,
    Halted,
    KnockView,
    Mark,
    MemberView,
    MessageView,
    OutboxView,
    Person,
    Receipt,
)
from hotline_client.words.addressees import office_text
from hotline_protocol.codec import convert, decode_raw
from hotline_protocol.documents import KINDS, Addressee, Text, receipt_state
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.terms import SIDES, Precedence, Response


class Reading:
    """Views over a desk's channels."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    # --- people

    def person(self, certificate: Certificate) -> Person:
        """The holder of a certificate."""
        me = self._desk.context.certificate
        side = journal.party(certificate).side
        return Person(
            name=certificate.name,
            delegation=certificate.delegation,
            role=certificate.role,
            limits=certificate.limits,
            side=side,
            own=side == me.side,
            me=certificate.fingerprint == me.fingerprint,
            fingerprint=certificate.fingerprint,
        )

    def _person_of(self, fingerprint: bytes) -> Person | None:
        known = self._desk.context.met.get(fingerprint)
        if known is None:
            der = self._store.certificate(fingerprint)
            if der is None:
                return None
            known = self._desk.context.identify(der)
        return self.person(known)

    # --- a channel

    def channel(self, name: str, tail: int | None) -> ChannelView:
        """Where a channel stands."""
        state = self._desk.state(name)
        standing = state.standing
        halt = standing.halt
        waiting = standing.awaiting.values()
        return ChannelView(
            name=name,
            phase=_phase(state),
            epoch=state.group.epoch if state.group is not None else None,
            cursor=standing.cursor,
            tail=tail,
            head=standing.head,
            unacknowledged=len(waiting),
            oldest_unacknowledged=min((one.time for one in waiting), default=None),
            unseen=len(standing.unseen),
            outbox=sum(item.refused is None for item in state.outbox.values()),
            halted=None if halt is None else Halted(halt.kind, halt.reason, halt.at),
        )

    def roster(self, name: str) -> list[MemberView]:
        """The leaves of the channel's group."""
        state = self._desk.state(name)
        if state.group is None:
            return []
        now = self._desk.clock() // 1000
        views = []
        for one in state.group.members:
            certificate = self._desk.context.identify(certificate_der(one.credential))
            mark = state.standing.watermarks.get(certificate.fingerprint, Watermark())
            views.append(
                MemberView(
                    channel=name,
                    index=one.index,
                    person=self.person(certificate),
                    expires=certificate.not_after,
                    current=state.trust.is_current(certificate, now),
                    delivered=mark.delivered,
                    seen=mark.seen,
                )
            )
        return views

    def knocks(self, name: str) -> list[KnockView]:
        """Devices at the door, in the order they came; not our own."""
        state = self._desk.state(name)
        views = []
        for one in sorted(state.standing.knocks.values(), key=lambda knock: knock.seq):
            der = self._store.certificate(one.certificate)
            if der is None or one.certificate == self._desk.context.certificate.fingerprint:
                continue
            certificate = self._desk.context.identify(der)
            views.append(
                KnockView(
                    channel=name,
                    id=one.id,
                    seq=one.seq,
                    person=self.person(certificate),
                    expires=certificate.not_after,
                    admissible=self._why_not(state, certificate, one.package),
                )
            )
        return views

    def _why_not(self, state: ChannelState, certificate: Certificate, package: bytes) -> str | None:
        """Why this device may not admit that one, or None."""
        now = self._desk.clock() // 1000
        reason = membership.why_not_admissible(self._desk.context.certificate, state, certificate)
        if reason is not None:
            return reason
        try:
            read = keys.read_key_package(self._desk.context, package, now=now)
            membership.check_guest(state, certificate, read.leaf_node.signature_key, at=now)
        except (HotlineError, MLSError) as error:
            return str(error)
        return None

    # --- messages

    def timeline(self, name: str, *, before: int | None, after: int | None, limit: int) -> list[MessageView]:
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
        author = self._person_of(record.author)
        body = body_of(record.content)
        text = body if isinstance(body, Text) else None
        said = exchange(self._desk, name, record, self._person_of)
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
    ) -> tuple[Reached, tuple[Mark, ...]]:
        """Who got, saw and acknowledged the words that stand now, and who acknowledged those before a correction."""
        before: list[MarkRecord] = []
        for correction in said.corrections:
            before += marks.acknowledged.get(record.id, ())
            record = correction
            marks = Marks.of(self._store.marks(name, since=record.seq, until=record.seq))
        reached = Reached(
            self._named(first_to_reach(marks.delivered, record)),
            self._named(first_to_reach(marks.seen, record)),
            self._named(marks.acknowledged.get(record.id, ())),
        )
        return reached, self._named(before)

    def _named(self, records: Iterable[MarkRecord]) -> tuple[Mark, ...]:
        named = ((self._person_of(one.author), one.time) for one in records)
        return tuple(Mark(person, time) for person, time in named if person is not None)

    def _receipt(
        self, name: str, record: DocumentRecord, author: Person | None, reached: Reached, said: DialogueView
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
        author = None if record.author is None else self._person_of(record.author)
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

    # --- the outbox

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
        kind = KINDS.get(item.document_kind)
        body = convert(decode_raw(item.body), kind.body) if kind is not None and item.body else None
        text = body if isinstance(body, Text) else None
        return MessageView(
            channel=name,
            seq=None,
            id=item.id,
            kind=item.document_kind,
            author=self.person(self._desk.context.certificate),
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

    def outbox(self, name: str) -> list[OutboxView]:
        """Everything of ours that is not in the log yet."""
        return [
            OutboxView(
                channel=name,
                id=item.id,
                kind=item.document_kind,
                time=item.time,
                sealed=bool(item.sealed),
                attempts=item.attempts,
                text=self.item_view(name, item).text if item.document_kind == "text" else item.refused or "",
            )
            for item in self._desk.state(name).outbox.values()
        ]


def _phase(state: ChannelState) -> Literal["unfounded", "knocking", "member", "removed"]:
    if state.group is not None:
        return "member"
    if state.standing.removed:
        return "removed"
    return "knocking" if state.standing.founded else "unfounded"
