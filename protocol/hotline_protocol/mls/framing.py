"""Messages of one epoch, in and out: framing, signing, encrypting and the way back (RFC 9420 §6).

Rules enforced on what comes in, in this order: the group, the epoch, the type of content; the sender is another member of
the epoch; then membership tag or encryption, and the signature. Nothing here spends a received key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    ContentType,
    FramedContent,
    KeyOf,
    Sender,
    WireFormat,
)
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage
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
    authenticated_content: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """Application data of another member, with the signed content to keep as proof of it."""

    sender: LeafIndex
    data: bytes
    aad: bytes
    authenticated_content: bytes
    generation: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified message of another member. Its key is spent once `spend` is called, a public one has none."""

    signed: AuthenticatedContent
    sender: LeafIndex
    key: PeekedKey | None = field(repr=False)

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
            self.sender,
            content.body,
            content.authenticated_data,
            self.signed.encode(),
            self.key.generation,
        )

    def spend(self, ratchets: SecretTree) -> None:
        """Use up the message's key, so that it cannot be played again."""
        if self.key is not None:
            ratchets.consume(self.key)


def sign(state: EpochState, body: Body, aad: bytes) -> AuthenticatedContent:
    """Our own content, signed for a PrivateMessage of this epoch."""
    context = state.context
    content = FramedContent(context.group_id, context.epoch, Sender.member(state.own), body, aad)
    return AuthenticatedContent.sign(
        state.suite, state.signature_key, WireFormat.PRIVATE_MESSAGE, content, context.encode()
    )


def encrypt(
    state: EpochState, ratchets: SecretTree, signed: AuthenticatedContent, padding: Padding, rng: Random
) -> bytes:
    """The encoded MLSMessage of a signed content; spends the next key of our ratchet."""
    message = PrivateMessage.protect(
        state.suite, signed, state.secrets.sender_data_secret, ratchets, rng, padding=padding
    )
    return MLSMessage(message).encode()


def open_message(
    state: EpochState,
    ratchets: SecretTree,
    message: bytes,
    expected: ContentType,
    *,
    find: KeyOf | None = None,
) -> Opened:
    """Verify a PrivateMessage or PublicMessage that carries content of the expected type. `find`: see `key_of`."""
    find = find or key_of(state)
    body = codec.decode(MLSMessage.read, message).body
    if isinstance(body, PrivateMessage):
        _check_place(state, body.group_id, body.epoch, body.content_type, expected)
        signed, key = body.open(
            state.suite, state.secrets.sender_data_secret, ratchets, state.context.encode(), find
        )
        return Opened(signed, signed.content.sender.leaf_index, key)
    if isinstance(body, PublicMessage):
        content = body.content
        _check_place(state, content.group_id, content.epoch, content.content_type, expected)
        signed = body.unprotect(state.suite, state.secrets.membership_key, state.context.encode(), find)
        return Opened(signed, content.sender.leaf_index, None)
    raise RefusedError("content-type", f"expected a message to the group, got a {type(body).__name__}")


def key_of(state: EpochState) -> KeyOf:
    """Finds the signature key of a member other than us."""

    def find(sender: Sender) -> bytes:
        index = sender.leaf_index
        if index == state.own:
            raise RefusedError("sender", "the message is our own; only others can open it")
        return state.tree.member(index).signature_key

    return find


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
