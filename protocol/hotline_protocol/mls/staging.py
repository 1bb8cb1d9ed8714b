"""From a verified commit to the next epoch, on copies (RFC 9420 §12.4.2).

Rules enforced: the proposal list (`proposals_check`), the path (`treekem`), the new leaf and the whole new membership
(`tree_validation`), and last the confirmation tag, which proves that committer and receiver computed the same epoch.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace

from hotline_protocol.mls import treekem
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.errors import PrivatelyRefusedError, RefusedError, UsageError
from hotline_protocol.mls.framing import Opened
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import LeafNodeSource
from hotline_protocol.mls.proposals_check import (
    Applied,
    ProposalList,
    Proposed,
    apply_proposals,
    resolve,
    sort,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSKUsage, psk_secret
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.state import EpochState, Psks
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import check_leaf_signature, check_members, check_source
from hotline_protocol.mls.treekem import NodeKeys


def stage_commit(
    state: EpochState, opened: Opened, held: Mapping[bytes, Proposed], psks: Psks, now: int
) -> StagedCommit:
    """Check a commit whose signature and protection were verified; `state` is left as it is."""
    commit, committer = opened.body, opened.sender
    if not isinstance(commit, Commit):
        raise UsageError("expected a commit")
    proposals = sort(committer, resolve(committer, commit.proposals, held))
    applied = apply_proposals(state.suite, state.context, state.tree, proposals, now)
    _merge_path(state, committer, commit, proposals, applied)
    check_members(applied.tree, applied.extensions)
    if state.own in proposals.removes:
        return lay_out(state, committer, proposals, applied, opened.signed, after=None)
    try:
        psk = secret_of_psks(state.suite, proposals.psks, psks, state)
        after = _next_epoch(state, opened, commit, applied, psk)
    except RefusedError as error:
        raise PrivatelyRefusedError(error.kind, str(error).removeprefix(f"{error.kind}: ")) from error
    return lay_out(state, committer, proposals, applied, opened.signed, after=after)


def _next_epoch(
    state: EpochState, opened: Opened, commit: Commit, applied: Applied, psk: bytes
) -> EpochState:
    """What only this member can compute: its part of the path, the secrets, and whether they are the confirmed ones."""
    provisional = provisional_context(state, applied)
    commit_secret, keys = _open_path(state, opened.sender, commit, applied, provisional.encode())
    after = advance(
        state, applied.tree, provisional, keys, opened.signed, commit_secret=commit_secret, psk=psk
    )
    sent = opened.signed.auth.confirmation_tag
    if sent is None or not hmac.compare_digest(sent, after.confirmation_tag):
        raise RefusedError("confirmation-tag", "the commit does not lead to the epoch its sender confirmed")
    return after


def _open_path(
    state: EpochState, committer: LeafIndex, commit: Commit, applied: Applied, context: bytes
) -> tuple[bytes, NodeKeys]:
    """The commit secret, zeros without a path, and the keys we hold afterwards."""
    keys = treekem.surviving_keys(applied.tree, state.keys)
    if commit.path is None:
        return bytes(state.suite.hash_length), keys
    commit_secret, learned = treekem.open_path(
        state.suite,
        applied.tree,
        state.own,
        keys,
        sender=committer,
        path=commit.path,
        context=context,
        joiners=applied.joiners,
    )
    return commit_secret, keys | learned


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


def provisional_context(state: EpochState, applied: Applied) -> GroupContext:
    """The next epoch's context with the old transcript hash, which paths are encrypted under (RFC 9420 §12.4.1)."""
    return replace(
        state.context,
        epoch=state.context.epoch + 1,
        tree_hash=root_hash(state.suite, applied.tree),
        extensions=applied.extensions,
    )


def secret_of_psks(
    suite: CipherSuite, ids: tuple[PreSharedKeyID, ...], psks: Psks, state: EpochState | None
) -> bytes:
    """The PSK secret of the named keys; one that we lack is refused as `psk` (RFC 9420 §8.4).

    Resumption keys are those of this group that `state` still has.
    """
    known: list[tuple[PreSharedKeyID, bytes]] = []
    for one in ids:
        secret = psks.get(one.psk_id) if one.psk_id is not None else _resumption(one, state)
        if secret is None:
            raise RefusedError("psk", "a pre-shared key is needed that is not known")
        known.append((one, secret))
    return psk_secret(suite, known)


def _resumption(one: PreSharedKeyID, state: EpochState | None) -> bytes | None:
    if one.resumption is None or state is None:
        return None
    named = one.resumption
    if named.usage != ResumptionPSKUsage.APPLICATION or named.psk_group_id != state.context.group_id:
        return None
    return state.resumption_psk(named.psk_epoch)


def advance(
    state: EpochState,
    tree: RatchetTree,
    provisional: GroupContext,
    keys: NodeKeys,
    signed: AuthenticatedContent,
    *,
    commit_secret: bytes,
    psk: bytes,
) -> EpochState:
    """The next epoch from a signed commit and the secrets it brings (RFC 9420 §8, §8.2)."""
    suite = state.suite
    confirmed = confirmed_transcript_hash(suite, state.interim_transcript_hash, signed)
    context = replace(provisional, confirmed_transcript_hash=confirmed)
    secrets = EpochSecrets.next(suite, state.secrets.init_secret, commit_secret, psk, context.encode())
    tag = secrets.confirmation_tag(confirmed)
    return EpochState(
        suite=suite,
        context=context,
        tree=tree,
        own=state.own,
        keys=keys,
        signature_key=state.signature_key,
        secrets=secrets,
        interim_transcript_hash=interim_transcript_hash(suite, confirmed, tag),
        confirmation_tag=tag,
        past=state.remembered(),
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
    updated = {sender for sender, _ in proposals.updates}
    if state.tree.leaf(committer) != applied.tree.leaf(committer):
        updated.add(committer)
    return StagedCommit(
        committer=committer,
        proposals=proposals.all,
        epoch=state.context.epoch + 1,
        extensions=applied.extensions,
        authenticated_content=signed.encode(),
        added_at=tuple(index for index, _ in applied.added),
        removed_at=proposals.removes,
        updated_at=tuple(sorted(updated)),
        tree_before=state.tree,
        tree_after=applied.tree,
        parent=state.secrets.epoch_authenticator,
        state=after,
    )
