"""The typed documents inside messages and the folds over them. Pure."""

from __future__ import annotations

from hotline_protocol.documents.body import Body
from hotline_protocol.documents.document import (
    Document,
    content_hash,
    decode_document,
    encode_document,
)
from hotline_protocol.documents.kinds import KINDS, Unknown, decode_body, encode_body, kind_of
from hotline_protocol.documents.party import Party
from hotline_protocol.documents.receipts import (
    ReceiptState,
    Target,
    Watermark,
    advance,
    receipt_state,
    why_ack_fails,
)
from hotline_protocol.documents.rights import check_right, why_not
from hotline_protocol.documents.talk import Ack, Addressee, Checkpoint, Receipt, Revocation, Text

__all__ = [
    "KINDS",
    "Ack",
    "Addressee",
    "Body",
    "Checkpoint",
    "Document",
    "Party",
    "Receipt",
    "ReceiptState",
    "Revocation",
    "Target",
    "Text",
    "Unknown",
    "Watermark",
    "advance",
    "check_right",
    "content_hash",
    "decode_body",
    "decode_document",
    "encode_body",
    "encode_document",
    "kind_of",
    "receipt_state",
    "why_ack_fails",
    "why_not",
]
