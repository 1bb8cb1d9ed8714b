from __future__ import annotations

import pytest

from hotline_protocol.mls import tree_math
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex


def test_paths_of_a_tree_of_eight() -> None:
    leaf = tree_math.node_of(LeafIndex(5))
    assert leaf == 10
    assert tree_math.direct_path(leaf, 8) == [9, 11, 7]
    assert tree_math.copath(leaf, 8) == [8, 13, 3]
    assert tree_math.direct_path(NodeIndex(7), 8) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"), [(0, 2, 1), (0, 14, 7), (4, 6, 5), (1, 6, 3), (3, 4, 3), (4, 3, 3)]
)
def test_the_common_ancestor(one: int, other: int, expected: int) -> None:
    assert tree_math.common_ancestor(NodeIndex(one), NodeIndex(other)) == expected


def test_subtrees() -> None:
    assert list(tree_math.leaves_below(NodeIndex(3))) == [0, 1, 2, 3]
    assert list(tree_math.leaves_below(NodeIndex(12))) == [6]
    assert tree_math.is_below(NodeIndex(10), NodeIndex(11))
    assert not tree_math.is_below(NodeIndex(6), NodeIndex(11))


@pytest.mark.parametrize(("count", "size"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (1000, 1024)])
def test_sizes_are_powers_of_two(count: int, size: int) -> None:
    assert tree_math.full_size(count) == size


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="root"):
        tree_math.parent(NodeIndex(3), 4)
    with pytest.raises(UsageError, match="no children"):
        tree_math.left(NodeIndex(2))
    with pytest.raises(UsageError, match="expected a leaf"):
        tree_math.leaf_of(NodeIndex(1))


@pytest.mark.parametrize("node", [-1, 7, 8, 2**40])
def test_a_node_beyond_the_tree_has_no_way_to_its_root(node: int) -> None:
    with pytest.raises(UsageError, match="beyond a tree of 4 leaves"):
        tree_math.direct_path(NodeIndex(node), 4)
