"""Contents whose signature does not cover what is sent (RFC 9420 §6.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import (
    FramedContent,
    Sender,
    WireFormat,
)
from hotline_protocol.mls.proposal import Proposal, Remove
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative.builder import Author, Hook, Layers
from tests.negative.groves import three
from tests.negative.points import ANY_CONTENT, ANY_CONTENT_448, BAD_ED448, BAD_ED25519
from tests.negative.proving import raises
from tests.negative.ways import WAYS, check
from tests.protocol.mls.parties import NOW, rng

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group in which Ed25519 signs (RFC 8032 §5.1)."""


def malleable(signature: bytes) -> bytes:
    """The same signature with its scalar one group order higher."""
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


def both(change: Hook[FramedContent], back: Hook[FramedContent]) -> Layers:
    """Signed as changed, sent as it should be."""
    return Layers(content=change, sent=back)


GROUP_ID = three()[0].group_id
EPOCH = three()[0].epoch
SIGNATURES: dict[str, Layers] = {
    "empty": Layers(signature=lambda _: b""),
    "zeros": Layers(signature=lambda one: bytes(len(one))),
    "one bit off": Layers(signature=lambda one: bytes([one[0] ^ 1]) + one[1:]),
    "cut": Layers(signature=lambda one: one[:-1]),
    "longer": Layers(signature=lambda one: one + b"\x00"),
    "twice": Layers(signature=lambda one: one + one),
    "malleable": Layers(signature=malleable),
    "under another label": Layers(label="GroupInfoTBS"),
    "over another version": Layers(tbs=lambda tbs: codec.u16(2) + tbs[2:]),
    "over another group": both(
        lambda content: replace(content, group_id=b"another"),
        lambda content: replace(content, group_id=GROUP_ID),
    ),
    "over another epoch": both(
        lambda content: replace(content, epoch=EPOCH - 1), lambda content: replace(content, epoch=EPOCH)
    ),
    "over another sender": both(
        lambda content: replace(content, sender=Sender.member(LeafIndex(2))),
        lambda content: replace(content, sender=Sender.member(LeafIndex(0))),
    ),
    "over other authenticated data": both(
        lambda content: replace(content, authenticated_data=b"more"),
        lambda content: replace(content, authenticated_data=b""),
    ),
    "without a context": Layers(context=lambda _: b""),
    "over a cut context": Layers(context=lambda context: context[:-1]),
    "over another context": Layers(
        context=lambda context: context.replace(GROUP_ID, bytes(len(GROUP_ID)), 1)
    ),
    "over something else": Layers(tbs=lambda _: b"something else"),
}


@pytest.mark.parametrize("case", SIGNATURES)
@pytest.mark.parametrize("way", WAYS)
def test_a_signature_that_does_not_cover_the_message(way: str, case: str) -> None:
    """§6.1: by the sender's key, under its label, over version, wire format, content and context."""
    check(way, "signature", SIGNATURES[case])


@pytest.mark.parametrize("way", WAYS)
def test_a_signature_by_another_member(way: str) -> None:
    """§6.1: the key is that of the leaf which the message names."""
    check(
        way,
        "signature",
        author=lambda alice, _, carol: replace(
            Author.of(alice), signature_key=Author.of(carol).signature_key
        ),
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_signature_for_the_other_wire_format(way: str) -> None:
    """§6.1: what was signed to be sent in private is not sent in public, nor the reverse."""
    other = WireFormat.PRIVATE_MESSAGE if WAYS[way].public else WireFormat.PUBLIC_MESSAGE
    check(way, "signature", Layers(signed_format=other))


@pytest.mark.parametrize("way", WAYS)
def test_a_signature_of_an_earlier_epoch(way: str) -> None:
    """§6.1: signed in the last epoch, sent in this one by somebody who is still there."""
    alice, bob, _ = three()
    stale = Author.of(alice).context.encode()
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    check(way, "signature", Layers(context=lambda _: stale), cast=(alice, bob, bob))


@pytest.mark.parametrize("way", WAYS)
def test_a_body_that_was_not_signed(way: str) -> None:
    """§6.1: the signature covers the content itself."""

    def other(content: FramedContent) -> FramedContent:
        body = content.body
        if isinstance(body, bytes):
            return replace(content, body=b"other words")
        if isinstance(body, Proposal):
            return replace(content, body=Remove(LeafIndex(1)))
        return replace(content, body=replace(body, path=None))

    check(way, "signature", Layers(sent=other))


@pytest.mark.parametrize("way", WAYS)
def test_a_body_signed_as_of_another_type(way: str) -> None:
    """§6.1: the content type under the signature is the one outside."""
    alice, bob, carol = three()

    def retype(tbs: bytes) -> bytes:
        content = tbs[4:]
        r = codec.Reader(content)
        r.opaque(), r.u64(), Sender.read(r), r.opaque()
        at = 4 + r.position
        return tbs[:at] + codec.u8(tbs[at] % 3 + 1) + tbs[at + 1 :]

    check(way, "signature", Layers(tbs=retype), cast=(alice, bob, carol))


UNIVERSAL = {f"Ed25519, {name}": (0x0001, key, ANY_CONTENT) for name, key in BAD_ED25519.items()}
UNIVERSAL |= {f"Ed448, {name}": (0x0004, key, ANY_CONTENT_448) for name, key in BAD_ED448.items()}


@pytest.mark.parametrize("name", UNIVERSAL)
def test_a_key_of_small_order_verifies_nothing(name: str) -> None:
    """§5.1.2: several contents, since under some of these keys the signature fits only one in two, four or eight."""
    suite_id, key, signature = UNIVERSAL[name]
    scheme = cipher_suite(suite_id).signature
    for number in range(24):
        raises(lambda number=number: scheme.verify(key, b"%d" % number, signature), "signature")  # type: ignore[misc]
