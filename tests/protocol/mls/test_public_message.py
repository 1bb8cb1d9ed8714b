from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    FramedContent,
    FramedContentAuthData,
    Sender,
    SenderType,
    WireFormat,
)
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.proposal import Remove
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex

SUITE = cipher_suite(1)
PRIVATE, PUBLIC = SUITE.generate_signature_key(os.urandom)
KEY = os.urandom(32)
CONTEXT = b"the encoded group context"
MEMBER = Sender.member(LeafIndex(1))


def make(body: Body, sender: Sender = MEMBER) -> PublicMessage:
    content = FramedContent(b"group", 7, sender, body)
    signed = AuthenticatedContent.sign(SUITE, PRIVATE, WireFormat.PUBLIC_MESSAGE, content, CONTEXT)
    if isinstance(body, Commit):
        signed = signed.with_confirmation_tag(b"tag")
    return PublicMessage.protect(SUITE, signed, KEY, CONTEXT)


def unprotect(message: PublicMessage, context: bytes = CONTEXT) -> AuthenticatedContent:
    return message.unprotect(SUITE, KEY, context, lambda _: PUBLIC)


REMOVE = Remove(LeafIndex(0))


@pytest.mark.parametrize("body", [REMOVE, Commit()])
@pytest.mark.parametrize(
    "sender", [MEMBER, Sender(SenderType.NEW_MEMBER_COMMIT), Sender(SenderType.EXTERNAL, 0)]
)
def test_round_trip(body: Body, sender: Sender) -> None:
    message = make(body, sender)
    decoded = codec.decode(PublicMessage.read, message.encode())
    assert decoded == message
    assert unprotect(decoded).content.body == body
    assert (message.membership_tag is None) is (sender != MEMBER)


@pytest.mark.parametrize("length", [0, 1, 31, 33])
def test_a_membership_tag_of_wrong_length_is_refused(length: int) -> None:
    tag = (make(REMOVE).membership_tag or b"").ljust(length, b"\x00")[:length]
    with pytest.raises(RefusedError, match=r"^membership-tag"):
        unprotect(replace(make(REMOVE), membership_tag=tag))


def test_a_missing_membership_tag_is_refused() -> None:
    message = replace(make(REMOVE), membership_tag=None)
    with pytest.raises(RefusedError, match=r"^membership-tag"):
        unprotect(message)
    with pytest.raises(UsageError):
        message.encode()


def test_the_tag_covers_content_signature_and_context() -> None:
    message = make(REMOVE)
    others = [
        replace(message, content=replace(message.content, authenticated_data=b"x")),
        replace(message, auth=FramedContentAuthData(b"")),
        replace(message, content=replace(message.content, sender=Sender.member(LeafIndex(0)))),
    ]
    for other in others:
        with pytest.raises(RefusedError, match=r"^membership-tag"):
            unprotect(other)
    with pytest.raises(RefusedError, match=r"^membership-tag"):
        unprotect(message, b"another context")


@pytest.mark.parametrize("length", [0, 63, 64, 65])
def test_a_forged_signature_of_an_outsider_is_refused(length: int) -> None:
    message = make(REMOVE, Sender(SenderType.EXTERNAL, 0))
    with pytest.raises(RefusedError, match=r"^signature"):
        unprotect(replace(message, auth=FramedContentAuthData(bytes(length))))


def test_application_data_is_refused_even_with_right_tag_and_signature() -> None:
    content = FramedContent(b"group", 7, MEMBER, b"text")
    private = AuthenticatedContent.sign(SUITE, PRIVATE, WireFormat.PRIVATE_MESSAGE, content, CONTEXT)
    with pytest.raises(RefusedError, match=r"^content-type"):
        unprotect(PublicMessage(content, private.auth, b"tag"))
    with pytest.raises(UsageError):
        make(b"text")


def test_a_signature_for_a_private_message_is_refused() -> None:
    content = FramedContent(b"group", 7, Sender(SenderType.EXTERNAL, 0), REMOVE)
    private = AuthenticatedContent.sign(SUITE, PRIVATE, WireFormat.PRIVATE_MESSAGE, content, CONTEXT)
    with pytest.raises(RefusedError, match=r"^signature"):
        unprotect(PublicMessage(content, private.auth))
    with pytest.raises(UsageError):
        PublicMessage.protect(SUITE, private, KEY, CONTEXT)


def test_trailing_bytes_are_refused() -> None:
    with pytest.raises(MalformedError):
        codec.decode(PublicMessage.read, make(REMOVE).encode() + b"\x00")
