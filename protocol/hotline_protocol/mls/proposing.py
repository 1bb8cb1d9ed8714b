"""Proposals of our own, for others to commit (RFC 9420 §12.1).

Rule: what a commit of it alone would be refused for is not proposed.
"""

from __future__ import annotations

from dataclasses import replace

from hotline_protocol.mls.content import Sender
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.leaf_node import LeafNodeSource
from hotline_protocol.mls.proposal import ExternalInit, Proposal, Update
from hotline_protocol.mls.proposals_check import Proposed, apply_proposals, by_kind
from hotline_protocol.mls.state import EpochState, Random
from hotline_protocol.mls.tree_validation import check_members
from hotline_protocol.mls.treekem import NodeKey


def propose(state: EpochState, proposal: Proposal, now: int) -> Proposed:
    """The proposal in our name, after a trial on a copy of the tree."""
    if isinstance(proposal, Update | ExternalInit):
        raise UsageError(f"a {type(proposal).__name__} is not proposed this way")
    proposed = Proposed(Sender.member(state.own), proposal)
    applied = apply_proposals(state.suite, state.context, state.tree, by_kind(state.context, [proposed]), now)
    check_members(applied.tree, applied.extensions)
    return proposed


def propose_update(state: EpochState, credential: Credential | None, rng: Random) -> tuple[Proposed, NodeKey]:
    """An update of our own leaf, and its new key pair."""
    suite = state.suite
    private, public = suite.derive_key_pair(rng(suite.hash_length))
    old = state.tree.member(state.own)
    leaf = replace(
        old,
        encryption_key=public,
        credential=old.credential if credential is None else credential,
        source=LeafNodeSource.UPDATE,
        lifetime=None,
        parent_hash=None,
    ).sign(suite, state.signature_key, state.context.group_id, state.own)
    return Proposed(Sender.member(state.own), Update(leaf)), NodeKey(public, private)
