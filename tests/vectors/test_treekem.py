from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import pytest

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
from tests.vectors.loading import vectors

parametrize_vectors = pytest.mark.parametrize("vector", vectors("treekem"))


@dataclass(frozen=True)
class Scene:
    suite: CipherSuite
    vector: dict[str, Any]
    tree: RatchetTree
    keys: dict[LeafIndex, dict[NodeIndex, NodeKey]]
    signature_keys: dict[LeafIndex, bytes]

    @classmethod
    def read(cls, vector: dict[str, Any]) -> Scene:
        suite = cipher_suite(vector["cipher_suite"])
        tree = codec.decode(RatchetTree.read, bytes.fromhex(vector["ratchet_tree"]))
        scene = cls(suite, vector, tree, {}, {})
        for leaf in vector["leaves_private"]:
            index = LeafIndex(leaf["index"])
            private = bytes.fromhex(leaf["encryption_priv"])
            held = {tree_math.node_of(index): NodeKey(suite.hpke_public_key(private), private)}
            for known in leaf["path_secrets"]:
                secret = bytes.fromhex(known["path_secret"])
                (step,), _ = treekem.derive_path(suite, secret, [NodeIndex(known["node"])])
                held[step.node] = step.key
            scene.keys[index] = held
            scene.signature_keys[index] = bytes.fromhex(leaf["signature_priv"])
        return scene

    def context(self, tree: RatchetTree) -> bytes:
        return GroupContext(
            self.suite.id,
            bytes.fromhex(self.vector["group_id"]),
            self.vector["epoch"],
            root_hash(self.suite, tree),
            bytes.fromhex(self.vector["confirmed_transcript_hash"]),
        ).encode()

    def open(self, tree: RatchetTree, sender: LeafIndex, path: UpdatePath) -> dict[LeafIndex, bytes]:
        """The commit secret of every receiver."""
        return {
            index: treekem.open_path(
                self.suite,
                tree,
                index,
                treekem.surviving_keys(tree, keys),
                sender=sender,
                path=path,
                context=self.context(tree),
                joiners=(),
            )[0]
            for index, keys in self.keys.items()
            if index != sender
        }

    def leaf_maker(self, sender: LeafIndex) -> Any:
        group_id = bytes.fromhex(self.vector["group_id"])

        def make(public: bytes, parent_hash: bytes) -> LeafNode:
            unsigned = replace(
                self.tree.member(sender),
                encryption_key=public,
                parent_hash=parent_hash,
                source=LeafNodeSource.COMMIT,
                lifetime=None,
            )
            return unsigned.sign(self.suite, self.signature_keys[sender], group_id, sender)

        return make


@parametrize_vectors
def test_private_keys_fit_the_tree(vector: dict[str, Any]) -> None:
    scene = Scene.read(vector)
    for keys in scene.keys.values():
        assert treekem.surviving_keys(scene.tree, keys) == keys


@parametrize_vectors
def test_paths_are_processed(vector: dict[str, Any]) -> None:
    scene = Scene.read(vector)
    for update in vector["update_paths"]:
        sender = LeafIndex(update["sender"])
        path = codec.decode(UpdatePath.read, bytes.fromhex(update["update_path"]))
        tree = scene.tree.copy()
        treekem.merge_path(scene.suite, tree, sender, path, ())
        check_parent_hashes(scene.suite, tree)
        assert root_hash(scene.suite, tree).hex() == update["tree_hash_after"]
        secrets = scene.open(tree, sender, path)
        assert {secret.hex() for secret in secrets.values()} <= {update["commit_secret"]}


@parametrize_vectors
def test_path_secrets_are_the_expected_ones(vector: dict[str, Any]) -> None:
    scene = Scene.read(vector)
    for update in vector["update_paths"]:
        sender = LeafIndex(update["sender"])
        path = codec.decode(UpdatePath.read, bytes.fromhex(update["update_path"]))
        tree = scene.tree.copy()
        treekem.merge_path(scene.suite, tree, sender, path, ())
        for index in scene.keys:
            if index == sender:
                assert update["path_secrets"][index] is None
                continue
            secret = bytes.fromhex(update["path_secrets"][index])
            learned = treekem.learn_path(scene.suite, tree, index, sender, secret)
            assert treekem.surviving_keys(tree, learned) == learned


@parametrize_vectors
def test_own_paths_are_understood(vector: dict[str, Any]) -> None:
    scene = Scene.read(vector)
    for update in vector["update_paths"]:
        sender = LeafIndex(update["sender"])
        tree = scene.tree.copy()
        made = treekem.create_path(scene.suite, tree, sender, scene.leaf_maker(sender), os.urandom)
        path = treekem.encrypt_path(scene.suite, tree, sender, made, context=scene.context(tree), joiners=())
        received = scene.tree.copy()
        treekem.merge_path(scene.suite, received, sender, path, ())
        assert received == tree
        assert set(scene.open(received, sender, path).values()) <= {made.commit_secret}
