"""How far a message got: a fold over receipts and acknowledgements that no order of arrival can change.

Rules: watermarks are cumulative, one pair a device, and never go down; what is seen was delivered; a receipt speaks only of
entries before its own. An acknowledgement counts if a person of the other side names a document and its content hash. A message
that asks for an answer is ANSWERED or DECLINED once its dialogue is; STANDBY is no answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hotline_protocol.documents.dialogue import DECLINING, Answer
from hotline_protocol.documents.party import Party
from hotline_protocol.documents.rights import why_not
from hotline_protocol.documents.talk import Ack, Receipt
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Side


class ReceiptState(StrEnum):
    """How far a message in the log got, least first; DECLINED is an answer too."""

    RELAYED = "RELAYED"
    DELIVERED = "DELIVERED"
    SEEN = "SEEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Target:
    """A counting document in the log: its place, author and the hash of its exact bytes."""

    seq: int
    author: Party
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Watermark:
    """Seqs up to which a device has entries, and has shown them; `seen` is never above `delivered`."""

    delivered: int = 0
    seen: int = 0


def advance(old: Watermark, receipt: Receipt, *, seq: int) -> Watermark:
    """The watermark after a receipt that stands in the log at `seq`. FormatError if it speaks of itself or later entries."""
    if max(receipt.delivered, receipt.seen) >= seq:
        raise FormatError(
            f"the receipt speaks of entry {max(receipt.delivered, receipt.seen)}, it stands at {seq} itself"
        )
    return Watermark(max(old.delivered, receipt.delivered, receipt.seen), max(old.seen, receipt.seen))


def why_ack_fails(ack: Ack, author: Party, target: Target | None) -> str | None:
    """Why an acknowledgement does not count; None if it does. `target`: the counting document its id names, if any."""
    reason = why_not(author.role, "ack")
    if reason is not None:
        return reason
    if target is None:
        return "the acknowledgement names a document that is not in the log before it"
    if not hmac.compare_digest(target.content_hash, ack.hash):
        return "the acknowledgement names another content than the document has"
    if target.author.side == author.side:
        return "a delegation cannot acknowledge its own message"
    return None


def receipt_state(
    author: Side,
    *,
    one_sided: bool,
    delivered: Iterable[Side],
    seen: Iterable[Side],
    acknowledged: Iterable[Side],
    answer: Answer | None = None,
) -> ReceiptState:
    """The furthest that any recipient got, from the sides of those who did so (the author's own device left out).

    Recipients are the members of the other side; in a channel of one side everybody else, who can see and not acknowledge.
    `answer`: the last one to its present words, if there is one.
    """
    if answer is not None and answer is not Answer.STANDBY:
        return ReceiptState.DECLINED if answer in DECLINING else ReceiptState.ANSWERED
    if any(side != author for side in acknowledged):
        return ReceiptState.ACKNOWLEDGED
    if any(one_sided or side != author for side in seen):
        return ReceiptState.SEEN
    if any(one_sided or side != author for side in delivered):
        return ReceiptState.DELIVERED
    return ReceiptState.RELAYED
