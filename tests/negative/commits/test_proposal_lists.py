"""Lists of proposals that no member's commit may carry, each good by itself (RFC 9420 §12.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Item
from tests.negative.commits.scenes import hear, refuses_commit
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.protocol.mls.parties import SUITES, rng

NONCE = bytes(range(32))
REINIT = ReInit(b"next", MLS10, 1, ())


@dataclass(frozen=True)
class Cast:
    """Alice commits, Bob receives, Carol proposes."""

    alice: Group
    bob: Group
    carol: Group

    def said(self, by: Group, proposal: Proposal) -> Item:
        """By reference: Bob heard it."""
        return hear(forge.proposal(by, proposal, public=True), self.bob)

    def update(self, by: Group) -> Item:
        return self.said(by, Update(updated_leaf(by)))


def add(name: bytes = b"dave", *, signature_key: bytes | None = None) -> Add:
    return Add(newcomer(1, name, signature_key=signature_key).key_package)


def same_encryption_key() -> list[Item]:
    one = newcomer(1, b"dave").key_package.leaf_node.encryption_key
    other = newcomer(1, b"eve", leaf=lambda leaf: replace(leaf, encryption_key=one))
    first = newcomer(1, b"dave", leaf=lambda leaf: replace(leaf, encryption_key=one))
    return [Add(first.key_package), Add(other.key_package)]


def same_signature_key() -> list[Item]:
    key = rng(32)
    return [add(b"dave", signature_key=key), add(b"dave again", signature_key=key)]


def twice(item: Item) -> list[Item]:
    return [item, item]


def psk(nonce: bytes = NONCE, name: bytes = b"key") -> PreSharedKey:
    return PreSharedKey(PreSharedKeyID.external(name, nonce))


CAROL = LeafIndex(2)
LISTS: dict[str, tuple[Callable[[Cast], list[Item]], str]] = {
    "an update of the committer by value": (lambda c: [Update(updated_leaf(c.alice))], "proposal"),
    "an update of the committer by reference": (lambda c: [c.update(c.alice)], "proposal"),
    "a removal of the committer by value": (lambda _: [Remove(LeafIndex(0))], "proposal"),
    "a removal of the committer by its own reference": (
        lambda c: [c.said(c.alice, Remove(LeafIndex(0)))],
        "proposal",
    ),
    "a removal of the committer by reference": (
        lambda c: [c.said(c.carol, Remove(LeafIndex(0)))],
        "proposal",
    ),
    "an update and a removal of one leaf": (lambda c: [c.update(c.carol), Remove(CAROL)], "proposal"),
    "a removal and an update of one leaf": (lambda c: [Remove(CAROL), c.update(c.carol)], "proposal"),
    "two removals of one leaf": (lambda _: twice(Remove(CAROL)), "proposal"),
    "two removals of one leaf, one by reference": (
        lambda c: [c.said(c.carol, Remove(CAROL)), Remove(CAROL)],
        "proposal",
    ),
    "one removal referred to twice": (lambda c: twice(c.said(c.carol, Remove(CAROL))), "proposal"),
    "two updates of one leaf": (lambda c: [c.update(c.carol), c.update(c.carol)], "proposal"),
    "one update referred to twice": (lambda c: twice(c.update(c.carol)), "proposal"),
    "one key package twice": (lambda _: twice(add()), "leaf"),
    "one addition referred to twice": (lambda c: twice(c.said(c.carol, add())), "leaf"),
    "two key packages with one signature key": (lambda _: same_signature_key(), "leaf"),
    "two key packages with one encryption key": (lambda _: same_encryption_key(), "leaf"),
    "an addition of a member": (
        lambda c: [add(b"carol", signature_key=c.carol.state.signature_key)],
        "leaf",
    ),
    "an addition of the committer": (
        lambda c: [add(b"alice", signature_key=c.alice.state.signature_key)],
        "leaf",
    ),
    "an addition of a member, with the removal of another": (
        lambda c: [add(b"alice", signature_key=c.alice.state.signature_key), Remove(CAROL)],
        "leaf",
    ),
    "a pre-shared key twice": (lambda _: twice(psk()), "psk"),
    "a pre-shared key by value and by reference": (lambda c: [c.said(c.carol, psk()), psk()], "psk"),
    "two changes of the extensions": (lambda _: twice(GroupContextExtensions(())), "proposal"),
    "two changes of the extensions, one by reference": (
        lambda c: [c.said(c.carol, GroupContextExtensions(())), GroupContextExtensions(())],
        "proposal",
    ),
    "a ReInit and an addition": (lambda _: [REINIT, add()], "proposal"),
    "an addition and a ReInit": (lambda _: [add(), REINIT], "proposal"),
    "a ReInit and a removal": (lambda _: [REINIT, Remove(CAROL)], "proposal"),
    "a ReInit and an update": (lambda c: [REINIT, c.update(c.carol)], "proposal"),
    "a ReInit and a pre-shared key": (lambda _: [REINIT, psk()], "proposal"),
    "a ReInit and a change of the extensions": (lambda _: [REINIT, GroupContextExtensions(())], "proposal"),
    "a ReInit by reference and an addition": (lambda c: [c.said(c.carol, REINIT), add()], "proposal"),
    "two ReInits": (lambda _: twice(REINIT), "proposal"),
    "an ExternalInit": (lambda _: [ExternalInit(bytes(32))], "proposal"),
    "an ExternalInit beside others": (lambda _: [Remove(CAROL), ExternalInit(bytes(32))], "proposal"),
}


@pytest.mark.parametrize("case", LISTS)
@pytest.mark.parametrize("public", [False, True])
def test_a_list_that_no_commit_may_carry(case: str, public: bool) -> None:  # noqa: FBT001  # a parameter
    """§12.2, a regular commit: each rule of the list, in commits of both wire formats."""
    cast = Cast(*three())
    make, kind = LISTS[case]
    items = make(cast)
    refuses_commit(cast.bob, forge.commit(cast.alice, items, public=public), kind, peer=cast.alice)


@pytest.mark.parametrize("suite_id", SUITES)
def test_a_member_is_added_again_once_it_is_removed(suite_id: int) -> None:
    """§12.2: an addition of somebody who is in is invalid unless the list removes it, wherever in the list that stands."""
    alice, bob, carol = three(suite_id)
    back = Add(newcomer(suite_id, b"carol", signature_key=carol.state.signature_key).key_package)
    refuses_commit(
        bob,
        forge.commit(alice, [back]),
        "leaf",
        peer=alice,
        honest=forge.commit(alice, [back, Remove(CAROL)]),
    )


def test_one_proposal_a_leaf_is_fine() -> None:
    """§12.2: the same proposals one by one, and beside those of other leaves."""
    cast = Cast(*three())
    both = [cast.update(cast.carol), Remove(CAROL)]
    honest = forge.commit(cast.alice, [both[0], add()])
    refuses_commit(cast.bob, forge.commit(cast.alice, both), "proposal", peer=cast.alice, honest=honest)


def test_one_key_twice_with_two_nonces_is_two_uses() -> None:
    """§12.2, §8.4: a PreSharedKeyID is the key with its nonce; only the same one twice is invalid."""
    alice, bob, _ = three()
    given = {b"key": b"secret"}
    other = psk(bytes(32))
    uses = [(psk().psk, b"secret"), (other.psk, b"secret")]
    honest = forge.commit(alice, [psk(), other], psks=uses)
    forged = forge.commit(alice, [psk(), psk()], psks=[uses[0], uses[0]])
    refuses_commit(bob, forged, "psk", peer=alice, honest=honest, psks=given)
