"""Forges ratchet trees: what a member's own commit would have put there, with keys of the test's choice (RFC 9420 §7.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.parent_hash import parent_hash
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from tests.negative.builder import Hook
from tests.negative.leaves import put_leaf
from tests.protocol.mls.parties import rng


def fresh_key(suite: CipherSuite) -> bytes:
    """A public key whose private half is thrown away."""
    return suite.derive_key_pair(rng(suite.hash_length))[1]


def repath(tree: RatchetTree, member: Group, publics: Sequence[bytes | None] = ()) -> None:
    """Put a path of `member` into `tree`: parents with these keys from the bottom up, parent hashes, a signed leaf.

    Keys that are missing or None are fresh ones.
    """
    above = tree.filtered_direct_path(member.own_index)
    wanted = [*publics, *[None] * (len(above) - len(publics))]
    tree.blank_path(member.own_index)
    hash_above = b""
    for (node, beside), public in reversed(list(zip(above, wanted, strict=True))):
        parent = ParentNode(fresh_key(member.suite) if public is None else public, hash_above)
        tree.put(node, parent)
        hash_above = parent_hash(member.suite, tree, parent, beside)
    claim(tree, member, hash_above)


def claim(tree: RatchetTree, member: Group, hashed: bytes) -> None:
    """Give a member's leaf this parent hash, as its own commit would have."""
    relabel(
        tree,
        member,
        lambda leaf: replace(
            leaf,
            encryption_key=fresh_key(member.suite),
            source=LeafNodeSource.COMMIT,
            lifetime=None,
            parent_hash=hashed,
        ),
    )


def relabel(tree: RatchetTree, member: Group, change: Hook[LeafNode]) -> None:
    """Change a member's leaf and sign it again; everything above it stays as it was."""
    index = member.own_index
    leaf = change(tree.member(index)).sign(member.suite, member._state.signature_key, member.group_id, index)
    put_leaf(tree, index, leaf)


def parent_at(tree: RatchetTree, index: int) -> ParentNode:
    """The parent at this node, which must not be blank."""
    found = tree.parent(NodeIndex(index))
    assert found is not None
    return found


def put_parent(tree: RatchetTree, index: int, change: Hook[ParentNode]) -> None:
    """Change one parent and nothing else."""
    tree.put(NodeIndex(index), change(parent_at(tree, index)))


def blank(tree: RatchetTree, index: int) -> None:
    """Blank one node and nothing else."""
    tree.put(NodeIndex(index), None)


def unmerged(*leaves: int) -> Hook[ParentNode]:
    """A parent with exactly these unmerged leaves."""
    return lambda parent: replace(parent, unmerged_leaves=tuple(LeafIndex(leaf) for leaf in leaves))
