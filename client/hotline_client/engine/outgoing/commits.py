"""Commits of our own: what a person wants is queued, staged when it is its turn, and made again if another came first.

L20 one commit of ours is on its way at a time; words go on meanwhile, and are sealed again if it ends their epoch
L21 a commit takes effect when it is seen in the log as the first of its epoch; else it is dropped and, if still wanted, redone
L22 every commit is certified before it is offered: we never offer what others must refuse
L23 admitting a device that is already a member replaces its leaf
L24 a commit carries the committer's present certificate: a renewed one enters the group so
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from hotline_client.engine import keys
from hotline_client.engine.context import certificate_der
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import revocations
from hotline_client.engine.incoming.membership import CommitBody, binding
from hotline_client.engine.records import CommitIntent, OutboxItem, Sealed
from hotline_client.engine.standing import Knock
from hotline_protocol.codec import decode, encode
from hotline_protocol.errors import UsageError
from hotline_protocol.identity.statements import Founding
from hotline_protocol.mls.credential import X509Credential
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
    if intent in ("update", "found"):
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
    generation, founding = draft.standing.generation, item.kind == "found" or not draft.state.is_member
    if founding and generation >= 0 and not _is_wanted(draft, item):
        return None
    me = draft.context.certificate
    group = keys.create_group(draft, generation + 1) if founding else draft.group
    before = keys.encode_group(group) if founding else b""
    adds, removes = _plan(draft, item, group)
    if item.kind in ("admit", "remove") and not adds and not removes:
        return None
    entry_id = draft.rng(ID_SIZE)
    lists = revocations.seal(draft, entry_id)
    pending = group.commit(
        adds=adds,
        removes=removes,
        credential=X509Credential((me.der,)),
        aad=binding(entry_id, draft.now, lists),
        rng=draft.rng,
        now=draft.now // 1000,
    )
    held = me if founding else draft.me
    keys.certify_commit(draft, group, pending.staged, held, at=draft.now // 1000, founding=founding)
    signed = _sign(draft, item, entry_id, pending.message) if founding else None
    body = encode(CommitBody(pending.message, pending.welcome, lists, signed))
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
        context=b"" if founding else draft.state.context_digest,
        staged=pending.staged.encode(),
        group=before,
    )


def _is_wanted(draft: Draft, item: OutboxItem) -> bool:
    """Whether the consents are still there with which a generation is to be founded: nobody founded it meanwhile."""
    return item.kind == "found" and all(
        one in draft.standing.consents for one in decode(item.body, list[bytes])
    )


def _sign(draft: Draft, item: OutboxItem, entry_id: bytes, message: bytes) -> bytes:
    """Our founding beside the commit (L13, L17)."""
    founding = Founding(
        generation=draft.standing.generation + 1,
        time=draft.now,
        certificate=draft.context.certificate.der,
        consents=tuple(decode(item.body, list[bytes])) if item.kind == "found" else (),
    )
    signed = founding.sign(keys.place(draft, entry_id), message, draft.context.private_key)
    return keys.seal(draft, "founding", encode(signed), entry_id)


def _plan(draft: Draft, item: OutboxItem, group: Group) -> tuple[list[KeyPackage], list[LeafIndex]]:
    targets = decode(item.body, list[bytes])
    adds: list[KeyPackage] = []
    removes: list[LeafIndex] = []
    for target in targets:
        knock = (draft.standing.consents if item.kind == "found" else draft.standing.knocks).get(target)
        if item.kind != "remove" and knock is not None:
            package = _package(draft, knock)
            if package is None or knock.certificate == draft.context.certificate.fingerprint:
                continue
            adds.append(package)
            present = _holder_of(group, package.leaf_node.signature_key)
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


def _holder_of(group: Group, key: bytes) -> LeafIndex | None:
    """The leaf of a certified key."""
    return next((one.index for one in group.members if hmac.compare_digest(one.signature_key, key)), None)


def _member_of(group: Group, fingerprint: bytes) -> LeafIndex | None:
    return next(
        (
            one.index
            for one in group.members
            if keys.fingerprint(certificate_der(one.credential)) == fingerprint
        ),
        None,
    )
