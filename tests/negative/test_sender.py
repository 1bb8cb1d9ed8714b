"""Messages in the name of somebody who may not send them (RFC 9420 §6, §12.1.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.content import (
    NEW_MEMBER_COMMIT,
    NEW_MEMBER_PROPOSAL,
    Sender,
)
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.extension import Extension, ExternalSender
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Add, Remove, Update
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Layers
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import refuses
from tests.negative.ways import PRIVATE, PUBLIC, check
from tests.protocol.mls.parties import NOW, rng


def sent_by(leaf: int) -> Callable[[Group, Group, Group], Author]:
    """Alice, who names another leaf as the sender and signs the content so."""
    return lambda alice, _bob, _carol: replace(Author.of(alice), sender=Sender.member(LeafIndex(leaf)))


SENDERS: dict[str, tuple[int, str]] = {
    "a blank leaf": (3, "leaf"),
    "a leaf beyond the tree": (4, "leaf"),
    "a leaf far beyond the tree": (0x7FFFFFFF, "leaf"),
    "the last number there is": (0xFFFFFFFF, "leaf"),
    "the receiver": (1, "sender"),
    "another member": (2, "signature"),
}


@pytest.mark.parametrize("case", SENDERS)
@pytest.mark.parametrize("way", PUBLIC)
def test_a_public_message_in_the_name_of_another_leaf(way: str, case: str) -> None:
    """§6.1, §6.2: the sender is a member, not the receiver, and the one that signs."""
    leaf, kind = SENDERS[case]
    check(way, kind, author=sent_by(leaf))


@pytest.mark.parametrize("case", SENDERS)
@pytest.mark.parametrize("way", PRIVATE)
def test_a_private_message_in_the_name_of_another_leaf(way: str, case: str) -> None:
    """§6.3.2: sender data names a leaf that is not blank; the key comes from that leaf's ratchet where it has one."""
    leaf, kind = SENDERS[case]
    layers = Layers(
        leaf=LeafIndex(min(leaf, 3)), sender_data=lambda data: replace(data, leaf_index=LeafIndex(leaf))
    )
    check(way, kind, layers, author=sent_by(leaf))


def overseen() -> tuple[Group, Group, Group, bytes]:
    """Three members whose group names one external sender; and that one's private key."""
    alice, bob, carol = three()
    private, public = alice.suite.generate_signature_key(rng)
    named = Extension.for_external_senders([ExternalSender(public, BasicCredential(b"outside"))])
    pending = alice.commit(extensions=[named], rng=rng, now=NOW)
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    return alice.merge(pending.staged), bob, carol, private


def outsider(member: Group, key: bytes, sender: Sender) -> Author:
    """Somebody who knows the group's context and has no secret of it."""
    return replace(Author.of(member), signature_key=key, sender=sender, membership_key=bytes(32))


@pytest.mark.parametrize("index", [1, 2, 0xFFFFFFFF])
def test_an_external_sender_beyond_the_list(index: int) -> None:
    """§12.1.8.1: the index is a place in the group's list."""
    alice, bob, _, key = overseen()
    body = Remove(LeafIndex(2))
    forged = forge.proposal(outsider(alice, key, Sender.external(index)), body, public=True)
    honest = forge.proposal(outsider(alice, key, Sender.external(0)), body, public=True)
    refuses(
        bob,
        lambda: bob.store_proposal(forged.message),
        kind="sender",
        peer=alice,
        then=lambda: bob.store_proposal(honest.message),
    )


def test_an_external_sender_where_none_is_named() -> None:
    """§12.1.8.1: a group without the extension has no external senders."""
    check(
        "public proposal",
        "sender",
        author=lambda alice, _bob, _carol: outsider(
            alice, Author.of(alice).signature_key, Sender.external(0)
        ),
    )


def test_an_external_sender_with_another_key() -> None:
    """§6.1: the key is that of the entry in the list."""
    alice, bob, _, key = overseen()
    body = Remove(LeafIndex(2))
    stranger, _ = alice.suite.generate_signature_key(rng)
    forged = forge.proposal(outsider(alice, stranger, Sender.external(0)), body, public=True)
    honest = forge.proposal(outsider(alice, key, Sender.external(0)), body, public=True)
    refuses(
        bob,
        lambda: bob.store_proposal(forged.message),
        kind="signature",
        peer=alice,
        then=lambda: bob.store_proposal(honest.message),
    )


def test_an_external_sender_has_no_membership_tag() -> None:
    """§6.2: only a member's message carries one."""
    alice, bob, _, key = overseen()
    body = Remove(LeafIndex(2))
    by = outsider(alice, key, Sender.external(0))
    forged = forge.proposal(by, body, Layers(membership_tag=lambda _: bytes(32)), public=True)
    honest = forge.proposal(by, body, public=True)
    refuses(
        bob,
        lambda: bob.store_proposal(forged.message),
        kind=MalformedError,
        peer=alice,
        then=lambda: bob.store_proposal(honest.message),
    )


def test_what_external_senders_may_not_send() -> None:
    """§12.1.8: no Update, no commit, no application data."""
    alice, bob, carol, key = overseen()
    by = outsider(alice, key, Sender.external(0))
    update = forge.proposal(by, Update(updated_leaf(carol)), public=True).message
    commit = forge.commit(by, public=True).message
    words = forge.message(by, b"words", public=True).message
    refuses(bob, lambda: bob.store_proposal(update), kind="sender", peer=alice)
    refuses(bob, lambda: bob.stage(commit, now=NOW), kind="sender", peer=alice)
    refuses(bob, lambda: bob.unprotect(words), kind="sender", peer=alice)


def test_what_newcomers_may_not_propose() -> None:
    """§12.1.8: somebody who wants in proposes an Add of itself and nothing else, under the key that it adds."""
    alice, bob, _ = three()
    key, _ = alice.suite.generate_signature_key(rng)
    dave = newcomer(1, signature_key=key)
    by = outsider(alice, key, NEW_MEMBER_PROPOSAL)
    removal = forge.proposal(by, Remove(LeafIndex(2)), public=True).message
    stranger, _ = alice.suite.generate_signature_key(rng)
    posing = forge.proposal(replace(by, signature_key=stranger), Add(dave.key_package), public=True).message
    commit = forge.commit(by, public=True).message
    honest = forge.proposal(by, Add(dave.key_package), public=True).message
    refuses(bob, lambda: bob.store_proposal(removal), kind="sender", peer=alice)
    refuses(bob, lambda: bob.stage(commit, now=NOW), kind="sender", peer=alice)
    refuses(
        bob,
        lambda: bob.store_proposal(posing),
        kind="signature",
        peer=alice,
        then=lambda: bob.store_proposal(honest),
    )


def test_a_newcomer_s_commit_that_brings_no_key() -> None:
    """§6.1, §12.4.3.2: a new_member_commit without a path names no key that its signature could be checked with."""
    alice, bob, _ = three()
    key, _ = alice.suite.generate_signature_key(rng)
    by = outsider(alice, key, NEW_MEMBER_COMMIT)
    forged = forge.commit(by, with_path=False, public=True).message
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="sender", peer=alice)


def test_a_newcomer_sends_no_application_data() -> None:
    """§6, §12.1.8: nor does one who asks to be added commit."""
    alice, bob, _ = three()
    key, _ = alice.suite.generate_signature_key(rng)
    for sender in (NEW_MEMBER_COMMIT, NEW_MEMBER_PROPOSAL):
        words = forge.message(outsider(alice, key, sender), b"words", public=True).message
        refuses(bob, lambda words=words: bob.unprotect(words), kind="sender", peer=alice)  # type: ignore[misc]
