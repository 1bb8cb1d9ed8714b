"""The way back of a device whose vault may be older than words that were said with its keys.

L37 a person's decision: every group is left, what this device could read and what waits to be said is kept, and it knocks
    with fresh keys, to be admitted anew by a person of its side; what waits is sealed again under its id once it is in
"""

from __future__ import annotations

from dataclasses import dataclass

from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import upkeep


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done in a channel. `left`: this device was in its group; `waiting`: how many documents wait to be said;
    `dropped`: what was to change in the group and must be asked for again.
    """

    left: bool
    waiting: int
    dropped: tuple[str, ...]


def recover(draft: Draft) -> Recovered:
    """Leave the group of this channel and ask to be let in anew (L37)."""
    left, standing = draft.state.is_member, draft.standing
    if left:
        draft.event("recovered", "a person decided that this device leaves the group and is admitted anew")
    draft.leave()
    # nothing that a copy may hold too proves that this device was in: a person admits it, and no machine does
    standing.shared.clear()
    standing.own_knock, standing.accused, standing.removed = None, None, False
    items = list(draft.state.outbox.values())
    for item in items:
        if item.kind != "document":
            draft.done(item.id)
    if draft.state.trust.is_current(draft.context.certificate, draft.now // 1000):
        upkeep.knock(draft)
    return Recovered(
        left,
        sum(item.kind == "document" and item.refused is None for item in items),
        tuple(item.kind for item in items if item.kind in ("admit", "remove")),
    )
