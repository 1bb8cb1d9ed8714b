"""The official trees, with one thing wrong: what a joiner must refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_validation import check_tree
from tests.vectors.loading import NOT_THERE, OFFICIAL, cases_of

_FILE = OFFICIAL / "tree-validation.json"
_TREES = [
    # The trees of one suite have all the shapes there are.
    pytest.param(case, id=f"tree-{number}")
    for number, case in enumerate(cases_of(_FILE) if _FILE.is_file() else [])
    if case["cipher_suite"] == 1
]

pytestmark = pytest.mark.skipif(not _FILE.is_file(), reason=NOT_THERE)
each_tree = pytest.mark.parametrize("case", _TREES)


def read(case: dict[str, Any]) -> tuple[CipherSuite, RatchetTree]:
    return cipher_suite(case["cipher_suite"]), codec.decode(RatchetTree.read, bytes.fromhex(case["tree"]))


def context_of(suite: CipherSuite, tree: RatchetTree, group_id: str) -> GroupContext:
    return GroupContext(suite.id, bytes.fromhex(group_id), 0, root_hash(suite, tree), b"")


@each_tree
def test_a_changed_parent_is_refused(case: dict[str, Any]) -> None:
    suite, tree = read(case)
    for index, parent in tuple(tree.parents()):
        forged = tree.copy()
        forged.put(index, replace(parent, parent_hash=bytes(32)))
        with pytest.raises(RefusedError) as caught:
            check_tree(suite, forged, context_of(suite, forged, case["group_id"]))
        assert caught.value.kind == "parent-hash"


@each_tree
def test_a_tree_of_another_group_or_context_is_refused(case: dict[str, Any]) -> None:
    suite, tree = read(case)
    with pytest.raises(RefusedError) as caught:
        check_tree(suite, tree, context_of(suite, tree, "00"))
    assert caught.value.kind == "signature"
    context = replace(context_of(suite, tree, case["group_id"]), tree_hash=bytes(32))
    with pytest.raises(RefusedError) as caught:
        check_tree(suite, tree, context)
    assert caught.value.kind == "tree-hash"
