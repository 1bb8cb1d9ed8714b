"""Whether leaves and trees are fit for a group.

Rules enforced: every leaf signature for its group and place, the leaf's source, and capabilities that cover the leaf, the
group's version and extensions and every credential type in use (RFC 9420 §7.3, §11.1); unique encryption and signature keys
(§7.3); certificates of external senders (§5.3); unmerged leaves that every node between knows (§7.9.2); parent hashes (§7.9.2);
the tree hash of the group context (§12.4.3.1).

What is left to the caller: who stands behind a credential. What is left out on purpose: the lifetime of leaves that are
already in a tree, because members who read the log at different times must come to the same answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.credential import check_credential
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import (
    EXTERNAL_SENDERS,
    REQUIRED_CAPABILITIES,
    Extension,
    RequiredCapabilities,
    find,
)
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.parent_hash import check_parent_hashes
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tally import Profile
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex

DEFAULT_EXTENSIONS: Final = range(1, 6)
"""What every implementation supports, so that no capabilities list it (RFC 9420 §7.2)."""

DEFAULT_PROPOSALS: Final = range(1, 8)
"""The same for proposals."""


def check_tree(suite: CipherSuite, tree: RatchetTree, context: GroupContext) -> None:
    """Everything a joiner verifies about a tree it was given (RFC 9420 §12.4.3.1)."""
    if not hmac.compare_digest(root_hash(suite, tree), context.tree_hash):
        raise RefusedError("tree-hash", "the ratchet tree is not the one the group context names")
    check_unmerged(tree)
    check_parent_hashes(suite, tree)
    for index, leaf in tree.leaves():
        check_leaf_signature(suite, leaf, context.group_id, index)
    for _, parent in tree.parents():
        suite.check_public_key(parent.encryption_key)
    check_group_extensions(suite, context.extensions)
    check_members(tree, context.extensions)


def check_group_extensions(suite: CipherSuite, extensions: tuple[Extension, ...]) -> None:
    """The external senders can be read, and the certificate of one is for its signature key (RFC 9420 §5.3, §12.1.8.1).

    Looked at before the extensions become the group's, so that what no member could read or trust later never enters it.
    Received ones hold each type once (§13); that our own do too is the caller's part, else a `UsageError`.
    """
    check_types_once(extensions)
    senders = find(extensions, EXTERNAL_SENDERS)
    for one in () if senders is None else senders.external_senders():
        check_credential(suite.signature, one.credential, one.signature_key)


def check_types_once(extensions: tuple[Extension, ...]) -> None:
    """Extensions that nobody could read are not sent: `UsageError` if a type is there twice (RFC 9420 §13)."""
    if len({one.extension_type for one in extensions}) != len(extensions):
        raise UsageError("a list of extensions holds the same type twice")


def check_leaf_signature(suite: CipherSuite, leaf: LeafNode, group_id: bytes, index: LeafIndex) -> None:
    """The leaf is signed by its own key, for this group and place unless it stems from a key package."""
    suite.check_public_key(leaf.encryption_key)
    leaf.verify(suite, group_id, index)


def check_source(leaf: LeafNode, expected: LeafNodeSource) -> None:
    """The leaf was made for the message that carries it (RFC 9420 §7.3)."""
    if leaf.source != expected:
        raise RefusedError("leaf", f"the leaf's source is {leaf.source}, expected {expected}")


def check_members(tree: RatchetTree, extensions: tuple[Extension, ...]) -> None:
    """Keys are unique and every leaf supports what the group uses (RFC 9420 §7.3)."""
    held = tree.holdings
    if not held.encryption_keys.is_unique:
        raise RefusedError("leaf", "two nodes of the tree share an encryption key")
    if not held.signature_keys.is_unique:
        raise RefusedError("leaf", "two members share a signature key")
    credentials = {profile.credential_type for profile in held.profiles}
    wanted = _Wanted(extensions)
    for profile in held.profiles:
        wanted.check(profile)
        if not credentials.issubset(profile.capabilities.credentials):
            raise RefusedError("leaf", "a member does not support a credential type in use")


class _Wanted:
    """What the group demands of each leaf beyond what everybody supports."""

    __slots__ = ("_required",)

    def __init__(self, extensions: tuple[Extension, ...]) -> None:
        required = find(extensions, REQUIRED_CAPABILITIES)
        asked = RequiredCapabilities() if required is None else required.required_capabilities()
        used = {one.extension_type for one in extensions} | set(asked.extensions)
        self._required = (
            {number for number in used if number not in DEFAULT_EXTENSIONS},
            {number for number in asked.proposals if number not in DEFAULT_PROPOSALS},
            set(asked.credentials),
        )

    def check(self, profile: Profile) -> None:
        own = profile.capabilities
        if MLS10 not in own.versions:
            raise RefusedError("leaf", "a leaf's capabilities do not cover the group's version")
        extensions, proposals, credentials = self._required
        if not (extensions | profile.carried).issubset(own.extensions):
            raise RefusedError("leaf", "a leaf's capabilities do not cover an extension in use")
        if not proposals.issubset(own.proposals) or not credentials.issubset(own.credentials):
            raise RefusedError("leaf", "a leaf's capabilities do not cover what the group requires")


def check_unmerged(tree: RatchetTree) -> None:
    """Each unmerged leaf is a member below its node and unmerged in every node between (RFC 9420 §7.9.2)."""
    unmerged = {
        index: frozenset(parent.unmerged_leaves) for index, parent in tree.parents() if parent.unmerged_leaves
    }
    found = sum(_count_entries(tree, leaf, unmerged) for leaf in frozenset().union(*unmerged.values()))
    if found != sum(map(len, unmerged.values())):
        raise RefusedError("leaf", "a node lists an unmerged leaf that is not below it")


def _count_entries(
    tree: RatchetTree, leaf: LeafIndex, unmerged: Mapping[NodeIndex, frozenset[LeafIndex]]
) -> int:
    """In how many of its ancestors the leaf is unmerged: in the lowest ones without a gap, in none above them."""
    if tree.leaf(leaf) is None:
        raise RefusedError("leaf", f"unmerged leaf {leaf} is blank or beyond the tree")
    count, merged_at = 0, None
    for above in tree.direct_path(leaf):
        if leaf in unmerged.get(above, ()):
            if merged_at is not None:
                raise RefusedError(
                    "leaf", f"leaf {leaf} is unmerged at node {above}, but not at node {merged_at} below it"
                )
            count += 1
        elif tree.parent(above) is not None:
            merged_at = above
    return count
