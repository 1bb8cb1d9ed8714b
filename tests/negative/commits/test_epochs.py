"""Commits that belong to another history: replayed, our own, or confirmed over other secrets (RFC 9420 §8, §8.1, §8.2, §12.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.proposal import GroupContextExtensions, ProposalOrRef, ReInit, Remove
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Hook, Layers
from tests.negative.commits.scenes import client, gathered, refuses_commit
from tests.negative.groves import three
from tests.negative.proving import refuses, revived, still_works
from tests.protocol.mls.parties import NOW, SUITES, rng

CAROL = LeafIndex(2)
HISTORIES: dict[str, Callable[[Author], Author]] = {
    "another interim transcript hash": lambda one: replace(one, interim_transcript_hash=bytes(32)),
    "no interim transcript hash": lambda one: replace(one, interim_transcript_hash=b""),
    "the confirmed transcript hash in its place": lambda one: replace(
        one, interim_transcript_hash=one.context.confirmed_transcript_hash
    ),
    "another init secret": lambda one: replace(one, init_secret=bytes(32)),
    "no init secret": lambda one: replace(one, init_secret=b""),
}


@pytest.mark.parametrize("case", HISTORIES)
@pytest.mark.parametrize("with_path", [False, True])
@pytest.mark.parametrize("public", [False, True])
def test_an_epoch_made_from_another_history(case: str, public: bool, with_path: bool) -> None:  # noqa: FBT001  # parameters
    """§8, §8.2: the next epoch follows from the init secret and the transcript that all share; §12.4.2: or it is refused."""
    alice, bob, _ = three()
    items = [] if with_path else [ReInit(b"next", 1, 1, ())]
    forged = forge.commit(HISTORIES[case](Author.of(alice)), items, with_path=with_path, public=public)
    honest = forge.commit(alice, items, with_path=with_path, public=public)
    refuses_commit(bob, forged, "confirmation-tag", peer=alice, honest=honest)


def test_an_epoch_made_from_the_secrets_of_the_last_one() -> None:
    """§8: the init secret is that of the epoch which ends."""
    alice, bob, _ = three()
    stale = Author.of(alice)
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    for old in (
        replace(Author.of(alice), init_secret=stale.init_secret),
        replace(Author.of(alice), interim_transcript_hash=stale.interim_transcript_hash),
    ):
        refuses_commit(revived(bob), forge.commit(old), "confirmation-tag", peer=revived(alice))


CHANGES: dict[str, Callable[[Author], Author]] = {
    "another group": lambda one: replace(one, context=replace(one.context, group_id=b"another")),
    "another suite": lambda one: replace(one, context=replace(one.context, cipher_suite=2)),
    "another tree": lambda one: replace(one, context=replace(one.context, tree_hash=bytes(32))),
    "another transcript": lambda one: replace(
        one, context=replace(one.context, confirmed_transcript_hash=bytes(32))
    ),
    "other extensions": lambda one: replace(
        one, context=replace(one.context, extensions=(Extension(0xF00D, b""),))
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_an_epoch_over_another_context(case: str) -> None:
    """§8.1: the context is signed: who has another one under its signature is not heard at all."""
    alice, bob, _ = three()
    forged = forge.commit(CHANGES[case](Author.of(alice)))
    refuses_commit(bob, forged, "group" if case == "another group" else "signature", peer=alice)


def rightly_signed(alice: Group, changed: Author) -> tuple[Layers, Hook[LeafNode]]:
    """What is signed is signed as it should be; only what is derived is derived under another context."""
    right = alice.group_context
    layers = Layers(
        content=lambda one: replace(one, group_id=right.group_id), context=lambda _: right.encode()
    )
    return layers, lambda leaf: leaf.sign(alice.suite, changed.signature_key, right.group_id, alice.own_index)


# The tree hash is always made anew for the next context; the transcript hash is all but where a path is sealed under it.
@pytest.mark.parametrize("case", sorted(CHANGES.keys() - {"another tree"}))
def test_a_path_sealed_under_another_context(case: str) -> None:
    """§7.6, §8.1: path secrets are sealed under the provisional context; what is signed is right."""
    alice, bob, _ = three()
    changed = CHANGES[case](Author.of(alice))
    layers, signed_leaf = rightly_signed(alice, changed)
    forged = forge.commit(changed, layers=layers, signed_leaf=signed_leaf)
    refuses_commit(bob, forged, "decrypt", peer=alice, privately=True)


@pytest.mark.parametrize("case", sorted(CHANGES.keys() - {"another tree", "another transcript"}))
def test_an_epoch_derived_under_another_context(case: str) -> None:
    """§8, §8.1: the context enters the key schedule; what is signed is right."""
    alice, bob, _ = three()
    changed = CHANGES[case](Author.of(alice))
    layers, _ = rightly_signed(alice, changed)
    items = [ReInit(b"next", 1, 1, ())]
    forged = forge.commit(changed, items, layers=layers, with_path=False)
    refuses_commit(bob, forged, "confirmation-tag", peer=alice)


def test_an_epoch_confirmed_over_other_extensions_than_it_proposes() -> None:
    """§12.3, §12.4.2: extensions enter the context that is confirmed."""
    alice, bob, _ = three()
    forged = forge.commit(
        alice,
        body=lambda one: replace(
            one,
            proposals=(
                ProposalOrRef.by_value(GroupContextExtensions((Extension.for_external_senders(()),))),
            ),
        ),
    )
    refuses_commit(bob, forged, "decrypt", peer=alice, privately=True)


def test_an_epoch_confirmed_over_another_tree_than_it_proposes() -> None:
    """§12.4.2: a removal that the committer itself did not make."""
    alice, bob, _ = three()
    removal = ProposalOrRef.by_value(Remove(CAROL))
    forged = forge.commit(alice, body=lambda one: replace(one, proposals=(removal,)))
    refuses_commit(bob, forged, "path", peer=alice)


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("suite_id", SUITES)
def test_a_commit_played_again(suite_id: int, public: bool) -> None:  # noqa: FBT001  # a parameter
    """§12.4.2: the epoch of a commit is the present one, so a merged commit is over, whoever plays it again."""
    alice, bob, carol = three(suite_id)
    pending = alice.commit(public=public, rng=rng, now=NOW)
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    alice = alice.merge(pending.staged)
    for one in (bob, carol, alice):
        peer = alice if one is bob else bob
        refuses_commit(revived(one), pending.message, "epoch", peer=revived(peer))


def test_the_commit_that_lost() -> None:
    """§14: of two commits to one epoch, the first that is merged wins; the other is of a past epoch then."""
    alice, bob, carol = three()
    lost = carol.commit(rng=rng, now=NOW)
    won = alice.commit(rng=rng, now=NOW)
    alice, bob, carol = (
        alice.merge(won.staged),
        bob.merge(bob.stage(won.message, now=NOW)),
        carol.merge(carol.stage(won.message, now=NOW)),
    )
    refuses_commit(bob, lost.message, "epoch", peer=alice)
    stale = lost.staged
    refuses(carol, lambda: carol.merge(stale), kind=UsageError, peer=revived(alice))


@pytest.mark.parametrize("public", [False, True])
def test_our_own_commit(public: bool) -> None:  # noqa: FBT001  # a parameter
    """§12.4: who made a commit has its outcome; the message comes back from the delivery service and is not staged."""
    alice, bob, _ = three()
    pending = alice.commit(public=public, rng=rng, now=NOW)
    refuses(alice, lambda: alice.stage(pending.message, now=NOW), kind="sender", peer=revived(bob))
    after = bob.merge(bob.stage(pending.message, now=NOW))
    still_works(alice.merge(pending.staged), after)


def test_a_commit_in_the_name_of_the_receiver() -> None:
    """§12.4.2: by whoever has our keys; it is refused before anything is opened with them."""
    alice, bob, _ = three()
    refuses_commit(bob, forge.commit(bob), "sender", peer=alice)
    refuses_commit(bob, forge.commit(bob, public=True), "sender", peer=revived(alice))


def test_a_commit_of_a_group_with_the_same_name_and_members() -> None:
    """§8: names and epoch numbers are not what makes a group: its secrets are."""
    cast = [client("alice"), client("bob")]
    alice, bob = gathered(*cast)
    twin, _ = gathered(*cast)
    assert (twin.group_id, twin.epoch) == (alice.group_id, alice.epoch)
    refuses_commit(bob, forge.commit(twin), "decrypt", peer=alice)
    refuses_commit(bob, forge.commit(twin, public=True), "membership-tag", peer=revived(alice))


def test_a_commit_staged_on_another_epoch_is_not_merged() -> None:
    """§12.4.2: on one's own side too: what was checked against one epoch changes no other."""
    alice, bob, carol = three()
    first, other = alice.commit(rng=rng, now=NOW), carol.commit(rng=rng, now=NOW)
    staged = bob.stage(other.message, now=NOW)
    bob = bob.merge(bob.stage(first.message, now=NOW))
    alice = alice.merge(first.staged)
    refuses(bob, lambda: bob.merge(staged), kind=UsageError, peer=alice)


def test_a_commit_that_removes_the_receiver_leads_it_nowhere() -> None:
    """§12.4.2: there is no next epoch for whoever is removed; the present state stays usable for what is late."""
    alice, bob, carol = three()
    pending = alice.commit(removes=[bob.own_index], rng=rng, now=NOW)
    staged = bob.stage(pending.message, now=NOW)
    assert staged.is_removed
    refuses(bob, lambda: bob.merge(staged), kind=UsageError, peer=carol)


def test_nothing_more_is_said_in_a_group_that_was_closed() -> None:
    """§12.4.2: after a ReInit no messages are sent, and none that would change the group is taken."""
    alice, bob, carol = three()
    pending = alice.commit(reinit=ReInit(b"next", 1, 1, ()), rng=rng, now=NOW)
    stubborn = Author.of(alice.merge(pending.staged))
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    before = bob.encode_epoch(), bob.encode_ratchets()
    taken: tuple[Callable[[], object], ...] = (
        lambda: bob.stage(forge.commit(stubborn).message, now=NOW),
        lambda: bob.store_proposal(forge.proposal(stubborn, Remove(CAROL)).message),
    )
    for act in taken:
        with pytest.raises(RefusedError) as caught:
            act()
        assert caught.value.kind == "group"
    said: tuple[Callable[[Group], object], ...] = (
        lambda one: one.protect(b"words", rng=rng),
        lambda one: one.commit(rng=rng, now=NOW),
        lambda one: one.propose(Remove(CAROL), rng=rng, now=NOW),
        lambda one: one.propose_update(rng=rng),
    )
    for act_of in said:
        with pytest.raises(UsageError, match="closed the group"):
            act_of(bob)
    assert (bob.encode_epoch(), bob.encode_ratchets()) == before
    assert bob.reinit == revived(bob).reinit == carol.reinit
