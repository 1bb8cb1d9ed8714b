"""Making a commit of our own: signed content, the epoch it leads to, and a Welcome (RFC 9420 §12.4.1, §12.4.3.1).

Always with a path, so that every commit heals the committer's keys. The same checks run on it as on a received one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hotline_protocol.mls import treekem
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.framing import sign
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    Remove,
)
from hotline_protocol.mls.proposals_check import Applied, Proposed, apply_proposals, sort
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.staging import advance, lay_out, provisional_context, secret_of_psks
from hotline_protocol.mls.state import EpochState, Psks, Random
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import check_members
from hotline_protocol.mls.treekem import NewPath
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome


@dataclass(frozen=True, slots=True)
class Intent:
    """What a commit is to do."""

    adds: Sequence[KeyPackage] = ()
    removes: Sequence[LeafIndex] = ()
    psks: Psks = field(default_factory=dict, repr=False)
    extensions: Sequence[Extension] | None = None
    credential: Credential | None = None
    aad: bytes = b""

    def proposals(self, psk_ids: Sequence[PreSharedKeyID]) -> list[Proposal]:
        """The proposals, all by value."""
        listed: list[Proposal] = []
        if self.extensions is not None:
            listed.append(GroupContextExtensions(tuple(self.extensions)))
        listed += [Remove(index) for index in self.removes]
        listed += [Add(key_package) for key_package in self.adds]
        listed += [PreSharedKey(psk) for psk in psk_ids]
        return listed


@dataclass(frozen=True, slots=True)
class Made:
    """A commit of our own before encryption."""

    signed: AuthenticatedContent
    staged: StagedCommit
    welcome: bytes | None


def make_commit(state: EpochState, intent: Intent, rng: Random, now: int) -> Made:
    """The signed commit, the epoch it leads to, and the encoded Welcome if it adds anybody."""
    suite = state.suite
    ids = tuple(PreSharedKeyID(rng(suite.hash_length), psk_id=psk_id) for psk_id in intent.psks)
    listed = intent.proposals(ids)
    proposals = sort(state.own, [Proposed(state.own, one) for one in listed])
    applied = apply_proposals(suite, state.context, state.tree, proposals, now)
    path = treekem.create_path(suite, applied.tree, state.own, _leaf_maker(state, intent.credential), rng)
    check_members(applied.tree, applied.extensions)
    provisional = provisional_context(state, applied)
    sealed = treekem.encrypt_path(
        suite, applied.tree, state.own, path, context=provisional.encode(), joiners=applied.joiners
    )
    signed = sign(state, Commit(tuple(ProposalOrRef(one) for one in listed), sealed), intent.aad)
    keys = treekem.surviving_keys(applied.tree, state.keys) | dict(path.keys)
    psk = secret_of_psks(suite, proposals.psks, intent.psks, state)
    after = advance(state, applied.tree, provisional, keys, signed, commit_secret=path.commit_secret, psk=psk)
    signed = signed.with_confirmation_tag(after.confirmation_tag)
    welcome = _welcome(after, applied, path, ids) if applied.added else None
    return Made(signed, lay_out(state, state.own, proposals, applied, signed, after=after), welcome)


def _leaf_maker(state: EpochState, credential: Credential | None) -> Callable[[bytes, bytes], LeafNode]:
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


def _welcome(after: EpochState, applied: Applied, path: NewPath, ids: tuple[PreSharedKeyID, ...]) -> bytes:
    """The Welcome to all added members, with the ratchet tree in it (RFC 9420 §12.4.3.1, §12.4.3.3)."""
    tree = Extension.for_ratchet_tree(after.tree.encode())
    group_info = GroupInfo(after.context, (tree,), after.confirmation_tag, after.own)
    joiners = [
        (
            key_package,
            GroupSecrets(after.secrets.joiner_secret, path.secret_for(after.own, index), ids),
        )
        for index, key_package in applied.added
    ]
    signed = group_info.sign(after.suite, after.signature_key)
    return MLSMessage(Welcome.encrypt(after.suite, after.secrets.welcome_secret, signed, joiners)).encode()
