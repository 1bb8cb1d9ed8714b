"""What a stored document says, as a line of a timeline."""

from __future__ import annotations

from typing import Final

from hotline_client.engine.records import DocumentRecord, OutboxItem
from hotline_protocol.codec import convert, decode_raw
from hotline_protocol.documents import KINDS, Body, decode_body, decode_document
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.summary import summary
from hotline_protocol.errors import HotlineError

HIDDEN: Final = frozenset(name for name, kind in KINDS.items() if not kind.line)
"""Kinds that are no line of a timeline."""


def body_of(content: bytes) -> Body | None:
    """The typed body; None if it is not what its kind says."""
    try:
        return decode_body(decode_document(content))
    except HotlineError:
        return None


def text_of(body: Body | None) -> str:
    """Its words, raw as signed."""
    return "" if body is None else summary(body)


def about(body: Body | None) -> bytes | None:
    """The document that this one is about; None if it is about itself."""
    target = getattr(body, "target", None)
    return target.id if isinstance(target, Target) else target


def is_line(record: DocumentRecord) -> bool:
    """Whether it is a line of its own: what was refused always is, with its reason."""
    if record.refused is not None:
        return True
    if record.kind == "ack":
        return bool(text_of(body_of(record.content)))
    return record.kind not in HIDDEN


def queued_body(item: OutboxItem) -> Body | None:
    """The typed body of a document that waits in the outbox; None of anything else, and of a receipt, which is made when it is sealed."""
    kind = KINDS.get(item.document_kind)
    return convert(decode_raw(item.body), kind.body) if kind is not None and item.body else None
