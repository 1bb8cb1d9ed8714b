"""What a document can say: one typed body a kind, one row a kind in `KINDS`, gathered from the modules of each topic.

Rules: a known kind has every field of its type and range, or the document does not count; fields beyond them are ignored
and survive in the kept bytes; an unknown kind is `Unknown`, is shown as such and changes nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import msgspec

from hotline_protocol import codec
from hotline_protocol.documents import agenda, composition, dialogue, meetings, minutes, notices, talk, watch
from hotline_protocol.documents.body import Body
from hotline_protocol.documents.document import Document


class Unknown(Body, frozen=True):
    """A kind of a later version: its name and its map as they came."""

    kind: str
    fields: dict[str, Any]


KINDS: Final = MappingProxyType(
    {
        **talk.KINDS,
        **dialogue.KINDS,
        **agenda.KINDS,
        **meetings.KINDS,
        **minutes.KINDS,
        **notices.KINDS,
        **watch.KINDS,
        **composition.KINDS,
    }
)
_NAMES: Final = {kind.body: name for name, kind in KINDS.items()}
# what msgspec keeps of a type is made here, and not by two threads that are the first to need it at the same moment
_READY: Final = tuple(msgspec.msgpack.Decoder(kind.body) for kind in KINDS.values())


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
