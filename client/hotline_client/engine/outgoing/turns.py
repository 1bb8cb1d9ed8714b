"""What a device says by itself: whether it may, after which devices of its side, and that the vault says nothing twice."""

from __future__ import annotations

from hashlib import sha256

from hotline_client.engine.draft import Draft
from hotline_client.engine.records import UsedKey
from hotline_protocol.documents import Body, encode_body, kind_of, why_not


def may_say(draft: Draft, kind: str) -> bool:
    """A member with a right to the kind, neither expired nor revoked, in a channel that is not halted."""
    return (
        draft.state.is_member
        and not draft.state.stopped
        and why_not(draft.me.role, kind) is None
        and draft.state.trust.is_current(draft.me, draft.now // 1000)
    )


def rank(draft: Draft, kind: str) -> int:
    """How many devices of our side that may say it come before this one, by their leaves."""
    members = (draft.member(leaf.index) for leaf in draft.group.members)
    own = [
        one.fingerprint for one in members if one.side == draft.me.side and why_not(one.role, kind) is None
    ]
    return own.index(draft.me.fingerprint)


def queue_once(draft: Draft, body: Body, key: str) -> bool:
    """Put a document into the outbox, unless this vault ever did under this key."""
    if draft.past.used_key(draft.name, key) is not None:
        return False
    kind, stored = kind_of(body), encode_body(body)
    item = draft.enqueue("document", stored, document_kind=kind)
    draft.used_keys.append(UsedKey(key, sha256(kind.encode() + stored).digest(), item.id))
    return True
