"""Commits that refer to proposals nobody can look up, or only some can follow (RFC 9420 §12.4, §5.2)."""

from __future__ import annotations

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Add, Remove, Update
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Referred
from tests.negative.commits.scenes import follow, hear, refuses_commit
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import revived
from tests.protocol.mls.parties import NOW, rng

CAROL = LeafIndex(2)


def test_a_proposal_that_was_never_heard() -> None:
    """§12.4: the commit is good to those who heard the proposal; Bob, once he hears it, follows too."""
    alice, bob, carol = three()
    proposed = forge.proposal(carol, Add(newcomer(1).key_package))
    forged = forge.commit(alice, [proposed.item])
    deaf = revived(bob)
    hear(proposed, bob)
    refuses_commit(deaf, forged, "proposal", peer=alice)
    follow(bob, forged)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda one: bytes(len(one)),
        lambda one: one[:-1],
        lambda one: one + b"\x00",
        lambda one: one[:-1] + bytes([one[-1] ^ 1]),
    ],
    ids=["empty", "zeros", "shorter", "longer", "one bit off"],
)
def test_a_reference_that_is_not_quite_one(change: forge.Hook[bytes]) -> None:
    """§5.2: a reference is the whole hash of the proposal's AuthenticatedContent."""
    alice, bob, carol = three()
    item = hear(forge.proposal(carol, Add(newcomer(1).key_package)), bob)
    off = Referred(change(item.reference), item.sender, item.proposal)
    honest = forge.commit(alice, [item])
    refuses_commit(bob, forge.commit(alice, [off]), "proposal", peer=alice, honest=honest)


def test_the_hash_of_the_bare_proposal_is_no_reference() -> None:
    """§5.2: it covers who proposed it and for which epoch, not the proposal alone; nor is it a plain hash."""
    alice, bob, carol = three()
    made = forge.proposal(carol, Remove(LeafIndex(0)))
    item = hear(made, bob)
    suite = alice.suite
    label = "MLS 1.0 Proposal Reference"
    for wrong in (
        suite.ref_hash(label, item.proposal.encode()),
        suite.ref_hash(label, made.message),
        suite.ref_hash("MLS 1.0 KeyPackage Reference", made.signed.encode()),
        suite.hash(made.signed.encode()),
    ):
        off = Referred(wrong, item.sender, item.proposal)
        refuses_commit(revived(bob), forge.commit(alice, [off]), "proposal", peer=revived(alice))


def test_the_same_proposal_in_the_other_wire_format_is_another() -> None:
    """§5.2: the reference covers the wire format under the signature."""
    alice, bob, carol = three()
    body = Add(newcomer(1).key_package)
    heard = forge.proposal(carol, body, public=True)
    other = forge.proposal(carol, body)
    item = hear(heard, bob)
    honest = forge.commit(alice, [item])
    refuses_commit(bob, forge.commit(alice, [other.item]), "proposal", peer=alice, honest=honest)


def test_a_proposal_of_the_last_epoch() -> None:
    """§12.4: proposals lapse with their epoch."""
    alice, bob, carol = three()
    stale = hear(forge.proposal(carol, Add(newcomer(1).key_package)), bob)
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    assert not bob.proposals
    refuses_commit(bob, forge.commit(alice, [stale]), "proposal", peer=alice)


def test_a_proposal_that_was_dropped() -> None:
    """§12.4: what the caller dropped is not committed behind its back; heard again, it is."""
    alice, bob, carol = three()
    proposed = forge.proposal(carol, Add(newcomer(1).key_package), public=True)
    item = hear(proposed, bob)
    bob.drop_proposals()
    forged = forge.commit(alice, [item])
    refuses_commit(bob, forged, "proposal", peer=alice)
    hear(proposed, bob)
    follow(bob, forged)


def test_a_proposal_of_another_group() -> None:
    """§5.2, §6.1: Carol is in both groups; what she proposed in one is nothing in the other."""
    alice, bob, _ = three()
    twin, _, elsewhere = three(0x004E)
    foreign = hear(forge.proposal(elsewhere, Remove(CAROL)), twin)
    refuses_commit(bob, forge.commit(alice, [foreign]), "proposal", peer=alice)


def test_a_proposal_of_ours_that_we_never_made() -> None:
    """§12.4: a reference to an Update said to be Bob's, which Bob does not hold."""
    alice, bob, _ = three()
    forged = forge.proposal(bob, Update(updated_leaf(bob)))
    refuses_commit(bob, forge.commit(alice, [forged.item]), "proposal", peer=alice)


def updating(bob: Group, *others: Group) -> Referred:
    """Bob's own update, proposed as he does it."""
    message = bob.propose_update(rng=rng)
    for one in others:
        one.store_proposal(message)
    ((reference, proposed),) = bob.proposals.items()
    return Referred(reference, proposed.sender, proposed.proposal)


def test_an_own_update_whose_key_is_lost() -> None:
    """§7.5, §12.4.2: the private key of our new leaf is needed to open the path; others follow without us."""
    alice, bob, carol = three()
    forged = forge.commit(alice, [updating(bob, carol)])
    follow(carol, forged)
    whole = revived(bob)
    bob._updates.clear()
    refuses_commit(bob, forged, "path", peer=alice, privately=True)
    follow(whole, forged)


def test_an_own_update_whose_key_is_another() -> None:
    """§7.5: a stored private key that is not the leaf's opens nothing."""
    alice, bob, _ = three()
    forged = forge.commit(alice, [updating(bob)])
    whole = revived(bob)
    wrong, _ = bob.suite.derive_key_pair(rng(32))
    for public in bob._updates:
        bob._updates[public] = wrong
    refuses_commit(bob, forged, "decrypt", peer=alice, privately=True)
    follow(whole, forged)
