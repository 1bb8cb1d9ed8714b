"""The envelope of a document: the signed plaintext of a message, as exact bytes.

Rules: one msgpack map of version 1, no key twice, bounded, every field of its type and range. Fields this version does not
know are ignored here and survive, because whoever keeps a document keeps its bytes and never encodes it again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec

from hotline_protocol import codec
from hotline_protocol.errors import FormatError

VERSION: Final = 1
ID_SIZE: Final = 16
MAX_DOCUMENT: Final = codec.MAX_DOCUMENT
"""Bytes of the largest document."""
MAX_TIME: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, unix ms: what comes after it has no DTG."""
MAX_INT: Final = 2**63 - 1
"""The largest seq or epoch: what every store can hold."""

Id = Annotated[bytes, msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)]
Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
Time = Annotated[int, msgspec.Meta(ge=0, le=MAX_TIME)]
KindName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9.-]{0,31}\Z")]
ChannelName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9.-]{0,63}\Z")]


class Document(msgspec.Struct, frozen=True):
    """What an author says in a channel. `id`: 16 bytes, names it for ever (idempotency); `time`: unix ms by the author;
    `seen`: seq of the last log entry the author had, and the head after it; `body`: the map that `kind` types.
    """

    id: Id
    kind: KindName
    channel: ChannelName
    epoch: Count
    time: Time
    seen: tuple[Count, Hash]
    body: dict[str, Any]

    def __repr__(self) -> str:
        """Without the body, which is private to the channel."""
        return (
            f"Document(id={self.id.hex()}, kind={self.kind!r}, channel={self.channel!r}, epoch={self.epoch})"
        )


def encode_document(document: Document) -> bytes:
    """The exact bytes that are signed, hashed and kept. FormatError if no reader would accept them."""
    content = codec.encode(
        {"v": VERSION, **{name: getattr(document, name) for name in Document.__struct_fields__}}
    )
    decode_document(content)
    return content


def decode_document(content: bytes) -> Document:
    """The envelope in these exact bytes; the body is typed by `kinds.decode_body`. FormatError if it is none."""
    value = codec.decode_raw(content, limit=MAX_DOCUMENT)
    if not isinstance(value, dict):
        raise FormatError("a document is a map")
    version = value.get("v")
    if type(version) is not int or version != VERSION:
        raise FormatError(f"expected a document of version {VERSION}")
    return codec.convert(value, Document)


def content_hash(content: bytes) -> bytes:
    """What an acknowledgement names: SHA-256 of a document's exact bytes."""
    return sha256(content).digest()
