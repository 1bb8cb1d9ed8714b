from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    ContentType,
    FramedContent,
    Sender,
    SenderType,
    WireFormat,
)
from hotline_protocol.mls.errors import MalformedError, MLSError, RefusedError, UsageError
from hotline_protocol.mls.private_message import (
    PrivateMessage,
    SenderData,
    pad_to_size_class,
    sender_data_keys,
)
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex

SUITE = cipher_suite(1)
CONTEXT = b"the encoded group context"
LEAF = LeafIndex(2)


class Line:
    """A sender's and a receiver's half of one epoch."""

    def __init__(self, suite: CipherSuite = SUITE) -> None:
        self.suite = suite
        self.private, self.public = suite.generate_signature_key(os.urandom)
        self.secret = os.urandom(suite.hash_length)
        root = os.urandom(suite.hash_length)
        self.sending, self.receiving = SecretTree(suite, root, 4), SecretTree(suite, root, 4)

    def sign(
        self, body: Body = b"text", wire_format: WireFormat = WireFormat.PRIVATE_MESSAGE
    ) -> AuthenticatedContent:
        content = FramedContent(b"group", 7, Sender.member(LEAF), body, b"aad")
        return AuthenticatedContent.sign(self.suite, self.private, wire_format, content, CONTEXT)

    def protect(self, signed: AuthenticatedContent) -> PrivateMessage:
        return PrivateMessage.protect(
            self.suite, signed, self.secret, self.sending, os.urandom, padding=pad_to_size_class
        )

    def unprotect(self, message: PrivateMessage) -> AuthenticatedContent:
        return message.unprotect(self.suite, self.secret, self.receiving, CONTEXT, lambda _: self.public)

    def seal_raw(
        self, plaintext: bytes, content_type: ContentType = ContentType.APPLICATION
    ) -> PrivateMessage:
        """What a member that breaks the rules would send: any plaintext under right keys."""
        generation, key, nonce = self.sending.next(LEAF, RatchetKind.of(content_type))
        head = codec.opaque(b"group") + codec.u64(7) + codec.u8(content_type)
        ciphertext = self.suite.seal(key, nonce, head + codec.opaque(b"aad"), plaintext)
        sender_key, sender_nonce = sender_data_keys(self.suite, self.secret, ciphertext)
        sender_data = SenderData(LEAF, generation, bytes(4)).encode()
        sealed = self.suite.seal(sender_key, sender_nonce, head, sender_data)
        return PrivateMessage(b"group", 7, content_type, b"aad", sealed, ciphertext)

    def refuses(self, message: PrivateMessage, kind: str) -> None:
        """Refused with this kind, and the receiver is as it was."""
        before = self.receiving.encode()
        with pytest.raises(RefusedError) as caught:
            self.unprotect(message)
        assert caught.value.kind == kind
        assert self.receiving.encode() == before


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_what_is_protected_comes_back_once(suite: CipherSuite) -> None:
    line = Line(suite)
    signed = line.sign()
    message = line.protect(signed)
    assert codec.decode(PrivateMessage.read, message.encode()) == message
    assert line.unprotect(message) == signed
    line.refuses(message, "replay")


def test_order_does_not_matter() -> None:
    line = Line()
    messages = [line.protect(line.sign(bytes([number]))) for number in range(4)]
    assert [line.unprotect(one).content.body for one in reversed(messages)] == [
        b"\x03",
        b"\x02",
        b"\x01",
        b"\x00",
    ]


def test_opening_does_not_spend_the_key() -> None:
    line = Line()
    message = line.protect(line.sign())
    before = line.receiving.encode()
    message.open(SUITE, line.secret, line.receiving, CONTEXT, lambda _: line.public)
    assert line.receiving.encode() == before
    line.unprotect(message)


def test_every_flipped_byte_is_refused_and_costs_nothing() -> None:
    line = Line()
    message = line.protect(line.sign())
    encoded = message.encode()
    before = line.receiving.encode()
    for position in range(len(encoded)):
        bent = bytearray(encoded)
        bent[position] ^= 1
        with pytest.raises(MLSError):
            line.unprotect(codec.decode(PrivateMessage.read, bytes(bent)))
    assert line.receiving.encode() == before
    line.unprotect(message)


def test_authenticated_data_is_authenticated() -> None:
    line = Line()
    line.refuses(replace(line.protect(line.sign()), authenticated_data=b"other"), "decrypt")


@pytest.mark.parametrize("length", [0, 1, 63, 65])
def test_a_signature_of_wrong_length_is_refused(length: int) -> None:
    line = Line()
    line.refuses(line.seal_raw(codec.opaque(b"text") + codec.opaque(bytes(length))), "signature")


def test_another_members_signature_is_refused() -> None:
    line, other = Line(), Line()
    signed = replace(line.sign(), auth=other.sign().auth)
    line.refuses(line.protect(signed), "signature")


def test_a_signature_for_a_public_message_is_refused() -> None:
    line = Line()
    commit = line.sign(Commit(), WireFormat.PUBLIC_MESSAGE).with_confirmation_tag(b"tag")
    plaintext = Commit().encode() + commit.auth.encode()
    line.refuses(line.seal_raw(plaintext, ContentType.COMMIT), "signature")


@pytest.mark.parametrize("padding", [b"\x01", b"\x00\x00\x80", b"\x00" * 300 + b"\x01"])
def test_padding_that_is_not_zero_is_refused(padding: bytes) -> None:
    line = Line()
    line.refuses(line.seal_raw(codec.opaque(b"text") + line.sign().auth.encode() + padding), "padding")


def test_a_commit_without_its_tag_is_refused() -> None:
    line = Line()
    signed = line.sign(Commit())
    before = line.receiving.encode()
    with pytest.raises(MalformedError):
        line.unprotect(line.seal_raw(Commit().encode() + signed.auth.encode(), ContentType.COMMIT))
    assert line.receiving.encode() == before


def test_bytes_after_the_sender_data_are_refused() -> None:
    line = Line()
    message = line.protect(line.sign())
    key, nonce = sender_data_keys(SUITE, line.secret, message.ciphertext)
    head = codec.opaque(b"group") + codec.u64(7) + codec.u8(ContentType.APPLICATION)
    longer = SUITE.seal(key, nonce, head, SenderData(LEAF, 0, bytes(4)).encode() + b"\x00")
    with pytest.raises(MalformedError):
        line.unprotect(replace(message, encrypted_sender_data=longer))


def test_a_generation_too_far_ahead_is_refused() -> None:
    line = Line()
    for _ in range(1025):
        line.sending.next(LEAF, RatchetKind.APPLICATION)
    line.refuses(line.protect(line.sign()), "generation")


def test_an_unknown_sender_costs_nothing() -> None:
    line = Line()
    message = line.protect(line.sign())
    before = line.receiving.encode()

    def nobody(_: Sender) -> bytes:
        raise RefusedError("sender", "no member")

    with pytest.raises(RefusedError, match=r"^sender"):
        message.unprotect(SUITE, line.secret, line.receiving, CONTEXT, nobody)
    assert line.receiving.encode() == before


def test_only_private_contents_of_members_are_encrypted() -> None:
    line = Line()
    with pytest.raises(UsageError):
        line.protect(line.sign(Commit(), WireFormat.PUBLIC_MESSAGE).with_confirmation_tag(b"tag"))
    outside = FramedContent(b"group", 7, Sender(SenderType.NEW_MEMBER_COMMIT), Commit())
    signed = AuthenticatedContent.sign(SUITE, line.private, WireFormat.PRIVATE_MESSAGE, outside, CONTEXT)
    with pytest.raises(RefusedError, match=r"^sender"):
        line.protect(signed.with_confirmation_tag(b"tag"))


@pytest.mark.parametrize(
    ("size", "padded"),
    [(1, 256), (256, 256), (257, 512), (65535, 65536), (65536, 65536), (65537, 131072), (200_000, 262_144)],
)
def test_size_classes(size: int, padded: int) -> None:
    assert pad_to_size_class(size) == padded


def test_messages_of_one_class_are_of_one_size() -> None:
    line = Line()
    sizes = {len(line.protect(line.sign(bytes(size))).ciphertext) for size in range(0, 180, 20)}
    assert len(sizes) == 1
