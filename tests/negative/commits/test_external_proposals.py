"""Proposals of those who are no members: external senders and newcomers (RFC 9420 §12.1.8, §6.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.content import NEW_MEMBER_COMMIT, NEW_MEMBER_PROPOSAL, Sender
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import MalformedError
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
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Forged, Hook, Layers
from tests.negative.commits.scenes import client, follow, gathered, refuses_commit
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, refuses
from tests.protocol.mls.parties import NOW, rng

SUITE = cipher_suite(1)
SERVICE, SECOND = (SUITE.generate_signature_key(rng) for _ in range(2))
SENDERS = Extension.for_external_senders(
    ExternalSender(public, BasicCredential(name))
    for name, (_, public) in ((b"service", SERVICE), (b"second", SECOND))
)
BODY = Remove(LeafIndex(1))
PSK = PreSharedKey(PreSharedKeyID.external(b"key", bytes(32)))


def open_group() -> tuple[Group, Group]:
    """Alice and Bob, and a group that lets two services propose."""
    alice, bob = gathered(client("alice"), client("bob"), extensions=(SENDERS,))
    return alice, bob


def outside(host: Group, sender: Sender, key: bytes) -> Author:
    """Somebody with a signature key and the group context, and none of the group's secrets."""
    return replace(
        Author.of(host),
        sender=sender,
        signature_key=key,
        membership_key=b"",
        sender_data_secret=b"",
        init_secret=b"",
        keys={},
        ratchets=None,
    )


def said(
    host: Group,
    body: Proposal = BODY,
    layers: Layers = forge.HONEST,
    *,
    sender: int = 0,
    key: bytes = SERVICE[0],
) -> Forged:
    return forge.proposal(outside(host, Sender.external(sender), key), body, layers, public=True)


def refuses_proposal(
    group: Group, forged: Forged, kind: Kind, *, peer: Group, honest: Forged | None = None
) -> None:
    """Refused, and not held; the honest one is."""
    good = said(peer) if honest is None else honest

    def then() -> None:
        assert not group.proposals
        group.store_proposal(good.message)
        assert list(group.proposals) == [good.reference]

    refuses(group, lambda: group.store_proposal(forged.message), kind=kind, peer=peer, then=then)


# --- external senders


@pytest.mark.parametrize("sender", [2, 3, 2**32 - 1])
def test_an_external_sender_that_the_group_does_not_name(sender: int) -> None:
    """§12.1.8.1: the index is that of the group's list."""
    alice, bob = open_group()
    refuses_proposal(bob, said(alice, sender=sender), "sender", peer=alice)


def test_an_external_sender_in_a_group_that_names_none() -> None:
    """§12.1.8: only with the extension."""
    alice, bob, carol = three()
    refuses_proposal(
        bob, said(alice), "sender", peer=alice, honest=forge.proposal(carol, Remove(LeafIndex(0)))
    )


def test_an_external_sender_that_is_no_longer_named() -> None:
    """§12.1.7, §12.1.8: the list is that of the present epoch."""
    alice, bob = open_group()
    pending = alice.commit(extensions=(), rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    honest = forge.proposal(alice, Remove(LeafIndex(0)), public=True)
    refuses_proposal(bob, said(alice), "sender", peer=alice, honest=honest)


FORBIDDEN: dict[str, Callable[[Group], Proposal]] = {
    "an update": lambda bob: Update(updated_leaf(bob)),
    "an ExternalInit": lambda _: ExternalInit(bytes(32)),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_an_external_sender_may_not_propose(case: str) -> None:
    """§12.1.8: anything but Add, Remove, PreSharedKey, ReInit and GroupContextExtensions."""
    alice, bob = open_group()
    refuses_proposal(bob, said(alice, FORBIDDEN[case](bob)), "sender", peer=alice)


@pytest.mark.parametrize("case", ["a commit", "application data"])
def test_an_external_sender_that_does_not_propose(case: str) -> None:
    """§6, §12.1.8: it commits nothing and says nothing."""
    alice, bob = open_group()
    author = outside(alice, Sender.external(0), SERVICE[0])
    if case == "a commit":
        forged = forge.commit(author, [BODY], public=True).message
        refuses_commit(bob, forged, "sender", peer=alice)
        return
    forged = forge.message(author, b"words", public=True).message
    honest = alice.protect(b"words", rng=rng).message
    refuses(
        bob,
        lambda: bob.unprotect(forged),
        kind="sender",
        peer=alice,
        then=lambda: bob.unprotect(honest),
    )


SIGNATURES: dict[str, Layers] = {
    "by the other sender": Layers(signer=SECOND[0]),
    "by nobody": Layers(signature=lambda _: b""),
    "of zeros": Layers(signature=lambda one: bytes(len(one))),
    "of another index": Layers(
        content=lambda one: replace(one, sender=Sender.external(1)),
        sent=lambda one: replace(one, sender=Sender.external(0)),
    ),
    "of another proposal": Layers(
        content=lambda one: replace(one, body=Remove(LeafIndex(0))),
        sent=lambda one: replace(one, body=BODY),
    ),
    "of another epoch": Layers(
        content=lambda one: replace(one, epoch=0), sent=lambda one: replace(one, epoch=1)
    ),
}


@pytest.mark.parametrize("case", SIGNATURES)
def test_a_proposal_that_the_external_sender_did_not_sign(case: str) -> None:
    """§6.1: by the key at its place of the list, over the content and, there being no member, without the group context."""
    alice, bob = open_group()
    refuses_proposal(bob, said(alice, BODY, SIGNATURES[case]), "signature", peer=alice)


def test_an_external_proposal_signed_over_the_context() -> None:
    """§6.1: a sender who has the context does not sign it; with it the signature is another."""
    alice, bob = open_group()
    context = alice.group_context.encode()
    forged = said(alice, BODY, Layers(tbs=lambda tbs: tbs + context))
    refuses_proposal(bob, forged, "signature", peer=alice)


PLACES: dict[str, tuple[Layers, Kind]] = {
    "another group": (Layers(content=lambda one: replace(one, group_id=b"another")), "group"),
    "an epoch that ended": (Layers(content=lambda one: replace(one, epoch=0)), "epoch"),
    "an epoch to come": (Layers(content=lambda one: replace(one, epoch=2)), "epoch"),
    "with a membership tag": (Layers(membership_tag=lambda _: bytes(32)), MalformedError),
}


@pytest.mark.parametrize("case", PLACES)
def test_an_external_proposal_out_of_place(case: str) -> None:
    """§12.1, §6.2: for this group and epoch, and without the tag that only members make."""
    alice, bob = open_group()
    layers, kind = PLACES[case]
    refuses_proposal(bob, said(alice, BODY, layers), kind, peer=alice)


def test_a_member_that_speaks_as_an_external_sender() -> None:
    """§6.1: a member's key is not the service's."""
    alice, bob = open_group()
    forged = said(alice, key=alice.state.signature_key)
    refuses_proposal(bob, forged, "signature", peer=alice)


def test_an_external_sender_that_speaks_as_a_member() -> None:
    """§6.2: it has no membership key; and with it, no member's signature key."""
    alice, bob = open_group()
    as_member = outside(alice, Sender.member(LeafIndex(0)), SERVICE[0])
    forged = forge.proposal(as_member, BODY, public=True)
    refuses_proposal(bob, forged, "membership-tag", peer=alice)
    alice, bob = open_group()
    told = replace(as_member, context=alice.group_context, membership_key=Author.of(alice).membership_key)
    refuses_proposal(bob, forge.proposal(told, BODY, public=True), "signature", peer=alice)


@pytest.mark.parametrize("sender", [Sender.external(0), NEW_MEMBER_PROPOSAL])
def test_an_external_proposal_as_a_private_message(sender: Sender) -> None:
    """§12.1.8: it is a PublicMessage; encrypted by an accomplice, it is a member's message with the wrong signature."""
    alice, bob = open_group()
    accomplice = replace(Author.of(alice), sender=sender, signature_key=SERVICE[0])
    body = Add(newcomer(1, signature_key=SERVICE[0]).key_package)
    refuses_proposal(bob, forge.proposal(accomplice, body), "signature", peer=alice)


# --- newcomers who propose themselves


def asked(
    host: Group,
    body: Proposal,
    layers: Layers = forge.HONEST,
    *,
    key: bytes,
    sender: Sender = NEW_MEMBER_PROPOSAL,
) -> Forged:
    return forge.proposal(outside(host, sender, key), body, layers, public=True)


OTHERS: dict[str, Callable[[Group], Proposal]] = {
    "a removal": lambda _: BODY,
    "an update": lambda bob: Update(updated_leaf(bob)),
    "a pre-shared key": lambda _: PSK,
    "a ReInit": lambda _: ReInit(b"next", MLS10, 1, ()),
    "an ExternalInit": lambda _: ExternalInit(bytes(32)),
    "extensions": lambda _: GroupContextExtensions(()),
}


@pytest.mark.parametrize("case", OTHERS)
@pytest.mark.parametrize("sender", [NEW_MEMBER_PROPOSAL, NEW_MEMBER_COMMIT])
def test_what_a_newcomer_may_not_propose(case: str, sender: Sender) -> None:
    """§12.1.8: only that it be added, and only as new_member_proposal."""
    alice, bob, _ = three()
    dave = newcomer(1)
    key = dave.private.signature_key
    honest = asked(alice, Add(dave.key_package), key=key)
    forged = asked(alice, OTHERS[case](bob), key=key, sender=sender)
    refuses_proposal(bob, forged, "sender", peer=alice, honest=honest)


def test_an_addition_by_a_newcomer_that_commits() -> None:
    """§12.1.8: new_member_commit is for commits."""
    alice, bob, _ = three()
    dave = newcomer(1)
    key = dave.private.signature_key
    forged = asked(alice, Add(dave.key_package), key=key, sender=NEW_MEMBER_COMMIT)
    honest = asked(alice, Add(dave.key_package), key=key)
    refuses_proposal(bob, forged, "sender", peer=alice, honest=honest)


ASKED: dict[str, Hook[bytes]] = {
    "empty": lambda _: b"",
    "of zeros": lambda one: bytes(len(one)),
    "one bit off": lambda one: bytes([one[0] ^ 1]) + one[1:],
}


@pytest.mark.parametrize("case", ASKED)
def test_an_addition_that_the_newcomer_did_not_sign(case: str) -> None:
    """§6.1: signed with the key of the leaf in the key package."""
    alice, bob, _ = three()
    dave = newcomer(1)
    key = dave.private.signature_key
    forged = asked(alice, Add(dave.key_package), Layers(signature=ASKED[case]), key=key)
    refuses_proposal(
        bob, forged, "signature", peer=alice, honest=asked(alice, Add(dave.key_package), key=key)
    )


def test_somebody_who_proposes_another_as_itself() -> None:
    """§6.1: with a key package found somewhere, and a key of one's own."""
    alice, bob, _ = three()
    dave, eve = newcomer(1), newcomer(1, b"eve")
    forged = asked(alice, Add(dave.key_package), key=eve.private.signature_key)
    honest = asked(alice, Add(dave.key_package), key=dave.private.signature_key)
    refuses_proposal(bob, forged, "signature", peer=alice, honest=honest)


def test_a_newcomer_s_bad_key_package_is_refused_with_its_commit() -> None:
    """§12.1.1, §12.2: what is proposed is judged when it is committed, whoever proposed it."""
    alice, bob, _ = three()
    dave = newcomer(1, package=lambda one: replace(one, init_key=one.leaf_node.encryption_key))
    eve = newcomer(1, b"eve")
    bad, good = (asked(alice, Add(one.key_package), key=one.private.signature_key) for one in (dave, eve))
    for one in (bad, good):
        bob.store_proposal(one.message)
    refuses_commit(
        bob,
        forge.commit(alice, [bad.item]),
        "key-package",
        peer=alice,
        honest=forge.commit(alice, [good.item]),
    )


def test_what_the_outsiders_may_propose_is_committed() -> None:
    """§12.1.8: the forms that the tests above break, unbroken."""
    alice, bob = open_group()
    dave = newcomer(1)
    proposed = [
        said(alice, GroupContextExtensions((SENDERS,)), sender=1, key=SECOND[0]),
        asked(alice, Add(dave.key_package), key=dave.private.signature_key),
    ]
    for one in proposed:
        bob.store_proposal(one.message)
    follow(bob, forge.commit(alice, [one.item for one in proposed]))
