"""What a document can say: one typed body a kind, one row a kind in `KINDS`.

Rules: a known kind has every field of its type and range, or the document does not count; fields beyond them are ignored
and survive in the kept bytes; an unknown kind is `Unknown`, is shown as such and changes nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any, Final

import msgspec

from hotline_protocol import codec
from hotline_protocol.documents.document import Count, Document, Hash, Id
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Precedence, Response, Role
from hotline_protocol.text import check_field

MAX_TEXT: Final = 16_384
"""Characters of a text."""
MAX_NOTE: Final = 1_000
"""Characters of the note in an acknowledgement."""
MAX_CRL: Final = 64 * 1024
"""Bytes of a certificate revocation list."""


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of every body."""


class Text(Body, frozen=True):
    """Words, with their urgency (ACP 121) and the answer they ask for (ICAO Doc 4444). `reply_to`: a document id."""

    text: str
    precedence: Precedence
    response: Response
    reply_to: Id | None = None

    def __post_init__(self) -> None:
        """Refuse text that is empty, too long, not NFC or holds invisible characters (design: untrusted text)."""
        check_field(self.text, "the text", limit=MAX_TEXT, lines=True)

    def __repr__(self) -> str:
        """Without the words."""
        return f"Text(precedence={self.precedence}, response={self.response}, {len(self.text)} characters)"


class Receipt(Body, frozen=True):
    """Cumulative watermarks of the author's device: it has, and has shown, every entry up to these seqs."""

    delivered: Count
    seen: Count


class Ack(Body, frozen=True):
    """The author, a person, has read the document `target` with this content hash."""

    target: Id
    hash: Hash
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a note that could not be shown as it is."""
        if self.note:
            check_field(self.note, "the note", limit=MAX_NOTE, lines=True)


class Revocation(Body, frozen=True):
    """A list of revoked certificates (DER CRL), signed by the author's own authority."""

    crl: Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_CRL)]


class Checkpoint(Body, frozen=True):
    """The author's device signs that the head after entry `seq` is `head`."""

    seq: Count
    head: Hash


class Unknown(Body, frozen=True):
    """A kind of a later version: its name and its map as they came."""

    kind: str
    fields: dict[str, Any]


class Kind(msgspec.Struct, frozen=True):
    """A row of the table: how the body is typed, and which roles may send it."""

    body: type[Body]
    roles: frozenset[Role]


KINDS: Final = MappingProxyType(
    {
        "text": Kind(Text, WRITING_ROLES),
        "receipt": Kind(Receipt, frozenset(Role)),
        "ack": Kind(Ack, WRITING_ROLES & PERSON_ROLES),
        "revocation": Kind(Revocation, WRITING_ROLES),
        "checkpoint": Kind(Checkpoint, WRITING_ROLES),
    }
)
_NAMES: Final = {kind.body: name for name, kind in KINDS.items()}


def kind_of(body: Body) -> str:
    """The kind that goes into the envelope around `body`."""
    return body.kind if isinstance(body, Unknown) else _NAMES[type(body)]


def decode_body(document: Document) -> Body:
    """The typed body of a document. FormatError if the kind is known and the body is not of it."""
    kind = KINDS.get(document.kind)
    if kind is None:
        return Unknown(document.kind, document.body)
    return codec.convert(document.body, kind.body)


def encode_body(body: Body) -> bytes:
    """The body's map in msgpack, to wait in an outbox until an envelope is made around it. FormatError if it is not valid."""
    if isinstance(body, Unknown):
        return codec.encode(body.fields)
    encoded = codec.encode(body)
    codec.decode(encoded, type(body))
    return encoded
