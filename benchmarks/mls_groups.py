"""Groups of any size to measure on: every leaf taken and no parent blank, as after many commits by everybody."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.transcript import interim_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex, node_of
from hotline_protocol.mls.treekem import NodeKey, create_path
from tests.support.people import DAY, NOW, device

GROUP_ID = b"benchmark"
LIFETIME = Lifetime(NOW - 3600, NOW + 30 * DAY)


def key_package(suite: CipherSuite, name: str) -> tuple[KeyPackage, KeyPackagePrivate]:
    """Somebody's, with a certificate of a real one's size."""
    der, private, _ = device("a", name)
    return KeyPackage.create(suite, os.urandom, private, X509Credential((der,)), LIFETIME)


@dataclass(frozen=True)
class _Own:
    """Makes the leaves of one member's paths."""

    suite: CipherSuite
    index: LeafIndex
    first: LeafNode
    signature_key: bytes

    def leaf(self, encryption_key: bytes, parent_hash: bytes) -> LeafNode:
        leaf = LeafNode(
            encryption_key=encryption_key,
            signature_key=self.first.signature_key,
            credential=self.first.credential,
            capabilities=self.first.capabilities,
            source=LeafNodeSource.COMMIT,
            parent_hash=parent_hash,
        )
        return leaf.sign(self.suite, self.signature_key, GROUP_ID, self.index)


def full(suite: CipherSuite, size: int) -> tuple[Group, Group]:
    """The first and the last member of a group in which everybody has renewed their keys: paths are drawn straight into one tree,
    because playing every member's part would take the square of the size.
    """
    packages = [key_package(suite, str(number)) for number in range(size)]
    tree = RatchetTree.of(packages[0][0].leaf_node)
    for package, _ in packages[1:]:
        tree.add(package.leaf_node)
    keys: dict[NodeIndex, NodeKey] = {}
    for number, (package, private) in enumerate(packages):
        own = _Own(suite, LeafIndex(number), package.leaf_node, private.signature_key)
        keys.update(create_path(suite, tree, own.index, own.leaf, os.urandom).keys)
    context = GroupContext(suite.id, GROUP_ID, 7, root_hash(suite, tree), os.urandom(suite.hash_length))
    secrets = EpochSecrets.from_epoch_secret(suite, os.urandom(suite.hash_length))
    tag = secrets.confirmation_tag(context.confirmed_transcript_hash)

    def member(index: LeafIndex) -> Group:
        path = [node_of(index), *tree.direct_path(index)]
        return Group.begin(
            EpochState(
                suite=suite,
                context=context,
                tree=tree,
                own=index,
                keys={node: keys[node] for node in path if node in keys},
                signature_key=packages[index][1].signature_key,
                secrets=secrets,
                interim_transcript_hash=interim_transcript_hash(
                    suite, context.confirmed_transcript_hash, tag
                ),
                confirmation_tag=tag,
            )
        )

    return member(LeafIndex(0)), member(LeafIndex(size - 1))


@dataclass(frozen=True)
class Epoch:
    """One pure update, made and followed for the first time: keys that nobody has seen before are checked, not remembered."""

    ours: Group
    theirs: Group
    message: bytes
    making: float
    """Seconds, like `staging`."""
    staging: float

    @classmethod
    def after(cls, ours: Group, theirs: Group) -> Epoch:
        """An update by `ours`, which both then merge."""
        begun = time.perf_counter()
        made = ours.commit(rng=os.urandom, now=NOW)
        between = time.perf_counter()
        staged = theirs.stage(made.message, now=NOW)
        ended = time.perf_counter()
        return cls(
            ours.merge(made.staged), theirs.merge(staged), made.message, between - begun, ended - between
        )
