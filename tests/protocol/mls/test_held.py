from __future__ import annotations

import pytest

from hotline_protocol.mls import codec, external, held
from hotline_protocol.mls.content import NEW_MEMBER_PROPOSAL, Sender
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.held import HeldProposals
from hotline_protocol.mls.proposal import GroupContextExtensions, Remove
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import NOW, Party, rng, snapshot, trio


def removal(sender: Sender, index: int = 0) -> Proposed:
    return Proposed(sender, Remove(LeafIndex(index)))


def fill(proposals: HeldProposals, sender: Sender) -> int:
    """Keeps proposals of the sender until there is no room, and says how many."""
    number = 0
    while proposals.has_room(b"%d of %r" % (number, repr(sender).encode()), removal(sender)):
        proposals.keep(b"%d of %r" % (number, repr(sender).encode()), removal(sender))
        number += 1
    return number


def test_one_sender_uses_up_its_own_share_only() -> None:
    proposals = HeldProposals()
    assert fill(proposals, Sender.member(LeafIndex(1))) == held.MAX_HELD_OF_ONE
    assert fill(proposals, NEW_MEMBER_PROPOSAL) == held.MAX_HELD_OF_ONE
    assert proposals.has_room(b"another", removal(Sender.member(LeafIndex(2))))
    kept = next(iter(proposals.by_reference.items()))
    assert proposals.has_room(*kept), "what is kept already needs no room"


def test_all_senders_together_are_bounded() -> None:
    proposals = HeldProposals()
    filled = sum(fill(proposals, Sender.external(number)) for number in range(20))
    assert filled == len(proposals) == held.MAX_HELD


def test_what_is_kept_is_measured_in_bytes_too() -> None:
    proposals, sender = HeldProposals(), Sender.member(LeafIndex(1))
    large = GroupContextExtensions((Extension(0xF000, bytes(held.MAX_HELD_BYTES_OF_ONE // 4)),))
    for number in range(3):
        assert proposals.has_room(b"%d" % number, Proposed(sender, large))
        proposals.keep(b"%d" % number, Proposed(sender, large))
        proposals.keep(b"%d" % number, Proposed(sender, large))
    assert not proposals.has_room(b"3", Proposed(sender, large))
    assert proposals.has_room(b"3", removal(sender))
    read = codec.decode(HeldProposals.read, proposals.encode())
    assert read.by_reference == proposals.by_reference
    assert not read.has_room(b"3", Proposed(sender, large))
    read.clear()
    assert len(read) == 0
    assert read.has_room(b"3", Proposed(sender, large))


def full(alice: Group, bob: Group) -> None:
    """Bob proposes until Alice has no more room for him."""
    for _ in range(held.MAX_HELD_OF_ONE):
        alice.store_proposal(bob.propose(Remove(LeafIndex(2)), public=True, aad=rng(8), rng=rng, now=NOW))


def test_a_proposal_beyond_the_bound_is_refused_and_spends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MAX_HELD_OF_ONE", 3)
    alice, bob, carol = trio(1, "basic")
    full(alice, bob)
    with pytest.raises(UsageError, match="no room for one more of ours"):
        bob.propose_update(rng=rng)
    bob.drop_proposals()
    message = bob.propose(Remove(LeafIndex(2)), rng=rng, now=NOW)
    before = snapshot(alice)
    with pytest.raises(RefusedError, match="no room") as caught:
        alice.store_proposal(message)
    assert caught.value.kind == "proposal"
    assert snapshot(alice) == before
    alice.store_proposal(carol.propose(Remove(LeafIndex(1)), rng=rng, now=NOW))
    dave = Party.make(1, "dave", "basic")
    alice.store_proposal(
        external.propose_join(alice.group_context, dave.key_package, dave.private.signature_key)
    )
    alice.drop_proposals()
    assert isinstance(alice.store_proposal(message).proposal, Remove)
