"""Paths of commits: there where they must be, of the right shape, with fresh keys, and opened by all (RFC 9420 §7.5, §7.6, §12.4, §12.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.proposal import Add, GroupContextExtensions, Remove, Update
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from hotline_protocol.mls.update_path import UpdatePath, UpdatePathNode
from tests.negative import builder as forge
from tests.negative.builder import Forged, Hook, Item, same
from tests.negative.commits.paths import SMALL, Replay, nodes, resolutions, sealed
from tests.negative.commits.scenes import hear, refuses_commit
from tests.negative.groves import Grove, grove, overgrown, three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, revived
from tests.protocol.mls.parties import NOW, SUITES, rng

# --- where there is none

WITHOUT: dict[str, Callable[[Group, Group], list[Item]]] = {
    "an empty commit": lambda _bob, _carol: [],
    "a removal": lambda _bob, _carol: [Remove(LeafIndex(2))],
    "a removal by reference": lambda bob, carol: [hear(forge.proposal(carol, Remove(LeafIndex(2))), bob)],
    "an update": lambda bob, carol: [hear(forge.proposal(carol, Update(updated_leaf(carol))), bob)],
    "a change of the extensions": lambda _bob, _carol: [GroupContextExtensions(())],
    "an addition and a removal": lambda _bob, _carol: [
        Add(newcomer(1).key_package),
        Remove(LeafIndex(2)),
    ],
}


@pytest.mark.parametrize("case", WITHOUT)
def test_a_commit_without_the_path_that_it_needs(case: str) -> None:
    """§12.4: the path is there unless the list is not empty and all of it can do without."""
    alice, bob, carol = three()
    items = WITHOUT[case](bob, carol)
    honest = forge.commit(alice, items)
    refuses_commit(bob, forge.commit(alice, items, with_path=False), "path", peer=alice, honest=honest)


# --- its shape


SHAPES: dict[str, Hook[UpdatePath]] = {
    "no nodes": nodes(lambda _: ()),
    "without the root": nodes(lambda all_: all_[:-1]),
    "without the lowest node": nodes(lambda all_: all_[1:]),
    "one node more": nodes(lambda all_: (*all_, replace(all_[0], encryption_key=all_[0].encryption_key))),
    "a blank node between": nodes(
        lambda all_: (all_[0], replace(all_[0], encrypted_path_secret=()), *all_[1:])
    ),
    "no ciphertext in the lowest node": sealed(0, lambda _: ()),
    "no ciphertext in the root": sealed(-1, lambda _: ()),
    "a ciphertext less": sealed(2, lambda all_: all_[:-1]),
    "a ciphertext more": sealed(0, lambda all_: (*all_, all_[0])),
    "ciphertexts of two nodes exchanged": nodes(
        lambda all_: (
            replace(all_[0], encrypted_path_secret=all_[2].encrypted_path_secret),
            all_[1],
            replace(all_[2], encrypted_path_secret=all_[0].encrypted_path_secret),
        )
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_path_of_the_wrong_shape(case: str) -> None:
    """§7.5, §7.6: one node for each of the filtered direct path, in each one ciphertext for every node of the resolution."""
    members = overgrown()
    author, receiver = members[0], members[4]
    shape = [len(beside) for beside in resolutions(author)]
    assert shape == [1, 1, 2], "the committer's copath, on which the table relies"
    refuses_commit(receiver, forge.commit(author, path=SHAPES[case]), "path", peer=author)


def test_a_ciphertext_for_somebody_who_is_only_added() -> None:
    """§7.6: members added by the same commit are left out of the resolutions; they learn the secret from the Welcome."""
    alice, bob, _ = three()
    dave = Add(newcomer(1).key_package)
    for_dave = sealed(1, lambda all_: (*all_, all_[0]))
    refuses_commit(
        bob,
        forge.commit(alice, [dave], path=for_dave),
        "path",
        peer=alice,
        honest=forge.commit(alice, [dave]),
    )


def test_a_path_through_a_node_that_has_nobody_on_the_other_side() -> None:
    """§4.1.2: Carol's sibling is blank, so the node above the two is filtered out of her path."""
    alice, bob, carol = three()
    assert [node for node, _ in carol.state.tree.filtered_direct_path(carol.own_index)] == [3]
    unfiltered = nodes(lambda all_: (UpdatePathNode(all_[0].encryption_key, ()), *all_))
    refuses_commit(bob, forge.commit(carol, path=unfiltered), "path", peer=alice, honest=forge.commit(carol))


# --- its keys


def new_leaf(change: Hook[LeafNode]) -> Callable[[Group], Forged]:
    return lambda author: forge.commit(author, leaf=change)


def key_of(index: int, *, node: bool = False) -> Callable[[Group], Forged]:
    """The leaf takes a key that the tree holds at this leaf or node."""

    def make(author: Group) -> Forged:
        tree = author.state.tree
        held = tree.node(NodeIndex(index if node else 2 * index))
        assert held is not None
        key = held.encryption_key
        return forge.commit(author, leaf=lambda leaf: replace(leaf, encryption_key=key))

    return make


def of_somebody_added(author: Group) -> Forged:
    dave = newcomer(1).key_package
    key = dave.leaf_node.encryption_key
    return forge.commit(author, [Add(dave)], leaf=lambda leaf: replace(leaf, encryption_key=key))


KEYS: dict[str, Callable[[Group], Forged]] = {
    "the leaf's old key": key_of(0),
    "another leaf's key": key_of(1),
    "a key off the path": key_of(5, node=True),
    "the old key of a node on the path": key_of(1, node=True),
    "the old key of the root": key_of(3, node=True),
    "the key of somebody who is added": of_somebody_added,
}


@pytest.mark.parametrize("case", KEYS)
def test_a_leaf_with_a_key_that_the_tree_holds(case: str) -> None:
    """§12.4.2: the leaf's key is another than before, and no key of the path appears in the new tree."""
    members = grove(4)
    refuses_commit(members[2], KEYS[case](members[0]), "path", peer=members[0])


@pytest.mark.parametrize("suite_id", SUITES)
def test_a_path_of_the_same_secrets_again(suite_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """§12.4.2: an insider who commits twice with one path secret: all is consistent, but the nodes' keys are in the tree."""
    alice, bob, _ = three(suite_id)
    source = Replay()
    pending = alice.commit(rng=source, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    monkeypatch.setattr(forge, "rng", Replay([rng(alice.suite.hash_length), source.drawn[1]]))
    forged = forge.commit(alice)
    assert forged.after is not None
    assert forged.after.path is not None
    kept = alice.state.tree.parent(NodeIndex(3))
    assert kept is not None
    assert forged.after.path.keys[NodeIndex(3)].public == kept.encryption_key
    refuses_commit(bob, forged, "path", peer=alice)


def test_one_key_for_the_leaf_and_the_node_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """§7.3, §7.9.2: all keys of a tree differ, those of one path too."""
    alice, bob, _ = three()
    secret = rng(32)
    monkeypatch.setattr(forge, "rng", Replay([alice.suite.derive_secret(secret, "node"), secret]))
    forged = forge.commit(alice)
    assert forged.after is not None
    assert forged.after.path is not None
    assert forged.after.path.leaf_node.encryption_key == forged.after.path.steps[0].key.public
    refuses_commit(bob, forged, "path", peer=alice)


def node_key(at: int, key: bytes) -> Hook[UpdatePath]:
    return nodes(
        lambda all_: tuple(
            replace(one, encryption_key=key) if place == at else one for place, one in enumerate(all_)
        )
    )


@pytest.mark.parametrize("key", [b"", bytes(32), SMALL, b"\x09" + bytes(30), b"\x09" + bytes(32)])
@pytest.mark.parametrize("at", [0, 1])
def test_a_node_key_that_is_none(key: bytes, at: int) -> None:
    """§5.1.1, RFC 9180 §7.1: of wrong length, or of small order."""
    alice, bob, _ = three()
    refuses_commit(bob, forge.commit(alice, path=node_key(at, key)), "public-key", peer=alice)


@pytest.mark.parametrize("key", [b"", bytes(32), SMALL, b"\x09" + bytes(30), b"\x09" + bytes(32)])
def test_a_leaf_key_that_is_none(key: bytes) -> None:
    """§5.1.1: the same for the leaf."""
    alice, bob, _ = three()
    forged = forge.commit(alice, leaf=lambda leaf: replace(leaf, encryption_key=key))
    refuses_commit(bob, forged, "public-key", peer=alice)


# --- its leaf

LEAVES: dict[str, tuple[Callable[[Group, Group], tuple[Hook[LeafNode], Hook[LeafNode]]], Kind]] = {
    "made for an update": (
        lambda _a, _c: (
            lambda leaf: replace(leaf, source=LeafNodeSource.UPDATE, parent_hash=None),
            same,
        ),
        "leaf",
    ),
    "made for a key package": (
        lambda _a, _c: (
            lambda leaf: replace(
                leaf, source=LeafNodeSource.KEY_PACKAGE, parent_hash=None, lifetime=Lifetime(0, 2**40)
            ),
            same,
        ),
        "leaf",
    ),
    "no parent hash": (lambda _a, _c: (lambda leaf: replace(leaf, parent_hash=b""), same), "parent-hash"),
    "a parent hash of zeros": (
        lambda _a, _c: (lambda leaf: replace(leaf, parent_hash=bytes(32)), same),
        "parent-hash",
    ),
    "a parent hash cut short": (
        lambda _a, _c: (lambda leaf: replace(leaf, parent_hash=(leaf.parent_hash or b"")[:-1]), same),
        "parent-hash",
    ),
    "the parent hash of another path": (
        lambda alice, _c: (
            lambda leaf: replace(leaf, parent_hash=alice.members[0].leaf_node.parent_hash),
            same,
        ),
        "parent-hash",
    ),
    "no signature": (lambda _a, _c: (same, lambda leaf: replace(leaf, signature=b"")), "signature"),
    "the old signature": (
        lambda alice, _c: (
            same,
            lambda leaf: replace(leaf, signature=alice.members[0].leaf_node.signature),
        ),
        "signature",
    ),
    "signed for another leaf": (
        lambda alice, _c: (
            same,
            lambda leaf: leaf.sign(alice.suite, alice.state.signature_key, alice.group_id, LeafIndex(1)),
        ),
        "signature",
    ),
    "signed for another group": (
        lambda alice, _c: (
            same,
            lambda leaf: leaf.sign(alice.suite, alice.state.signature_key, b"another", LeafIndex(0)),
        ),
        "signature",
    ),
    "signed without group and place": (
        lambda alice, _c: (
            same,
            lambda leaf: replace(
                leaf,
                signature=alice.suite.sign_with_label(
                    alice.state.signature_key, "LeafNodeTBS", leaf._encode_unsigned()
                ),
            ),
        ),
        "signature",
    ),
    "signed by another member": (
        lambda alice, carol: (
            same,
            lambda leaf: leaf.sign(alice.suite, carol.state.signature_key, alice.group_id, LeafIndex(0)),
        ),
        "signature",
    ),
    "another member's signature key, with its consent": (
        lambda alice, carol: (
            lambda leaf: replace(leaf, signature_key=carol.members[2].signature_key),
            lambda leaf: leaf.sign(alice.suite, carol.state.signature_key, alice.group_id, LeafIndex(0)),
        ),
        "leaf",
    ),
}


@pytest.mark.parametrize("case", LEAVES)
def test_a_leaf_that_does_not_fit(case: str) -> None:
    """§7.3, §7.5, §12.4.2: the leaf of a path is made for it, bound to it, and signed for its place in this group."""
    alice, bob, carol = three()
    make, kind = LEAVES[case]
    leaf, signed_leaf = make(alice, carol)
    refuses_commit(bob, forge.commit(alice, leaf=leaf, signed_leaf=signed_leaf), kind, peer=alice)


def test_a_parent_hash_over_other_nodes_than_are_sent() -> None:
    """§7.5, §7.9: another key at any node of the path, however far up, shows in the leaf's parent hash."""
    members = grove(8)
    _, fresh = members[0].suite.derive_key_pair(rng(32))
    for at in range(3):
        forged = forge.commit(members[0], path=node_key(at, fresh))
        refuses_commit(
            revived(members[5]),
            forged,
            "parent-hash",
            peer=revived(members[0]),
            honest=forge.commit(members[0]),
        )


def test_a_path_that_somebody_else_made() -> None:
    """§7.5: a committer's path is its own: another member's path, signed and sent by Alice, fits nowhere."""
    members: Grove = grove(4)
    other = forge.commit(members[1])
    body = other.signed.content.body
    assert isinstance(body, Commit)
    stolen = body.path
    assert stolen is not None
    forged = forge.commit(members[0], path=lambda _: stolen)
    refuses_commit(members[2], forged, "parent-hash", peer=members[0])
