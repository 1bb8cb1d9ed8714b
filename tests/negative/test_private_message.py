"""Private messages that do not open, open twice, or hold more than they should (RFC 9420 §6.3, §9)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import FramedContent, Sender
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.secret_tree import MAX_FORWARD, MAX_KEPT, RatchetKind
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Hook, Layers
from tests.negative.groves import three
from tests.negative.proving import Kind, raises, refuses
from tests.negative.ways import PRIVATE, WAYS, check
from tests.protocol.mls.parties import NOW, SUITES, rng

APPLICATION, HANDSHAKE = RatchetKind.APPLICATION, RatchetKind.HANDSHAKE
CAROL = LeafIndex(2)


def parsed(message: bytes) -> PrivateMessage:
    body = codec.decode(MLSMessage.read, message).body
    assert isinstance(body, PrivateMessage)
    return body


# --- keys used once


@pytest.mark.parametrize("suite_id", SUITES)
def test_a_replay(suite_id: int) -> None:
    """§9.2: a key that opened a message is gone."""
    alice, bob, _ = three(suite_id)
    message = alice.protect(b"words", rng=rng).message
    bob.unprotect(message)
    refuses(bob, lambda: bob.unprotect(message), kind="replay", peer=alice)


def test_a_replayed_proposal() -> None:
    """§9.2: the handshake ratchet too."""
    alice, bob, _ = three()
    message = WAYS["private proposal"].honest(alice)
    bob.store_proposal(message)
    refuses(bob, lambda: bob.store_proposal(message), kind="replay", peer=alice)


@pytest.mark.parametrize("suite_id", SUITES)
def test_a_generation_used_for_another_message(suite_id: int) -> None:
    """§9.1: each key encrypts one message; the second one under it does not open."""
    alice, bob, _ = three(suite_id)
    forged = forge.application(alice, b"other words")
    bob.unprotect(alice.protect(b"words", rng=rng).message)
    refuses(bob, lambda: bob.unprotect(forged), kind="replay", peer=alice)


def test_a_replay_of_a_message_that_came_late() -> None:
    """§9.2: a skipped key that was kept is used once like any other."""
    alice, bob, _ = three()
    first, second, third = (alice.protect(b"%d" % number, rng=rng).message for number in range(3))
    bob.unprotect(third)
    bob.unprotect(first)
    refuses(bob, lambda: bob.unprotect(first), kind="replay", peer=alice, then=lambda: bob.unprotect(second))
    refuses(bob, lambda: bob.unprotect(third), kind="replay", peer=alice)


def test_a_skipped_key_beyond_those_that_are_kept() -> None:
    """§9.2, §15.3: the oldest skipped keys are dropped, and their messages refused like used ones."""
    alice, bob, _ = three()
    assert MAX_KEPT == MAX_FORWARD
    messages = [alice.protect(b"words", rng=rng).message for _ in range(MAX_KEPT + 4)]
    bob.unprotect(messages[MAX_KEPT])
    bob.unprotect(messages[MAX_KEPT + 3])
    refuses(
        bob,
        lambda: bob.unprotect(messages[1]),
        kind="replay",
        peer=alice,
        then=lambda: bob.unprotect(messages[2]),
    )


# --- keys too far ahead


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often anything was derived or authenticated; the count stands in the first item."""
    count = [0]
    honest = hmac.digest

    def digest(*args: Any) -> bytes:
        count[0] += 1
        return honest(*args)

    monkeypatch.setattr(hmac, "digest", digest)
    return count


@pytest.mark.parametrize("generation", [MAX_FORWARD + 1, MAX_FORWARD + 2, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("way", PRIVATE)
def test_a_generation_too_far_ahead(way: str, generation: int) -> None:
    """§9.1, §15.3: at most `MAX_FORWARD` keys are skipped at once."""
    check(way, "generation", Layers(sender_data=lambda data: replace(data, generation=generation)))


def test_an_honest_message_too_far_ahead() -> None:
    """§15.3: the bound holds for the right key as well; the last one within it opens."""
    alice, bob, _ = three()
    messages = [alice.protect(b"words", rng=rng).message for _ in range(MAX_FORWARD + 2)]
    refuses(
        bob,
        lambda: bob.unprotect(messages[-1]),
        kind="generation",
        peer=alice,
        then=lambda: [bob.unprotect(messages[-2]), bob.unprotect(messages[-1])],
    )


def test_the_bound_is_checked_before_anything_is_derived(derivations: list[int]) -> None:
    """§15.3: a message that claims the last generation costs no more than one that claims the next."""
    alice, bob, _ = three()
    messages = [alice.protect(b"words", rng=rng).message for _ in range(MAX_FORWARD + 2)]
    bob.unprotect(messages[0])
    far = Layers(sender_data=lambda data: replace(data, generation=0xFFFFFFFF))
    forged = forge.application(alice, b"words", far)
    derivations[0] = 0
    bob.unprotect(messages[1])
    honest = derivations[0]
    derivations[0] = 0
    raises(lambda: bob.unprotect(forged), "generation")
    assert 0 < derivations[0] < honest
    derivations[0] = 0
    bob.unprotect(messages[-1])
    assert derivations[0] > MAX_FORWARD, "derivations are not counted any more"
    refuses(bob, lambda: bob.unprotect(forged), kind="generation", peer=alice)


# --- ciphertext, nonce and keys

GUARD = b"\x01\x02\x03\x04" + bytes(8)
"""The reuse guard that the builder writes."""


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


OTHERS: dict[str, Layers] = {
    "another reuse guard": Layers(sender_data=lambda data: replace(data, reuse_guard=b"\x01\x02\x03\x05")),
    "no reuse guard in the nonce": Layers(
        key=lambda keys: (keys[0], bytes(one ^ mask for one, mask in zip(keys[1], GUARD, strict=True)))
    ),
    "the reuse guard at the nonce's end": Layers(key=lambda keys: (keys[0], keys[1][4:] + keys[1][:4])),
    "another key": Layers(key=lambda keys: (bytes(len(keys[0])), keys[1])),
    "another nonce": Layers(key=lambda keys: (keys[0], bytes(len(keys[1])))),
    "the next generation's number": Layers(
        sender_data=lambda data: replace(data, generation=data.generation + 1)
    ),
    "ciphertext cut": Layers(private=lambda one: replace(one, ciphertext=one.ciphertext[:-1])),
    "ciphertext longer": Layers(private=lambda one: replace(one, ciphertext=one.ciphertext + b"\x00")),
    "ciphertext empty": Layers(private=lambda one: replace(one, ciphertext=b"")),
    "ciphertext shorter than a tag": Layers(private=lambda one: replace(one, ciphertext=one.ciphertext[:15])),
    "first bit of the ciphertext": Layers(
        private=lambda one: replace(one, ciphertext=bytes([one.ciphertext[0] ^ 0x80]) + one.ciphertext[1:])
    ),
    "last bit of the ciphertext": Layers(
        private=lambda one: replace(one, ciphertext=one.ciphertext[:-1] + bytes([one.ciphertext[-1] ^ 1]))
    ),
    "sender data cut": Layers(
        private=lambda one: replace(one, encrypted_sender_data=one.encrypted_sender_data[:-1])
    ),
    "sender data longer": Layers(
        private=lambda one: replace(one, encrypted_sender_data=one.encrypted_sender_data + b"\x00")
    ),
    "sender data empty": Layers(private=lambda one: replace(one, encrypted_sender_data=b"")),
    "sender data shorter than a tag": Layers(
        private=lambda one: replace(one, encrypted_sender_data=bytes(15))
    ),
    "a bit of the sender data": Layers(
        private=lambda one: replace(one, encrypted_sender_data=flipped(one.encrypted_sender_data))
    ),
    "sender data under another secret": Layers(sender_data_secret=lambda secret: bytes(len(secret))),
}


@pytest.mark.parametrize("case", OTHERS)
@pytest.mark.parametrize("way", PRIVATE)
def test_a_ciphertext_that_does_not_open(way: str, case: str) -> None:
    """§6.3.1, §6.3.2: key, nonce, reuse guard, sender data and ciphertext fit together, or nothing opens."""
    check(way, "decrypt", OTHERS[case])


@pytest.mark.parametrize(
    "case", ["another reuse guard", "last bit of the ciphertext", "a bit of the sender data"]
)
def test_a_ciphertext_that_does_not_open_in_the_default_suite(case: str) -> None:
    """§6.3.1: the same with longer keys, and a longer sample for the sender data."""
    check("application data", "decrypt", OTHERS[case], suite_id=0x004E)


@pytest.mark.parametrize("way", PRIVATE)
def test_sender_data_of_the_last_epoch(way: str) -> None:
    """§6.3.2: the sender data secret is that of the epoch."""
    alice, bob, _ = three()
    stale = Author.of(alice).sender_data_secret
    pending = alice.commit(rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    check(way, "decrypt", Layers(sender_data_secret=lambda _: stale), cast=(alice, bob, bob))


@pytest.mark.parametrize("way", PRIVATE)
def test_sender_data_of_another_message(way: str) -> None:
    """§6.3.2: its key is derived from a sample of the ciphertext, so it belongs to one ciphertext."""
    alice, bob, carol = three()
    said: Hook[FramedContent] = lambda content: replace(content, authenticated_data=b"x")  # noqa: E731
    other = parsed(WAYS[way].forge(alice, Layers(content=said)))
    layers = Layers(private=lambda one: replace(one, encrypted_sender_data=other.encrypted_sender_data))
    check(way, "decrypt", layers, cast=(alice, bob, carol))


HEADERS: dict[str, tuple[Hook[PrivateMessage], str]] = {
    "group": (lambda one: replace(one, group_id=b"another"), "group"),
    "epoch": (lambda one: replace(one, epoch=one.epoch + 1), "epoch"),
    "authenticated data": (lambda one: replace(one, authenticated_data=b"x"), "decrypt"),
}


@pytest.mark.parametrize("case", HEADERS)
@pytest.mark.parametrize("way", PRIVATE)
def test_a_header_changed_on_the_way(way: str, case: str) -> None:
    """§6.3: what is legible is authenticated all the same."""
    change, kind = HEADERS[case]
    check(way, kind, Layers(private=change))


SENT_AS: dict[str, Hook[PrivateMessage]] = {
    "group": lambda one: replace(one, group_id=b"another"),
    "epoch": lambda one: replace(one, epoch=one.epoch + 1),
}


@pytest.mark.parametrize("field", SENT_AS)
def test_additional_data_of_another_place(field: str) -> None:
    """§6.3.1, §6.3.2: group and epoch are under both encryptions, so a ciphertext cannot be carried elsewhere."""
    alice, bob, carol = three()
    group_id, epoch = alice.group_id, alice.epoch
    layers = Layers(header=SENT_AS[field], private=lambda one: replace(one, group_id=group_id, epoch=epoch))
    check("application data", "decrypt", layers, cast=(alice, bob, carol))


def test_additional_data_of_the_content_alone() -> None:
    """§6.3.1: the authenticated data is under the content's encryption, although sender data does not cover it."""
    layers = Layers(
        header=lambda one: replace(one, authenticated_data=b"x"),
        private=lambda one: replace(one, authenticated_data=b""),
    )
    check("application data", "decrypt", layers)


# --- ratchets


def key_of(leaf: LeafIndex, kind: RatchetKind) -> Callable[[Group], Hook[tuple[bytes, bytes]]]:
    """The first key of another ratchet, with its own nonce under the reuse guard."""

    def found(by: Group) -> Hook[tuple[bytes, bytes]]:
        _, key, nonce = Author.of(by).next_key(leaf, kind, None)
        guarded = bytes(one ^ mask for one, mask in zip(nonce, GUARD, strict=True))
        return lambda _: (key, guarded)

    return found


@pytest.mark.parametrize("way", PRIVATE)
def test_a_key_of_another_members_ratchet(way: str) -> None:
    """§9: the sender data names the leaf whose ratchet holds the key."""
    alice, bob, carol = three()
    kind = APPLICATION if way == "application data" else HANDSHAKE
    check(way, "decrypt", Layers(key=key_of(CAROL, kind)(alice)), cast=(alice, bob, carol))


@pytest.mark.parametrize("way", PRIVATE)
def test_another_members_ratchet_and_name(way: str) -> None:
    """§6.1, §9: whoever knows all ratchets still cannot sign for the leaf that it names."""
    by_carol = lambda alice, _bob, _carol: replace(Author.of(alice), sender=Sender.member(CAROL))  # noqa: E731
    check(way, "signature", Layers(leaf=CAROL), author=by_carol)


@pytest.mark.parametrize("way", PRIVATE)
def test_the_other_ratchet_of_the_sender(way: str) -> None:
    """§9: proposals and commits take their keys from the handshake ratchet, application data from its own."""
    check(way, "decrypt", Layers(kind=HANDSHAKE if way == "application data" else APPLICATION))


# --- what is inside


PADDINGS: dict[str, Layers] = {
    "one byte": Layers(padding=b"\x01"),
    "the last of many": Layers(padding=bytes(255) + b"\x80"),
    "the first of many": Layers(padding=b"\xff" + bytes(255)),
    "in the middle": Layers(padding=bytes(100) + b"\x01" + bytes(100)),
    "a second content": Layers(padding=bytes(4) + b"\x05words\x00"),
}


@pytest.mark.parametrize("case", PADDINGS)
@pytest.mark.parametrize("way", PRIVATE)
def test_padding_that_is_not_zero(way: str, case: str) -> None:
    """§6.3.1: padding is all zeros, or the message is malformed."""
    check(way, "padding", PADDINGS[case])


CONTENTS: dict[str, Layers] = {
    "empty": Layers(plaintext=lambda _: b""),
    "only padding": Layers(plaintext=lambda _: b"\x01"),
    "cut within the signature": Layers(plaintext=lambda text: text[:-1]),
}


@pytest.mark.parametrize("case", CONTENTS)
@pytest.mark.parametrize("way", PRIVATE)
def test_a_content_that_does_not_parse(way: str, case: str) -> None:
    """§6.3.1: body, signature and confirmation tag are all there."""
    check(way, MalformedError, CONTENTS[case])


@pytest.mark.parametrize("way", ["application data", "private commit"])
def test_a_body_longer_than_the_content(way: str) -> None:
    """§6.3.1: the body's own length says where the signature starts."""
    check(way, MalformedError, Layers(plaintext=lambda text: b"\xbf\xff\xff\xff" + text))


def test_a_content_of_zeros() -> None:
    """§6.3.1: zeros read as an empty body with an empty signature, followed by padding."""
    check("application data", "signature", Layers(plaintext=lambda _: bytes(64)))


SENDER_DATA: dict[str, tuple[Hook[bytes], Kind]] = {
    "empty": (lambda _: b"", MalformedError),
    "cut": (lambda data: data[:-1], MalformedError),
    "longer": (lambda data: data + b"\x00", MalformedError),
    "a leaf of eight bytes": (lambda data: bytes(4) + data, MalformedError),
}


@pytest.mark.parametrize("case", SENDER_DATA)
@pytest.mark.parametrize("way", PRIVATE)
def test_sender_data_of_another_size(way: str, case: str) -> None:
    """§6.3.2: leaf, generation and reuse guard, and nothing else."""
    change, kind = SENDER_DATA[case]
    check(way, kind, Layers(sender_data_bytes=change))


@pytest.mark.parametrize("content_type", [0, 4, 255])
def test_a_header_of_an_unknown_type(content_type: int) -> None:
    """§6: the content type of a PrivateMessage is legible, and known."""
    alice, bob, carol = three()
    honest = forge.application(alice, b"words")
    r = Reader(honest)
    r.u32(), r.opaque(), r.u64()
    forged = honest[: r.position] + codec.u8(content_type) + honest[r.position + 1 :]
    check("application data", MalformedError, forged=forged, cast=(alice, bob, carol))
