"""Trees with wrong unmerged leaves, shared keys or unusable ones (RFC 9420 §7.3, §12.4.3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.proposal import Add
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.groves import Grove, overgrown
from tests.negative.leaves import newcomer
from tests.negative.points import BAD_X25519
from tests.negative.proving import Kind, refuses
from tests.negative.trees import (
    Change,
    blank,
    check,
    fresh_key,
    parent_at,
    put_parent,
    repath,
    unmerged,
)
from tests.protocol.mls.parties import NOW


def leaves_a_blank(tree: RatchetTree, members: Grove) -> None:
    """Leaf 5 is blank, and unmerged at node 11 all the same."""
    tree.remove(LeafIndex(5))
    repath(tree, members[4])
    put_parent(tree, 11, unmerged(5))


UNMERGED: dict[str, tuple[Change, Kind]] = {
    "not in order": (lambda tree, _: put_parent(tree, 11, unmerged(7, 6)), MalformedError),
    "one twice": (lambda tree, _: put_parent(tree, 11, unmerged(7, 7)), MalformedError),
    "a blank one": (leaves_a_blank, "leaf"),
    "beyond the tree": (lambda tree, _: put_parent(tree, 11, unmerged(7, 8)), "leaf"),
    "far beyond the tree": (lambda tree, _: put_parent(tree, 11, unmerged(7, 0xFFFFFFFF)), "leaf"),
    "not below its node": (lambda tree, _: put_parent(tree, 11, unmerged(3, 7)), "leaf"),
    "beside its node": (lambda tree, _: put_parent(tree, 9, unmerged(6)), "leaf"),
}


@pytest.mark.parametrize("case", UNMERGED)
def test_unmerged_leaves_that_are_none(case: str) -> None:
    """§12.4.3.1: in order, each a member below the node."""
    change, kind = UNMERGED[case]
    check(kind, before=change)


def test_an_unmerged_leaf_that_a_node_between_does_not_know() -> None:
    """§12.4.3.1: unmerged at the root, but not at node 11 between."""

    def change(tree: RatchetTree, _: Grove) -> None:
        put_parent(tree, 7, unmerged(7))
        put_parent(tree, 11, unmerged())

    check("leaf", after=change)


def test_an_unmerged_leaf_in_another_half() -> None:
    """§12.4.3.1: not below its node, where no node on the leaf's own path could tell."""

    def change(tree: RatchetTree, _: Grove) -> None:
        for above in (3, 7):
            blank(tree, above)
        put_parent(tree, 11, unmerged(3, 7))

    check("leaf", after=change)


# --- keys (§7.3, §12.4.3.1)


def takes_the_key_of(leaf: int) -> Change:
    """Member 4's path, with parent hashes and all, brings a key that a leaf has."""
    return lambda tree, members: repath(tree, members[4], [tree.member(LeafIndex(leaf)).encryption_key])


def takes_one_key_twice(tree: RatchetTree, members: Grove) -> None:
    key = fresh_key(members[0].suite)
    repath(tree, members[4], [key, key])


DUPLICATES: dict[str, Change] = {
    "a parent and a leaf below it": takes_the_key_of(5),
    "a parent and a leaf beside it": takes_the_key_of(6),
    "a parent and a leaf of the other half": takes_the_key_of(1),
    "a parent and the newcomer's leaf": takes_the_key_of(2),
    "two parents": takes_one_key_twice,
}


@pytest.mark.parametrize("case", DUPLICATES)
def test_a_key_that_two_nodes_share(case: str) -> None:
    """§12.4.3.1: a parent's encryption key appears in no other node."""
    check("leaf", before=DUPLICATES[case])


@pytest.mark.parametrize("node", [9, 11])
def test_a_newcomer_with_the_key_of_a_parent(node: int) -> None:
    """§7.3: an Add whose leaf takes a key that an inner node has."""
    members = overgrown()
    alice, bob = members[0], members[4]
    key = parent_at(alice._state.tree, node).encryption_key
    dave = newcomer(1, leaf=lambda leaf: replace(leaf, encryption_key=key))
    forged = forge.commit(alice, [Add(dave.key_package)]).message
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="leaf", peer=alice)


@pytest.mark.parametrize("name", BAD_X25519)
def test_a_parent_key_that_cannot_be_used(name: str) -> None:
    """§5.1.1, RFC 9180 §7.1.4: low order, zero, wrong length, under a right parent hash."""
    check("public-key", before=lambda tree, members: repath(tree, members[4], [BAD_X25519[name]]))
