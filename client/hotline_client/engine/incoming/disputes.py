"""Who signs another log than ours, and when that stops the channel.

D12 a word that names another head than ours does not count; its device is disputed until a word of it names one of ours. The channel
    stops as `fork` only when a second device names the same head, or when no undisputed device of that side is left: one device that
    lies costs its own words, once, and stops nobody
"""

from __future__ import annotations

import hmac

from hotline_client.engine.draft import Draft
from hotline_protocol.errors import ChainError
from hotline_protocol.identity.certificate import Certificate


def dispute(draft: Draft, seq: int, author: Certificate, place: int, head: bytes) -> str:
    """Why the word in entry `seq`, whose author signs `head` for entry `place`, does not count. ChainError if the channel must stop."""
    disputed = draft.standing.disputed
    words = f"the author of entry {seq} saw another log up to entry {place}"
    same = any(
        device != author.fingerprint and hmac.compare_digest(other, head)
        for device, other in disputed.items()
    )
    if same or not _others(draft, author):
        raise ChainError("fork", words)
    if author.fingerprint not in draft.standing.named:
        draft.standing.named.append(author.fingerprint)
        draft.event(
            "disputed",
            f"{author.name} signs another log than this device holds: its words do not count until it signs ours",
            seq=seq,
            security=True,
            author=author.fingerprint,
        )
    draft.what.add("roster")
    disputed[author.fingerprint] = head
    return words


def settle(draft: Draft, author: Certificate) -> None:
    """The author signs our log."""
    if draft.standing.disputed.pop(author.fingerprint, None) is not None:
        draft.what.add("roster")


def _others(draft: Draft, author: Certificate) -> bool:
    """Whether the author's side has a device in the group that is not disputed, besides the author's."""
    disputed = draft.standing.disputed.keys() | {author.fingerprint}
    people = (draft.member(one.index) for one in draft.group.members)
    return any(one.side == author.side and one.fingerprint not in disputed for one in people)
