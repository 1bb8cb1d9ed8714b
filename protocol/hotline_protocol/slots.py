"""What a scheduled document is called: the same by whichever host of a delegation says it (docs/protocol.md, D12)."""

from __future__ import annotations

from hashlib import sha256

from hotline_protocol import codec
from hotline_protocol.documents.document import ID_SIZE
from hotline_protocol.terms import Side


def slot_id(link_id: bytes, channel: str, side: Side, schedule: str, slot: int) -> bytes:
    """The id, 16 bytes, of what a schedule of a side says for the slot at `slot`, unix s: SHA-256("hotline.v1 slot" ‖ msgpack
    array of the arguments), cut.
    """
    named = codec.encode([link_id, channel, side, schedule, slot])
    return sha256(b"hotline.v1 slot" + named).digest()[:ID_SIZE]


def step_id(document: bytes, number: int) -> bytes:
    """The id of what step `number` of an escalation says about a document."""
    return sha256(b"hotline.v1 step" + codec.encode([document, number])).digest()[:ID_SIZE]
