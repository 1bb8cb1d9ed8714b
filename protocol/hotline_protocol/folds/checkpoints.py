"""Checkpoints: up to where each device has signed the log.

F130 of each device the checkpoint with the highest entry counts; one that names an earlier entry than its last changes nothing. Whether
    its head is the log's is judged by whoever has the log: a wrong one stops the channel (`fork`)
"""

from __future__ import annotations

import msgspec

from hotline_protocol.documents.talk import Checkpoint
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.terms import Side


class Signed(msgspec.Struct, frozen=True, array_like=True):
    """A device's last checkpoint: the head after entry `seq`, signed at `at` (unix ms) in a document."""

    side: Side
    seq: int
    head: bytes
    at: int
    document: bytes


class Checkpoints(msgspec.Struct):
    """The last checkpoint of each device, see `Party`."""

    last: dict[bytes, Signed] = msgspec.field(default_factory=dict)

    def sign(self, event: Event, body: Checkpoint) -> None:
        """A device signs a head (F130)."""
        author = event.author
        known = self.last.get(author.device)
        if known is not None and body.seq <= known.seq:
            raise NotAppliedError(f"this device has signed the log up to entry {known.seq} already")
        self.last[author.device] = Signed(author.side, body.seq, body.head, event.at, event.id)
