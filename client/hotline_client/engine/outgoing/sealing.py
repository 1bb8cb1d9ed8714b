"""The outbox: from what we want to say to exact entries, sealed in the present epoch and stored before they are sent.

L30 a document is sealed in the transaction that moves the ratchet, and sent again with the same bytes
L31 what was sealed in an epoch that has ended is sealed again under its id, in a new entry; older forms are remembered. In its own epoch
    it is offered as it is, however often, so that nobody's commits cost us a key
L32 an item is done when its entry is seen in the followed log in the epoch it was sealed in, and not before
L33 nothing is sealed or sent while the channel is halted
L34 no more keys are used beyond what is seen in the log than half of what readers skip
L35 nothing is sealed before this process has read the log to the end that the relay announced when it was last reached
L36 nothing is sealed or sent with a vault that may be older than words that were said with its keys
L38 no word is offered past an objection or amendment that is not in the log yet: by later words alone a silence would pass (F25)
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Final

import msgspec

from hotline_client.engine.channel import ChannelState, Promise
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import commits, receipts
from hotline_client.engine.records import OutboxItem, Sealed
from hotline_protocol.codec import decode_raw
from hotline_protocol.documents import Document, decode_body, decode_document, encode_document
from hotline_protocol.errors import HotlineError, PeerError, UsageError
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.mls.secret_tree import MAX_FORWARD
from hotline_protocol.relay.frames import ID_SIZE, Appended, Conflict, Rejected, Submission
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES

MAX_IN_FLIGHT: Final = 64
"""Most documents of a channel that are sealed and not yet seen in the log."""
MAX_AHEAD: Final = MAX_FORWARD // 2
"""Most words that are sealed in an epoch after the last of ours that was seen in the log (L34)."""
_FORMS_KEPT: Final = 8
_AGAINST: Final = ("agenda.object", "agenda.amend")
"""Words that stop a silence."""


def is_current(state: ChannelState, item: OutboxItem) -> bool:
    """Whether the newest form of an item is still worth offering: of the present epoch, or of one that it founds."""
    if not item.sealed or item.stale:
        return False
    form = item.sealed[-1]
    if form.kind == "knock" or form.group:
        return True
    return form.context == state.context_digest


def seal(draft: Draft, *, strict: bytes | None = None) -> None:
    """Seal what can be sealed now, in order. A failure of the item `strict` is raised, others are recorded on the item."""
    if draft.state.stopped or not draft.state.read:
        return
    flying = commits_flying = 0
    for item in list(draft.state.outbox.values()):
        changes = item.kind not in ("knock", "document")
        if item.refused is not None or (changes and commits_flying):
            continue
        if not is_current(draft.state, item) and not _try(draft, item, strict):
            continue
        commits_flying += changes
        flying += item.kind == "document"
        if flying >= MAX_IN_FLIGHT:
            return


def _try(draft: Draft, item: OutboxItem, strict: bytes | None) -> bool:
    """Whether the item is sealed now."""
    try:
        form = _form(draft, item)
    except (HotlineError, MLSError) as error:
        if item.id == strict:
            raise
        draft.put(msgspec.structs.replace(item, refused=str(error)))
        return False
    if form is None:
        return False
    forms = (*item.sealed, form)[-_FORMS_KEPT:]
    draft.put(msgspec.structs.replace(item, sealed=forms, stale=False, attempts=item.attempts + 1))
    return True


def _form(draft: Draft, item: OutboxItem) -> Sealed | None:
    """A form for the present epoch, or None if it is not its turn."""
    if item.kind == "knock":
        return None
    if item.kind == "document":
        ahead = draft.standing.ahead >= MAX_AHEAD
        return _seal_document(draft, item) if draft.state.is_member and not ahead else None
    form = commits.build(draft, item)
    if form is None and (draft.state.is_member or draft.standing.founded):
        draft.done(item.id)
    return form


def _document(draft: Draft, item: OutboxItem, epoch: int) -> bytes:
    """The exact bytes that are signed: what the author says, and what of the log they have seen."""
    standing = draft.standing
    body = receipts.body(draft) if item.document_kind == "receipt" else decode_raw(item.body)
    return encode_document(
        Document(
            id=item.id,
            kind=item.document_kind,
            channel=draft.name,
            epoch=epoch,
            # what was written under an older certificate is signed under the present one (D4)
            time=max(item.time, draft.me.not_before * 1000),
            seen=(standing.cursor, standing.head),
            body=body,
        )
    )


def check_document(draft: Draft, item: OutboxItem) -> None:
    """FormatError if no reader would accept this."""
    decode_body(decode_document(_document(draft, item, 0)))


def _seal_document(draft: Draft, item: OutboxItem) -> Sealed:
    standing, group = draft.standing, draft.group
    content = _document(draft, item, group.epoch)
    entry_id = draft.rng(ID_SIZE)
    protected = group.protect(content, aad=entry_id, rng=draft.rng)
    draft.ratcheted()
    standing.ahead += 1
    return Sealed(
        entry_id=entry_id,
        kind="message",
        after=standing.last_commit,
        epoch=group.epoch,
        body=protected.message,
        content=content,
        authenticated=protected.authenticated_content,
        context=draft.state.context_digest,
    )


def outgoing(state: ChannelState, now: int) -> Iterator[Submission]:
    """What may be offered to the relay now, in order; the transport keeps out what is in flight already."""
    if state.stopped:
        return
    held = False
    for item in state.outbox.values():
        if item.refused is not None or (held and item.kind == "document"):
            continue
        held = held or item.document_kind in _AGAINST
        if item.not_before <= now and is_current(state, item):
            form = item.sealed[-1]
            after = state.standing.last_commit if form.kind == "commit" else form.after
            yield Submission(form.kind, form.entry_id, after, form.body)


def answered(draft: Draft, answer: Appended | Conflict | Rejected) -> None:
    """What the relay said to a submission. Only the followed log decides what is in it (L32).

    PeerError if the answer contradicts the log this device already has.
    """
    own = draft.own_form(answer.id)
    if own is None:
        return
    item, form = own
    match answer:
        case Appended():
            _promised(draft, form, answer)
        case Conflict():
            if form.kind != "commit" or answer.last_commit < form.after:
                raise PeerError("the relay answered conflict without a newer commit")
        case Rejected(retry_after=None):
            draft.put(msgspec.structs.replace(item, refused=f"the relay refused it: {answer.code}"))
        case Rejected(retry_after=wait):
            later = draft.now + int(1000 * min(max(wait or 0.0, 0.0), 3600.0))
            draft.put(msgspec.structs.replace(item, not_before=later))


def _promised(draft: Draft, form: Sealed, answer: Appended) -> None:
    if answer.seq > draft.standing.cursor:
        draft.promises[answer.seq] = Promise(form.entry_id, draft.steady)
        return
    taken = draft.past.entry(draft.name, answer.seq)
    if taken is not None and hmac.compare_digest(taken.id, form.entry_id):
        return  # it stands there, and is nobody's: what ended its epoch came first
    draft.event(
        "forged-appended",
        f"the relay said that entry {answer.seq} is ours, and it is another",
        security=True,
    )


def check_may_write(draft: Draft, *, acknowledging: bool = False) -> None:
    """UsageError if our own certificate has no right to this."""
    role = draft.me.acting
    if role not in WRITING_ROLES:
        raise UsageError("an observer cannot write")
    if acknowledging and role not in PERSON_ROLES:
        raise UsageError("a program cannot acknowledge for a person")
