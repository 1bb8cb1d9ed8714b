"""Messages of one epoch, in and out: framing, signing, encrypting and the way back (RFC 9420 §6).

Rules enforced on what comes in, in this order: the group, the epoch, the type of content; the kind of sender may send it, and the
sender is another member of the epoch, an external sender that the group names, or a newcomer who speaks for itself (§12.1.8,
§12.4.3.2); then membership tag or encryption, and the signature. Nothing here spends a received key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    ContentType,
    FramedContent,
    KeyOf,
    Sender,
    SenderType,
    WireFormat,
)
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import EXTERNAL_SENDERS
from hotline_protocol.mls.extension import find as find_extension
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.proposal import Add, Proposal
from hotline_protocol.mls.proposals_check import check_proposer
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.secret_tree import PeekedKey, SecretTree
from hotline_protocol.mls.state import EpochState, Random
from hotline_protocol.mls.tree_math import LeafIndex

Padding = Callable[[int], int]
"""From the length of a plaintext to the length it is padded to, both in bytes."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A message of ours: what to send, and the signed content to keep as proof of it."""

    message: bytes
    authenticated_content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """Application data of another member, with the signed content to keep as proof of it."""

    sender: LeafIndex
    data: bytes = field(repr=False)
    aad: bytes
    authenticated_content: bytes = field(repr=False)
    generation: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified message to the group. Its key is spent once `spend` is called, a public one has none."""

    signed: AuthenticatedContent
    key: PeekedKey | None = field(repr=False)

    @property
    def sender(self) -> Sender:
        """Who signed it."""
        return self.signed.content.sender

    @property
    def body(self) -> Body:
        """Application data, a proposal or a commit."""
        return self.signed.content.body

    def received(self) -> Received:
        """The application data."""
        content = self.signed.content
        if not isinstance(content.body, bytes) or self.key is None:
            raise UsageError("expected application data")
        return Received(
            self.sender.leaf_index,
            content.body,
            content.authenticated_data,
            self.signed.encode(),
            self.key.generation,
        )

    def spend(self, ratchets: SecretTree) -> None:
        """Use up the message's key, so that it cannot be played again."""
        if self.key is not None:
            ratchets.consume(self.key)


def sign(
    state: EpochState, body: Body, aad: bytes, wire_format: WireFormat = WireFormat.PRIVATE_MESSAGE
) -> AuthenticatedContent:
    """Our own content, signed for a message of this epoch."""
    context = state.context
    content = FramedContent(context.group_id, context.epoch, Sender.member(state.own), body, aad)
    return AuthenticatedContent.sign(state.suite, state.signature_key, wire_format, content, context.encode())


def encode_message(
    state: EpochState, ratchets: SecretTree, signed: AuthenticatedContent, padding: Padding, rng: Random
) -> bytes:
    """The encoded MLSMessage of a signed content; a private one spends the next key of our ratchet."""
    if signed.wire_format == WireFormat.PUBLIC_MESSAGE:
        public = PublicMessage.protect(
            state.suite, signed, state.secrets.membership_key, state.context.encode()
        )
        return MLSMessage(public).encode()
    private = PrivateMessage.protect(
        state.suite, signed, state.secrets.sender_data_secret, ratchets, rng, padding=padding
    )
    return MLSMessage(private).encode()


def open_message(
    state: EpochState,
    ratchets: SecretTree,
    message: bytes,
    expected: ContentType,
    *,
    find: KeyOf | None = None,
) -> Opened:
    """Verify a PrivateMessage or PublicMessage that carries content of the expected type.

    `find` gives a member's signature key, by default that of any member but us.
    """
    find = find or key_of(state)
    context = state.context.encode()
    body = codec.decode(MLSMessage.read, message).body
    if isinstance(body, PrivateMessage):
        _check_place(state, body.group_id, body.epoch, body.content_type, expected)
        signed, key = body.open(state.suite, state.secrets.sender_data_secret, ratchets, context, find)
        _check_sender(signed.content)
        return Opened(signed, key)
    if isinstance(body, PublicMessage):
        content = body.content
        _check_place(state, content.group_id, content.epoch, content.content_type, expected)
        _check_sender(content)
        key_of_sender = find if content.sender.is_member else _key_of_outsider(state, content)
        return Opened(body.unprotect(state.suite, state.secrets.membership_key, context, key_of_sender), None)
    raise RefusedError("content-type", f"expected a message to the group, got a {type(body).__name__}")


def key_of(state: EpochState) -> KeyOf:
    """Finds the signature key of a member other than us."""

    def find(sender: Sender) -> bytes:
        index = sender.leaf_index
        if index == state.own:
            raise RefusedError("sender", "the message is our own; only others can open it")
        return state.tree.member(index).signature_key

    return find


def _key_of_outsider(state: EpochState, content: FramedContent) -> KeyOf:
    """Finds the signature key of an external sender, or the one that a newcomer brings along (RFC 9420 §6.1)."""

    def find(sender: Sender) -> bytes:
        body = content.body
        if sender.sender_type == SenderType.EXTERNAL and sender.index is not None:
            return _external_sender(state, sender.index)
        if sender.sender_type == SenderType.NEW_MEMBER_PROPOSAL and isinstance(body, Add):
            return body.key_package.leaf_node.signature_key
        if sender.sender_type == SenderType.NEW_MEMBER_COMMIT and isinstance(body, Commit) and body.path:
            return body.path.leaf_node.signature_key
        raise RefusedError("sender", "the message names no key that its signature could be checked with")

    return find


def _external_sender(state: EpochState, index: int) -> bytes:
    extension = find_extension(state.context.extensions, EXTERNAL_SENDERS)
    senders = () if extension is None else extension.external_senders()
    if index >= len(senders):
        raise RefusedError("sender", f"the group names {len(senders)} external senders, not a number {index}")
    return senders[index].signature_key


def _check_sender(content: FramedContent) -> None:
    """Only members send application data, only members and newcomers commit; proposals: see `check_proposer`."""
    kind, body = content.sender.sender_type, content.body
    if isinstance(body, Proposal):
        check_proposer(content.sender, body)
        return
    commits = isinstance(body, Commit) and kind == SenderType.NEW_MEMBER_COMMIT
    if kind != SenderType.MEMBER and not commits:
        raise RefusedError("sender", f"{kind.name} may not send {content.content_type.name}")


def _check_place(
    state: EpochState, group_id: bytes, epoch: int, content_type: ContentType, expected: ContentType
) -> None:
    if group_id != state.context.group_id:
        raise RefusedError("group", "the message is for another group")
    if epoch != state.context.epoch:
        raise RefusedError("epoch", f"the message is of epoch {epoch}, expected {state.context.epoch}")
    if content_type != expected:
        raise RefusedError(
            "content-type", f"the message carries {content_type.name}, expected {expected.name}"
        )
