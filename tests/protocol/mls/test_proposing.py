from __future__ import annotations

import pytest

from hotline_protocol.mls import external
from hotline_protocol.mls.content import NEW_MEMBER_PROPOSAL, Sender
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import PrivatelyRefusedError, RefusedError, UsageError
from hotline_protocol.mls.extension import Extension, ExternalSender
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
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import NOW, SUITES, Party, join, rng, snapshot, trio

parametrize_suites = pytest.mark.parametrize("suite_id", SUITES)
parametrize_public = pytest.mark.parametrize("public", [False, True])


def hear(message: bytes, *groups: Group) -> None:
    """Everybody but its sender takes the proposal in."""
    for group in groups:
        group.store_proposal(message)


def all_commit(pending: PendingCommit, committer: Group, *others: Group) -> list[Group]:
    """The next epoch of everybody, who agree about it."""
    after = [committer.merge(pending.staged)]
    after += [other.merge(other.stage(pending.message, now=NOW)) for other in others]
    assert len({one.epoch_authenticator for one in after}) == 1
    return after


def refused(group: Group, message: bytes) -> RefusedError:
    """The refusal of a commit, after proof that it changed nothing."""
    before = snapshot(group)
    with pytest.raises(RefusedError) as caught:
        group.stage(message, now=NOW)
    assert snapshot(group) == before
    return caught.value


@parametrize_suites
@parametrize_public
def test_proposals_of_all_members_are_committed_by_reference(suite_id: int, *, public: bool) -> None:
    alice, bob, carol = trio(suite_id, "basic")
    dave = Party.make(suite_id, "dave", "basic")
    renewed = BasicCredential(b"carol, renewed")
    hear(bob.propose(Add(dave.key_package), public=public, rng=rng, now=NOW), alice, carol)
    hear(carol.propose_update(credential=renewed, public=public, rng=rng), alice, bob)
    bob, carol = (Group.decode(*snapshot(one)) for one in (bob, carol))
    assert list(alice.proposals) == list(bob.proposals) == list(carol.proposals)
    assert [one.sender for one in alice.proposals.values()] == [
        Sender.member(LeafIndex(1)),
        Sender.member(LeafIndex(2)),
    ]

    pending = alice.commit(refs=list(alice.proposals), public=public, rng=rng, now=NOW)
    alice, bob, carol = all_commit(pending, alice, bob, carol)
    fourth = join(pending, dave)
    assert carol.members[2].credential == renewed
    assert not carol.proposals
    pending = carol.commit(rng=rng, now=NOW)
    all_commit(pending, carol, alice, bob, fourth)


def test_an_update_is_committed_by_somebody_else() -> None:
    alice, bob, _ = trio(1, "basic")
    bob.propose_update(rng=rng)
    with pytest.raises(RefusedError, match="the committer updates itself"):
        bob.commit(refs=list(bob.proposals), rng=rng, now=NOW)
    with pytest.raises(UsageError, match="not held"):
        alice.commit(refs=list(bob.proposals), rng=rng, now=NOW)


def test_the_key_of_an_own_update_is_needed_to_follow() -> None:
    alice, bob, carol = trio(1, "basic")
    hear(bob.propose_update(rng=rng), alice, carol)
    pending = alice.commit(refs=list(alice.proposals), rng=rng, now=NOW)
    held = dict(bob.proposals)
    bob.drop_proposals()
    assert refused(bob, pending.message).kind == "proposal"
    for reference, one in held.items():
        bob._proposals.keep(reference, one)
    assert isinstance(refused(bob, pending.message), PrivatelyRefusedError)
    all_commit(pending, alice, carol)


def test_a_member_proposes_to_leave() -> None:
    alice, bob, carol = trio(1, "basic")
    hear(carol.propose(Remove(carol.own_index), rng=rng, now=NOW), alice, bob)
    pending = bob.commit(refs=list(bob.proposals), rng=rng, now=NOW)
    assert carol.stage(pending.message, now=NOW).is_removed
    alice, bob = all_commit(pending, bob, alice)
    assert len(alice.members) == 2


def test_a_key_of_an_earlier_epoch_is_proposed_and_named_once() -> None:
    alice, bob, _ = trio(1, "basic")
    nonce = rng(alice.suite.hash_length)
    named = PreSharedKeyID.external(b"words", nonce)
    hear(bob.propose(PreSharedKey(named), rng=rng, now=NOW), alice)
    past = ResumptionPSK(ResumptionPSKUsage.APPLICATION, alice.group_id, alice.epoch)
    psks = {b"words": b"said in person"}
    pending = alice.commit(refs=list(alice.proposals), psks=psks, resumption=[past], rng=rng, now=NOW)
    assert len(pending.staged.proposals) == 2
    assert refused(bob, pending.message).kind == "psk"
    staged = bob.stage(pending.message, now=NOW, psks=psks)
    assert bob.merge(staged).epoch_authenticator == alice.merge(pending.staged).epoch_authenticator


def test_no_words_while_proposals_wait() -> None:
    alice, bob, _ = trio(1, "basic")
    hear(bob.propose_update(rng=rng), alice)
    for group in (alice, bob):
        with pytest.raises(UsageError, match="1 proposals wait"):
            group.protect(b"words", rng=rng)
        group.drop_proposals()
    assert bob.unprotect(alice.protect(b"words", rng=rng).message).data == b"words"


SENSELESS: dict[str, tuple[Proposal, type[Exception]]] = {
    "remove nobody": (Remove(LeafIndex(7)), RefusedError),
    "go back in version": (ReInit(b"new", 0, 1, ()), RefusedError),
    "a nonce of the wrong length": (PreSharedKey(PreSharedKeyID.external(b"words", b"1")), RefusedError),
    "a link to another group": (
        PreSharedKey(
            PreSharedKeyID(bytes(32), resumption=ResumptionPSK(ResumptionPSKUsage.BRANCH, b"group", 2))
        ),
        RefusedError,
    ),
    "an extension nobody supports": (GroupContextExtensions((Extension(0xFF01, b""),)), RefusedError),
    "an external init": (ExternalInit(b""), UsageError),
}


@pytest.mark.parametrize("case", SENSELESS)
def test_what_no_commit_may_carry_is_not_proposed(case: str) -> None:
    proposal, error = SENSELESS[case]
    alice, _, _ = trio(1, "basic")
    before = snapshot(alice)
    with pytest.raises(error):
        alice.propose(proposal, rng=rng, now=NOW)
    with pytest.raises(UsageError):
        alice.propose(Update(alice.members[0].leaf_node), rng=rng, now=NOW)
    assert snapshot(alice) == before


def outsider(suite_id: int) -> tuple[Group, Group, Party]:
    """Two members of a group that names one external sender."""
    alice, bob, _ = trio(suite_id, "basic")
    party = Party.make(suite_id, "desk", "basic")
    leaf = party.key_package.leaf_node
    allowed = Extension.for_external_senders([ExternalSender(leaf.signature_key, leaf.credential)])
    pending = alice.commit(extensions=[allowed], rng=rng, now=NOW)
    alice, bob = all_commit(pending, alice, bob)
    return alice, bob, party


@parametrize_suites
def test_an_external_sender_and_a_newcomer_propose(suite_id: int) -> None:
    alice, bob, desk = outsider(suite_id)
    dave = Party.make(suite_id, "dave", "basic")
    context = alice.group_context
    removal = external.propose(context, 0, desk.private.signature_key, Remove(LeafIndex(2)), aad=b"why")
    wish = external.propose_join(context, dave.key_package, dave.private.signature_key)
    hear(removal, alice, bob)
    hear(wish, alice, bob)
    assert [one.sender for one in bob.proposals.values()] == [Sender.external(0), NEW_MEMBER_PROPOSAL]
    pending = bob.commit(refs=list(bob.proposals), rng=rng, now=NOW)
    alice, bob = all_commit(pending, bob, alice)
    assert join(pending, dave).epoch_authenticator == bob.epoch_authenticator
    assert [member.index for member in bob.members] == [0, 1, 2]


def test_outsiders_propose_only_what_the_standard_allows() -> None:
    alice, bob, desk = outsider(1)
    key = desk.private.signature_key
    with pytest.raises(UsageError, match="EXTERNAL may not send"):
        external.propose(alice.group_context, 0, key, Update(desk.key_package.leaf_node))
    message = external.propose(alice.group_context, 1, key, Remove(LeafIndex(2)))
    with pytest.raises(RefusedError, match="not a number 1") as caught:
        bob.store_proposal(message)
    assert caught.value.kind == "sender"
    wrong = Party.make(1, "wrong", "basic").private.signature_key
    for forged in (
        external.propose(alice.group_context, 0, wrong, Remove(LeafIndex(2))),
        external.propose_join(alice.group_context, desk.key_package, wrong),
    ):
        with pytest.raises(RefusedError) as caught:
            bob.store_proposal(forged)
        assert caught.value.kind == "signature"
    assert not bob.proposals
