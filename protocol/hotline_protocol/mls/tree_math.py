"""Where nodes lie in the array form of a complete binary tree (RFC 9420, appendix C).

Leaf `i` is node `2 * i`; a parent's level is the number of trailing one bits of its index. A size is always the number
of leaves, a power of two: RFC 9420 §7.7 grows a tree by doubling and shrinks it by halving.
"""

from __future__ import annotations

from typing import NewType

from hotline_protocol.mls.errors import UsageError

LeafIndex = NewType("LeafIndex", int)
"""A member's place, counted along the leaves: 0, 1, 2, …"""

NodeIndex = NewType("NodeIndex", int)
"""A place in the array of all nodes: even for leaves, odd for parents."""


def node_of(leaf: LeafIndex) -> NodeIndex:
    """The node that is this leaf."""
    return NodeIndex(2 * leaf)


def leaf_of(node: NodeIndex) -> LeafIndex:
    """The leaf at this node, which must be even."""
    if node & 1:
        raise UsageError(f"node {node} is a parent, expected a leaf")
    return LeafIndex(node >> 1)


def is_leaf(node: NodeIndex) -> bool:
    """Whether the node is a leaf."""
    return not node & 1


def node_width(leaves: int) -> int:
    """How many nodes a tree with this many leaves has."""
    return 2 * leaves - 1 if leaves else 0


def level(node: NodeIndex) -> int:
    """The height of the node above the leaves."""
    return (~node & (node + 1)).bit_length() - 1


def root(leaves: int) -> NodeIndex:
    """The root of a tree with this many leaves."""
    return NodeIndex(leaves - 1)


def left(node: NodeIndex) -> NodeIndex:
    """The left child of a parent."""
    return NodeIndex(node ^ (_low_bit(node) >> 1))


def right(node: NodeIndex) -> NodeIndex:
    """The right child of a parent."""
    low = _low_bit(node)
    return NodeIndex(node ^ (low | low >> 1))


def _low_bit(node: NodeIndex) -> int:
    """The lowest bit that is not set: 2 to the power of the parent's level."""
    if not node & 1:
        raise UsageError(f"node {node} is a leaf and has no children")
    return ~node & (node + 1)


def parent(node: NodeIndex, leaves: int) -> NodeIndex:
    """The parent of a node that is not the root."""
    if node == root(leaves):
        raise UsageError(f"node {node} is the root and has no parent")
    return _parent(node)


def _parent(node: NodeIndex) -> NodeIndex:
    low = ~node & (node + 1)
    return NodeIndex((node | low) & ~(low << 1))


def sibling(node: NodeIndex, leaves: int) -> NodeIndex:
    """The other child of the node's parent."""
    parent(node, leaves)
    return _sibling(node)


def _sibling(node: NodeIndex) -> NodeIndex:
    return NodeIndex(node ^ ((~node & (node + 1)) << 1))


def direct_path(node: NodeIndex, leaves: int) -> list[NodeIndex]:
    """The node's ancestors, its parent first and the root last; empty for the root. UsageError beyond the tree."""
    top = root(leaves)
    if not 0 <= node <= 2 * top:
        raise UsageError(f"node {node} is beyond a tree of {leaves} leaves")
    path: list[NodeIndex] = []
    while node != top:
        node = _parent(node)
        path.append(node)
    return path


def copath(node: NodeIndex, leaves: int) -> list[NodeIndex]:
    """The siblings of the node and of its ancestors below the root, in the order of `direct_path`."""
    below = [node, *direct_path(node, leaves)][:-1]
    return [_sibling(one) for one in below]


def is_below(node: NodeIndex, ancestor: NodeIndex) -> bool:
    """Whether `node` is `ancestor` itself or lies in its subtree."""
    reach = (1 << level(ancestor)) - 1
    return ancestor - reach <= node <= ancestor + reach


def common_ancestor(one: NodeIndex, other: NodeIndex) -> NodeIndex:
    """The lowest node whose subtree holds both."""
    while not is_below(other, one):
        one = _parent(one)
    return one


def leaves_below(node: NodeIndex) -> range:
    """The leaf indices of the node's subtree, as plain integers, left to right."""
    reach = (1 << level(node)) - 1
    return range((node - reach) >> 1, ((node + reach) >> 1) + 1)


def full_size(count: int) -> int:
    """The smallest power of two that is at least `count` (and at least 1): the leaves of a tree for that many."""
    return 1 << max(count - 1, 0).bit_length()
