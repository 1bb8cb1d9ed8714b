"""Public and private messages, both ways (test-vectors.md, Message Protection)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    FramedContent,
    FramedContentAuthData,
    Sender,
    WireFormat,
)
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.private_message import PrivateMessage, pad_to_size_class
from hotline_protocol.mls.proposal import read_proposal
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.secret_tree import SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.checking import Case, Kind, equal, refused, unhex, unhex_key, within

_SENDER = Sender.member(LeafIndex(1))
_MEMBERS = 2
_FIELDS = frozenset(
    {
        "proposal_pub",
        "proposal_priv",
        "commit_pub",
        "commit_priv",
        "application",
        "application_priv",
    }
)


class _Scene:
    """One case's group of two; member 1 sends."""

    def __init__(self, case: Case) -> None:
        self.suite = cipher_suite(case["cipher_suite"])
        self.group_id, tree_hash, confirmed = unhex(
            case, "group_id", "tree_hash", "confirmed_transcript_hash"
        )
        self.epoch: int = case["epoch"]
        self.context = GroupContext(self.suite.id, self.group_id, self.epoch, tree_hash, confirmed).encode()
        self.private = unhex_key(case, "signature_priv", self.suite.signature.private_length)
        self.public, self.membership_key, self.sender_data_secret, self.root = unhex(
            case, "signature_pub", "membership_key", "sender_data_secret", "encryption_secret"
        )

    def tree(self) -> SecretTree:
        return SecretTree(self.suite, self.root, _MEMBERS)

    def key_of(self, sender: Sender) -> bytes:
        equal("sender", sender, _SENDER)
        return self.public

    def content(self, body: Body) -> FramedContent:
        return FramedContent(self.group_id, self.epoch, _SENDER, body, b"authenticated data")

    def sign(self, wire_format: WireFormat, body: Body) -> AuthenticatedContent:
        content = self.content(body)
        signed = AuthenticatedContent.sign(self.suite, self.private, wire_format, content, self.context)
        if isinstance(body, Commit):
            return signed.with_confirmation_tag(bytes(self.suite.hash_length))
        return signed

    def open_public(self, message: PublicMessage) -> AuthenticatedContent:
        return message.unprotect(self.suite, self.membership_key, self.context, self.key_of)

    def open_private(self, message: PrivateMessage) -> AuthenticatedContent:
        tree = self.tree()
        opened = message.unprotect(self.suite, self.sender_data_secret, tree, self.context, self.key_of)
        refused(
            "the same message again",
            RefusedError,
            lambda: message.unprotect(self.suite, self.sender_data_secret, tree, self.context, self.key_of),
        )
        return opened


def _check(case: Case) -> None:
    scene = _Scene(case)
    (proposal, commit, application) = unhex(case, "proposal", "commit", "application")
    bodies: dict[str, Body] = {
        "proposal": codec.decode(read_proposal, proposal),
        "commit": codec.decode(Commit.read, commit),
        "application": application,
    }
    for name, body in bodies.items():
        if name == "application":
            with within("application as public message"):
                _check_never_public(scene, application)
        else:
            with within(f"{name}_pub"):
                _check_public(scene, bytes.fromhex(case[f"{name}_pub"]), body)
        with within(f"{name}_priv"):
            _check_private(scene, bytes.fromhex(case[f"{name}_priv"]), body)


def _check_public(scene: _Scene, encoded: bytes, body: Body) -> None:
    given = decode_body(PublicMessage, encoded)
    equal("message encoded again", MLSMessage(given).encode(), encoded)
    equal("content", scene.open_public(given).content.body, body)
    signed = scene.sign(WireFormat.PUBLIC_MESSAGE, body)
    own = PublicMessage.protect(scene.suite, signed, scene.membership_key, scene.context)
    received = decode_body(PublicMessage, MLSMessage(own).encode())
    equal("content of our own", scene.open_public(received), signed)


def _check_private(scene: _Scene, encoded: bytes, body: Body) -> None:
    given = decode_body(PrivateMessage, encoded)
    equal("message encoded again", MLSMessage(given).encode(), encoded)
    equal("content", scene.open_private(given).content.body, body)
    signed = scene.sign(WireFormat.PRIVATE_MESSAGE, body)
    own = PrivateMessage.protect(
        scene.suite, signed, scene.sender_data_secret, scene.tree(), bytes, padding=pad_to_size_class
    )
    received = decode_body(PrivateMessage, MLSMessage(own).encode())
    equal("content of our own", scene.open_private(received), signed)


def _check_never_public(scene: _Scene, application: bytes) -> None:
    refused("signing", UsageError, lambda: scene.sign(WireFormat.PUBLIC_MESSAGE, application))
    auth = FramedContentAuthData(b"signature")
    unsigned = AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, scene.content(application), auth)
    refused(
        "protecting",
        UsageError,
        lambda: PublicMessage.protect(scene.suite, unsigned, scene.membership_key, scene.context),
    )
    message = PublicMessage(unsigned.content, auth, b"tag")
    refused("receiving", RefusedError, lambda: scene.open_public(message))


KIND = Kind("message-protection", _FIELDS, _check)
