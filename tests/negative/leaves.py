"""Forges leaves and key packages: everything right, save what a hook changes (RFC 9420 §7.2, §10)."""

from __future__ import annotations

from dataclasses import replace

from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, node_of
from tests.negative.builder import Hook, same
from tests.protocol.mls.parties import LIFETIME, Party, rng


def newcomer(
    suite_id: int,
    name: bytes = b"dave",
    *,
    leaf: Hook[LeafNode] = same,
    signed_leaf: Hook[LeafNode] = same,
    package: Hook[KeyPackage] = same,
    signed: Hook[KeyPackage] = same,
    signature_key: bytes | None = None,
) -> Party:
    """Somebody with a key package; hooks before and after the leaf's signature, before and after the package's."""
    suite = cipher_suite(suite_id)
    if signature_key is None:
        signature_key, _ = suite.generate_signature_key(rng)
    made, private = KeyPackage.create(suite, rng, signature_key, BasicCredential(name), LIFETIME)
    inner = signed_leaf(leaf(made.leaf_node).sign(suite, signature_key))
    outer = signed(package(replace(made, leaf_node=inner)).sign(suite, signature_key))
    return Party(outer, private)


def updated_leaf(member: Group, change: Hook[LeafNode] = same, signed: Hook[LeafNode] = same) -> LeafNode:
    """The leaf of an Update proposal, with a fresh encryption key whose private half is thrown away."""
    suite, own = member.suite, member.own_index
    _, public = suite.derive_key_pair(rng(suite.hash_length))
    old = member._state.tree.member(own)
    fresh = replace(old, encryption_key=public, source=LeafNodeSource.UPDATE, lifetime=None, parent_hash=None)
    return signed(change(fresh).sign(suite, member._state.signature_key, member.group_id, own))


def put_leaf(tree: RatchetTree, index: LeafIndex, leaf: LeafNode | None) -> None:
    """Set a leaf and nothing else."""
    tree.put(node_of(index), leaf)
