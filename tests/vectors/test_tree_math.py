from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hotline_protocol.mls import tree_math
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.tree_math import NodeIndex
from tests.vectors.loading import vectors


@pytest.mark.parametrize("vector", vectors("tree-math"))
def test_tree_math(vector: dict[str, Any]) -> None:
    leaves = vector["n_leaves"]
    assert tree_math.node_width(leaves) == vector["n_nodes"]
    assert tree_math.root(leaves) == vector["root"]
    relations: dict[str, Callable[[NodeIndex], NodeIndex]] = {
        "left": tree_math.left,
        "right": tree_math.right,
        "parent": lambda node: tree_math.parent(node, leaves),
        "sibling": lambda node: tree_math.sibling(node, leaves),
    }
    for name, relation in relations.items():
        for node, expected in enumerate(vector[name]):
            if expected is None:
                with pytest.raises(UsageError):
                    relation(NodeIndex(node))
            else:
                assert relation(NodeIndex(node)) == expected
