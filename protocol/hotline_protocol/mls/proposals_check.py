"""Which lists of proposals a commit may carry, and what they do to the group (RFC 9420 §12.2, §12.3).

Rules enforced (§12.2) on a member's commit: a reference names a proposal we hold; no update by the committer and no removal of
it; one update or removal a leaf; key packages that `KeyPackage.verify` accepts at the given time; an update with another key;
one change of the group's extensions; each PSK once, with a nonce of the right length; keys of another group's end only in a
group's first commit, and one at most; a ReInit alone and to no older version; no ExternalInit. On a newcomer's: one ExternalInit,
at most one Remove, pre-shared keys, nothing else and nothing by reference. Application (§12.3): extensions, updates, removals,
additions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import Sender, SenderType
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    ReInit,
    Remove,
    Update,
    read_proposal,
)
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import (
    check_group_extensions,
    check_leaf_signature,
    check_source,
    check_types_once,
)

T = TypeVar("T", bound=Proposal)

_EXTERNAL_JOIN = (ExternalInit, Remove, PreSharedKey)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and who sent it."""

    sender: Sender
    proposal: Proposal

    def encode(self) -> bytes:
        """For storage with the state."""
        return self.sender.encode() + self.proposal.encode()

    @classmethod
    def read(cls, r: Reader) -> Proposed:
        """What `encode` wrote."""
        return cls(Sender.read(r), read_proposal(r))


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The proposals of one commit, sorted by what they do."""

    all: tuple[Proposed, ...] = ()
    adds: tuple[KeyPackage, ...] = ()
    updates: tuple[tuple[LeafIndex, LeafNode], ...] = ()
    removes: tuple[LeafIndex, ...] = ()
    psks: tuple[PreSharedKeyID, ...] = ()
    extensions: tuple[Extension, ...] | None = None
    reinit: ReInit | None = None
    external_init: ExternalInit | None = None

    @property
    def needs_path(self) -> bool:
        """Whether the commit must carry a path (RFC 9420 §12.4)."""
        changes = bool(self.updates or self.removes) or self.extensions is not None
        return not self.all or changes or self.external_init is not None


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
    committer: Sender, items: Iterable[ProposalOrRef], held: Mapping[bytes, Proposed]
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


def sort(committer: Sender, context: GroupContext, proposals: Sequence[Proposed]) -> ProposalList:
    """The proposals by kind, if a commit from this sender may carry them together.

    Refusals are of kind `proposal`, those of pre-shared keys of kind `psk`. `context` is that of the epoch the commit ends.
    """
    if committer.is_member:
        sorted_ = by_kind(context, proposals)
        _check_of_member(committer.leaf_index, sorted_)
        return sorted_
    if any(not isinstance(one.proposal, _EXTERNAL_JOIN) for one in proposals):
        raise RefusedError(
            "proposal", "a newcomer's commit carries more than ExternalInit, Remove and pre-shared keys"
        )
    sorted_ = by_kind(context, proposals)
    _check_of_newcomer(sorted_)
    return sorted_


def by_kind(context: GroupContext, proposals: Sequence[Proposed]) -> ProposalList:
    """The same, whoever commits them."""
    sorted_ = ProposalList(
        all=tuple(proposals),
        adds=tuple(one.key_package for one in _of(Add, proposals)),
        updates=tuple(
            (p.sender.leaf_index, p.proposal.leaf_node) for p in proposals if isinstance(p.proposal, Update)
        ),
        removes=tuple(LeafIndex(one.removed) for one in _of(Remove, proposals)),
        psks=tuple(one.psk for one in _of(PreSharedKey, proposals)),
        extensions=_single(
            [one.extensions for one in _of(GroupContextExtensions, proposals)], "changes of the extensions"
        ),
        reinit=_single(_of(ReInit, proposals), "ReInit proposals"),
        external_init=_single(_of(ExternalInit, proposals), "ExternalInit proposals"),
    )
    _check_psks(sorted_.psks, context)
    if sorted_.reinit is not None:
        _check_reinit(sorted_.reinit, len(sorted_.all))
    return sorted_


def _of(kind: type[T], proposals: Sequence[Proposed]) -> list[T]:
    return [one.proposal for one in proposals if isinstance(one.proposal, kind)]


V = TypeVar("V")


def _single(found: Sequence[V], what: str) -> V | None:
    if len(found) > 1:
        raise RefusedError("proposal", f"the commit carries {len(found)} {what}, expected one at most")
    return found[0] if found else None


def _check_of_member(committer: LeafIndex, proposals: ProposalList) -> None:
    if any(sender == committer for sender, _ in proposals.updates):
        raise RefusedError("proposal", "the committer updates itself by a proposal instead of the path")
    if committer in proposals.removes:
        raise RefusedError("proposal", "the committer removes itself")
    touched = [sender for sender, _ in proposals.updates] + list(proposals.removes)
    if len(set(touched)) != len(touched):
        raise RefusedError("proposal", "two proposals update or remove the same leaf")
    if proposals.external_init is not None:
        raise RefusedError("proposal", "only a newcomer's commit may carry an ExternalInit")


def _check_reinit(reinit: ReInit, count: int) -> None:
    if count != 1:
        raise RefusedError("proposal", "a ReInit stands beside other proposals, expected it alone")
    check_types_once(reinit.extensions)
    if reinit.version < MLS10:
        raise RefusedError(
            "proposal", f"the ReInit goes back to version {reinit.version}, expected at least {MLS10}"
        )


def _check_of_newcomer(proposals: ProposalList) -> None:
    if proposals.external_init is None:
        raise RefusedError("proposal", "a newcomer's commit carries no ExternalInit")
    if len(proposals.removes) > 1:
        raise RefusedError("proposal", "a newcomer's commit removes more than its own former leaf")
    if any(one.is_link for one in proposals.psks):
        raise RefusedError("psk", "a key that links two groups stands in a newcomer's commit")


def _check_psks(psks: tuple[PreSharedKeyID, ...], context: GroupContext) -> None:
    if len(set(psks)) != len(psks):
        raise RefusedError("psk", "the commit names the same pre-shared key twice")
    links = sum(one.is_link for one in psks)
    if context.epoch > 0 and links:
        raise RefusedError("psk", "a key that links two groups stands in a commit that starts none")
    if links > 1:
        raise RefusedError("psk", f"the commit names {links} groups to follow, expected one at most")


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
        check_key_is_new(tree.member(sender), leaf)
        tree.update(sender, leaf)
    for index in proposals.removes:
        tree.remove(index)
    added: list[tuple[LeafIndex, KeyPackage]] = []
    for key_package in proposals.adds:
        key_package.verify(suite, now)
        added.append((tree.add(key_package.leaf_node), key_package))
    extensions = proposals.extensions
    if extensions is not None:
        check_group_extensions(suite, extensions)
    return Applied(tree, context.extensions if extensions is None else extensions, tuple(added))


def check_key_is_new(old: LeafNode, new: LeafNode) -> None:
    """A leaf that takes another's place has another encryption key (RFC 9420 §7.3, §12.4.2)."""
    if old.encryption_key == new.encryption_key:
        raise RefusedError("leaf", "the new leaf keeps the encryption key of the old one")


def check_proposer(sender: Sender, proposal: Proposal) -> None:
    """Refuse, as `sender`, a type of proposal that this kind of sender may not send (RFC 9420 §12.1.8)."""
    kind = sender.sender_type
    if kind == SenderType.NEW_MEMBER_PROPOSAL:
        allowed = isinstance(proposal, Add)
    elif kind == SenderType.EXTERNAL:
        allowed = not isinstance(proposal, Update | ExternalInit)
    else:
        allowed = kind == SenderType.MEMBER and not isinstance(proposal, ExternalInit)
    if not allowed:
        raise RefusedError("sender", f"{kind.name} may not send a {type(proposal).__name__}")
