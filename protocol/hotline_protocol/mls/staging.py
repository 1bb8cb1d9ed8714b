"""From a verified commit to the next epoch, on copies (RFC 9420 §12.4.2).

Rules enforced: the proposal list (`proposals_check`), the path (`treekem`), the new leaf and the whole new membership
(`tree_validation`), and last the confirmation tag, which proves that committer and receiver computed the same epoch. A newcomer
who commits itself in (§12.4.3.2) sends a path, refers to nothing, and removes at most a leaf of the same client.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from hotline_protocol.mls import treekem
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import PrivatelyRefusedError, RefusedError, UsageError
from hotline_protocol.mls.framing import Opened
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.known import KnownKeys
from hotline_protocol.mls.leaf_node import LeafNodeSource
from hotline_protocol.mls.proposal import ReInit
from hotline_protocol.mls.proposals_check import (
    Applied,
    ProposalList,
    Proposed,
    apply_proposals,
    check_key_is_new,
    resolve,
    sort,
)
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.state import EpochState, Seat
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, node_of
from hotline_protocol.mls.tree_validation import check_leaf_signature, check_members, check_source
from hotline_protocol.mls.treekem import NodeKey, NodeKeys
from hotline_protocol.mls.update_path import UpdatePath

_LAST_EPOCH: Final = (1 << 64) - 1

SameClient = Callable[[Credential, Credential], bool]
"""Whether two credentials stand for one client; the Authentication Service's answer (RFC 9420 §5.3.1)."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a member brings to a commit besides its epoch."""

    held: Mapping[bytes, Proposed]
    """Received proposals by reference."""
    updates: Mapping[bytes, bytes] = field(repr=False)
    """Private keys of our own proposed leaves, by public key."""
    known: KnownKeys
    same_client: SameClient
    now: int


@dataclass(frozen=True, slots=True)
class PublicPart:
    """A commit that passed every check that all members make alike: signature, proposals, leaves, the path's public keys, tree and
    parent hashes. What only this member can tell is still to come, by `finish`: so others' rules can be asked in between.
    """

    staged: StagedCommit
    """As its judge sees it, without the next epoch."""
    _state: EpochState = field(repr=False)
    _opened: Opened = field(repr=False)
    _receiver: Receiver = field(repr=False)
    _proposals: ProposalList = field(repr=False)
    _applied: Applied = field(repr=False)

    @property
    def removes_us(self) -> bool:
        """Whether this member is not in the next epoch; then nothing is left to check."""
        return self._state.own in self._proposals.removes

    def finish(self) -> StagedCommit:
        """The commit with the next epoch. PrivatelyRefusedError: others may have got there, this member does not."""
        if self.removes_us:
            return self.staged
        state, proposals = self._state, self._proposals
        seat = _seat(state, proposals)
        try:
            psk = self._receiver.known.secret(state.suite, proposals.psks)
            after = _next_epoch(
                state,
                seat,
                self.staged.committer,
                self._opened,
                self._applied,
                psk=psk,
                updates=self._receiver.updates,
                reinit=proposals.reinit,
            )
        except RefusedError as error:
            raise _privately(error) from error
        sent = self._opened.signed.auth.confirmation_tag
        if sent is None or not hmac.compare_digest(sent, after.confirmation_tag):
            wrong = RefusedError(
                "confirmation-tag", "the commit does not lead to the epoch its sender confirmed"
            )
            # whoever opened its part of the path computed the same tag, unless by a pre-shared key of its own
            raise _privately(wrong) if proposals.psks else wrong
        return replace(self.staged, state=after)


def _privately(error: RefusedError) -> PrivatelyRefusedError:
    return PrivatelyRefusedError(error.kind, str(error).removeprefix(f"{error.kind}: "))


def stage_public(state: EpochState, opened: Opened, receiver: Receiver) -> PublicPart:
    """What all members check of a commit whose signature and protection were verified; `state` is left as it is."""
    commit, sender = opened.body, opened.sender
    if not isinstance(commit, Commit):
        raise UsageError("expected a commit")
    held = receiver.held if sender.is_member else {}
    proposals = sort(sender, state.context, resolve(sender, commit.proposals, held))
    applied = apply_proposals(state.suite, state.context, state.tree, proposals, receiver.now)
    if sender.is_member:
        committer = sender.leaf_index
    else:
        committer = applied.tree.make_room()
        check_resync(state.tree, proposals, commit.path, receiver.same_client)
    _merge_path(state, committer, commit, proposals, applied)
    check_members(applied.tree, applied.extensions)
    staged = lay_out(state, committer, proposals, applied, opened.signed, after=None)
    return PublicPart(staged, state, opened, receiver, proposals, applied)


def check_resync(
    before: RatchetTree, proposals: ProposalList, path: UpdatePath | None, same_client: SameClient
) -> None:
    """A newcomer brings a path, and removes nobody but a former leaf of its own client (RFC 9420 §12.2, §12.4.3.2)."""
    if path is None:
        raise RefusedError("path", "a newcomer's commit has no path")
    for index in proposals.removes:
        old = before.member(index)
        check_key_is_new(old, path.leaf_node)
        if not same_client(old.credential, path.leaf_node.credential):
            raise RefusedError("proposal", "a newcomer's commit removes somebody else")


def _seat(state: EpochState, proposals: ProposalList) -> Seat:
    """Where we stand, with the init secret that a newcomer chose if one commits (RFC 9420 §8.3)."""
    if proposals.external_init is None:
        return state.seat
    private, _ = state.secrets.external_key_pair()
    init_secret = state.suite.open_external_init(private, proposals.external_init.kem_output)
    return replace(state.seat, init_secret=init_secret)


def _next_epoch(
    state: EpochState,
    seat: Seat,
    committer: LeafIndex,
    opened: Opened,
    applied: Applied,
    *,
    psk: bytes,
    updates: Mapping[bytes, bytes],
    reinit: ReInit | None,
) -> EpochState:
    """What only this member can compute: its part of the path, and the secrets."""
    provisional = provisional_context(state.suite, state.context, applied)
    keys = _own_keys(state, applied.tree, updates)
    commit_secret, learned = _open_path(
        state, committer, opened, applied, keys=keys, context=provisional.encode()
    )
    return advance(
        seat,
        applied.tree,
        provisional,
        {**keys, **learned},
        opened.signed,
        commit_secret=commit_secret,
        psk=psk,
        reinit=reinit,
    )


def _own_keys(state: EpochState, tree: RatchetTree, updates: Mapping[bytes, bytes]) -> NodeKeys:
    """The keys we still hold in this tree, the new one of our leaf among them if our proposed update is in the commit."""
    keys = treekem.surviving_keys(tree, state.keys)
    public = tree.member(state.own).encryption_key
    private = updates.get(public)
    if private is not None:
        keys[node_of(state.own)] = NodeKey(public, private)
    return keys


def _open_path(
    state: EpochState,
    committer: LeafIndex,
    opened: Opened,
    applied: Applied,
    *,
    keys: NodeKeys,
    context: bytes,
) -> tuple[bytes, NodeKeys]:
    """The commit secret, zeros without a path, and the keys that the path taught us."""
    commit = opened.body
    if not isinstance(commit, Commit) or commit.path is None:
        return bytes(state.suite.hash_length), {}
    return treekem.open_path(
        state.suite,
        applied.tree,
        state.own,
        keys,
        sender=committer,
        path=commit.path,
        context=context,
        joiners=applied.joiners,
    )


def _merge_path(
    state: EpochState, committer: LeafIndex, commit: Commit, proposals: ProposalList, applied: Applied
) -> None:
    path = commit.path
    if path is None:
        if proposals.needs_path:
            raise RefusedError("path", "the commit's proposals demand a path, it has none")
        return
    check_source(path.leaf_node, LeafNodeSource.COMMIT)
    treekem.merge_path(state.suite, applied.tree, committer, path, applied.joiners)
    check_leaf_signature(state.suite, path.leaf_node, state.context.group_id, committer)


def epoch_after(context: GroupContext) -> int:
    """The number of the next epoch; refused, as `epoch`, after the last one that 64 bits can number."""
    if context.epoch == _LAST_EPOCH:
        raise RefusedError("epoch", f"epoch {_LAST_EPOCH} is the last, no commit can follow it")
    return context.epoch + 1


def provisional_context(suite: CipherSuite, context: GroupContext, applied: Applied) -> GroupContext:
    """The next epoch's context with the old transcript hash, which paths are encrypted under (RFC 9420 §12.4.1)."""
    return replace(
        context,
        epoch=epoch_after(context),
        tree_hash=root_hash(suite, applied.tree),
        extensions=applied.extensions,
    )


def advance(
    seat: Seat,
    tree: RatchetTree,
    provisional: GroupContext,
    keys: NodeKeys,
    signed: AuthenticatedContent,
    *,
    commit_secret: bytes,
    psk: bytes,
    reinit: ReInit | None = None,
) -> EpochState:
    """The next epoch from a signed commit and the secrets it brings (RFC 9420 §8, §8.2)."""
    suite = seat.suite
    confirmed = confirmed_transcript_hash(suite, seat.interim_transcript_hash, signed)
    context = replace(provisional, confirmed_transcript_hash=confirmed)
    secrets = EpochSecrets.next(suite, seat.init_secret, commit_secret, psk, context.encode())
    tag = secrets.confirmation_tag(confirmed)
    return EpochState(
        suite=suite,
        context=context,
        tree=tree,
        own=seat.own,
        keys=keys,
        signature_key=seat.signature_key,
        secrets=secrets,
        interim_transcript_hash=interim_transcript_hash(suite, confirmed, tag),
        confirmation_tag=tag,
        past=seat.past,
        reinit=reinit,
    )


def lay_out(
    state: EpochState,
    committer: LeafIndex,
    proposals: ProposalList,
    applied: Applied,
    signed: AuthenticatedContent,
    *,
    after: EpochState | None,
) -> StagedCommit:
    """The staged commit as its judge sees it; without `after` it removes us."""
    added = tuple(index for index, _ in applied.added)
    updated = {sender for sender, _ in proposals.updates}
    if not signed.content.sender.is_member:
        added = (committer,)
    elif state.tree.leaf(committer) != applied.tree.leaf(committer):
        updated.add(committer)
    return StagedCommit(
        committer=committer,
        proposals=proposals.all,
        epoch=epoch_after(state.context),
        extensions=applied.extensions,
        authenticated_content=signed.encode(),
        added_at=added,
        removed_at=proposals.removes,
        updated_at=tuple(sorted(updated)),
        tree_before=state.tree,
        tree_after=applied.tree,
        parent=state.secrets.epoch_authenticator,
        state=after,
    )
