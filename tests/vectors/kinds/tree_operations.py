"""What Add, Update and Remove do to a tree (test-vectors.md, Tree Operations)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.proposal import Add, Remove, Update, read_proposal
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.checking import Case, Kind, equal, unhex

_FIELDS = frozenset({"tree_before", "proposal", "tree_hash_before", "tree_after", "tree_hash_after"})


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    encoded, hash_before, encoded_after, hash_after, proposal = unhex(
        case, "tree_before", "tree_hash_before", "tree_after", "tree_hash_after", "proposal"
    )
    before = codec.decode(RatchetTree.read, encoded)
    equal("tree_hash_before", root_hash(suite, before), hash_before)
    tree = before.copy()
    sender = LeafIndex(case["proposal_sender"])
    tree.member(sender)
    match codec.decode(read_proposal, proposal):
        case Add(key_package):
            tree.add(key_package.leaf_node)
        case Remove(removed):
            tree.remove(LeafIndex(removed))
        case Update(leaf_node):
            tree.update(sender, leaf_node)
        case other:
            raise AssertionError(f"proposal: expected Add, Update or Remove, got {type(other).__name__}")
    equal("tree_after", tree.encode(), encoded_after)
    equal("tree_hash_after", root_hash(suite, tree), hash_after)
    fresh = codec.decode(RatchetTree.read, encoded_after)
    equal("tree_hash_after of the tree as read", root_hash(suite, fresh), hash_after)
    equal("tree_before, left alone", before.encode(), encoded)
    equal("tree_hash_before, left alone", root_hash(suite, before), hash_before)


KIND = Kind("tree-operations", _FIELDS, _check)
