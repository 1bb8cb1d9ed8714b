"""Membership and confirmation tags, and their lengths (RFC 9420 §6.1, §6.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import (
    FramedContent,
)
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.public_message import PublicMessage
from tests.negative.builder import Author, Hook, Layers
from tests.negative.groves import three
from tests.negative.proving import Kind
from tests.negative.ways import COMMITS, PUBLIC, WAYS, check
from tests.protocol.mls.parties import NOW, rng

TAGS: dict[str, Layers] = {
    "empty": Layers(membership_tag=lambda _: b""),
    "zeros": Layers(membership_tag=lambda tag: bytes(len(tag or b""))),
    "one bit off": Layers(membership_tag=lambda tag: bytes([(tag or b"")[0] ^ 1]) + (tag or b"")[1:]),
    "first half": Layers(membership_tag=lambda tag: (tag or b"")[:16]),
    "one byte less": Layers(membership_tag=lambda tag: (tag or b"")[:-1]),
    "one byte more": Layers(membership_tag=lambda tag: (tag or b"") + b"\x00"),
    "one byte": Layers(membership_tag=lambda tag: (tag or b"")[:1]),
}


@pytest.mark.parametrize("case", TAGS)
@pytest.mark.parametrize("way", PUBLIC)
def test_a_wrong_membership_tag(way: str, case: str) -> None:
    """§6.2: the tag, and its length."""
    check(way, "membership-tag", TAGS[case])


@pytest.mark.parametrize("way", PUBLIC)
def test_a_missing_membership_tag(way: str) -> None:
    """§6.2: the tag is part of a member's message."""
    check(way, MalformedError, Layers(membership_tag=lambda _: None))


@pytest.mark.parametrize("way", PUBLIC)
def test_a_membership_tag_by_somebody_outside(way: str) -> None:
    """§6.2: who has a member's signature key, but not the group's secrets, is no member."""
    check(
        way,
        "membership-tag",
        author=lambda alice, _bob, _carol: replace(Author.of(alice), membership_key=bytes(32)),
    )


@pytest.mark.parametrize("way", PUBLIC)
def test_a_membership_tag_of_the_last_epoch(way: str) -> None:
    """§6.2: the key is that of the epoch."""
    alice, bob, _ = three()
    stale = Author.of(alice).membership_key
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    check(
        way,
        "membership-tag",
        author=lambda one, _bob, _carol: replace(Author.of(one), membership_key=stale),
        cast=(alice, bob, bob),
    )


@pytest.mark.parametrize("way", PUBLIC)
def test_a_membership_tag_of_another_message(way: str) -> None:
    """§6.2: the tag covers the content, the signature and the confirmation tag."""
    alice, bob, carol = three()
    other = codec.decode(MLSMessage.read, WAYS[way].forge(alice, Layers(padding=b""))).body
    assert isinstance(other, PublicMessage)
    aad: Hook[FramedContent] = lambda content: replace(content, authenticated_data=b"x")  # noqa: E731
    layers = Layers(content=aad, membership_tag=lambda _: other.membership_tag)
    check(way, "membership-tag", layers, cast=(alice, bob, carol))


def test_a_membership_tag_covers_the_signature() -> None:
    """§6.2: FramedContentAuthData is under the tag, so nobody outside can put another signature there."""
    alice, _, carol = three()
    key = Author.of(carol).signature_key
    honest = codec.decode(MLSMessage.read, WAYS["public proposal"].forge(alice, Layers())).body
    assert isinstance(honest, PublicMessage)
    layers = Layers(signer=key, membership_tag=lambda _: honest.membership_tag)
    check("public proposal", "membership-tag", layers)


# --- confirmation tag

CONFIRMATIONS: dict[str, Layers] = {
    "empty": Layers(confirmation_tag=lambda _: b""),
    "zeros": Layers(confirmation_tag=lambda tag: bytes(len(tag))),
    "one bit off": Layers(confirmation_tag=lambda tag: tag[:-1] + bytes([tag[-1] ^ 0x80])),
    "first half": Layers(confirmation_tag=lambda tag: tag[:16]),
    "one byte less": Layers(confirmation_tag=lambda tag: tag[:-1]),
    "one byte more": Layers(confirmation_tag=lambda tag: tag + b"\x00"),
    "one byte": Layers(confirmation_tag=lambda tag: tag[:1]),
}


@pytest.mark.parametrize("case", CONFIRMATIONS)
@pytest.mark.parametrize("way", COMMITS)
def test_a_wrong_confirmation_tag(way: str, case: str) -> None:
    """§6.1, §8.1: the tag, and its length."""
    check(way, "confirmation-tag", CONFIRMATIONS[case])


@pytest.mark.parametrize("way", COMMITS)
def test_the_confirmation_tag_of_the_epoch_that_ends(way: str) -> None:
    """§6.1: the commit confirms the epoch it starts."""
    alice, bob, carol = three()
    stale = alice._state.confirmation_tag
    check(way, "confirmation-tag", Layers(confirmation_tag=lambda _: stale), cast=(alice, bob, carol))


@pytest.mark.parametrize("way", COMMITS)
def test_a_missing_confirmation_tag(way: str) -> None:
    """§6.1: the tag is part of a commit."""
    check(way, MalformedError, Layers(auth=lambda auth: replace(auth, confirmation_tag=None)))


def test_padding_is_no_confirmation_tag() -> None:
    """§6.1, §6.3.1: zeros after a commit without a tag read as an empty tag."""
    layers = Layers(auth=lambda auth: replace(auth, confirmation_tag=None), padding=bytes(64))
    check("private commit", "confirmation-tag", layers)


CARRIES_TAG = Layers(auth=lambda auth: replace(auth, confirmation_tag=b"\x01" * 32))


@pytest.mark.parametrize(
    ("way", "kind"),
    [("application data", "padding"), ("private proposal", "padding"), ("public proposal", MalformedError)],
)
def test_a_confirmation_tag_where_none_belongs(way: str, kind: Kind) -> None:
    """§6.1: nothing but a commit has one."""
    check(way, kind, CARRIES_TAG)
