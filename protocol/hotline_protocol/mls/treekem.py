"""TreeKEM: fresh keys for a committer's path, encrypted to everybody else (RFC 9420 §7.4 to §7.6).

Rules enforced on a received path: one node per filtered ancestor and one ciphertext per recipient (§7.6); no public key
that the tree already holds (§12.4.2); the parent hashes chain down to the leaf (§7.9.2); and the decrypted path secret
is as long as the hash (§7.4) and yields exactly the public keys that were sent (§7.6).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hotline_protocol.mls import tree_math
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.parent_hash import parent_hash
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from hotline_protocol.mls.update_path import UpdatePath, UpdatePathNode

_LABEL = "UpdatePathNode"


@dataclass(frozen=True, slots=True)
class NodeKey:
    """The key pair of one node that this member knows the private half of."""

    public: bytes
    private: bytes = field(repr=False)


NodeKeys = Mapping[NodeIndex, NodeKey]
"""Every private key a member holds: its leaf's and those of ancestors it learned."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One node of a path: its secret, and the key pair that follows from it."""

    node: NodeIndex
    secret: bytes = field(repr=False)
    key: NodeKey


@dataclass(frozen=True, slots=True)
class NewPath:
    """A path of our own making, already merged into the tree it was made for, not yet encrypted."""

    leaf_node: LeafNode
    steps: tuple[PathStep, ...]
    commit_secret: bytes = field(repr=False)
    keys: NodeKeys = field(repr=False)

    def secret_for(self, committer: LeafIndex, joiner: LeafIndex) -> bytes:
        """The path secret of the lowest node that covers both, for the joiner's GroupSecrets (§12.4.3.1)."""
        meeting = tree_math.common_ancestor(tree_math.node_of(committer), tree_math.node_of(joiner))
        return next(step.secret for step in self.steps if step.node == meeting)


def derive_path(
    suite: CipherSuite, first: bytes, nodes: Sequence[NodeIndex]
) -> tuple[tuple[PathStep, ...], bytes]:
    """The steps from the path secret of `nodes[0]` upwards, and the secret after the last (RFC 9420 §7.4)."""
    steps: list[PathStep] = []
    secret = first
    for node in nodes:
        private, public = suite.derive_key_pair(suite.derive_secret(secret, "node"))
        steps.append(PathStep(node, secret, NodeKey(public, private)))
        secret = suite.derive_secret(secret, "path")
    return tuple(steps), secret


def surviving_keys(tree: RatchetTree, keys: NodeKeys) -> dict[NodeIndex, NodeKey]:
    """The keys whose nodes still carry them; the others must be forgotten."""
    kept: dict[NodeIndex, NodeKey] = {}
    for index, key in keys.items():
        node = tree.node(index) if index < tree.width else None
        if node is not None and node.encryption_key == key.public:
            kept[index] = key
    return kept


def create_path(
    suite: CipherSuite,
    tree: RatchetTree,
    own: LeafIndex,
    make_leaf: Callable[[bytes, bytes], LeafNode],
    rng: Callable[[int], bytes],
) -> NewPath:
    """Draw a fresh path for `own` and merge it into `tree`, which becomes the tree of the next epoch.

    `make_leaf(encryption_key, parent_hash)` signs the new leaf.
    """
    size = suite.hash_length
    private, public = suite.derive_key_pair(rng(size))
    above = tree.filtered_direct_path(own)
    steps, commit_secret = derive_path(suite, rng(size), [node for node, _ in above])
    leaf_hash = _set_parents(suite, tree, own, [step.key.public for step in steps], above)
    leaf_node = make_leaf(public, leaf_hash)
    tree.put(tree_math.node_of(own), leaf_node)
    keys = {step.node: step.key for step in steps}
    keys[tree_math.node_of(own)] = NodeKey(public, private)
    return NewPath(leaf_node, steps, commit_secret, keys)


def encrypt_path(
    suite: CipherSuite,
    tree: RatchetTree,
    own: LeafIndex,
    path: NewPath,
    *,
    context: bytes,
    joiners: Collection[LeafIndex],
) -> UpdatePath:
    """The UpdatePath that tells every member, save the `joiners`, the secrets of `path`.

    `context` is the encoded GroupContext of the next epoch with the old confirmed transcript hash (RFC 9420 §7.6).
    """
    nodes: list[UpdatePathNode] = []
    new = frozenset(joiners)
    for step in path.steps:
        beside = _off_path(step.node, own)
        sealed = tuple(
            suite.encrypt_with_label(_public_key(tree, node), _LABEL, context, step.secret)
            for node in _recipients(tree, beside, new)
        )
        nodes.append(UpdatePathNode(step.key.public, sealed))
    return UpdatePath(path.leaf_node, tuple(nodes))


def merge_path(
    suite: CipherSuite, tree: RatchetTree, sender: LeafIndex, path: UpdatePath, joiners: Collection[LeafIndex]
) -> None:
    """Check the shape of a received path and put it into `tree`, a staged copy.

    Whether the leaf is signed and fit for the group is for `leaf_check`; refusals are of kind `path`.
    """
    above = tree.filtered_direct_path(sender)
    if len(above) != len(path.nodes):
        raise RefusedError("path", f"expected {len(above)} nodes in the path, got {len(path.nodes)}")
    new = frozenset(joiners)
    for (_, beside), node in zip(above, path.nodes, strict=True):
        expected = len(_recipients(tree, beside, new))
        if len(node.encrypted_path_secret) != expected:
            got = len(node.encrypted_path_secret)
            raise RefusedError("path", f"expected {expected} ciphertexts in a path node, got {got}")
    _check_fresh(suite, tree, path)
    leaf_hash = _set_parents(suite, tree, sender, [node.encryption_key for node in path.nodes], above)
    if path.leaf_node.parent_hash is None or not hmac.compare_digest(path.leaf_node.parent_hash, leaf_hash):
        raise RefusedError("parent-hash", "the committer's leaf does not carry the hash of its path")
    tree.put(tree_math.node_of(sender), path.leaf_node)


def open_path(
    suite: CipherSuite,
    tree: RatchetTree,
    own: LeafIndex,
    keys: NodeKeys,
    *,
    sender: LeafIndex,
    path: UpdatePath,
    context: bytes,
    joiners: Collection[LeafIndex],
) -> tuple[bytes, dict[NodeIndex, NodeKey]]:
    """Decrypt our path secret of a path merged into `tree`: the commit secret, and the keys it taught us."""
    above = tree.filtered_direct_path(sender)
    position = _meeting(own, above)
    sealed, private = _find_sealed(tree, keys, above[position][1], path.nodes[position], frozenset(joiners))
    secret = suite.decrypt_with_label(private, _LABEL, context, sealed)
    _check_length(suite, secret)
    steps, commit_secret = derive_path(suite, secret, [node for node, _ in above[position:]])
    for step, sent in zip(steps, path.nodes[position:], strict=True):
        if step.key.public != sent.encryption_key:
            raise RefusedError(
                "path", f"the path secret does not yield the public key sent for node {step.node}"
            )
    return commit_secret, {step.node: step.key for step in steps}


def learn_path(
    suite: CipherSuite, tree: RatchetTree, own: LeafIndex, committer: LeafIndex, secret: bytes
) -> dict[NodeIndex, NodeKey]:
    """The keys a joiner learns from the path secret in its GroupSecrets (RFC 9420 §12.4.3.1)."""
    meeting = tree_math.common_ancestor(tree_math.node_of(committer), tree_math.node_of(own))
    above = tree.filtered_direct_path(committer)
    nodes = [node for node, _ in above if tree_math.is_below(meeting, node)]
    _check_length(suite, secret)
    steps, _ = derive_path(suite, secret, nodes)
    for step in steps:
        node = tree.node(step.node)
        if node is None or node.encryption_key != step.key.public:
            raise RefusedError("path", f"the path secret does not yield the public key of node {step.node}")
    return {step.node: step.key for step in steps}


def _check_length(suite: CipherSuite, secret: bytes) -> None:
    # HMAC pads its key with zeros: a secret with some more or fewer at its end would yield the same keys.
    if len(secret) != suite.hash_length:
        raise RefusedError("path", f"expected a path secret of {suite.hash_length} bytes, got {len(secret)}")


def _meeting(own: LeafIndex, above: Sequence[tuple[NodeIndex, NodeIndex]]) -> int:
    """The place in the path of the lowest node that we are below too."""
    own_node = tree_math.node_of(own)
    for position, (_, beside) in enumerate(above):
        if tree_math.is_below(own_node, beside):
            return position
    raise RefusedError("path", "no node of the path is above this member")


def _find_sealed(
    tree: RatchetTree,
    keys: NodeKeys,
    beside: NodeIndex,
    node: UpdatePathNode,
    joiners: frozenset[LeafIndex],
) -> tuple[HPKECiphertext, bytes]:
    """The ciphertext for a key that we hold, and our private key for it."""
    for sealed, place in zip(node.encrypted_path_secret, _recipients(tree, beside, joiners), strict=True):
        key = keys.get(place)
        if key is not None and key.public == _public_key(tree, place):
            return sealed, key.private
    raise RefusedError("path", "no ciphertext of the path is for this member")


def _set_parents(
    suite: CipherSuite,
    tree: RatchetTree,
    own: LeafIndex,
    publics: Sequence[bytes],
    above: Sequence[tuple[NodeIndex, NodeIndex]],
) -> bytes:
    """Blank the path, put the new parents on it from the root down; returns the leaf's parent hash."""
    tree.blank_path(own)
    parents: list[tuple[NodeIndex, ParentNode]] = []
    hash_above = b""
    for (node, beside), public in reversed(list(zip(above, publics, strict=True))):
        parent = ParentNode(public, hash_above)
        parents.append((node, parent))
        hash_above = parent_hash(suite, tree, parent, beside)
    tree.put_path(parents)
    return hash_above


def _check_fresh(suite: CipherSuite, tree: RatchetTree, path: UpdatePath) -> None:
    sent = [path.leaf_node.encryption_key, *(node.encryption_key for node in path.nodes)]
    held = tree.holdings.encryption_keys
    if len(set(sent)) != len(sent) or any(key in held for key in sent):
        raise RefusedError("path", "a public key of the path is already in the tree")
    for key in sent:
        suite.check_public_key(key)


def _off_path(node: NodeIndex, own: LeafIndex) -> NodeIndex:
    """The child of an ancestor of ours that we are not below."""
    return tree_math.right(node) if tree_math.node_of(own) < node else tree_math.left(node)


def _recipients(tree: RatchetTree, beside: NodeIndex, joiners: frozenset[LeafIndex]) -> list[NodeIndex]:
    return [
        node
        for node in tree.resolution(beside)
        if not tree_math.is_leaf(node) or tree_math.leaf_of(node) not in joiners
    ]


def _public_key(tree: RatchetTree, index: NodeIndex) -> bytes:
    node = tree.node(index)
    if node is None:
        raise UsageError(f"node {index} is blank and has no key")
    return node.encryption_key
