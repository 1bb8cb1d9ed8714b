from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash, subtree_hash
from hotline_protocol.mls.tree_math import NodeIndex
from hotline_protocol.mls.tree_validation import check_tree
from tests.vectors.loading import vectors

parametrize_trees = pytest.mark.parametrize("vector", vectors("tree-validation"))


def read(vector: dict[str, Any]) -> tuple[CipherSuite, RatchetTree]:
    tree = codec.decode(RatchetTree.read, bytes.fromhex(vector["tree"]))
    return cipher_suite(vector["cipher_suite"]), tree


def context_of(suite: CipherSuite, tree: RatchetTree, group_id: str) -> GroupContext:
    return GroupContext(suite.id, bytes.fromhex(group_id), 0, root_hash(suite, tree), b"")


@parametrize_trees
def test_valid_trees_are_accepted(vector: dict[str, Any]) -> None:
    suite, tree = read(vector)
    for index, expected in enumerate(vector["resolutions"]):
        assert tree.resolution(NodeIndex(index)) == expected
    for index, expected in enumerate(vector["tree_hashes"]):
        assert subtree_hash(suite, tree, NodeIndex(index)).hex() == expected
    check_tree(suite, tree, context_of(suite, tree, vector["group_id"]))
    assert tree.encode().hex() == vector["tree"]


@parametrize_trees
def test_a_changed_parent_is_refused(vector: dict[str, Any]) -> None:
    suite, tree = read(vector)
    for index, parent in tuple(tree.parents()):
        forged = tree.copy()
        forged.put(index, replace(parent, parent_hash=bytes(32)))
        with pytest.raises(RefusedError) as caught:
            check_tree(suite, forged, context_of(suite, forged, vector["group_id"]))
        assert caught.value.kind == "parent-hash"


@parametrize_trees
def test_a_tree_of_another_group_or_context_is_refused(vector: dict[str, Any]) -> None:
    suite, tree = read(vector)
    with pytest.raises(RefusedError) as caught:
        check_tree(suite, tree, context_of(suite, tree, "00"))
    assert caught.value.kind == "signature"
    context = replace(context_of(suite, tree, vector["group_id"]), tree_hash=bytes(32))
    with pytest.raises(RefusedError) as caught:
        check_tree(suite, tree, context)
    assert caught.value.kind == "tree-hash"
