"""The peer driver's ways into a group: founding one, by a Welcome, by a commit of one's own, and after another group."""

from __future__ import annotations

from hotline_protocol.mls import external, resuming
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.external import Newcomer
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.welcome import GroupInfo, Welcome
from tests.interop.peer_answers import Answer, view
from tests.interop.peer_fields import Fields, to_b64
from tests.interop.peer_proposals import find_psk, read_key_package
from tests.interop.peer_state import PeerState, Seat, default_lifetime, lifetime_of, now, rng


def create_group(state: PeerState, fields: Fields) -> Answer:
    handle = fields.handle("identity", state.identities)
    identity = state.identities[handle]
    offer = identity.make_offer(default_lifetime())
    group = Group.create(
        identity.suite,
        fields.data("group_id") if fields.has("group_id") else rng(16),
        offer.key_package,
        offer.private,
        extensions=fields.extensions("extensions"),
        rng=rng,
    )
    return enter(state, Seat(handle, group))


def join(state: PeerState, fields: Fields) -> Answer:
    handle = fields.handle("identity", state.identities)
    identity = state.identities[handle]
    welcome = fields.data("welcome")
    named = {one.new_member for one in decode_body(Welcome, welcome).secrets}
    ref = next((one for one in identity.offers if one in named), None)
    if ref is None:
        raise RefusedError("welcome", "the welcome is for no key package that this identity holds")
    offer = identity.offers[ref]
    known = state.groups_of(handle)
    if fields.has("follows"):
        # In another suite the old group was joined by another identity of the same client.
        known.insert(0, state.seats[fields.handle("follows", state.seats)].group)
    staged = Group.join(
        welcome,
        offer.key_package,
        offer.private,
        ratchet_tree=fields.data("ratchet_tree") if fields.has("ratchet_tree") else None,
        psks=state.psks,
        known=known,
        now=now(),
    )
    answer = enter(state, Seat(handle, staged.accept()))
    if not offer.last_resort:
        del identity.offers[ref]
    return answer


def external_join(state: PeerState, fields: Fields) -> Answer:
    handle = fields.handle("identity", state.identities)
    identity = state.identities[handle]
    info = fields.data("group_info")
    tree = fields.data("ratchet_tree") if fields.has("ratchet_tree") else None
    names = fields.datas("psks") if fields.has("psks") else []
    joined = external.join(
        info,
        Newcomer(identity.signing_key, identity.credential, identity.capabilities),
        ratchet_tree=tree,
        removes=identity.leaf_in(info, tree) if fields.flag("resync") else None,
        psks={name: find_psk(state, name) for name in names},
        aad=fields.data_or("aad"),
        rng=rng,
    )
    return {"commit": to_b64(joined.message), **enter(state, Seat(handle, joined.group))}


def propose_join(state: PeerState, fields: Fields) -> Answer:
    """A newcomer's own proposal to be added (RFC 9420 §12.1.8); its key package is kept for the Welcome."""
    identity = state.identities[fields.handle("identity", state.identities)]
    context = decode_body(GroupInfo, fields.data("group_info")).group_context
    offer = identity.make_offer(lifetime_of(fields))
    message = external.propose_join(
        context, offer.key_package, identity.signing_key, aad=fields.data_or("aad")
    )
    ref = offer.key_package.ref(identity.suite)
    identity.offers[ref] = offer
    return {"message": to_b64(message), "ref": to_b64(ref)}


def successor(state: PeerState, fields: Fields) -> Answer:
    """The group that follows one closed by a ReInit, with all its members (RFC 9420 §11.2)."""
    _, old = state.seat(fields)
    others = [read_key_package(one) for one in fields.datas("key_packages")]
    handle = fields.handle("identity", state.identities)
    offer = state.identities[handle].make_offer(default_lifetime())
    made = resuming.reinitialise(old.group, offer.key_package, offer.private, others, rng=rng, now=now())
    return _found(state, handle, *made)


def branch(state: PeerState, fields: Fields) -> Answer:
    """A group of some members of another one (RFC 9420 §11.3)."""
    _, old = state.seat(fields)
    others = [read_key_package(one) for one in fields.datas("key_packages")]
    group_id = fields.data("group_id")
    offer = state.identities[old.identity].make_offer(default_lifetime())
    made = resuming.branch(old.group, group_id, offer.key_package, offer.private, others, rng=rng, now=now())
    return _found(state, old.identity, *made)


def _found(state: PeerState, identity: str, group: Group, made: PendingCommit) -> Answer:
    """Merge a new group's first commit, which nobody else needs."""
    welcome = None if made.welcome is None else to_b64(made.welcome)
    return {"welcome": welcome, **enter(state, Seat(identity, group.merge(made.staged)))}


def enter(state: PeerState, seat: Seat) -> Answer:
    return view(state.add_seat(seat), seat)
