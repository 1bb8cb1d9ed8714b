"""Commits by which newcomers let themselves in, against each rule (RFC 9420 §8.3, §12.2, §12.4.3.2)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.content import NEW_MEMBER_PROPOSAL, Sender
from hotline_protocol.mls.errors import MalformedError, RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree_math import LeafIndex, node_of
from tests.negative import builder as forge
from tests.negative.builder import Author, Hook, Item, Layers
from tests.negative.commits.outsiders import Outsider, outsider, resync
from tests.negative.commits.scenes import client, follow, gathered, hear, refuses_commit
from tests.negative.groves import grove, three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, revived
from tests.protocol.mls.parties import NOW, SUITES, rng

NONCE = bytes(range(32))
KEY = PreSharedKeyID.external(b"key", NONCE)
GIVEN = {b"key": b"secret"}


def link(usage: ResumptionPSKUsage) -> PreSharedKey:
    return PreSharedKey(PreSharedKeyID(NONCE, resumption=ResumptionPSK(usage, b"group", 2)))


@pytest.mark.parametrize("suite_id", SUITES)
def test_an_unchanged_external_commit_is_accepted(suite_id: int) -> None:
    """§12.4.3.2: what the tests below change one thing of; on a blank leaf, on a new one, and in the place of an old leaf."""
    for alice, bob in (three(suite_id)[:2], gathered(client("alice"), client("bob"))):
        follow(bob, outsider(alice).commit())
    alice, bob, _ = three(suite_id)
    back, removal = resync(alice, 2, b"carol")
    follow(bob, back.commit(removal))
    use = [(KEY, GIVEN[b"key"])] if suite_id == 1 else []
    items: list[Item] = [back.init, removal, *(PreSharedKey(one) for one, _ in use)]
    follow(bob, back.bare(*items, psks=use), GIVEN)


# --- its list of proposals

LISTS: dict[str, tuple[Callable[[Outsider, Group, Group], list[Item]], Kind]] = {
    "no ExternalInit": (lambda _d, _b, _c: [], "proposal"),
    "no ExternalInit but a key": (lambda _d, _b, _c: [PreSharedKey(KEY)], "proposal"),
    "two ExternalInits": (lambda d, _b, _c: [d.init, ExternalInit(bytes(32))], "proposal"),
    "one ExternalInit twice": (lambda d, _b, _c: [d.init, d.init], "proposal"),
    "an addition": (lambda d, _b, _c: [d.init, Add(newcomer(1).key_package)], "proposal"),
    "an addition first": (lambda d, _b, _c: [Add(newcomer(1).key_package), d.init], "proposal"),
    "an update": (lambda d, _b, c: [d.init, Update(updated_leaf(c))], "proposal"),
    "a change of the extensions": (lambda d, _b, _c: [d.init, GroupContextExtensions(())], "proposal"),
    "a ReInit": (lambda d, _b, _c: [d.init, ReInit(b"next", MLS10, 1, ())], "proposal"),
    "a ReInit alone": (lambda _d, _b, _c: [ReInit(b"next", MLS10, 1, ())], "proposal"),
    "two removals": (
        lambda d, _b, _c: [d.init, Remove(LeafIndex(1)), Remove(LeafIndex(2))],
        "proposal",
    ),
    "one removal twice": (
        lambda d, _b, _c: [d.init, Remove(LeafIndex(2)), Remove(LeafIndex(2))],
        "proposal",
    ),
    "an addition by reference": (
        lambda d, b, c: [d.init, hear(forge.proposal(c, Add(newcomer(1).key_package)), b)],
        "proposal",
    ),
    "a removal by reference": (
        lambda d, b, c: [d.init, hear(forge.proposal(c, Remove(LeafIndex(2))), b)],
        "proposal",
    ),
    "a key by reference": (
        lambda d, b, c: [d.init, hear(forge.proposal(c, PreSharedKey(KEY)), b)],
        "proposal",
    ),
    "a key twice": (lambda d, _b, _c: [d.init, PreSharedKey(KEY), PreSharedKey(KEY)], "psk"),
    "a key with a short nonce": (
        lambda d, _b, _c: [d.init, PreSharedKey(replace(KEY, psk_nonce=NONCE[1:]))],
        "psk",
    ),
    "a key of a reinitialisation": (lambda d, _b, _c: [d.init, link(ResumptionPSKUsage.REINIT)], "psk"),
    "a key of a branch": (lambda d, _b, _c: [d.init, link(ResumptionPSKUsage.BRANCH)], "psk"),
    "a removal of a blank leaf": (lambda d, _b, _c: [d.init, Remove(LeafIndex(3))], "leaf"),
    "a removal beyond the tree": (lambda d, _b, _c: [d.init, Remove(LeafIndex(99))], "leaf"),
}


@pytest.mark.parametrize("case", LISTS)
def test_a_list_that_no_newcomer_may_commit(case: str) -> None:
    """§12.2, §12.4.3.2: one ExternalInit, at most one Remove, keys, nothing else, and nothing by reference."""
    alice, bob, carol = three()
    dave = outsider(alice)
    make, kind = LISTS[case]
    forged = dave.bare(*make(dave, bob, carol))
    refuses_commit(bob, forged, kind, peer=alice, honest=outsider(alice).commit())


@pytest.mark.parametrize("usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH])
def test_a_key_that_links_groups_in_a_first_epoch(usage: ResumptionPSKUsage) -> None:
    """§12.1.4: a newcomer's commit founds no group, not even while the group is in epoch 0."""
    alice = client("alice").found(b"group")
    other = client("bob").found(b"other")
    named = PreSharedKeyID(NONCE, resumption=ResumptionPSK(usage, b"other", 0))
    dave = outsider(alice)
    secret = other.state.secrets.resumption_psk
    forged = forge.commit(dave.author, [dave.init, PreSharedKey(named)], psks=[(named, secret)], public=True)
    with pytest.raises(RefusedError) as caught:
        alice.stage(forged.message, known=[other], now=NOW)
    assert caught.value.kind == "psk"
    follow(alice, outsider(alice).commit())


# --- whom it removes


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_newcomer_that_removes_somebody_else(victim: int) -> None:
    """§12.2: it removes an old version of itself; whom it would remove refuses as all others do."""
    alice, bob, carol = three()
    mallory, removal = resync(alice, victim, b"mallory")
    forged = mallory.commit(removal)
    for receiver, peer in ((bob, alice), (alice, carol), (carol, revived(bob))):
        refuses_commit(revived(receiver), forged, "proposal", peer=revived(peer), honest=forge.commit(peer))


def test_who_is_the_same_client_is_the_caller_s_answer() -> None:
    """§12.2: identifiers acceptable to the application for the removed participant."""
    alice, bob, _ = three()
    back, removal = resync(alice, 2, b"carol")
    forged = back.commit(removal)
    nobody: Callable[[object, object], bool] = lambda _old, _new: False  # noqa: E731
    refuses_commit(bob, forged, "proposal", peer=alice, same_client=nobody)
    assert bob.merge(bob.stage(forged.message, same_client=operator.eq, now=NOW)).epoch == alice.epoch + 1


def test_a_member_that_comes_back_with_its_old_key() -> None:
    """§12.2, §7.3: the new leaf is one that an Update might bring: with another encryption key."""
    alice, bob, carol = three()
    old = carol.members[2].leaf_node.encryption_key
    back, removal = resync(alice, 2, b"carol", signature_key=carol.state.signature_key)
    forged = back.commit(removal, leaf=lambda leaf: replace(leaf, encryption_key=old))
    refuses_commit(bob, forged, "leaf", peer=alice, honest=back.commit(removal))


def test_a_member_that_comes_in_again_without_leaving() -> None:
    """§7.3: a signature key is in the group once; nor may a newcomer claim another's."""
    alice, bob, carol = three()
    again = outsider(alice, b"carol", signature_key=carol.state.signature_key)
    back, removal = resync(alice, 2, b"carol", signature_key=carol.state.signature_key)
    refuses_commit(bob, again.commit(), "leaf", peer=alice, honest=back.commit(removal))


# --- its leaf and path

LEAVES: dict[str, tuple[Hook[LeafNode], Hook[LeafNode], Kind]] = {
    "made for an update": (
        lambda leaf: replace(leaf, source=LeafNodeSource.UPDATE, parent_hash=None),
        forge.same,
        "leaf",
    ),
    "with a wrong parent hash": (
        lambda leaf: replace(leaf, parent_hash=bytes(32)),
        forge.same,
        "parent-hash",
    ),
    "without a signature": (forge.same, lambda leaf: replace(leaf, signature=b""), "signature"),
    "with an extension it does not declare": (
        lambda leaf: replace(leaf, extensions=(Extension(0xF00D, b""),)),
        forge.same,
        "leaf",
    ),
    "without its own credential type": (
        lambda leaf: replace(leaf, capabilities=replace(leaf.capabilities, credentials=())),
        forge.same,
        "leaf",
    ),
    "without the group's version": (
        lambda leaf: replace(leaf, capabilities=replace(leaf.capabilities, versions=(2, 3))),
        forge.same,
        "leaf",
    ),
    "with a key of small order": (
        lambda leaf: replace(leaf, encryption_key=bytes(32)),
        forge.same,
        "public-key",
    ),
}


@pytest.mark.parametrize("case", LEAVES)
def test_a_newcomer_s_leaf_that_does_not_fit(case: str) -> None:
    """§7.3, §12.4.2: the leaf of an external commit is judged like any other."""
    alice, bob, _ = three()
    dave = outsider(alice)
    leaf, signed_leaf, kind = LEAVES[case]
    forged = dave.commit(leaf=leaf, signed_leaf=signed_leaf)
    refuses_commit(bob, forged, kind, peer=alice, honest=dave.commit())


def test_a_newcomer_with_the_key_of_a_member() -> None:
    """§12.4.2: no key of its path is in the tree."""
    alice, bob, carol = three()
    dave = outsider(alice)
    held = carol.members[2].leaf_node.encryption_key
    forged = dave.commit(leaf=lambda leaf: replace(leaf, encryption_key=held))
    refuses_commit(bob, forged, "path", peer=alice, honest=dave.commit())


def test_a_newcomer_without_a_path() -> None:
    """§12.4.3.2: the path brings the key that the commit's signature is checked with, so without it there is no sender."""
    alice, bob, _ = three()
    dave = outsider(alice)
    forged = dave.commit(with_path=False)
    refuses_commit(bob, forged, "sender", peer=alice, honest=dave.commit())


def test_a_newcomer_on_another_leaf_than_the_leftmost_free() -> None:
    """§12.4.3.2: the members find the leaf themselves; who signed for another is not there."""
    members = grove(8)
    members.commit(0, removes=(2,))
    members.commit(0, removes=(5,))
    alice, bob = members[0], members[1]
    right = outsider(alice)
    assert right.author.own == 2
    elsewhere = replace(outsider(alice).author, own=LeafIndex(5))
    tree = alice.state.tree.copy()
    tree.put(node_of(LeafIndex(5)), right.author.tree.member(LeafIndex(2)))
    forged = forge.commit(
        replace(elsewhere, tree=tree, signature_key=right.author.signature_key), [right.init], public=True
    )
    refuses_commit(bob, forged, "path", peer=alice, honest=right.commit())


# --- its signature and sender


def test_a_newcomer_that_signs_with_another_key() -> None:
    """§6.1, §12.4.3.2: the signature verifies with the key of the path's leaf."""
    alice, bob, carol = three()
    dave = outsider(alice)
    for signer in (rng(32), carol.state.signature_key):
        forged = dave.commit(layers=Layers(signer=signer))
        refuses_commit(
            revived(bob), forged, "signature", peer=revived(alice), honest=outsider(alice).commit()
        )


def test_a_newcomer_whose_signature_does_not_cover_the_context() -> None:
    """§6.1: a new member's commit is signed over the group context, as a member's is."""
    alice, bob, _ = three()
    dave = outsider(alice)
    layers = Layers(context=lambda _: b"")
    forged = dave.commit(layers=layers)
    refuses_commit(bob, forged, "signature", peer=alice, honest=dave.commit())


SENDERS: dict[str, tuple[Sender, Kind]] = {
    "a newcomer that proposes": (NEW_MEMBER_PROPOSAL, "sender"),
    "an external sender": (Sender.external(0), "sender"),
}


@pytest.mark.parametrize("case", SENDERS)
def test_an_external_commit_of_another_sender(case: str) -> None:
    """§12.4.3.2: the sender type is new_member_commit."""
    alice, bob, _ = three()
    dave = outsider(alice)
    sender, kind = SENDERS[case]
    forged = forge.commit(replace(dave.author, sender=sender), [dave.init], public=True)
    refuses_commit(bob, forged, kind, peer=alice, honest=dave.commit())


def test_an_external_commit_sent_as_a_member() -> None:
    """§12.4.3.2, §12.2: on a leaf that is blank, by a stranger and by who has the membership key; and by a real member."""
    alice, bob, carol = three()
    dave = outsider(alice)
    as_member = replace(dave.author, sender=Sender.member(dave.author.own))
    honest = dave.commit()
    stranger = forge.commit(as_member, [dave.init], public=True)
    refuses_commit(revived(bob), stranger, "membership-tag", peer=revived(alice), honest=honest)
    insider = replace(as_member, membership_key=Author.of(carol).membership_key)
    forged = forge.commit(insider, [dave.init], public=True)
    refuses_commit(revived(bob), forged, "leaf", peer=revived(alice), honest=honest)
    member = replace(Author.of(carol), init_secret=dave.author.init_secret)
    forged = forge.commit(member, [dave.init], public=True)
    refuses_commit(bob, forged, "proposal", peer=alice, honest=honest)


def test_a_commit_of_a_member_sent_as_a_newcomer() -> None:
    """§12.4.3.2: a good commit of Carol's, but for the sender type."""
    alice, bob, carol = three()
    forged = forge.commit(replace(Author.of(carol), sender=outsider(alice).author.sender), public=True)
    refuses_commit(bob, forged, "proposal", peer=alice, honest=forge.commit(carol))


def test_a_membership_tag_of_a_newcomer() -> None:
    """§6.2: nobody but a member has one; here even the right one for a member's message."""
    alice, bob, _ = three()
    dave = outsider(alice)
    layers = Layers(membership_tag=lambda _: bytes(32))
    forged = dave.commit(layers=layers)
    refuses_commit(bob, forged, MalformedError, peer=alice, honest=dave.commit())


def test_a_newcomer_to_another_epoch() -> None:
    """§12.4.3.2: a GroupInfo lets in one newcomer; who comes with an old one is too late."""
    alice, bob, _ = three()
    late = outsider(alice).commit()
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    refuses_commit(bob, late, "epoch", peer=alice, honest=outsider(alice).commit())


# --- its init secret

OUTPUTS: dict[str, tuple[Callable[[bytes], bytes], Kind]] = {
    "empty": (lambda _: b"", "decrypt"),
    "short": (lambda one: one[:-1], "decrypt"),
    "long": (lambda one: one + b"\x00", "decrypt"),
    "twice": (lambda one: one + one, "decrypt"),
}


@pytest.mark.parametrize("case", OUTPUTS)
@pytest.mark.parametrize("suite_id", SUITES)
def test_an_encapsulated_key_of_wrong_length(suite_id: int, case: str) -> None:
    """§8.3: nobody can open it, so all refuse it alike."""
    alice, bob, _ = three(suite_id)
    dave = outsider(alice)
    change, kind = OUTPUTS[case]
    forged = replace(dave, init=ExternalInit(change(dave.init.kem_output))).commit()
    refuses_commit(bob, forged, kind, peer=alice, honest=dave.commit())


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_an_encapsulated_key_of_small_order(point: bytes) -> None:
    """§8.3, RFC 9180 §7.1.4: it would make the init secret known to everybody."""
    alice, bob, _ = three()
    dave = outsider(alice)
    forged = replace(dave, init=ExternalInit(point)).commit()
    refuses_commit(bob, forged, "decrypt", peer=alice, honest=dave.commit())


@pytest.mark.parametrize("suite_id", SUITES)
def test_an_init_secret_that_is_not_the_encapsulated_one(suite_id: int) -> None:
    """§8.3, §12.4.3.2: members use the external init secret, and come to another epoch."""
    alice, bob, _ = three(suite_id)
    dave = outsider(alice)
    honest = dave.commit()
    garbage = replace(dave, init=ExternalInit(outsider(alice).init.kem_output))
    _, elsewhere = alice.suite.derive_key_pair(rng(alice.suite.hash_length))
    author = replace(dave.author, init_secret=Author.of(alice).init_secret)
    for forged in (
        garbage.commit(),
        outsider(alice, external_pub=elsewhere).commit(),
        replace(dave, author=author).commit(),
    ):
        refuses_commit(revived(bob), forged, "confirmation-tag", peer=revived(alice), honest=honest)


def test_a_newcomer_with_another_transcript() -> None:
    """§8.2: the newcomer takes the transcript from the GroupInfo; a wrong one leads to another epoch."""
    alice, bob, _ = three()
    dave = outsider(alice)
    lost = replace(dave, author=replace(dave.author, interim_transcript_hash=bytes(32)))
    refuses_commit(bob, lost.commit(), "confirmation-tag", peer=alice, honest=dave.commit())
