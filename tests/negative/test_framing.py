"""Messages that do not belong where they arrive: group, epoch, type, wire format, authenticated data (RFC 9420 §6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import (
    ContentType,
    Sender,
    encode_body,
)
from hotline_protocol.mls.errors import UnsupportedError
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import Remove
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Layers
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.proving import refuses
from tests.negative.ways import PRIVATE, PUBLIC, WAYS, check
from tests.protocol.mls.parties import NOW, rng

GROUP_ID = three()[0].group_id
EPOCH = three()[0].epoch


def test_application_data_in_public() -> None:
    """§6.2: application data is never sent in the clear, rightly signed and tagged though it be."""
    alice, bob, _ = three()
    forged = forge.message(alice, b"words", public=True).message
    honest = alice.protect(b"words", rng=rng).message
    refuses(
        bob,
        lambda: bob.unprotect(forged),
        kind="content-type",
        peer=alice,
        then=lambda: bob.unprotect(honest),
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_message_of_another_group(way: str) -> None:
    """§6: the group of the message is the group that receives it, right under all its keys though it be."""
    check(way, "group", Layers(content=lambda content: replace(content, group_id=b"another")))


@pytest.mark.parametrize("group_id", [b"", GROUP_ID + b"\x00", GROUP_ID[:-1]])
def test_a_group_id_is_compared_whole(group_id: bytes) -> None:
    """§6: neither a part of it nor more."""
    check("public commit", "group", Layers(content=lambda content: replace(content, group_id=group_id)))


@pytest.mark.parametrize("epoch", [0, EPOCH - 1, EPOCH + 1, 2**64 - 1])
@pytest.mark.parametrize("way", WAYS)
def test_a_message_of_another_epoch(way: str, epoch: int) -> None:
    """§6: stale and future epochs."""
    check(way, "epoch", Layers(content=lambda content: replace(content, epoch=epoch)))


@pytest.mark.parametrize("way", WAYS)
def test_an_honest_message_that_comes_an_epoch_too_late_or_too_early(way: str) -> None:
    """§6, §15.2: a message is opened by the epoch it was made in, and by no other."""
    alice, bob, _ = three()
    stale = WAYS[way].honest(alice)
    pending = alice.commit(rng=rng, now=NOW)
    later = alice.merge(pending.staged)
    check(way, "epoch", forged=WAYS[way].honest(later), cast=(alice, bob, bob))
    bob = bob.merge(bob.stage(pending.message, now=NOW))
    check(way, "epoch", forged=stale, cast=(later, bob, bob))


CONTENT_TYPES = [
    ("application data", ContentType.PROPOSAL),
    ("application data", ContentType.COMMIT),
    ("private proposal", ContentType.APPLICATION),
    ("private proposal", ContentType.COMMIT),
    ("private commit", ContentType.APPLICATION),
    ("private commit", ContentType.PROPOSAL),
]


@pytest.mark.parametrize(("way", "content_type"), CONTENT_TYPES)
def test_a_content_type_changed_on_the_way(way: str, content_type: ContentType) -> None:
    """§6.3.1, §6.3.2: the type in the header is authenticated by sender data and ciphertext."""
    alice, bob, _ = three()
    forged = WAYS[way].forge(alice, Layers(private=forge.retyped(content_type)))
    take = {
        ContentType.APPLICATION: "application data",
        ContentType.PROPOSAL: "private proposal",
        ContentType.COMMIT: "private commit",
    }[content_type]
    refuses(bob, lambda: WAYS[take].take(bob, forged), kind="decrypt", peer=alice)


DOORS = [(way, given) for way in WAYS for given in WAYS if way.split()[-1] != given.split()[-1]]


@pytest.mark.parametrize(("way", "given"), DOORS)
def test_a_message_given_to_the_wrong_door(way: str, given: str) -> None:
    """§6: honest messages of every type, to those who expect another."""
    alice, bob, _ = three()
    honest = WAYS[way].honest(alice)
    refuses(
        bob,
        lambda: WAYS[given].take(bob, honest),
        kind="content-type",
        peer=alice,
        then=lambda: WAYS[way].take(bob, honest),
    )


@pytest.mark.parametrize("way", WAYS)
def test_other_messages_are_not_for_a_group(way: str) -> None:
    """§6: a Welcome, a GroupInfo and a KeyPackage are no content."""
    alice, _, _ = three()
    dave = newcomer(1)
    pending = alice.commit(adds=[dave.key_package], rng=rng, now=NOW)
    for other in (pending.welcome, alice.group_info(), MLSMessage(dave.key_package).encode()):
        check(way, "content-type", forged=other)


@pytest.mark.parametrize("way", WAYS)
def test_a_message_of_another_version(way: str) -> None:
    """§6: the version of the envelope."""
    alice, bob, carol = three()
    forged = WAYS[way].forge(alice, Layers())
    check(way, UnsupportedError, forged=codec.u16(2) + forged[2:], cast=(alice, bob, carol))


# --- authenticated data


@pytest.mark.parametrize("way", PRIVATE)
def test_authenticated_data_changed_on_the_way_in_private(way: str) -> None:
    """§6.3.1: authenticated data is under the encryption."""
    check(way, "decrypt", Layers(private=lambda message: replace(message, authenticated_data=b"x")))


@pytest.mark.parametrize("way", PUBLIC)
def test_authenticated_data_changed_on_the_way_in_public(way: str) -> None:
    """§6.2: authenticated data is under the membership tag."""
    alice, bob, carol = three()
    honest = codec.decode(MLSMessage.read, WAYS[way].forge(alice, Layers())).body
    assert isinstance(honest, PublicMessage)
    changed = replace(honest, content=replace(honest.content, authenticated_data=b"x"))
    check(way, "membership-tag", forged=MLSMessage(changed).encode(), cast=(alice, bob, carol))


@pytest.mark.parametrize("way", WAYS)
def test_authenticated_data_changed_by_a_member(way: str) -> None:
    """§6.1: a member who has all the group's keys, but not the sender's."""
    check(way, "signature", Layers(sent=lambda content: replace(content, authenticated_data=b"x")))


def test_a_private_content_sent_on_in_public() -> None:
    """§6.1: Carol opens Alice's private proposal and sends it on in public, with the right membership tag."""
    alice, bob, carol = three()
    body = Remove(LeafIndex(1))
    private = forge.proposal(alice, body)
    relayed = Layers(signature=lambda _: private.signed.auth.signature)
    forged = forge.proposal(
        replace(Author.of(carol), sender=Sender.member(alice.own_index)), body, relayed, public=True
    ).message
    check("public proposal", "signature", forged=forged, cast=(alice, bob, carol))
    assert encode_body(body) in forged
