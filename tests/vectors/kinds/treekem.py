"""Paths of commits, opened by every member and made anew (test-vectors.md, TreeKEM)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hotline_protocol.mls import codec, tree_math, treekem
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.parent_hash import check_parent_hashes
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from hotline_protocol.mls.treekem import NodeKey
from hotline_protocol.mls.update_path import UpdatePath
from tests.vectors.checking import Case, Kind, equal, unhex, unhex_key, within

Keys = dict[NodeIndex, NodeKey]
Outcome = tuple[bytes, Keys]
"""A commit secret, and the keys learned on the way to it."""


@dataclass(frozen=True)
class _Member:
    """What a member of the tree holds."""

    keys: Keys
    signature_key: bytes


@dataclass(frozen=True)
class _Scene:
    """The tree, and the private state of each of its members."""

    suite: CipherSuite
    group_id: bytes
    epoch: int
    confirmed: bytes
    tree: RatchetTree
    members: Mapping[LeafIndex, _Member]

    @classmethod
    def read(cls, case: Case) -> _Scene:
        suite = cipher_suite(case["cipher_suite"])
        encoded, group_id, confirmed = unhex(case, "ratchet_tree", "group_id", "confirmed_transcript_hash")
        tree = codec.decode(RatchetTree.read, encoded)
        equal("ratchet_tree encoded again", tree.encode(), encoded)
        members: dict[LeafIndex, _Member] = {}
        for leaf in case["leaves_private"]:
            with within(f"private state of leaf {leaf['index']}"):
                members[LeafIndex(leaf["index"])] = _read_member(suite, tree, leaf)
        equal("leaves with a private state", sorted(members), [index for index, _ in tree.leaves()])
        return cls(suite, group_id, case["epoch"], confirmed, tree, members)

    def context(self, tree: RatchetTree) -> bytes:
        """The encoded GroupContext with that tree's hash."""
        tree_hash = root_hash(self.suite, tree)
        return GroupContext(self.suite.id, self.group_id, self.epoch, tree_hash, self.confirmed).encode()

    def merge(self, sender: LeafIndex, path: UpdatePath) -> RatchetTree:
        """The tree with the path, once its leaf's signature and all parent hashes were verified.

        Not more of the leaf: those of suite 7 do not list their own suite among their capabilities.
        """
        self.tree.member(sender)
        tree = self.tree.copy()
        treekem.merge_path(self.suite, tree, sender, path, ())
        leaf = path.leaf_node
        signed = leaf._tbs(self.group_id, sender)
        self.suite.verify_with_label(leaf.signature_key, "LeafNodeTBS", signed, leaf.signature)
        check_parent_hashes(self.suite, tree)
        return tree

    def open(self, tree: RatchetTree, own: LeafIndex, sender: LeafIndex, path: UpdatePath) -> Outcome:
        """The commit secret and the keys that a receiver learns."""
        return treekem.open_path(
            self.suite,
            tree,
            own,
            treekem.surviving_keys(tree, self.members[own].keys),
            sender=sender,
            path=path,
            context=self.context(tree),
            joiners=(),
        )

    def leaf_maker(self, sender: LeafIndex) -> Callable[[bytes, bytes], LeafNode]:
        """Signs the sender's leaf for a path of its own."""

        def make(public: bytes, parent_hash: bytes) -> LeafNode:
            unsigned = replace(
                self.tree.member(sender),
                encryption_key=public,
                parent_hash=parent_hash,
                source=LeafNodeSource.COMMIT,
                lifetime=None,
            )
            return unsigned.sign(self.suite, self.members[sender].signature_key, self.group_id, sender)

        return make


def _read_member(suite: CipherSuite, tree: RatchetTree, leaf: Case) -> _Member:
    """The private state, which must fit the public tree."""
    index = LeafIndex(leaf["index"])
    private = unhex_key(leaf, "encryption_priv", suite.hpke.kem.private_length)
    signature_key = unhex_key(leaf, "signature_priv", suite.signature.private_length)
    keys: Keys = {tree_math.node_of(index): NodeKey(suite.hpke_public_key(private), private)}
    for known in leaf["path_secrets"]:
        node = NodeIndex(known["node"])
        if not tree_math.is_below(tree_math.node_of(index), node):
            raise AssertionError(f"node {node} is expected to be above the leaf")
        (step,), _ = treekem.derive_path(suite, bytes.fromhex(known["path_secret"]), [node])
        keys[step.node] = step.key
    for node, key in keys.items():
        held = tree.node(node) if node < tree.width else None
        equal(f"public key of node {node}", key.public, None if held is None else held.encryption_key)
    equal("signature key", suite.signature_public_key(signature_key), tree.member(index).signature_key)
    return _Member(keys, signature_key)


def _check(case: Case) -> None:
    scene = _Scene.read(case)
    for number, update in enumerate(case["update_paths"]):
        with within(f"update path {number}"):
            _check_given(scene, update)
            _check_own(scene, LeafIndex(update["sender"]))


def _check_given(scene: _Scene, update: Case) -> None:
    sender = LeafIndex(update["sender"])
    encoded, commit_secret, hash_after = unhex(update, "update_path", "commit_secret", "tree_hash_after")
    path = codec.decode(UpdatePath.read, encoded)
    equal("update_path encoded again", path.encode(), encoded)
    tree = scene.merge(sender, path)
    equal("tree_hash_after", root_hash(scene.suite, tree), hash_after)
    secrets = update["path_secrets"]
    given = [LeafIndex(index) for index, secret in enumerate(secrets) if secret is not None]
    equal("receivers with a path secret", given, [one for one in sorted(scene.members) if one != sender])
    outcomes: dict[tuple[NodeIndex, str], Outcome] = {}
    for own in given:
        with within(f"receiver {own}"):
            opened = scene.open(tree, own, sender, path)
            equal("commit_secret", opened[0], commit_secret)
            meeting = tree_math.common_ancestor(tree_math.node_of(own), tree_math.node_of(sender))
            if (meeting, secrets[own]) not in outcomes:
                expected = _outcome(scene, tree, own, sender, bytes.fromhex(secrets[own]))
                outcomes[meeting, secrets[own]] = expected
            # Not the decrypted path secret itself, but all that follows from it and from nothing else.
            equal("commit secret and keys of the path secret", outcomes[meeting, secrets[own]], opened)


def _outcome(
    scene: _Scene, tree: RatchetTree, own: LeafIndex, sender: LeafIndex, path_secret: bytes
) -> Outcome:
    """The commit secret and the keys that a path secret leads to."""
    learned = treekem.learn_path(scene.suite, tree, own, sender, path_secret)
    _, after = treekem.derive_path(scene.suite, path_secret, sorted(learned, key=tree_math.level))
    return after, learned


def _check_own(scene: _Scene, sender: LeafIndex) -> None:
    tree = scene.tree.copy()
    made = treekem.create_path(scene.suite, tree, sender, scene.leaf_maker(sender), os.urandom)
    path = treekem.encrypt_path(scene.suite, tree, sender, made, context=scene.context(tree), joiners=())
    received = codec.decode(UpdatePath.read, path.encode())
    merged = scene.merge(sender, received)
    equal("our own path, merged", merged.encode(), tree.encode())
    for own in scene.members:
        if own != sender:
            with within(f"receiver {own} of our own path"):
                equal("commit secret", scene.open(merged, own, sender, received)[0], made.commit_secret)


KIND = Kind("treekem", frozenset({"ratchet_tree", "leaves_private", "update_paths"}), _check)
