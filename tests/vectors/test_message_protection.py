"""Official vectors: public and private messages (test-vectors.md, Message Protection)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent, Body, FramedContent, Sender, WireFormat
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.private_message import PrivateMessage, pad_to_size_class
from hotline_protocol.mls.proposal import read_proposal
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.secret_tree import SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.loading import unhex, vectors

_SENDER = Sender.member(LeafIndex(1))


class _Scene:
    """One case's group of two; member 1 sends."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.suite = cipher_suite(case["cipher_suite"])
        self.group_id, tree_hash, confirmed = unhex(
            case, "group_id", "tree_hash", "confirmed_transcript_hash"
        )
        self.epoch = case["epoch"]
        self.context = GroupContext(self.suite.id, self.group_id, self.epoch, tree_hash, confirmed).encode()
        self.private, self.public, self.membership_key, self.sender_data_secret, self.root = unhex(
            case,
            "signature_priv",
            "signature_pub",
            "membership_key",
            "sender_data_secret",
            "encryption_secret",
        )

    def tree(self) -> SecretTree:
        return SecretTree(self.suite, self.root, 2)

    def key_of(self, sender: Sender) -> bytes:
        assert sender == _SENDER
        return self.public

    def sign(self, wire_format: WireFormat, body: Body) -> AuthenticatedContent:
        content = FramedContent(self.group_id, self.epoch, _SENDER, body, b"data")
        signed = AuthenticatedContent.sign(self.suite, self.private, wire_format, content, self.context)
        return signed.with_confirmation_tag(b"t" * 32) if isinstance(body, Commit) else signed

    def open_public(self, encoded: bytes) -> AuthenticatedContent:
        message = decode_body(PublicMessage, encoded)
        assert MLSMessage(message).encode() == encoded
        return message.unprotect(self.suite, self.membership_key, self.context, self.key_of)

    def open_private(self, encoded: bytes) -> AuthenticatedContent:
        message = decode_body(PrivateMessage, encoded)
        assert MLSMessage(message).encode() == encoded
        tree = self.tree()
        opened = message.unprotect(self.suite, self.sender_data_secret, tree, self.context, self.key_of)
        with pytest.raises(RefusedError, match=r"^replay"):
            message.unprotect(self.suite, self.sender_data_secret, tree, self.context, self.key_of)
        return opened


def _raw(case: dict[str, Any], name: str) -> Body:
    data = bytes.fromhex(case[name])
    if name == "application":
        return data
    return codec.decode(read_proposal, data) if name == "proposal" else codec.decode(Commit.read, data)


@pytest.mark.parametrize("name", ["proposal", "commit"])
@pytest.mark.parametrize("case", vectors("message-protection"))
def test_public(case: dict[str, Any], name: str) -> None:
    scene = _Scene(case)
    body = _raw(case, name)
    assert scene.open_public(bytes.fromhex(case[f"{name}_pub"])).content.body == body
    signed = scene.sign(WireFormat.PUBLIC_MESSAGE, body)
    message = PublicMessage.protect(scene.suite, signed, scene.membership_key, scene.context)
    assert scene.open_public(MLSMessage(message).encode()) == signed


@pytest.mark.parametrize("case", vectors("message-protection"))
def test_application_data_is_never_public(case: dict[str, Any]) -> None:
    scene = _Scene(case)
    with pytest.raises(UsageError):
        scene.sign(WireFormat.PUBLIC_MESSAGE, _raw(case, "application"))


@pytest.mark.parametrize("name", ["proposal", "commit", "application"])
@pytest.mark.parametrize("case", vectors("message-protection"))
def test_private(case: dict[str, Any], name: str) -> None:
    scene = _Scene(case)
    body = _raw(case, name)
    assert scene.open_private(bytes.fromhex(case[f"{name}_priv"])).content.body == body
    signed = scene.sign(WireFormat.PRIVATE_MESSAGE, body)
    message = PrivateMessage.protect(
        scene.suite, signed, scene.sender_data_secret, scene.tree(), bytes, padding=pad_to_size_class
    )
    assert scene.open_private(MLSMessage(message).encode()) == signed
