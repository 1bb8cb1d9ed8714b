"""Receipts of our own: cumulative watermarks, as few as possible.

L40 DELIVERED goes out by itself, once when we are caught up and others wrote since the last, at most every 2 s
L41 SEEN is what a screen or a watch said it showed; both travel in one document, made from what is true when it is sealed
L42 a receipt asks for no receipt
"""

from __future__ import annotations

from typing import Any, Final

from hotline_client.engine.draft import Draft

INTERVAL: Final = 2000
"""Least time between two receipts of one channel, ms."""


def due_at(draft: Draft) -> int | None:
    """When a receipt should be queued, unix ms; None if there is nothing to say."""
    standing = draft.standing
    if not draft.state.is_member or draft.state.stopped:
        return None
    if standing.receipt_due <= standing.receipted and standing.seen <= standing.receipted_seen:
        return None
    if any(item.document_kind == "receipt" for item in draft.state.outbox.values()):
        return None
    # a clock that was ahead and is put right leaves no trace
    return draft.now if standing.receipt_time > draft.now else standing.receipt_time + INTERVAL


def queue(draft: Draft) -> None:
    """Queue a receipt if one is due now (L40)."""
    due = due_at(draft)
    if due is None or due > draft.now:
        return
    draft.enqueue("document", document_kind="receipt")
    draft.standing.receipt_time = draft.now


def body(draft: Draft) -> dict[str, Any]:
    """The watermarks as of now; they count as said."""
    standing = draft.standing
    standing.receipted, standing.receipted_seen = standing.receipt_due, standing.seen
    return {"delivered": standing.receipt_due, "seen": standing.seen}


def mark_seen(draft: Draft, seq: int) -> None:
    """A screen really showed everything up to `seq` (L41)."""
    standing = draft.standing
    reached = max((place for place in standing.unseen if place <= seq), default=0)
    if reached <= standing.seen:
        return
    standing.seen = reached
    standing.unseen = [place for place in standing.unseen if place > seq]
    draft.what.add("status")
