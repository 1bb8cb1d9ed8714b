"""Documents of our own: checked as every reader will check them, then put into the outbox and sealed if that is possible now."""

from __future__ import annotations

from hashlib import sha256

from hotline_client.engine import journal
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import programs
from hotline_client.engine.outgoing import sealing
from hotline_client.engine.records import DocumentRecord, UsedKey
from hotline_client.errors import KeyReused
from hotline_protocol.documents import Body, encode_body, kind_of, why_not
from hotline_protocol.errors import UsageError
from hotline_protocol.relay.frames import ID_SIZE


def say(
    draft: Draft,
    body: Body,
    *,
    key: str | None = None,
    id: bytes | None = None,  # noqa: A002  the views' name
) -> bytes:
    """Queue a document that would count; its id, `id` if that is given.

    UsageError if our certificate may not send such a document; NotAppliedError if it would change nothing, were it the
    next in the log as far as this device has it. Then nothing is queued.
    """
    reason = why_not(draft.me.acting, kind_of(body))
    if reason is not None:
        raise UsageError(reason)
    _rehearse(draft, body)
    return queue(draft, body, key=key, id=id)


def queue(
    draft: Draft,
    body: Body,
    *,
    key: str | None = None,
    id: bytes | None = None,  # noqa: A002  the views' name
) -> bytes:
    """Put a document into the outbox; its id, `id` if that is given, or that of what was queued under the same key.

    UsageError, Refused, FormatError if no reader would accept it from us; KeyReused if the key names other content.
    """
    sealing.check_may_write(draft)
    kind = kind_of(body)
    programs.check_own(draft, kind)
    if draft.standing.removed:
        raise UsageError(f"this device was removed from {draft.name}")
    stored = encode_body(body)
    content = sha256(kind.encode() + stored).digest()
    known = None if key is None else draft.past.used_key(draft.name, key)
    if known is not None:
        if known.content != content:
            raise KeyReused("this key was used for a message with other content")
        return known.id
    item = draft.enqueue("document", stored, document_kind=kind, id=id)
    sealing.check_document(draft, item)
    if key is not None:
        draft.used_keys.append(UsedKey(key, content, item.id))
    sealing.seal(draft, strict=item.id)
    return item.id


def _rehearse(draft: Draft, body: Body) -> None:
    content = encode_body(body)
    journal.rehearse(
        draft,
        DocumentRecord(
            seq=draft.standing.cursor + 1,
            entry_id=bytes(ID_SIZE),
            id=draft.rng(ID_SIZE),
            kind=kind_of(body),
            author=draft.me.fingerprint,
            at=draft.now,
            time=draft.now,
            epoch=0,
            content=content,
            content_hash=sha256(content).digest(),
            authenticated=b"",
            own=True,
        ),
        body,
    )
