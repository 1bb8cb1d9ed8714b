"""Parent hashes: every inner key was put there by a member below it (RFC 9420 §7.9).

Rule (§7.9.2): each parent that is not blank is bound, by the `parent_hash` of a node in the resolution of one child, to the
tree as it was when that node was set.
"""

from __future__ import annotations

import hmac

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_hash import original_hash
from hotline_protocol.mls.tree_math import NodeIndex


def parent_hash(suite: CipherSuite, tree: RatchetTree, parent: ParentNode, sibling: NodeIndex) -> bytes:
    """The hash of `ParentHashInput` for a parent and its child off the path (RFC 9420 §7.9)."""
    beside = original_hash(suite, tree, sibling, parent.unmerged_leaves)
    return suite.hash(
        codec.opaque(parent.encryption_key) + codec.opaque(parent.parent_hash) + codec.opaque(beside)
    )


def check_parent_hashes(suite: CipherSuite, tree: RatchetTree) -> None:
    """Refuse, as `parent-hash`, a tree with a parent that nobody below it vouches for (RFC 9420 §7.9.2)."""
    for index, node in tree.parents():
        one, other = tree_math.left(index), tree_math.right(index)
        if not (_vouched(suite, tree, node, one, other) or _vouched(suite, tree, node, other, one)):
            raise RefusedError("parent-hash", f"no node below node {index} carries its parent hash")


def _vouched(
    suite: CipherSuite, tree: RatchetTree, parent: ParentNode, child: NodeIndex, sibling: NodeIndex
) -> bool:
    """Whether a node in the resolution of `child` carries the parent hash of `parent`."""
    resolution = tree.resolution(child)
    unmerged = {tree_math.node_of(leaf) for leaf in parent.unmerged_leaves}
    below = {node for node in unmerged if tree_math.is_below(node, child)}
    # The resolution without the vouching node must be exactly the unmerged leaves below this child.
    rest = [node for node in resolution if node not in below]
    if len(rest) != 1 or len(resolution) != len(below) + 1:
        return False
    claimed = _claimed(tree, rest[0])
    return claimed is not None and hmac.compare_digest(claimed, parent_hash(suite, tree, parent, sibling))


def _claimed(tree: RatchetTree, index: NodeIndex) -> bytes | None:
    node = tree.node(index)
    if isinstance(node, LeafNode):
        return node.parent_hash
    return node.parent_hash if node is not None else None
