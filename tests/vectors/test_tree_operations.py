from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.proposal import Add, Remove, Update, read_proposal
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.loading import vectors


@pytest.mark.parametrize("vector", vectors("tree-operations"))
def test_tree_operations(vector: dict[str, Any]) -> None:
    suite = cipher_suite(vector["cipher_suite"])
    before = codec.decode(RatchetTree.read, bytes.fromhex(vector["tree_before"]))
    assert root_hash(suite, before).hex() == vector["tree_hash_before"]
    tree = before.copy()
    match codec.decode(read_proposal, bytes.fromhex(vector["proposal"])):
        case Add(key_package):
            tree.add(key_package.leaf_node)
        case Remove(removed):
            tree.remove(LeafIndex(removed))
        case Update(leaf_node):
            tree.update(LeafIndex(vector["proposal_sender"]), leaf_node)
        case other:
            pytest.fail(f"unexpected proposal {other}")
    assert tree.encode().hex() == vector["tree_after"]
    assert root_hash(suite, tree).hex() == vector["tree_hash_after"]
    assert before.encode().hex() == vector["tree_before"]
    assert root_hash(suite, before).hex() == vector["tree_hash_before"]
