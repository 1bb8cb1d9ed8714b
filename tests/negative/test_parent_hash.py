"""Trees with parents that nobody below vouches for (RFC 9420 §7.9, §7.9.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.parent_hash import parent_hash
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from tests.negative import builder as forge
from tests.negative.builder import Hook
from tests.negative.groves import Grove, overgrown
from tests.negative.leaves import newcomer, put_leaf, updated_leaf
from tests.negative.proving import refuses, still_works
from tests.negative.trees import (
    HASHES,
    Change,
    accepted,
    blank,
    changed,
    check,
    claim,
    fresh_key,
    parent_at,
    put_parent,
    relabel,
    repath,
    unmerged,
)
from tests.negative.welcomes import welcome
from tests.protocol.mls.parties import NOW


def claims(hashed: bytes) -> Change:
    """Member 4, who set nodes 9 and 11, has another parent hash in its leaf."""
    return lambda tree, members: relabel(tree, members[4], lambda leaf: replace(leaf, parent_hash=hashed))


def skips_a_member(tree: RatchetTree, members: Grove) -> None:
    """Member 4 set node 11 and left node 9 blank: member 5 is below node 11 and never got its key."""
    blank(tree, 9)
    put_parent(tree, 11, lambda parent: replace(parent, encryption_key=fresh_key(members[0].suite)))
    claim(tree, members[4], parent_hash(members[0].suite, tree, parent_at(tree, 11), NodeIndex(13)))


def skips_and_says_so(tree: RatchetTree, members: Grove) -> None:
    """The same, but with member 5 among the unmerged leaves: everybody knows, and encrypts to member 5 too."""
    put_parent(tree, 11, unmerged(5, 7))
    skips_a_member(tree, members)


def vouched_by(leaf: int, sibling: int) -> Change:
    """Node 11 is vouched for by another leaf, with the hash over this child as the sibling, and by nobody else."""

    def change(tree: RatchetTree, members: Grove) -> None:
        blank(tree, 9)
        hashed = parent_hash(members[0].suite, tree, parent_at(tree, 11), NodeIndex(sibling))
        claim(tree, members[4], bytes(32))
        claim(tree, members[leaf], hashed)

    return change


def exchanges_keys(tree: RatchetTree, _: Grove) -> None:
    low, high = parent_at(tree, 9).encryption_key, parent_at(tree, 11).encryption_key
    put_parent(tree, 9, lambda parent: replace(parent, encryption_key=high))
    put_parent(tree, 11, lambda parent: replace(parent, encryption_key=low))


def updated_in_place(leaf: int) -> Change:
    """A leaf replaced without blanking what is above it."""
    return lambda tree, members: put_leaf(tree, LeafIndex(leaf), updated_leaf(members[leaf]))


def unmerges_one_who_was_there(tree: RatchetTree, _: Grove) -> None:
    put_parent(tree, 9, unmerged(5))
    put_parent(tree, 11, unmerged(5, 7))


PARENTS: dict[str, Change] = {
    "a leaf with another parent hash": claims(bytes(32)),
    "a leaf with an empty parent hash": claims(b""),
    "a leaf with a short parent hash": claims(bytes(31)),
    "a leaf that an update replaced in place": updated_in_place(4),
    "a leaf that vouches for itself anew": lambda tree, members: claim(tree, members[4], bytes(32)),
    "a parent with another key": lambda tree, members: put_parent(
        tree, 9, lambda one: replace(one, encryption_key=fresh_key(members[0].suite))
    ),
    "a higher parent with another key": lambda tree, members: put_parent(
        tree, 11, lambda one: replace(one, encryption_key=fresh_key(members[0].suite))
    ),
    "two parents with each other's key": exchanges_keys,
    "a parent with another parent hash": lambda tree, _: put_parent(
        tree, 9, lambda one: replace(one, parent_hash=bytes(32))
    ),
    "a parent with an empty parent hash": lambda tree, _: put_parent(
        tree, 9, lambda one: replace(one, parent_hash=b"")
    ),
    "a sibling that changed since": updated_in_place(5),
    "a sibling further down that changed since": updated_in_place(6),
    "a sibling that is gone": lambda tree, _: put_leaf(tree, LeafIndex(5), None),
    "a leaf that came since and is not unmerged": lambda tree, _: put_parent(tree, 11, unmerged()),
    "a leaf that was there and is unmerged": lambda tree, _: put_parent(tree, 11, unmerged(6, 7)),
    "a leaf that was there and is unmerged at both": unmerges_one_who_was_there,
    "a parent that nobody set": lambda tree, members: tree.put(
        NodeIndex(5), ParentNode(fresh_key(members[0].suite))
    ),
    "a parent that was blanked between two": lambda tree, _: blank(tree, 9),
    "a member left out": skips_a_member,
    "vouched for from the other side": vouched_by(6, 13),
    "vouched for from outside": vouched_by(3, 13),
    "vouched for by another who was there": vouched_by(5, 13),
}


@pytest.mark.parametrize("case", PARENTS)
def test_a_parent_that_nobody_vouches_for(case: str) -> None:
    """§7.9.2: below each parent is one who carries its hash, in the resolution of one child, beside its unmerged leaves alone."""
    check("parent-hash", before=PARENTS[case])


ACCEPTED: dict[str, Change] = {
    "nothing changed": lambda _tree, _members: None,
    "a path by member 4": lambda tree, members: repath(tree, members[4]),
    "a path by member 6": lambda tree, members: repath(tree, members[6]),
    "an update of member 5": lambda tree, members: tree.update(LeafIndex(5), updated_leaf(members[5])),
    "a member left out openly": skips_and_says_so,
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_the_forgeries_change_is_right_but_for_one_thing(case: str) -> None:
    """§7.9.2: the same hands make trees that are valid."""
    accepted(ACCEPTED[case])


AFTERWARDS: dict[str, tuple[Change, str]] = {
    "node 1 blank": (lambda tree, _: blank(tree, 1), "parent-hash"),
    "node 3 blank": (lambda tree, _: blank(tree, 3), "parent-hash"),
    "the root blank, though its secret was sent": (lambda tree, _: blank(tree, 7), "path"),
    "another key at the root": (
        lambda tree, members: put_parent(
            tree, 7, lambda one: replace(one, encryption_key=fresh_key(members[0].suite))
        ),
        "parent-hash",
    ),
    "the committer's leaf replaced": (updated_in_place(0), "parent-hash"),
    "the newcomer's own leaf changed": (
        lambda tree, _: put_leaf(tree, LeafIndex(2), newcomer(1, b"eve").key_package.leaf_node),
        "parent-hash",
    ),
    "a leaf of the other half replaced": (updated_in_place(6), "parent-hash"),
}


@pytest.mark.parametrize("case", AFTERWARDS)
def test_a_tree_changed_after_the_commit(case: str) -> None:
    """§7.9.2, §12.4.3.1: the committer's own path covers the tree as it was then, blank places included."""
    change, kind = AFTERWARDS[case]
    check(kind, after=change)


COMMITTED: dict[str, Hook[bytes]] = {**HASHES, "of the leaf alone": lambda _: bytes(32)}


@pytest.mark.parametrize("case", COMMITTED)
@pytest.mark.parametrize("leaf", [0, 4, 7])
def test_a_committer_s_leaf_with_another_parent_hash(leaf: int, case: str) -> None:
    """§7.9.2: members compute it anew for each path they merge."""
    members = overgrown()
    by, bob = members[leaf], members[6]
    change = COMMITTED[case]
    forged = forge.commit(
        by, leaf=lambda one: replace(one, parent_hash=change(one.parent_hash or b""))
    ).message
    honest = forge.commit(by).message
    refuses(
        bob,
        lambda: bob.stage(forged, now=NOW),
        kind="parent-hash",
        peer=by,
        then=lambda: bob.stage(honest, now=NOW),
    )


def test_the_group_of_the_forger_goes_on() -> None:
    """§12.4.3.1: a lie to a newcomer changes nothing for those who are in."""
    members = overgrown()
    welcome(members[0], newcomer(1).key_package, before=changed(skips_a_member, members))
    still_works(members[0], members[5])
