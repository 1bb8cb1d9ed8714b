"""Trees that are not the one the group context names, or no trees at all (RFC 9420 §7.8, §12.4.3.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.proposal import Add
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from tests.negative import builder as forge
from tests.negative.groves import grove, overgrown
from tests.negative.leaves import newcomer, put_leaf, updated_leaf
from tests.negative.proving import refuses
from tests.negative.trees import (
    HASHES,
    Change,
    blank,
    check,
    fresh_key,
    put_parent,
    unmerged,
)
from tests.negative.welcomes import WelcomeLayers
from tests.protocol.mls.parties import NOW


@pytest.mark.parametrize("case", HASHES)
def test_a_tree_hash_that_is_not_the_tree_s(case: str) -> None:
    """§12.4.3.1: the tree hash of the group context, and its length."""
    change = HASHES[case]
    check(
        "tree-hash",
        layers=WelcomeLayers(context=lambda one: replace(one, tree_hash=change(one.tree_hash))),
    )


def recoded(change: Change) -> WelcomeLayers:
    """A changed tree under the hash of the right one."""

    def encode(data: bytes) -> bytes:
        tree = codec.decode(RatchetTree.read, data)
        change(tree, overgrown())
        return tree.encode()

    return WelcomeLayers(tree_data=encode)


def other_leaf(leaf: int) -> Change:
    return lambda tree, members: put_leaf(tree, LeafIndex(leaf), updated_leaf(members[leaf]))


def other_key(node: int) -> Change:
    return lambda tree, members: put_parent(
        tree, node, lambda parent: replace(parent, encryption_key=fresh_key(members[0].suite))
    )


SWAPS: dict[str, Change] = {
    **{f"another leaf {leaf}": other_leaf(leaf) for leaf in (0, 1, 3, 4, 5, 6, 7)},
    **{f"another key at node {node}": other_key(node) for node in (1, 3, 7, 9, 11)},
    "another parent hash": lambda tree, _: put_parent(
        tree, 3, lambda one: replace(one, parent_hash=bytes(32))
    ),
    "other unmerged leaves": lambda tree, _: put_parent(tree, 11, unmerged()),
    "a blank parent": lambda tree, _: blank(tree, 9),
    "a blank leaf": lambda tree, _: put_leaf(tree, LeafIndex(5), None),
    "a parent more": lambda tree, _: tree.put(NodeIndex(13), ParentNode(bytes(32))),
    "two leaves in each other's place": lambda tree, _: swap(tree),
}


def swap(tree: RatchetTree) -> None:
    one, other = tree.member(LeafIndex(5)), tree.member(LeafIndex(6))
    put_leaf(tree, LeafIndex(5), other)
    put_leaf(tree, LeafIndex(6), one)


@pytest.mark.parametrize("case", SWAPS)
def test_a_tree_that_is_not_the_one_of_the_group(case: str) -> None:
    """§7.8: the tree hash covers every node, its place, and which places are blank."""
    check("tree-hash", layers=recoded(SWAPS[case]))


def test_a_tree_of_an_earlier_epoch_out_of_band() -> None:
    """§12.4.3.3: a tree from elsewhere is measured by the same hash."""
    stale = overgrown()[0].ratchet_tree()
    check("tree-hash", layers=WelcomeLayers(carries_tree=False), ratchet_tree=stale)


def test_a_welcome_without_a_tree() -> None:
    """§12.4.3.1: there is no joining without one."""
    check("welcome", layers=WelcomeLayers(carries_tree=False))


def test_a_committer_whose_tree_is_not_ours() -> None:
    """§7.8, §12.4: members hash the tree too; path secrets and confirmation tag are bound to it."""
    members = grove(4)
    alice, bob = members[0], members[1]
    dave = newcomer(1)

    def other(tree: RatchetTree) -> RatchetTree:
        put_leaf(tree, LeafIndex(3), updated_leaf(members[3]))
        return tree

    forged = forge.commit(alice, before=other).message
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="parent-hash", peer=alice)
    pathless = forge.commit(alice, [Add(dave.key_package)], with_path=False, before=other).message
    refuses(bob, lambda: bob.stage(pathless, now=NOW), kind="confirmation-tag", peer=alice)


# --- shape (§12.4.3.3)


def nodes_of(data: bytes) -> list[bytes]:
    """The encoded optional nodes of a tree, one by one."""
    nodes = codec.decode(RatchetTree.read, data)
    items = []
    for index in range(nodes.width):
        alone = RatchetTree.of(nodes.member(LeafIndex(0)))
        node = nodes.node(NodeIndex(index))
        if node is None:
            items.append(b"\x00")
            continue
        alone.put(NodeIndex(0), node)
        r = Reader(alone.encode())
        r.varint()
        items.append(r.raw(r.remaining))
    return items


SHAPES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a blank at the end": lambda nodes: [*nodes, b"\x00"],
    "blanks up to the next size": lambda nodes: [*nodes, *[b"\x00"] * 16],
    "no nodes": lambda _: [],
    "a single blank": lambda _: [b"\x00"],
    "only blanks": lambda nodes: [b"\x00"] * len(nodes),
    "the last leaf blank": lambda nodes: [*nodes[:-1], b"\x00"],
    "a parent in the place of a leaf": lambda nodes: [nodes[1], *nodes[1:]],
    "a leaf in the place of a parent": lambda nodes: [nodes[0], nodes[0], *nodes[2:]],
    "the first node missing": lambda nodes: nodes[1:],
    "a node twice": lambda nodes: [nodes[0], *nodes],
    "a node of an unknown type": lambda nodes: [b"\x01\x03" + nodes[0][2:], *nodes[1:]],
    "a node that is there twice over": lambda nodes: [b"\x02" + nodes[0][1:], *nodes[1:]],
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_tree_of_the_wrong_shape(case: str) -> None:
    """§12.4.3.3: leaves and parents alternate, and the last node is not blank."""

    def encode(data: bytes) -> bytes:
        nodes = nodes_of(data)
        assert codec.vector(nodes) == data
        return codec.vector(SHAPES[case](nodes))

    check(MalformedError, layers=WelcomeLayers(tree_data=encode))


def test_a_tree_of_blanks_between_two_leaves() -> None:
    """§12.4.3.3: a large tree of blanks costs what it weighs, and is not the group's."""
    members = overgrown()
    leaf = codec.u8(1) + codec.u8(1) + members[0]._state.tree.member(LeafIndex(0)).encode()
    data = codec.vector([leaf, *[b"\x00"] * 8191, leaf])
    tree = codec.decode(RatchetTree.read, data)
    assert tree.resolution(tree.root) == [0, 8192]
    check("tree-hash", layers=WelcomeLayers(tree_data=lambda _: data))
