"""Forges ratchet trees: what a member's own commit would have put there, with keys of the test's choice (RFC 9420 §7.9).

`check` hands a forged tree to a newcomer. It is `overgrown`: eight leaves, leaf 7 unmerged at node 11, nodes 5 and 13 blank;
member 0 adds Dave on leaf 2. What a test changes `before` member 0's path lies under the parent hashes of that path, so that
nothing is wrong save the change itself; `after` the path it changes the tree as the newcomer gets it. The tree hash always fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.parent_hash import parent_hash
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import ParentNode, RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from tests.negative.builder import Hook
from tests.negative.groves import Grove, overgrown
from tests.negative.leaves import newcomer, put_leaf
from tests.negative.proving import Kind, refuses_to_join
from tests.negative.welcomes import WelcomeLayers, welcome
from tests.protocol.mls.parties import NOW, join, rng


def fresh_key(suite: CipherSuite) -> bytes:
    """A public key whose private half is thrown away."""
    return suite.derive_key_pair(rng(suite.hash_length))[1]


def repath(tree: RatchetTree, member: Group, publics: Sequence[bytes | None] = ()) -> None:
    """Put a path of `member` into `tree`: parents with these keys from the bottom up, parent hashes, a signed leaf.

    Keys that are missing or None are fresh ones.
    """
    above = tree.filtered_direct_path(member.own_index)
    wanted = [*publics, *[None] * (len(above) - len(publics))]
    tree.blank_path(member.own_index)
    hash_above = b""
    for (node, beside), public in reversed(list(zip(above, wanted, strict=True))):
        parent = ParentNode(fresh_key(member.suite) if public is None else public, hash_above)
        tree.put(node, parent)
        hash_above = parent_hash(member.suite, tree, parent, beside)
    claim(tree, member, hash_above)


def claim(tree: RatchetTree, member: Group, hashed: bytes) -> None:
    """Give a member's leaf this parent hash, as its own commit would have."""
    relabel(
        tree,
        member,
        lambda leaf: replace(
            leaf,
            encryption_key=fresh_key(member.suite),
            source=LeafNodeSource.COMMIT,
            lifetime=None,
            parent_hash=hashed,
        ),
    )


def relabel(tree: RatchetTree, member: Group, change: Hook[LeafNode]) -> None:
    """Change a member's leaf and sign it again; everything above it stays as it was."""
    index = member.own_index
    leaf = change(tree.member(index)).sign(member.suite, member._state.signature_key, member.group_id, index)
    put_leaf(tree, index, leaf)


def parent_at(tree: RatchetTree, index: int) -> ParentNode:
    """The parent at this node, which must not be blank."""
    found = tree.parent(NodeIndex(index))
    assert found is not None
    return found


def put_parent(tree: RatchetTree, index: int, change: Hook[ParentNode]) -> None:
    """Change one parent and nothing else."""
    tree.put(NodeIndex(index), change(parent_at(tree, index)))


def blank(tree: RatchetTree, index: int) -> None:
    """Blank one node and nothing else."""
    tree.put(NodeIndex(index), None)


def unmerged(*leaves: int) -> Hook[ParentNode]:
    """A parent with exactly these unmerged leaves."""
    return lambda parent: replace(parent, unmerged_leaves=tuple(LeafIndex(leaf) for leaf in leaves))


Change = Callable[[RatchetTree, Grove], None]


def changed(change: Change | None, members: Grove) -> Hook[RatchetTree]:
    def hook(tree: RatchetTree) -> RatchetTree:
        if change is not None:
            change(tree, members)
        return tree

    return hook


def check(
    kind: Kind,
    *,
    before: Change | None = None,
    after: Change | None = None,
    layers: WelcomeLayers | None = None,
    ratchet_tree: bytes | None = None,
) -> None:
    """Dave refuses the Welcome with the changed tree, joins by the honest one, and talks to member 0."""
    members = overgrown()
    dave = newcomer(1)
    layers = replace(layers or WelcomeLayers(), tree=changed(after, members))
    forged = welcome(members[0], dave.key_package, layers, before=changed(before, members))
    pending = members[0].commit(adds=[dave.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    refuses_to_join(
        dave,
        forged.message,
        kind=kind,
        honest=pending.welcome,
        host=members[0].merge(pending.staged),
        ratchet_tree=ratchet_tree,
    )


def accepted(before: Change) -> None:
    """The same forgery where it breaks no rule: Dave joins, and talks to a member who follows the same commit."""
    members = overgrown()
    dave = newcomer(1)
    forged = welcome(members[0], dave.key_package, before=changed(before, members))
    pending = replace(members[0].commit(rng=rng, now=NOW), welcome=forged.message)
    assert join(pending, dave).own_index == 2


HASHES: dict[str, Hook[bytes]] = {
    "zeros": lambda one: bytes(len(one)),
    "empty": lambda _: b"",
    "cut": lambda one: one[:-1],
    "longer": lambda one: one + b"\x00",
    "one bit off": lambda one: one[:-1] + bytes([one[-1] ^ 1]),
}
"""Hashes that are wrong, in value or length."""
