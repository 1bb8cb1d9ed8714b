"""Commits of our own: what a person wants is queued, staged when it is its turn, and made again if another came first.

L20 while a commit of ours is on its way nothing else is sealed
L21 a commit takes effect when it is seen in the log as the first of its epoch; else it is dropped and, if still wanted, redone
L22 every commit is certified before it is offered: we never offer what others must refuse
L23 admitting a device that is already a member replaces its leaf
"""

from __future__ import annotations

from collections.abc import Sequence

from hotline_client.engine import keys
from hotline_client.engine.context import certificate_der
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import revocations
from hotline_client.engine.incoming.membership import CommitBody
from hotline_client.engine.records import CommitIntent, OutboxItem, Sealed
from hotline_client.engine.standing import Knock
from hotline_protocol.codec import decode, encode
from hotline_protocol.errors import UsageError
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.relay.frames import ID_SIZE, MAX_BODY
from hotline_protocol.terms import ADMITTING_ROLES


def queue(draft: Draft, intent: CommitIntent, targets: Sequence[bytes]) -> bytes:
    """Queue what a person (or upkeep, for `update`) wants done; its id. UsageError if it cannot be wanted."""
    _check_wanted(draft, intent, targets)
    return draft.enqueue(intent, encode(list(targets))).id


def _check_wanted(draft: Draft, intent: CommitIntent, targets: Sequence[bytes]) -> None:
    if intent == "update":
        return
    if not draft.me.admits or (intent == "remove" and draft.me.role not in ADMITTING_ROLES):
        raise UsageError("only a head or deputy may admit or remove")
    if not targets:
        raise UsageError(f"nobody is named to {intent}")
    if intent == "admit":
        if not draft.state.is_member and draft.standing.founded:
            raise UsageError(f"this device is no member of {draft.name}")
        knocks = draft.standing.knocks
        if any(target not in knocks for target in targets):
            raise UsageError("no such knock")
        if any(_package(draft, knocks[target]) is None for target in targets):
            raise UsageError(
                "the knock has expired; the device knocks anew by itself when it is next on the line"
            )
    elif {_member_of(draft.group, target) for target in targets} & {None}:
        raise UsageError("no such member")


def build(draft: Draft, item: OutboxItem) -> Sealed | None:
    """The commit that does what the item wants, in the present epoch; None if nothing is left to do.

    MembershipError if others would have to refuse it (L22).
    """
    founding = not draft.state.is_member
    if founding and (item.kind != "admit" or draft.standing.founded):
        return None
    group = keys.create_group(draft) if founding else draft.group
    before = keys.encode_group(group) if founding else b""
    adds, removes = _plan(draft, item, group)
    if item.kind != "update" and not adds and not removes:
        return None
    pending = group.commit(adds=adds, removes=removes, rng=draft.rng, now=draft.now // 1000)
    keys.certify_commit(draft, group, pending.staged, draft.me, at=draft.now // 1000, founding=founding)
    entry_id = draft.rng(ID_SIZE)
    body = encode(CommitBody(pending.message, pending.welcome, revocations.seal(draft, entry_id)))
    if len(body) > MAX_BODY:
        raise UsageError("too many at once: the commit is larger than an entry may be")
    if not founding:
        draft.ratcheted()
    return Sealed(
        entry_id=entry_id,
        kind="commit",
        after=draft.standing.last_commit,
        epoch=group.epoch,
        body=body,
        staged=pending.staged.encode(),
        group=before,
    )


def _plan(draft: Draft, item: OutboxItem, group: Group) -> tuple[list[KeyPackage], list[LeafIndex]]:
    targets = decode(item.body, list[bytes])
    adds: list[KeyPackage] = []
    removes: list[LeafIndex] = []
    for target in targets:
        if item.kind == "admit" and target in draft.standing.knocks:
            knock = draft.standing.knocks[target]
            package = _package(draft, knock)
            if package is None:
                continue
            adds.append(package)
            present = _member_of(group, knock.certificate)
        else:
            present = _member_of(group, target)
        if present is not None:
            removes.append(present)
    return adds, removes


def _package(draft: Draft, knock: Knock) -> KeyPackage | None:
    """What the knock offers, None once that has expired."""
    try:
        return keys.read_key_package(draft.context, knock.package, now=draft.now // 1000)
    except RefusedError:
        return None


def _member_of(group: Group, fingerprint: bytes) -> LeafIndex | None:
    return next(
        (
            one.index
            for one in group.members
            if keys.fingerprint(certificate_der(one.credential)) == fingerprint
        ),
        None,
    )
