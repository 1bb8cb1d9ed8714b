"""What a device does by itself to stay in its channels: knock where it may enter, and renew its key.

L50 entitled and not in: knock; again when the key package is about to expire or was used up
L51 removed by our own side: no knock until a person asks for it
L52 in: a fresh leaf key when the last one is more than a day old at start, and at least every week
L53 with an expired or revoked certificate: nothing
"""

from __future__ import annotations

from typing import Final

from hotline_client.engine import keys
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import commits
from hotline_client.engine.records import Sealed
from hotline_client.engine.standing import OwnKnock
from hotline_protocol.relay.frames import ID_SIZE

DAY: Final = 24 * 3600 * 1000
WEEK: Final = 7 * DAY


def keep(draft: Draft, *, start: bool = False) -> None:
    """Do what is due in this channel. `start`: the program has just caught up for the first time."""
    if draft.state.stopped or not draft.state.trust.is_current(draft.me, draft.now // 1000):
        return
    if draft.state.is_member:
        _renew(draft, DAY if start else WEEK)
    elif not draft.standing.removed and needs_knock(draft):
        knock(draft)


def _renew(draft: Draft, age: int) -> None:
    if draft.now - draft.standing.last_update <= age:
        return
    tried = [item for item in draft.state.outbox.values() if item.kind == "update"]
    if any(item.refused is None or draft.now - item.time < DAY for item in tried):
        return
    for item in tried:
        draft.done(item.id)
    commits.queue(draft, "update", [])


def needs_knock(draft: Draft) -> bool:
    """Whether no knock of ours is usable for another day, as far as our certificate lasts."""
    own = draft.standing.own_knock
    return own is None or own.expires < min(draft.now // 1000 + DAY // 1000, draft.me.not_after)


def knock(draft: Draft) -> None:
    """A new key package, to be offered as a knock; an older one of ours is forgotten."""
    for item in [one for one in draft.state.outbox.values() if one.kind == "knock"]:
        draft.done(item.id)
    made = keys.make_key_package(draft.context, now=draft.now // 1000, rng=draft.rng)
    entry_id = draft.rng(ID_SIZE)
    draft.standing.own_knock = OwnKnock(entry_id, made.package, made.expires, None, made.private)
    body = keys.seal(draft, "knock", made.package, entry_id)
    form = Sealed(entry_id, "knock", draft.standing.last_commit, 0, body)
    draft.enqueue("knock", id=entry_id, sealed=(form,))
