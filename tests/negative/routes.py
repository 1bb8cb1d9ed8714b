"""The four routes on which a leaf reaches a member (RFC 9420 §7.3), for tests of rules that hold for every leaf.

- `add`: in the key package of an Add
- `update`: in an Update proposal, once a commit refers to it
- `commit`: in the committer's own path
- `tree`: in the ratchet tree that a newcomer gets, in the place of a third member, with all parent hashes right
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, Credential
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.proposal import Add, Update
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Hook, same
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, refuses
from tests.negative.welcomes import welcome
from tests.protocol.mls.parties import LIFETIME, NOW, Party, certify, join, rng

Cast = tuple[Group, Group, Group]
Act = Callable[[], object]


@dataclass(frozen=True)
class Owner:
    """Whose leaf is changed: its private signature key, its group and its place."""

    suite: CipherSuite
    key: bytes
    group_id: bytes
    index: LeafIndex
    bob: Group


Change = Callable[[Owner], Hook[LeafNode]]
Route = Callable[[Cast, Change, Change, bytes | None], Act]


def unchanged(_: Owner) -> Hook[LeafNode]:
    return same


def owner_of(member: Group, bob: Group) -> Owner:
    return Owner(member.suite, member._state.signature_key, member.group_id, member.own_index, bob)


def keyed(owner: Owner, key: bytes | None) -> Owner:
    return owner if key is None else replace(owner, key=key)


def by_add(cast: Cast, leaf: Change, signed: Change, key: bytes | None) -> Act:
    """Alice adds Dave, whose leaf this is; Bob receives the commit."""
    alice, bob, _ = cast
    fresh, _ = alice.suite.generate_signature_key(rng)
    owner = Owner(alice.suite, key or fresh, alice.group_id, LeafIndex(3), bob)
    dave = newcomer(alice.suite.id, leaf=leaf(owner), signed_leaf=signed(owner), signature_key=owner.key)
    forged = forge.commit(alice, [Add(dave.key_package)]).message
    return lambda: bob.stage(forged, now=NOW)


def by_update(cast: Cast, leaf: Change, signed: Change, key: bytes | None) -> Act:
    """Carol proposes the leaf, Bob holds the proposal, and Alice commits it."""
    alice, bob, carol = cast
    owner = keyed(owner_of(carol, bob), key)
    proposal = forge.proposal(carol, Update(resigned(carol, owner, leaf, signed)), public=True)
    bob.store_proposal(proposal.message)
    forged = forge.commit(alice, [proposal.item]).message
    return lambda: bob.stage(forged, now=NOW)


def resigned(member: Group, owner: Owner, leaf: Change, signed: Change) -> LeafNode:
    fresh = leaf(owner)(updated_leaf(member))
    return signed(owner)(fresh.sign(owner.suite, owner.key, owner.group_id, owner.index))


def by_commit(cast: Cast, leaf: Change, signed: Change, key: bytes | None) -> Act:
    """Alice's own leaf, in the path of her commit; her message is signed with the key that the group knows."""
    alice, bob, _ = cast
    owner = keyed(owner_of(alice, bob), key)

    def resign(one: LeafNode) -> LeafNode:
        if key is not None:
            one = one.sign(owner.suite, owner.key, owner.group_id, owner.index)
        return signed(owner)(one)

    forged = forge.commit(alice, leaf=leaf(owner), signed_leaf=resign).message
    return lambda: bob.stage(forged, now=NOW)


def by_tree(cast: Cast, leaf: Change, signed: Change, key: bytes | None) -> Act:
    """Alice adds Dave to a group in which Carol has that leaf; Dave checks the tree."""
    alice, bob, carol = cast
    owner = keyed(owner_of(carol, bob), key)
    dave = newcomer(alice.suite.id, leaf=lambda one: replace(one, capabilities=EVERYTHING))

    def before(tree: RatchetTree) -> RatchetTree:
        tree.update(carol.own_index, resigned(carol, owner, leaf, signed))
        return tree

    forged = welcome(alice, dave.key_package, before=before).message
    return lambda: Group.join(forged, dave.key_package, dave.private, now=NOW).accept()


ROUTES: dict[str, Route] = {"add": by_add, "update": by_update, "commit": by_commit, "tree": by_tree}
ALL = tuple(ROUTES)
IN_GROUP = ("update", "commit", "tree")
"""Routes of leaves that are signed for one group and place."""

EVERYTHING = Capabilities(
    cipher_suites=(0x0001, 0x004E), extensions=(0xF001, 0xF002), proposals=(0xF003,), credentials=(1, 2)
)


def check(
    route: str,
    kind: Kind,
    leaf: Change = unchanged,
    signed: Change = unchanged,
    *,
    good: Change = unchanged,
    key: bytes | None = None,
    cast: Cast | None = None,
) -> None:
    """The leaf as changed is refused; the leaf as `good` leaves it is taken by the same route."""
    cast = cast or three()
    alice, bob, _ = cast
    act = ROUTES[route](cast, leaf, signed, key)
    then = ROUTES[route](cast, good, unchanged, None)
    refuses(bob, act, kind=kind, peer=alice, then=then)


def having(**fields: object) -> Change:
    return lambda _: lambda leaf: replace(leaf, **fields)  # type: ignore[arg-type]


def certified(owner: Owner) -> Credential:
    return certify("dave", owner.key)


def gathered(*extensions: Extension, capabilities: Capabilities = EVERYTHING) -> Cast:
    """Three members with these capabilities in a group with these extensions."""
    suite = cipher_suite(1)
    parties = []
    for name in (b"alice", b"bob", b"carol"):
        key, _ = suite.generate_signature_key(rng)
        made = KeyPackage.create(suite, rng, key, BasicCredential(name), LIFETIME, capabilities=capabilities)
        parties.append(Party(*made))
    first = parties[0]
    alice = Group.create(suite, b"group", first.key_package, first.private, extensions=extensions, rng=rng)
    pending = alice.commit(adds=[party.key_package for party in parties[1:]], rng=rng, now=NOW)
    bob, carol = (join(pending, party) for party in parties[1:])
    return alice.merge(pending.staged), bob, carol


def required(**fields: tuple[int, ...]) -> Extension:
    return Extension.for_required_capabilities(RequiredCapabilities(**fields))
