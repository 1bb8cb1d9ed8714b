r"""The record file: a line that names it, then frames (rules V1 and V2).

V1  file  = "hotline record 2\n" frame*; frame = size as 4 bytes big-endian ‖ msgpack array [tag, …] of that many bytes
V2  order = record, charter, then papers, entries and documents by seq, then what stands outside the log, and `end` last: SHA-256 over every byte before it.
    A certificate, revocation list or group context stands before the first document that needs it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Final

import msgspec

from hotline_protocol.errors import FormatError
from hotline_protocol.relay.chain import MALFORMED, Count, Hash
from hotline_protocol.text import show

MAGIC: Final = b"hotline record 2\n"
_EARLIER: Final = b"hotline record 1\n"
MAX_FRAME: Final = 1024 * 1024
"""Bytes of the largest frame: an entry or a document is smaller."""

Read = Callable[[int], bytes]
"""At most so many bytes of the file; fewer only at its end."""


class Frame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=str.lower):
    """A part of the file."""


class Record(Frame, frozen=True):
    """What the file holds. `whole`: the log from its first entry to entry `tail`, after which the head is `head`; if not,
    single documents of it. `made`: unix ms.
    """

    channel: str
    whole: bool
    tail: Count
    head: Hash
    made: Count


class Charter(Frame, frozen=True):
    """The signed charter, without the link secret."""

    signed: bytes


class Certificate(Frame, frozen=True):
    """A device's certificate, DER."""

    der: bytes


class Revocations(Frame, frozen=True):
    """A revocation list (DER), in force from entry `seq` on, the exporter says."""

    seq: Count
    der: bytes


class Context(Frame, frozen=True):
    """The GroupContext of an epoch (RFC 9420, 8.1), which its signatures are over."""

    encoded: bytes


class EntryPart(Frame, frozen=True):
    """An entry as the relay delivered it."""

    seq: Count
    raw: bytes


class Document(Frame, frozen=True):
    """What a member signed for entry `seq`: AuthenticatedContent (RFC 9420, 6.1) and the author's certificate by SHA-256.

    `refused`: why the exporter's device did not count it; `reference`: the number it had there.
    """

    seq: Count
    author: Hash
    authenticated: bytes
    refused: str | None
    reference: str | None


class Outside(Frame, frozen=True):
    """A document that counted under entry `seq` of the exporter's log, which a relay lost (H8): that entry, and as in `Document` what
    its author signed.
    """

    seq: Count
    raw: bytes
    author: Hash
    authenticated: bytes


class End(Frame, frozen=True):
    """Nothing follows. `digest`: SHA-256 over every byte before this frame."""

    digest: Hash


Part = Record | Charter | Certificate | Revocations | Context | EntryPart | Document | Outside
_decoder: Final[msgspec.msgpack.Decoder[Part | End]] = msgspec.msgpack.Decoder(Part | End)


def _frame(frame: Frame) -> bytes:
    encoded = msgspec.msgpack.encode(frame)
    if len(encoded) > MAX_FRAME:
        raise FormatError(f"a part of the record has {len(encoded)} bytes, at most {MAX_FRAME} are allowed")
    return len(encoded).to_bytes(4, "big") + encoded


def write(parts: Iterable[Part]) -> Iterator[bytes]:
    """The bytes of the file, piece by piece."""
    digest = sha256(MAGIC)
    yield MAGIC
    for part in parts:
        piece = _frame(part)
        digest.update(piece)
        yield piece
    yield _frame(End(digest.digest()))


def read(source: Read) -> Iterator[Part]:
    """The parts of a file. FormatError if it is none, or not whole."""
    first = source(len(MAGIC))
    if first == _EARLIER:
        raise FormatError(
            "the record is of an earlier program, whose protocol is no longer spoken: verify it with that program"
        )
    if first != MAGIC:
        raise FormatError("this is no record: expected a file that begins with `hotline record 2`")
    digest = sha256(MAGIC)
    while True:
        head = _exactly(source, 4)
        size = int.from_bytes(head, "big")
        if size > MAX_FRAME:
            raise FormatError(f"a part of the record has {size} bytes, at most {MAX_FRAME} are allowed")
        encoded = _exactly(source, size)
        part = _decode(encoded)
        if isinstance(part, End):
            if not hmac.compare_digest(part.digest, digest.digest()):
                raise FormatError("the record is damaged: its bytes are not those that were written")
            if source(1):
                raise FormatError("the record goes on after its end")
            return
        digest.update(head + encoded)
        yield part


def _exactly(source: Read, size: int) -> bytes:
    data = source(size)
    if len(data) != size:
        raise FormatError("the record is cut off: it ends in the middle")
    return data


def _decode(encoded: bytes) -> Part | End:
    try:
        return _decoder.decode(encoded)
    except MALFORMED as error:
        raise FormatError(f"a part of the record cannot be read: {show(str(error))}") from None
