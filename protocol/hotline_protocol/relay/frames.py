"""Frames of the relay protocol `hotline.v1`: msgpack arrays whose first element names the frame, one type each.

A WebSocket message is one frame. Client: hello, append, follow, offer, refill. Relay: challenge, ready, answers, entries, show, fetch,
error. Arrays and not maps, so that no key can be named twice (docs/protocol.md, rules R1 to R16).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from hotline_protocol.errors import FormatError
from hotline_protocol.relay import chain
from hotline_protocol.relay.chain import HASH_SIZE, MALFORMED, Count, Hash, Id, Kind
from hotline_protocol.text import show

SUBPROTOCOL: Final = "hotline.v1"
NONCE_SIZE: Final = HASH_SIZE
ID_SIZE: Final = chain.ID_SIZE
MAX_FRAME_BEFORE_AUTH: Final = 8 * 1024
MAX_FRAME: Final = 1024 * 1024
MAX_BODY: Final = 512 * 1024
MAX_BATCH: Final = 64
"""Most submissions in one `append`, most entries in one `entries`."""

Wait = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
"""Seconds."""

ErrorCode = Literal[
    "malformed", "unauthenticated", "unknown-link", "not-entitled", "unknown-channel", "id-conflict",
    "too-large", "rate-limited", "too-many-connections", "too-slow", "shutting-down", "storage", "recovering",
]  # fmt: skip


class Challenge(msgspec.Struct, frozen=True, array_like=True, tag="challenge"):
    """Relay, first: what `hello` must sign."""

    nonce: Hash


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello", forbid_unknown_fields=True):
    """Client, first: certificate (DER) and its key's signature over `hello_content`."""

    link_id: Hash
    certificate: bytes
    signature: bytes


class Limits(msgspec.Struct, frozen=True, array_like=True):
    """Sizes in bytes, rates in entries a second and their burst."""

    max_frame: Count
    max_body: Count
    max_batch: Count
    rate: Count
    burst: Count


class ChannelState(msgspec.Struct, frozen=True, array_like=True):
    """Where a channel's log stands: seq of its last entry, seq of its last commit, head. `recovering`: the relay lost entries of
    it, or does not know whether it did, and takes none until devices have said what they hold (R13).
    """

    name: str
    tail: Count
    last_commit: Count
    head: Hash
    recovering: bool = False


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """Relay: authenticated; the channels this certificate is entitled to. `now`: unix milliseconds."""

    now: Count
    limits: Limits
    channels: tuple[ChannelState, ...]


class Submission(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One entry offered for the log; `id` is 16 bytes and names it for ever."""

    kind: Kind
    id: Id
    after: Count
    body: bytes


class Append(msgspec.Struct, frozen=True, array_like=True, tag="append", forbid_unknown_fields=True):
    """Client: append in this order; each submission is answered on its own."""

    channel: str
    submissions: tuple[Submission, ...]


class Appended(msgspec.Struct, frozen=True, array_like=True, tag="appended"):
    """The entry is on disk at `seq`; the same answer however often it is asked."""

    id: Id
    seq: Count
    at: Count


class Conflict(msgspec.Struct, frozen=True, array_like=True, tag="conflict"):
    """Nothing was stored: a newer commit stands at `last_commit`."""

    id: Id
    last_commit: Count


class Rejected(msgspec.Struct, frozen=True, array_like=True, tag="rejected"):
    """Nothing was stored, for the reason `code`; `retry_after` in seconds, or None when a retry is useless."""

    id: Id
    code: ErrorCode
    message: str
    retry_after: Wait | None = None


class Answers(msgspec.Struct, frozen=True, array_like=True, tag="answers"):
    """Relay: answers to submissions of this connection in `channel`, any number at once."""

    channel: str
    answers: tuple[Appended | Conflict | Rejected, ...]


class Follow(msgspec.Struct, frozen=True, array_like=True, tag="follow", forbid_unknown_fields=True):
    """Client: send entries with seq > `after`, now and as they come. A second follow moves the cursor."""

    channel: str
    after: Count


class Offer(msgspec.Struct, frozen=True, array_like=True, tag="offer", forbid_unknown_fields=True):
    """Client: the head of my log after entry `seq`; at first of its last entry, then of those that `show` asks for."""

    channel: str
    seq: Count
    head: Hash


class Refill(msgspec.Struct, frozen=True, array_like=True, tag="refill", forbid_unknown_fields=True):
    """Client: the consecutive entries from `first` on that `fetch` asked for, each as its exact stored bytes."""

    channel: str
    first: Count
    entries: tuple[bytes, ...]


class Show(msgspec.Struct, frozen=True, array_like=True, tag="show"):
    """Relay: offer the head of your log after entry `seq`."""

    channel: str
    seq: Count


class Fetch(msgspec.Struct, frozen=True, array_like=True, tag="fetch"):
    """Relay: give me entries of your log from `first` on, as many as one `refill` may hold."""

    channel: str
    first: Count


class Entries(msgspec.Struct, frozen=True, array_like=True, tag="entries"):
    """Relay: consecutive entries starting at `first`, each as its exact stored bytes."""

    channel: str
    first: Count
    entries: tuple[msgspec.Raw, ...]


class Error(msgspec.Struct, frozen=True, array_like=True, tag="error"):
    """Relay: the connection cannot go on; it closes after this."""

    code: ErrorCode
    message: str
    retry_after: Wait | None = None


ClientFrame = Hello | Append | Follow | Offer | Refill
RelayFrame = Challenge | Ready | Answers | Entries | Show | Fetch | Error

_encoder = msgspec.msgpack.Encoder()
_client_decoder: msgspec.msgpack.Decoder[ClientFrame] = msgspec.msgpack.Decoder(ClientFrame)
_relay_decoder: msgspec.msgpack.Decoder[RelayFrame] = msgspec.msgpack.Decoder(RelayFrame)


def encode_frame(frame: ClientFrame | RelayFrame) -> bytes:
    """One frame as one WebSocket message."""
    return _encoder.encode(frame)


def decode_client_frame(data: bytes) -> ClientFrame:
    """What a relay received."""
    try:
        return _client_decoder.decode(data)
    except MALFORMED as error:
        raise FormatError(f"not a client frame: {show(str(error))}") from None


def decode_relay_frame(data: bytes) -> RelayFrame:
    """What a client received."""
    try:
        return _relay_decoder.decode(data)
    except MALFORMED as error:
        raise FormatError(f"not a relay frame: {show(str(error))}") from None


def hello_content(nonce: bytes, link_id: bytes, tls_certificate_hash: bytes) -> bytes:
    """What a device signs to prove itself to a relay: nothing another protocol could ask it to sign."""
    return b"hotline.v1 hello\x00" + nonce + link_id + tls_certificate_hash
