from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import APPLICATION_ID, Extension
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tally import Profile, Tally
from hotline_protocol.mls.tree import Node, ParentNode, RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex, node_of
from hotline_protocol.mls.tree_validation import check_members, check_unmerged

SUITE = cipher_suite(1)


def leaf(number: int, *, signer: int | None = None, extensions: tuple[Extension, ...] = ()) -> LeafNode:
    return LeafNode(
        encryption_key=b"e%d" % number,
        signature_key=b"s%d" % (number if signer is None else signer),
        credential=BasicCredential(b""),
        capabilities=Capabilities(cipher_suites=(number % 3,)),
        source=LeafNodeSource.UPDATE,
        extensions=extensions,
    )


def put_path(tree: RatchetTree, index: LeafIndex) -> None:
    tree.blank_path(index)
    tree.put_path((node, ParentNode(b"p%d" % node)) for node, _ in tree.filtered_direct_path(index))


def counted(tree: RatchetTree) -> tuple[dict[bytes, int], dict[bytes, int], dict[Profile, int]]:
    held = tree.holdings
    counts = held.encryption_keys._counts, held.signature_keys._counts, held.profiles._counts
    return counts[0].copy(), counts[1].copy(), counts[2].copy()


def test_a_value_counts_until_its_last_is_dropped() -> None:
    tally: Tally[str] = Tally()
    tally.add("a")
    assert tally.is_unique
    tally.add("a")
    other = tally.copy()
    assert not tally.is_unique
    tally.drop("a")
    assert tally.is_unique
    assert "a" in tally
    tally.drop("a")
    assert "a" not in tally
    assert list(tally) == []
    assert not other.is_unique
    with pytest.raises(KeyError):
        tally.drop("a")


def test_a_profile_names_what_not_everybody_supports() -> None:
    default, own = Extension(APPLICATION_ID, b"\x00"), Extension(0xF000, b"")
    assert Profile.of(leaf(0, extensions=(default, own))).carried == {0xF000}


STEPS = ["add", "update", "remove", "path", "join", "copy"]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 15))))
def test_a_tree_that_was_changed_holds_what_a_new_count_finds(steps: list[tuple[str, int]]) -> None:
    tree = RatchetTree.of(leaf(1000))
    before, at_first = tree.copy(), counted(tree)
    for number, (what, place) in enumerate(steps):
        index = LeafIndex(place % tree.size)
        if what == "add":
            # Every other newcomer brings a key that is there already.
            tree.add(leaf(number, signer=number - number % 2))
        elif what == "join":
            # As a newcomer's commit does it: its leaf brings a path, and nobody lists it as unmerged.
            index = tree.make_room()
            put_path(tree, index)
            tree.put(node_of(index), leaf(number))
        elif what == "copy":
            tree = tree.copy()
        elif tree.leaf(index) is None:
            continue
        elif what == "update":
            tree.update(index, leaf(number))
        elif what == "path":
            put_path(tree, index)
        elif sum(1 for _ in tree.leaves()) > 1:
            tree.remove(index)
        nodes = [tree.node(NodeIndex(node)) for node in range(tree.width)]
        fresh = RatchetTree(nodes)
        assert counted(tree) == counted(fresh)
        assert tree.holdings.encryption_keys.is_unique is fresh.holdings.encryption_keys.is_unique
        assert tree.holdings.signature_keys.is_unique is fresh.holdings.signature_keys.is_unique
        assert root_hash(SUITE, tree) == root_hash(SUITE, fresh), "a hash was kept that is no longer right"
    assert counted(before) == at_first


def test_a_copy_that_counted_before_refuses_what_comes_later() -> None:
    tree = RatchetTree.of(leaf(0))
    check_members(tree, ())
    both = tree.copy()
    both.add(leaf(1, signer=0))
    with pytest.raises(RefusedError, match="share a signature key"):
        check_members(both, ())
    check_members(tree, ())


@pytest.mark.parametrize(
    ("at_one", "at_three", "why"),
    [
        ((1,), (), None),
        ((1,), (1,), None),
        ((), (1,), "not at node 1 below it"),
        ((), (9,), "blank or beyond"),
        ((2,), (2,), "not below"),
    ],
)
def test_an_unmerged_leaf_is_listed_all_the_way_up_to_where_it_ends(
    at_one: tuple[int, ...], at_three: tuple[int, ...], why: str | None
) -> None:
    def parent(name: bytes, unmerged: tuple[int, ...]) -> ParentNode:
        return ParentNode(name, b"", tuple(map(LeafIndex, unmerged)))

    nodes: list[Node | None] = [
        leaf(0),
        parent(b"1", at_one),
        leaf(1),
        parent(b"3", at_three),
        leaf(2),
        None,
        leaf(3),
    ]
    tree = RatchetTree(nodes)
    if why is None:
        check_unmerged(tree)
    else:
        with pytest.raises(RefusedError, match=why) as caught:
            check_unmerged(tree)
        assert caught.value.kind == "leaf"
