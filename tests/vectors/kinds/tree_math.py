"""Tree math: where the relatives of every node lie (test-vectors.md, Tree Math)."""

from __future__ import annotations

from collections.abc import Callable

from hotline_protocol.mls import tree_math
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.tree_math import NodeIndex
from tests.vectors.checking import Case, Kind, equal

Relation = Callable[[NodeIndex], NodeIndex]


def _check(case: Case) -> None:
    leaves = case["n_leaves"]
    equal("n_nodes", tree_math.node_width(leaves), case["n_nodes"])
    equal("root", int(tree_math.root(leaves)), case["root"])
    relations: dict[str, Relation] = {
        "left": tree_math.left,
        "right": tree_math.right,
        "parent": lambda node: tree_math.parent(node, leaves),
        "sibling": lambda node: tree_math.sibling(node, leaves),
    }
    for name, relation in relations.items():
        equal(f"length of {name}", len(case[name]), case["n_nodes"])
        for node, expected in enumerate(case[name]):
            equal(f"{name} of node {node}", _found(relation, NodeIndex(node)), expected)


def _found(relation: Relation, node: NodeIndex) -> int | None:
    try:
        return relation(node)
    except UsageError:
        return None


KIND = Kind(
    "tree-math", frozenset({"n_leaves", "n_nodes", "root", "left", "right", "parent", "sibling"}), _check
)
