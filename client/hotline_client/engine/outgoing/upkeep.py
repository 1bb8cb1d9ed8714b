"""What a device does by itself to stay in its channels: knock where it may enter, and renew its key and certificate.

L50 entitled and not in: knock; again when the key package is about to expire or was used up, or our certificate was renewed
L51 removed by our own side: no knock until a person asks for it
L52 in: a fresh leaf key when the last one is more than a day old at start, at least every week, and at once with a renewed
    certificate: by a commit of its own if it admits, else by a knock that a device of its side which admits answers (L25)
L53 with an expired or revoked certificate: nothing
L54 who consented to found a channel again founds it when the others' consents are there, and takes the consent back after a day
"""

from __future__ import annotations

from typing import Final

from hotline_client.engine import keys
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import foundings
from hotline_client.engine.outgoing import commits
from hotline_client.engine.records import Sealed
from hotline_client.engine.standing import OwnKnock
from hotline_protocol.identity.signed_time import AHEAD
from hotline_protocol.identity.statements import MAX_PROOFS, Statement, Wish
from hotline_protocol.relay.frames import ID_SIZE

DAY: Final = 24 * 3600 * 1000
WEEK: Final = 7 * DAY
_KNOCKS_KEPT: Final = 512


def keep(draft: Draft, *, start: bool = False) -> None:
    """Do what is due in this channel. `start`: the program has just caught up for the first time."""
    now = draft.now // 1000
    if draft.state.stopped or not draft.state.trust.is_current(draft.context.certificate, now):
        return
    _found(draft)
    if draft.state.is_member:
        if _is_due(draft, DAY if start else WEEK):
            renew(draft)
    elif not draft.standing.removed and needs_knock(draft):
        knock(draft)


def _is_due(draft: Draft, age: int) -> bool:
    renewed = draft.me.fingerprint != draft.context.certificate.fingerprint
    # a time that is still to come was taken from a clock that was ahead
    return renewed or not 0 <= draft.now - draft.standing.last_update <= age


def renew(draft: Draft) -> None:
    """A fresh leaf, with our present certificate: by a commit, or by a knock that our side answers (L52)."""
    if not draft.me.admits or not draft.state.trust.is_current(draft.me, draft.now // 1000):
        own = draft.standing.own_knock
        if own is None or needs_knock(draft) or abs(draft.now - own.made) > DAY:
            knock(draft)
        return
    tried = [item for item in draft.state.outbox.values() if item.kind == "update"]
    if any(item.refused is None or abs(draft.now - item.time) < DAY for item in tried):
        return
    for item in tried:
        draft.done(item.id)
    commits.queue(draft, "update", [])


def needs_knock(draft: Draft) -> bool:
    """Whether no knock of ours is usable for another day, as far as our certificate lasts."""
    own, me = draft.standing.own_knock, draft.context.certificate
    if own is None or own.certificate != me.fingerprint:
        return True
    if own.made > draft.now + AHEAD:
        return True  # made by a clock that was ahead: nobody could take it yet
    return own.expires < min(draft.now // 1000 + DAY // 1000, me.not_after)


def knock(draft: Draft, founds: int | None = None) -> None:
    """A new key package, to be offered as a knock; an older one of ours is forgotten. `founds`: the generation it consents to."""
    for item in [one for one in draft.state.outbox.values() if one.kind == "knock"]:
        draft.done(item.id)
    standing, context = draft.standing, draft.context
    made = keys.make_key_package(context, now=draft.now // 1000, rng=draft.rng)
    entry_id, seated = draft.rng(ID_SIZE), draft.state.is_member
    standing.own_knock = OwnKnock(
        id=entry_id,
        package=made.package,
        expires=made.expires,
        made=draft.now,
        certificate=context.certificate.fingerprint,
        seated=seated,
        founds=founds,
        private=made.private,
    )
    shared = {(one.generation, one.epoch): one.authenticator for one in standing.shared[-MAX_PROOFS:]}
    standing.own_knocks = [*standing.own_knocks, entry_id][-_KNOCKS_KEPT:]
    wish = Wish(made.package, draft.now, seated, founds, standing.accused)
    statement = Statement.make(wish, keys.place(draft, entry_id), shared, context.private_key)
    body = keys.seal(draft, "knock", statement.encode(), entry_id)
    draft.enqueue("knock", id=entry_id, sealed=(Sealed(entry_id, "knock", standing.last_commit, 0, body),))


def _found(draft: Draft) -> None:
    if any(item.kind == "found" for item in draft.state.outbox.values()):
        return
    own = draft.standing.own_knock
    if (
        own is not None
        and own.id in draft.standing.consents
        and not foundings.is_fresh(draft.standing.consents[own.id], draft.now)
    ):
        knock(draft)  # it takes the consent back: nobody shall found with it next month
        return
    chosen = foundings.agreed(draft)
    if chosen is not None:
        commits.queue(draft, "found", chosen)
