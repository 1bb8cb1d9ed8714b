"""The log of a channel: entries, and the hash chain that proves their order (docs/protocol.md, rules C1 to C4).

C1  entry   = msgpack array [at, kind, id, after, body], as the relay encoded it
C2  head(0) = SHA-256("hotline.v1 log" ‖ link id ‖ channel name in UTF-8)
C3  head(n) = SHA-256(head(n-1) ‖ n as 8 bytes big-endian ‖ SHA-256(entry n))
C4  sequence numbers start at 1 and have no gap; `at` is the relay's clock, may fall, and decides nothing
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec

from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

Kind = Literal["knock", "commit", "message"]
ID_SIZE: Final = 16
HASH_SIZE: Final = 32
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A sequence number, a time in unix milliseconds, or a size: what a signed 64-bit column holds."""
Id = Annotated[bytes, msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)]
Hash = Annotated[bytes, msgspec.Meta(min_length=HASH_SIZE, max_length=HASH_SIZE)]
MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises on foreign bytes."""


class Entry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One entry of a log. `at`: unix milliseconds by the relay; `id`: 16 bytes chosen by the sender; `after`: seq of the
    last commit its sender had processed (0: none).
    """

    at: Count
    kind: Kind
    id: Id
    after: Count
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """The bytes that are stored, delivered and hashed."""
    return _encoder.encode(entry)


def decode_entry(raw: bytes) -> Entry:
    """An entry from its exact bytes."""
    try:
        return _decoder.decode(raw)
    except MALFORMED as error:
        raise FormatError(f"not a log entry: {show(str(error))}") from None


def genesis(link_id: bytes, channel: str) -> bytes:
    """The head of an empty log (C2), 32 bytes."""
    return sha256(b"hotline.v1 log" + link_id + channel.encode()).digest()


def extend(head: bytes, seq: int, raw: bytes) -> bytes:
    """The head after entry `seq` with the exact bytes `raw` (C3), 32 bytes."""
    return sha256(head + seq.to_bytes(8, "big") + sha256(raw).digest()).digest()
