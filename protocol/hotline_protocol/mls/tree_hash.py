"""Hashes of the ratchet tree and its subtrees (RFC 9420 §7.8), computed once and kept until a node below changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import Node, ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex


def root_hash(suite: CipherSuite, tree: RatchetTree) -> bytes:
    """The tree hash that the group context carries."""
    return subtree_hash(suite, tree, tree.root)


def subtree_hash(suite: CipherSuite, tree: RatchetTree, index: NodeIndex) -> bytes:
    """The tree hash of the subtree below `index`."""
    known = tree.hash_cache[index]
    if known is None:
        if tree_math.is_leaf(index):
            known = _leaf_hash(suite, index, tree.node(index))
        else:
            one = subtree_hash(suite, tree, tree_math.left(index))
            other = subtree_hash(suite, tree, tree_math.right(index))
            known = _parent_hash(suite, tree.node(index), one, other)
        tree.hash_cache[index] = known
    return known


def original_hash(
    suite: CipherSuite, tree: RatchetTree, index: NodeIndex, added_since: Collection[LeafIndex]
) -> bytes:
    """The subtree's hash as it was before the leaves `added_since` were added (RFC 9420 §7.9)."""
    here = tree_math.leaves_below(index)
    inside = frozenset(leaf for leaf in added_since if here.start <= leaf < here.stop)
    if not inside:
        return subtree_hash(suite, tree, index)
    if tree_math.is_leaf(index):
        return _leaf_hash(suite, index, None)
    node = tree.parent(index)
    if node is not None:
        kept = tuple(leaf for leaf in node.unmerged_leaves if leaf not in inside)
        node = replace(node, unmerged_leaves=kept)
    one = original_hash(suite, tree, tree_math.left(index), inside)
    other = original_hash(suite, tree, tree_math.right(index), inside)
    return _parent_hash(suite, node, one, other)


def _leaf_hash(suite: CipherSuite, index: NodeIndex, node: Node | None) -> bytes:
    encoded = node.encode() if isinstance(node, LeafNode) else None
    return suite.hash(b"\x01" + codec.u32(index >> 1) + codec.optional(encoded))


def _parent_hash(suite: CipherSuite, node: Node | None, one: bytes, other: bytes) -> bytes:
    encoded = node.encode() if isinstance(node, ParentNode) else None
    return suite.hash(b"\x02" + codec.optional(encoded) + codec.opaque(one) + codec.opaque(other))
