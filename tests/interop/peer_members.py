"""What a member can ask the peer driver for: commits, proposals, messages, and looks at the group."""

from __future__ import annotations

from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import PreSharedKey
from hotline_protocol.mls.tree_math import LeafIndex
from tests.interop.peer_answers import (
    Answer,
    copy_of,
    look,
    open_application,
    open_proposal,
    show_commit,
    view,
)
from tests.interop.peer_fields import U16, Fields, to_b64
from tests.interop.peer_proposals import Wish, find_psk, read_key_package, read_proposal
from tests.interop.peer_state import PeerState, Seat, held_by, now, rng

# --- commits of ours


def add(state: PeerState, fields: Fields) -> Answer:
    single = [fields.data("key_package")] if fields.has("key_package") else []
    several = fields.datas("key_packages") if fields.has("key_packages") or not single else []
    return _commit(state, fields, Wish(adds=[read_key_package(one) for one in single + several]))


def remove(state: PeerState, fields: Fields) -> Answer:
    return _commit(state, fields, Wish(removes=[LeafIndex(fields.number("index"))]))


def update(state: PeerState, fields: Fields) -> Answer:
    return _commit(state, fields, Wish())


def commit(state: PeerState, fields: Fields) -> Answer:
    handle = fields.handle("group", state.seats)
    group = state.seats[handle].group
    wish = Wish()
    for one in fields.each("proposals") if fields.has("proposals") else []:
        wish.take(one, state, group)
    return _commit(state, fields, wish, fields.datas("refs") if fields.has("refs") else held_by(group))


def _commit(state: PeerState, fields: Fields, wish: Wish, refs: list[bytes] | None = None) -> Answer:
    handle, seat = state.seat(fields)
    public, aad, wait = fields.flag("public"), fields.data_or("aad"), fields.flag("pending")
    seat.check_free()
    made = seat.group.commit(
        adds=wish.adds,
        removes=wish.removes,
        psks=wish.psks | _keys_for(state, seat.group, refs or []),
        resumption=wish.resumption,
        known=state.known_to(seat),
        extensions=wish.extensions,
        reinit=wish.reinit,
        refs=refs or (),
        public=public,
        aad=aad,
        rng=rng,
        now=now(),
    )
    if wait:
        seat.pending = made
    else:
        seat.group = seat.group.merge(made.staged)
    welcome = None if made.welcome is None else to_b64(made.welcome)
    return {"commit": to_b64(made.message), "welcome": welcome, **view(handle, seat)}


def apply_pending(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    made = seat.need_pending()
    seat.group, seat.pending = seat.group.merge(made.staged), None
    return view(handle, seat)


def clear_pending(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    seat.need_pending()
    seat.pending = None
    return view(handle, seat)


# --- messages


def propose(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    one, public, aad = fields.nested("proposal"), fields.flag("public"), fields.data_or("aad")
    seat.check_free()
    if one.text("type") == "update":
        message = seat.group.propose_update(public=public, aad=aad, rng=rng)
    else:
        proposal = read_proposal(one, state, seat.group)
        message = seat.group.propose(proposal, public=public, aad=aad, rng=rng, now=now())
    return {"message": to_b64(message), **view(handle, seat)}


def send(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    data, aad = fields.data("data"), fields.data_or("aad")
    seat.check_member()
    message = seat.group.protect(data, aad=aad, rng=rng).message
    return {"message": to_b64(message), **view(handle, seat)}


def process(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    message, reject = fields.data("message"), fields.flag("reject")
    seat.check_member()
    kind, aad = look(message)
    if seat.pending is not None and message == seat.pending.message:
        # The delivery service gave our own commit back: it has won its epoch.
        answer = show_commit(seat.pending.staged)
        if not reject:
            seat.group, seat.pending = seat.group.merge(seat.pending.staged), None
    elif kind == ContentType.COMMIT:
        answer = _process_commit(state, seat, message, reject=reject)
    else:
        # A rejected message is opened by a copy, so that its key is not spent.
        group = copy_of(seat.group) if reject else seat.group
        answer = (
            open_application(group, message)
            if kind == ContentType.APPLICATION
            else open_proposal(group, message)
        )
    return {**answer, "aad": to_b64(aad), "rejected": reject, **view(handle, seat)}


def _process_commit(state: PeerState, seat: Seat, message: bytes, *, reject: bool) -> Answer:
    staged = seat.group.stage(message, now=now(), psks=state.psks, known=state.known_to(seat))
    if not reject:
        if staged.is_removed:
            seat.removed = True
        else:
            seat.group = seat.group.merge(staged)
        seat.pending = None
    return show_commit(staged)


# --- looking


def group_info(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    seat.check_member()
    group = seat.group
    info, tree = to_b64(group.group_info()), to_b64(group.ratchet_tree())
    return {"group_info": info, "ratchet_tree": tree, **view(handle, seat)}


def exporter(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    label, context = fields.text("label"), fields.data_or("context")
    seat.check_member()
    secret = seat.group.export(label, context, fields.number("length", U16))
    return {"secret": to_b64(secret), **view(handle, seat)}


def show(state: PeerState, fields: Fields) -> Answer:
    handle, seat = state.seat(fields)
    group = seat.group
    return {
        "epoch_authenticator": to_b64(group.epoch_authenticator),
        "tree_hash": to_b64(group.tree_hash),
        "confirmed_transcript_hash": to_b64(group.group_context.confirmed_transcript_hash),
        **view(handle, seat),
    }


def _keys_for(state: PeerState, group: Group, refs: list[bytes]) -> dict[bytes, bytes]:
    """The external keys that the proposals referred to name."""
    named = [group.proposals[ref].proposal for ref in refs if ref in group.proposals]
    ids = [one.psk.psk_id for one in named if isinstance(one, PreSharedKey)]
    return {name: find_psk(state, name) for name in ids if name is not None}
