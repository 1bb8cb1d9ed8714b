"""Where the log meets the folds: the journal of a channel, from its snapshot and the documents that came after.

L60 every document that counts goes through the journal in log order, in the step that takes its entry; what the journal refuses
    is recorded with the reason and changes nothing
L61 a document of a formal kind, or one that a fold keeps under its id, counts only if nobody's document of its id came before
L62 a snapshot is written once `SNAPSHOT_EVERY` entries came since the last one, in the transaction of the step; a journal is the
    snapshot folded on, so it is the same after a restart; a log that is taken again from an earlier place is folded again
"""

from __future__ import annotations

from typing import Final

from hotline_client.engine.draft import Draft
from hotline_client.engine.records import DocumentRecord, Snapshot
from hotline_protocol.documents import KINDS, Body, Party, decode_body, decode_document
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Correction
from hotline_protocol.documents.watch import LineCheck
from hotline_protocol.errors import NotAppliedError, TrustError
from hotline_protocol.folds.apart import apart
from hotline_protocol.folds.event import Event, Original
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.certificate import Certificate

SNAPSHOT_EVERY: Final = 1024
"""Entries between two snapshots."""
_PAGE: Final = 512
_KEPT: Final = (Correction, LineCheck)
"""Kinds without a number that others name, or look for, by their id alone (L61)."""


def journal(draft: Draft) -> Journal:
    """The channel's journal; to be changed by `take` alone."""
    state = draft.state
    if state.journal is None:
        state.journal = _stored(draft)
        state.snapshot, state.behind = state.journal.seq, True
    if state.behind:
        _catch_up(draft, state.journal)
        state.behind = False
    return state.journal


def take(draft: Draft, record: DocumentRecord, body: Body, author: Certificate) -> str | None:
    """One more document of the log: its reference number if it has one. NotAppliedError says why it changes nothing."""
    book = journal(draft)
    reference = _apply(draft, book, record, body, author)
    if record.seq - draft.state.snapshot >= SNAPSHOT_EVERY:
        draft.state.snapshot = record.seq
        draft.snapshot = Snapshot(record.seq, book.encode())
    return reference


def rehearse(draft: Draft, record: DocumentRecord, body: Body) -> None:
    """NotAppliedError if a document of ours would change nothing, were it the next in the log. It is not: nothing of it is kept."""
    _apply(draft, apart(journal(draft)), record, body, draft.me)


def party(certificate: Certificate) -> Party:
    """The holder of a certificate that was identified, as far as rights go."""
    if certificate.side is None:
        raise TrustError("a certificate of no side")
    return Party(certificate.device, certificate.side, certificate.acting, certificate.arenas)


def _apply(
    draft: Draft, book: Journal, record: DocumentRecord, body: Body, author: Certificate
) -> str | None:
    kind = KINDS.get(record.kind)
    formal = kind is not None and kind.formal
    if (formal or isinstance(body, _KEPT)) and draft.counted(record.id) is not None:
        raise NotAppliedError("another document of this id came before")
    return book.apply(_event(draft, record, body, author, formal=formal))


def _stored(draft: Draft) -> Journal:
    stored = draft.past.snapshot(draft.name)
    book = None if stored is None else Journal.decode(stored.state)
    return Journal() if book is None else book


def _catch_up(draft: Draft, book: Journal) -> None:
    """Fold on from the last document that the journal has; those that were refused since then are marked as such."""
    after = book.seq
    while page := draft.past.documents(draft.name, after=after, limit=_PAGE):
        for record in page:
            if record.refused is None:
                _again(draft, book, record)
        after = page[-1].seq


def _again(draft: Draft, book: Journal, record: DocumentRecord) -> None:
    document = decode_document(record.content)
    formal = record.reference is not None
    author = draft.person(record.author)
    book.apply(_event(draft, record, decode_body(document), author, formal=formal))


def _event(draft: Draft, record: DocumentRecord, body: Body, author: Certificate, *, formal: bool) -> Event:
    return Event(
        seq=record.seq,
        at=record.at,
        time=record.time,
        id=record.id,
        hash=record.content_hash,
        author=party(author),
        channel=draft.state.channel,
        body=body,
        formal=formal,
        original=_original(draft, record.seq, body),
    )


def _original(draft: Draft, seq: int, body: Body) -> Original | None:
    """What the body's target names, if it counts and stands before entry `seq`."""
    target = getattr(body, "target", None)
    if not isinstance(target, Target):
        return None
    found = draft.counted(target.id)
    if found is None or found.seq >= seq:
        return None
    return Original(
        seq=found.seq,
        at=found.at,
        author=party(draft.person(found.author)),
        hash=found.content_hash,
        body=decode_body(decode_document(found.content)),
    )
