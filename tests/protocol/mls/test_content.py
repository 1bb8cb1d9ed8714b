from __future__ import annotations

import os

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    FramedContent,
    FramedContentAuthData,
    Sender,
    SenderType,
    WireFormat,
)
from hotline_protocol.mls.errors import MalformedError, RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.proposal import ProposalOrRef, Remove, read_proposal
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.transcript import confirmed_transcript_hash
from hotline_protocol.mls.tree_math import LeafIndex

SUITE = cipher_suite(1)
PRIVATE, PUBLIC = SUITE.generate_signature_key(os.urandom)
MEMBER = Sender.member(LeafIndex(1))


def sign(sender: Sender, context: bytes = b"context") -> AuthenticatedContent:
    content = FramedContent(b"group", 7, sender, Remove(LeafIndex(0)))
    return AuthenticatedContent.sign(SUITE, PRIVATE, WireFormat.PUBLIC_MESSAGE, content, context)


def test_a_members_signature_covers_the_group_context() -> None:
    for sender in (MEMBER, Sender(SenderType.NEW_MEMBER_COMMIT)):
        sign(sender).verify(SUITE, PUBLIC, b"context")
        with pytest.raises(RefusedError, match=r"^signature"):
            sign(sender).verify(SUITE, PUBLIC, b"another")
    for sender in (Sender(SenderType.EXTERNAL, 0), Sender(SenderType.NEW_MEMBER_PROPOSAL)):
        sign(sender).verify(SUITE, PUBLIC, b"another")


def test_senders_have_an_index_if_their_type_has_one() -> None:
    for sender in (Sender(SenderType.MEMBER), Sender(SenderType.NEW_MEMBER_COMMIT, 0)):
        with pytest.raises(UsageError):
            sender.encode()
    for data in (b"\x00", b"\x05", b"\x01\x00"):
        with pytest.raises(MalformedError):
            codec.decode(Sender.read, data)
    with pytest.raises(RefusedError, match=r"^sender"):
        _ = Sender(SenderType.EXTERNAL, 0).leaf_index


def test_a_commit_has_a_confirmation_tag_and_nothing_else_has() -> None:
    content = FramedContent(b"group", 7, MEMBER, Commit())
    commit = AuthenticatedContent.sign(SUITE, PRIVATE, WireFormat.PRIVATE_MESSAGE, content, b"")
    with pytest.raises(UsageError):
        commit.encode()
    whole = commit.with_confirmation_tag(b"tag")
    assert codec.decode(AuthenticatedContent.read, whole.encode()) == whole
    with pytest.raises(UsageError):
        sign(MEMBER).with_confirmation_tag(b"tag").encode()


def test_only_messages_carry_content() -> None:
    with pytest.raises(UnsupportedError):
        codec.decode(AuthenticatedContent.read, codec.u16(WireFormat.WELCOME) + sign(MEMBER).encode()[2:])


def test_only_commits_enter_the_transcript() -> None:
    with pytest.raises(UsageError):
        confirmed_transcript_hash(SUITE, b"", sign(MEMBER))


def test_a_proposal_is_named_by_what_carried_it() -> None:
    assert sign(MEMBER).proposal_ref(SUITE) != sign(Sender.member(LeafIndex(2))).proposal_ref(SUITE)


def test_unknown_proposals_are_unsupported() -> None:
    with pytest.raises(UnsupportedError, match="0x1a1a"):
        codec.decode(read_proposal, codec.u16(0x1A1A))


def test_a_proposal_is_given_in_one_of_two_ways() -> None:
    for item in (ProposalOrRef.by_value(Remove(LeafIndex(1))), ProposalOrRef.by_reference(b"ref")):
        assert codec.decode(ProposalOrRef.read, item.encode()) == item
    for broken in (ProposalOrRef(), ProposalOrRef(Remove(LeafIndex(1)), b"ref")):
        with pytest.raises(UsageError):
            broken.encode()
    with pytest.raises(MalformedError):
        codec.decode(ProposalOrRef.read, b"\x03")


def test_auth_data_is_read_by_content_type() -> None:
    auth = FramedContentAuthData(b"signature", b"tag")
    whole = codec.opaque(b"signature") + codec.opaque(b"tag")
    assert auth.encode() == whole
