"""Messages of the log: opened, checked against our own chain, and applied if their author had the right.

D1  the document names this channel and the present epoch
D2  its `seen` is a head of our own chain, before the entry and not before the epoch began (else see `disputes`)
D3  the first document of an id by an author counts; a later one is refused as duplicate
D4  the author's certificate is neither expired nor revoked at the time it signed, nor at T (I15, `times`)
D5  an observer sends receipts only
D6  a receipt speaks of entries before its own
D7  an acknowledgement names a document of the other side and its content hash; a program's does not count
D8  a revocation carries a newer list of the author's own authority
D9  an unknown kind is kept and changes nothing
D10 a message of our own key that this vault never made counts, and stops this device: its vault is older than its words (L36)
"""

from __future__ import annotations

import hmac
from typing import Final, Literal

import msgspec

from hotline_client.engine import journal
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import disputes, programs, times
from hotline_client.engine.journal import party
from hotline_client.engine.records import DocumentRecord, MarkRecord, OutboxItem, Sealed
from hotline_client.engine.standing import Awaiting, Watermark
from hotline_client.engine.store import PutBack
from hotline_protocol.documents import (
    KINDS,
    Ack,
    Body,
    Checkpoint,
    Document,
    Receipt,
    Revocation,
    Target,
    advance,
    check_right,
    content_hash,
    decode_body,
    decode_document,
    why_ack_fails,
)
from hotline_protocol.documents import Watermark as Said
from hotline_protocol.documents.dialogue import Correction, Reply, Withdrawal
from hotline_protocol.documents.notices import Finding
from hotline_protocol.errors import FormatError, NotAppliedError, TrustError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.framing import Received
from hotline_protocol.mls.message import decode_body as decode_body_of
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.relay.chain import Entry, decode_entry

LATE: Final = 2 * 60_000
"""How long after an epoch's end words of it may still come, ms."""
_READ: Final = frozenset(
    [*(name for name, kind in KINDS.items() if kind.formal), "correction", "withdrawal", "reply"]
)
"""Kinds of which their author learns whether they were delivered and seen (L90)."""


class LateError(Exception):
    """A word of an epoch that had ended: nobody's fault, and nobody's word."""


def message(draft: Draft, seq: int, entry: Entry) -> None:
    """One message entry. What does not count raises; what deviates raises ChainError."""
    own = draft.own_form(entry.id)
    if own is not None and hmac.compare_digest(own[1].body, entry.body):
        if own[1].context == draft.state.context_digest:
            _own(draft, seq, entry, *own)
    elif draft.state.is_member:
        _opened(draft, seq, entry)


def _opened(draft: Draft, seq: int, entry: Entry) -> None:
    message = decode_body_of(PrivateMessage, entry.body)
    if hmac.compare_digest(message.group_id, draft.group.group_id) and message.epoch < draft.group.epoch:
        _check_late(draft, entry)
        raise LateError
    # The entry id is signed in clear beside the ciphertext: looked at first, so that a mislabelled copy spends no key.
    if not hmac.compare_digest(message.authenticated_data, entry.id):
        raise RefusedError("replay", "the message was made for another entry")
    received, own = _open(draft, seq, entry)
    draft.ratcheted()
    author = draft.member(received.sender)
    document = decode_document(received.data)
    if not own:
        draft.standing.used_knock = None
    record = _record(
        seq,
        entry,
        document,
        author,
        content=received.data,
        authenticated=received.authenticated_content,
        context=draft.state.context_digest,
        own=own,
    )
    if times.is_current(draft, author, document.time):
        # who is expired or revoked does not count (D4), and so cannot stop the channel either
        another = why_another_log(draft, seq, author, document.seen)
        if another is not None:
            draft.document(msgspec.structs.replace(record, refused=another))
            return
    judge(draft, record, document, author)
    if own and document.id in draft.state.outbox:
        draft.done(document.id)


def _open(draft: Draft, seq: int, entry: Entry) -> tuple[Received, bool]:
    """What a message says, and whether it is of our own key, though this vault never made it (D10)."""
    try:
        return draft.group.unprotect(entry.body), False
    except RefusedError as error:
        said = draft.group.open_own(entry.body) if error.kind == "sender" else None
        if said is None:
            raise
    draft.put_back(PutBack("own words", f"entry {seq} of {draft.name}"))
    return said, True


def _check_late(draft: Draft, entry: Entry) -> None:
    """Words of an ended epoch come just after its end, on their way already. RefusedError if they come later: whoever goes on in it
    does not know what ended it.
    """
    began = draft.past.entry(draft.name, draft.standing.epoch_began)
    if began is not None and entry.at - decode_entry(began.raw).at > LATE:
        raise RefusedError(
            "epoch", f"somebody still writes in the epoch that entry {draft.standing.epoch_began} ended"
        )


def _own(draft: Draft, seq: int, entry: Entry, item: OutboxItem, form: Sealed) -> None:
    """Our own entry came back: its document stands in the log, the item is done."""
    document = decode_document(form.content)
    record = _record(
        seq,
        entry,
        document,
        draft.me,
        content=form.content,
        authenticated=form.authenticated,
        context=form.context,
        own=True,
    )
    draft.standing.ahead = 0
    judge(draft, record, document, draft.me, epoch=form.epoch)
    draft.done(item.id)


def _record(
    seq: int,
    entry: Entry,
    document: Document,
    author: Certificate,
    *,
    content: bytes,
    authenticated: bytes,
    context: bytes,
    own: bool,
) -> DocumentRecord:
    return DocumentRecord(
        seq=seq,
        entry_id=entry.id,
        id=document.id,
        kind=document.kind,
        author=author.fingerprint,
        at=entry.at,
        time=document.time,
        epoch=document.epoch,
        content=content,
        content_hash=content_hash(content),
        authenticated=authenticated,
        own=own,
        context=context,
    )


def why_another_log(draft: Draft, seq: int, author: Certificate, seen: tuple[int, bytes]) -> str | None:
    """D2, D12: why what the author saw of the log is not what we saw; None if it is. ChainError if the channel must stop."""
    at, head = seen
    if at < draft.standing.epoch_began:
        raise FormatError(f"the author claims to stand at {at}, before the commit that this epoch began with")
    ours = draft.head_at(at) if at < seq else None
    if ours is None or not hmac.compare_digest(ours, head):
        return disputes.dispute(draft, seq, author, at, head)
    disputes.settle(draft, author)
    return None


def restored(draft: Draft, seq: int, entry: Entry, kept: DocumentRecord) -> None:
    """A document that was set aside stands in the log again, perhaps elsewhere (H3)."""
    record = msgspec.structs.replace(kept, seq=seq, at=entry.at, refused=None, reference=None)
    judge(
        draft, record, decode_document(kept.content), draft.person(kept.author), epoch=kept.epoch, again=True
    )
    if record.own:
        draft.done(record.id)


def judge(
    draft: Draft,
    record: DocumentRecord,
    document: Document,
    author: Certificate,
    *,
    epoch: int | None = None,
    again: bool = False,
) -> None:
    """Apply a document, or record it with the reason why it does not count. `epoch`: in which it was opened (now); `again`: it
    was set aside and stands in the log again.
    """
    try:
        _check_envelope(draft, record, document, author, epoch)
        body = decode_body(document)
        check_right(author.acting, document.kind)
        programs.check(draft, record, body, author)
        _check_log(draft, record, body, author, again=again or draft.standing.resuming)
        reference = journal.take(draft, record, body, author)
        _apply(draft, record, body, author)
        if reference is not None:
            record = msgspec.structs.replace(record, reference=reference)
    except (FormatError, NotAppliedError, TrustError, RefusedError) as error:
        record = msgspec.structs.replace(record, refused=str(error))
    draft.document(record)
    draft.met(author.der)
    if author.side != draft.me.side:
        draft.standing.peer_heard = max(draft.standing.peer_heard, min(record.at, draft.now))
    if not record.own:
        _vouched(draft, record.seq, *document.seen)


def _vouched(draft: Draft, seq: int, seen: int, head: bytes) -> None:
    """Somebody else's view agrees with our chain up to there. A document that came again may speak of another log."""
    ours = draft.head_at(seen) if seen < seq else None
    if ours is not None and hmac.compare_digest(ours, head):
        draft.standing.agreed = max(draft.standing.agreed, seen)


def _check_envelope(
    draft: Draft, record: DocumentRecord, document: Document, author: Certificate, epoch: int | None
) -> None:
    if document.channel != draft.name:
        raise FormatError("the document was written for another channel")
    epoch = draft.group.epoch if epoch is None else epoch
    if document.epoch != epoch:
        raise FormatError(f"the document names epoch {document.epoch}, it came in epoch {epoch}")
    if not times.is_current(draft, author, document.time):
        raise TrustError(
            "the author's certificate had expired, was not valid yet or was revoked when it signed"
        )
    times.passed(draft, author, document.time, record.at)
    if draft.counted(document.id, author.fingerprint) is not None:
        raise RefusedError("replay", "duplicate: a document of this id by this author came before")


def _apply(draft: Draft, record: DocumentRecord, body: Body, author: Certificate) -> None:
    if record.kind in _READ and not record.own:
        draft.standing.unseen.append(record.seq)
        draft.standing.receipt_due = record.seq
        draft.what.add("status")
    _awaited(draft, record, author, record.id)
    match body:
        case Receipt():
            _apply_receipt(draft, record, body, author)
        case Ack():
            _apply_ack(draft, record, body, author)
        case Reply():
            _answered(draft, body, author)
        case Correction():
            _awaited(draft, record, author, body.target.id)
        case Withdrawal():
            draft.standing.awaiting.pop(body.target.id, None)
            draft.what.add("status")
        case Revocation():
            _apply_revocation(draft, record, body, author)
        case Finding():
            _compare_findings(draft, record, body)
        case _:
            pass


def _awaited(draft: Draft, record: DocumentRecord, author: Certificate, asked: bytes) -> None:
    """The other side asks for an answer, or asks again in other words, and no person of ours has read it yet."""
    book = journal.journal(draft)
    if author.side != draft.me.side and asked in book.dialogues.open:
        draft.standing.awaiting[asked] = Awaiting(book.dialogues.all[asked].seq, asked, record.at)
        draft.what.add("status")


def _apply_receipt(draft: Draft, record: DocumentRecord, body: Receipt, author: Certificate) -> None:
    standing = draft.standing
    old = standing.watermarks.get(author.fingerprint, Watermark())
    new = advance(Said(old.delivered, old.seen), body, seq=record.seq)
    standing.watermarks[author.fingerprint] = Watermark(new.delivered, new.seen, record.time)
    since = standing.let_in.get(author.fingerprint, 0)
    if new.delivered > old.delivered:
        draft.mark(_mark(author, "delivered", record, new.delivered, since))
    if new.seen > old.seen:
        draft.mark(_mark(author, "seen", record, new.seen, since))


def _mark(
    author: Certificate, what: Literal["delivered", "seen"], record: DocumentRecord, upto: int, since: int
) -> MarkRecord:
    return MarkRecord(author.fingerprint, what, record.time, record.seq, upto, since=since)


def _apply_ack(draft: Draft, record: DocumentRecord, body: Ack, author: Certificate) -> None:
    found = draft.counted(body.target)
    target = None
    if found is not None:
        target = Target(found.seq, party(draft.person(found.author)), found.content_hash)
    reason = why_ack_fails(body, party(author), target)
    if reason is not None or found is None:
        raise TrustError(reason or "the acknowledgement names nothing")
    draft.mark(MarkRecord(author.fingerprint, "acknowledged", record.time, record.seq, target=found.id))
    if author.side == draft.me.side:
        draft.standing.awaiting.pop(_acknowledged(draft, found), None)
        draft.what.add("status")


def _acknowledged(draft: Draft, found: DocumentRecord) -> bytes:
    """The document of which an acknowledged one holds the present words; nothing if these are other words by now (L93)."""
    body = decode_body(decode_document(found.content))
    asked = body.target.id if isinstance(body, Correction) else found.id
    dialogue = journal.journal(draft).dialogues.all.get(asked)
    return asked if dialogue is None or dialogue.present == found.id else b""


def _answered(draft: Draft, body: Reply, author: Certificate) -> None:
    """Who answers has read: nothing is left to acknowledge."""
    if author.side == draft.me.side and draft.standing.awaiting.pop(body.target.id, None) is not None:
        draft.what.add("status")


def _apply_revocation(draft: Draft, record: DocumentRecord, body: Revocation, author: Certificate) -> None:
    if draft.state.trust.crl_side(body.crl) != author.side:
        raise TrustError("the revocation list is not of the author's own authority")
    draft.state.trust = draft.state.trust.with_crl(body.crl)
    draft.standing.crls[body.crl] = record.seq
    draft.event("revocation", "a revocation list took effect", author=author.fingerprint)
    draft.what.add("roster")


def _compare_findings(draft: Draft, record: DocumentRecord, body: Finding) -> None:
    """F64: the second side has spoken about a notice, and differs from the first."""
    entry = journal.journal(draft).notices.all[body.target.id]
    if entry.disputed:
        draft.event(
            "disputed-finding",
            f"the two sides' computers differ about the notice in entry {entry.seq}: "
            + ", ".join(f"{side} found {found.verdict}" for side, found in sorted(entry.findings.items())),
            seq=record.seq,
            security=True,
            author=record.author,
        )


def _check_log(draft: Draft, record: DocumentRecord, body: Body, author: Certificate, *, again: bool) -> None:
    """What a fold cannot know, before it keeps anything: whether a checkpoint is of our log."""
    if not isinstance(body, Checkpoint):
        return
    ours = draft.head_at(body.seq) if body.seq < record.seq else None
    if ours is None:
        raise FormatError("the checkpoint names an entry that is not before its own")
    if hmac.compare_digest(ours, body.head):
        return
    if again or not draft.state.is_member:
        # it was made on a branch that a person decided to leave: it speaks of that, and stops nothing a second time
        raise FormatError(f"the checkpoint in entry {record.seq} is of another log")
    raise FormatError(disputes.dispute(draft, record.seq, author, body.seq, body.head))
