"""Making a commit of our own: signed content, the epoch it leads to, and a Welcome (RFC 9420 §12.4.1, §12.4.3.1).

Always with a path, so that every commit heals the committer's keys. The same checks run on it as on a received one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline_protocol.mls import treekem
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent, FramedContent, Sender, WireFormat
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.known import KnownKeys
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    ReInit,
    Remove,
)
from hotline_protocol.mls.proposals_check import (
    Applied,
    Proposed,
    apply_proposals,
    resolve,
    sort,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.staging import advance, lay_out, provisional_context
from hotline_protocol.mls.state import EpochState, Psks, Random, Seat
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import check_members
from hotline_protocol.mls.treekem import NewPath, NodeKeys
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome

LeafMaker = Callable[[bytes, bytes], LeafNode]
"""From an encryption key and a parent hash to a signed leaf."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a commit is to do."""

    adds: Sequence[KeyPackage] = ()
    removes: Sequence[LeafIndex] = ()
    psks: Psks = field(default_factory=dict, repr=False)
    """External keys by name. Each enters the commit, by a proposal of ours unless a referenced one names it."""
    resumption: Sequence[ResumptionPSK] = ()
    extensions: Sequence[Extension] | None = None
    reinit: ReInit | None = None
    refs: Sequence[bytes] = ()
    """References of held proposals."""
    credential: Credential | None = None
    aad: bytes = b""
    wire_format: WireFormat = WireFormat.PRIVATE_MESSAGE
    known: Sequence[EpochState] = ()
    """Other groups whose resumption keys are named."""

    def items(self, held: Mapping[bytes, Proposed], nonce: Callable[[], bytes]) -> list[ProposalOrRef]:
        """The commit's proposals: those referred to, then ours by value."""
        missing = [ref for ref in self.refs if ref not in held]
        if missing:
            raise UsageError(f"{len(missing)} of the named proposals are not held")
        named = {
            one.proposal.psk.psk_id
            for one in (held[ref] for ref in self.refs)
            if isinstance(one.proposal, PreSharedKey)
        }
        listed: list[Proposal] = []
        if self.extensions is not None:
            listed.append(GroupContextExtensions(tuple(self.extensions)))
        if self.reinit is not None:
            listed.append(self.reinit)
        listed += [Remove(index) for index in self.removes]
        listed += [Add(key_package) for key_package in self.adds]
        ids = [PreSharedKeyID(nonce(), psk_id=psk_id) for psk_id in self.psks if psk_id not in named]
        ids += [PreSharedKeyID(nonce(), resumption=one) for one in self.resumption]
        listed += [PreSharedKey(one) for one in ids]
        by_reference = [ProposalOrRef.by_reference(ref) for ref in self.refs]
        return by_reference + [ProposalOrRef.by_value(one) for one in listed]


@dataclass(frozen=True, slots=True)
class Made:
    """A commit of our own before encryption."""

    signed: AuthenticatedContent
    staged: StagedCommit
    welcome: bytes | None


@dataclass(frozen=True, slots=True)
class Committer:
    """Who makes a commit on which epoch: a member, or a newcomer who adds itself."""

    sender: Sender
    seat: Seat
    context: GroupContext
    keys: NodeKeys = field(repr=False)
    make_leaf: LeafMaker = field(repr=False)

    def sign(self, body: Commit, aad: bytes, wire_format: WireFormat) -> AuthenticatedContent:
        """The commit under our signature, still without its confirmation tag."""
        context = self.context
        content = FramedContent(context.group_id, context.epoch, self.sender, body, aad)
        key = self.seat.signature_key
        return AuthenticatedContent.sign(self.seat.suite, key, wire_format, content, context.encode())


def make_commit(
    state: EpochState, intent: Intent, rng: Random, now: int, held: Mapping[bytes, Proposed] | None = None
) -> Made:
    """The signed commit, the epoch it leads to, and the encoded Welcome if it adds anybody."""
    suite = state.suite
    us = Sender.member(state.own)
    items = intent.items(held or {}, lambda: rng(suite.hash_length))
    proposals = sort(us, state.context, resolve(us, items, held or {}))
    applied = apply_proposals(suite, state.context, state.tree, proposals, now)
    known = KnownKeys(intent.psks, (state, *intent.known))
    committer = Committer(us, state.seat, state.context, state.keys, _leaf_maker(state, intent.credential))
    signed, after, path = seal_commit(
        committer, items, applied, intent, psk=known.secret(suite, proposals.psks), rng=rng
    )
    after = replace(after, reinit=proposals.reinit)
    welcome = _welcome(after, applied, path, proposals.psks) if applied.added else None
    return Made(signed, lay_out(state, state.own, proposals, applied, signed, after=after), welcome)


def seal_commit(
    committer: Committer,
    items: Sequence[ProposalOrRef],
    applied: Applied,
    intent: Intent,
    *,
    psk: bytes,
    rng: Random,
) -> tuple[AuthenticatedContent, EpochState, NewPath]:
    """The signed and confirmed commit, its epoch, and its path, which is merged into the applied tree."""
    seat, tree = committer.seat, applied.tree
    path = treekem.create_path(seat.suite, tree, seat.own, committer.make_leaf, rng)
    check_members(tree, applied.extensions)
    provisional = provisional_context(seat.suite, committer.context, applied)
    sealed = treekem.encrypt_path(
        seat.suite, tree, seat.own, path, context=provisional.encode(), joiners=applied.joiners
    )
    signed = committer.sign(Commit(tuple(items), sealed), intent.aad, intent.wire_format)
    keys = treekem.surviving_keys(tree, committer.keys) | dict(path.keys)
    after = advance(seat, tree, provisional, keys, signed, commit_secret=path.commit_secret, psk=psk)
    return signed.with_confirmation_tag(after.confirmation_tag), after, path


def _leaf_maker(state: EpochState, credential: Credential | None) -> LeafMaker:
    """Makes our next leaf: the present one with new keys, and a new credential if one is given."""
    old = state.tree.member(state.own)

    def make(encryption_key: bytes, parent_hash: bytes) -> LeafNode:
        unsigned = replace(
            old,
            encryption_key=encryption_key,
            credential=old.credential if credential is None else credential,
            source=LeafNodeSource.COMMIT,
            lifetime=None,
            parent_hash=parent_hash,
        )
        return unsigned.sign(state.suite, state.signature_key, state.context.group_id, state.own)

    return make


def publish(state: EpochState, *, ratchet_tree: bool, external_pub: bool) -> GroupInfo:
    """The epoch as we vouch for it, signed (RFC 9420 §12.4.3)."""
    extensions: list[Extension] = []
    if ratchet_tree:
        extensions.append(Extension.for_ratchet_tree(state.tree.encode()))
    if external_pub:
        extensions.append(Extension.for_external_pub(state.secrets.external_key_pair()[1]))
    info = GroupInfo(state.context, tuple(extensions), state.confirmation_tag, state.own)
    return info.sign(state.suite, state.signature_key)


def _welcome(after: EpochState, applied: Applied, path: NewPath, ids: tuple[PreSharedKeyID, ...]) -> bytes:
    """The Welcome to all added members, with the ratchet tree in it (RFC 9420 §12.4.3.1, §12.4.3.3)."""
    joiners = [
        (
            key_package,
            GroupSecrets(after.secrets.joiner_secret, path.secret_for(after.own, index), ids),
        )
        for index, key_package in applied.added
    ]
    group_info = publish(after, ratchet_tree=True, external_pub=False)
    welcome_secret = after.secrets.welcome_secret
    return MLSMessage(Welcome.encrypt(after.suite, welcome_secret, group_info, joiners)).encode()
