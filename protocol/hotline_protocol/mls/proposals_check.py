"""Which lists of proposals a commit by a member may carry, and what they do to the group (RFC 9420 §12.2, §12.3).

Rules enforced (§12.2): a reference names a proposal we hold; no update by the committer and no removal of it; one update
or removal a leaf; key packages that `KeyPackage.verify` accepts at the given time; one change of
the group's extensions; each PSK once, with a nonce of the right length; nothing that only external or re-initialising commits may carry.
Application (§12.3): extensions, then updates, removals and additions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline_protocol.mls.errors import RefusedError, UnsupportedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import check_leaf_signature, check_source


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and the member that sent it."""

    sender: LeafIndex
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The proposals of one commit, sorted by what they do."""

    all: tuple[Proposed, ...] = ()
    adds: tuple[KeyPackage, ...] = ()
    updates: tuple[tuple[LeafIndex, LeafNode], ...] = ()
    removes: tuple[LeafIndex, ...] = ()
    psks: tuple[PreSharedKeyID, ...] = ()
    extensions: tuple[Extension, ...] | None = None

    @property
    def needs_path(self) -> bool:
        """Whether the commit must carry a path (RFC 9420 §12.4)."""
        return not self.all or bool(self.updates or self.removes) or self.extensions is not None


@dataclass(frozen=True, slots=True)
class Applied:
    """The group after a commit's proposals, before its path. The tree is a copy."""

    tree: RatchetTree
    extensions: tuple[Extension, ...]
    added: tuple[tuple[LeafIndex, KeyPackage], ...]

    @property
    def joiners(self) -> frozenset[LeafIndex]:
        """The leaves that learn the epoch from a Welcome."""
        return frozenset(index for index, _ in self.added)


def resolve(
    committer: LeafIndex, items: Iterable[ProposalOrRef], held: Mapping[bytes, Proposed]
) -> tuple[Proposed, ...]:
    """The proposals of a commit: its own by value, others' by the reference under which we hold them."""
    found: list[Proposed] = []
    for item in items:
        if item.proposal is not None:
            found.append(Proposed(committer, item.proposal))
        elif item.reference is not None and item.reference in held:
            found.append(held[item.reference])
        else:
            raise RefusedError("proposal", "the commit refers to a proposal that was never received")
    return tuple(found)


def sort(committer: LeafIndex, proposals: Sequence[Proposed]) -> ProposalList:
    """The proposals by kind, if a commit by this member may carry them together; refusals are of kind `proposal`."""
    sorted_ = ProposalList(
        all=tuple(proposals),
        adds=tuple(p.proposal.key_package for p in proposals if isinstance(p.proposal, Add)),
        updates=tuple((p.sender, p.proposal.leaf_node) for p in proposals if isinstance(p.proposal, Update)),
        removes=tuple(LeafIndex(p.proposal.removed) for p in proposals if isinstance(p.proposal, Remove)),
        psks=tuple(p.proposal.psk for p in proposals if isinstance(p.proposal, PreSharedKey)),
        extensions=_extensions(proposals),
    )
    for proposed in proposals:
        _check_kind(proposed.proposal)
    _check_combination(committer, sorted_)
    return sorted_


def _extensions(proposals: Sequence[Proposed]) -> tuple[Extension, ...] | None:
    changes = [p.proposal.extensions for p in proposals if isinstance(p.proposal, GroupContextExtensions)]
    if len(changes) > 1:
        raise RefusedError("proposal", "the commit changes the group's extensions twice")
    return tuple(changes[0]) if changes else None


def _check_kind(proposal: Proposal) -> None:
    if not isinstance(proposal, Add | Update | Remove | PreSharedKey | GroupContextExtensions):
        raise UnsupportedError(f"a commit with a proposal of type {type(proposal).__name__} is not supported")


def _check_combination(committer: LeafIndex, proposals: ProposalList) -> None:
    if any(sender == committer for sender, _ in proposals.updates):
        raise RefusedError("proposal", "the committer updates itself by a proposal instead of the path")
    if committer in proposals.removes:
        raise RefusedError("proposal", "the committer removes itself")
    touched = [sender for sender, _ in proposals.updates] + list(proposals.removes)
    if len(set(touched)) != len(touched):
        raise RefusedError("proposal", "two proposals update or remove the same leaf")
    if len(set(proposals.psks)) != len(proposals.psks):
        raise RefusedError("psk", "the commit names the same pre-shared key twice")


def apply_proposals(
    suite: CipherSuite, context: GroupContext, before: RatchetTree, proposals: ProposalList, now: int
) -> Applied:
    """The tree and extensions after the proposals (RFC 9420 §12.3); `before` is left as it is."""
    tree = before.copy()
    for psk in proposals.psks:
        psk.check(suite)
    for sender, leaf in proposals.updates:
        check_source(leaf, LeafNodeSource.UPDATE)
        check_leaf_signature(suite, leaf, context.group_id, sender)
        if tree.member(sender).encryption_key == leaf.encryption_key:
            raise RefusedError("leaf", f"the update of leaf {sender} keeps its encryption key")
        tree.update(sender, leaf)
    for index in proposals.removes:
        tree.remove(index)
    added: list[tuple[LeafIndex, KeyPackage]] = []
    for key_package in proposals.adds:
        key_package.verify(suite, now)
        added.append((tree.add(key_package.leaf_node), key_package))
    extensions = proposals.extensions
    return Applied(tree, context.extensions if extensions is None else extensions, tuple(added))
