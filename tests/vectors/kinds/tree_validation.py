"""Resolutions, hashes and validity of a tree (test-vectors.md, Tree Validation)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.parent_hash import check_parent_hashes
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash, subtree_hash
from hotline_protocol.mls.tree_math import NodeIndex
from hotline_protocol.mls.tree_validation import check_tree
from tests.vectors.checking import Case, Kind, equal, unhex, within


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    encoded, group_id = unhex(case, "tree", "group_id")
    tree = codec.decode(RatchetTree.read, encoded)
    equal("tree encoded again", tree.encode(), encoded)
    equal("number of resolutions", tree.width, len(case["resolutions"]))
    equal("number of tree hashes", tree.width, len(case["tree_hashes"]))
    for index, expected in enumerate(case["resolutions"]):
        equal(f"resolution of node {index}", list(tree.resolution(NodeIndex(index))), expected)
    for index, expected in enumerate(case["tree_hashes"]):
        hashed = subtree_hash(suite, tree, NodeIndex(index))
        equal(f"tree hash of node {index}", hashed, bytes.fromhex(expected))
    with within("parent hashes"):
        check_parent_hashes(suite, tree)
    for index, leaf in tree.leaves():
        with within(f"signature of leaf {index}"):
            leaf.verify(suite, group_id, index)
    context = GroupContext(suite.id, group_id, 0, root_hash(suite, tree), b"")
    check_tree(suite, tree, context)


KIND = Kind("tree-validation", frozenset({"tree", "resolutions", "tree_hashes"}), _check)
