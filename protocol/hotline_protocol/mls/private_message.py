"""Private messages: content encrypted to the group (RFC 9420 §6.3).

Rules enforced: only members send; a message is opened with a key used once; padding is zero (§6.3.1); nothing follows the
content but padding; the signature verifies. A key counts as used only after all of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    KeyOf,
    Sender,
    WireFormat,
    encode_body,
    read_body,
    read_content_type,
)
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.secret_tree import PeekedKey, RatchetKind, SecretTree
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_REUSE_GUARD: Final = 4
_SMALLEST_CLASS: Final = 256
_LARGEST_CLASS: Final = 65536


def unpadded(size: int) -> int:
    """No padding."""
    return size


def pad_to_size_class(size: int) -> int:
    """The next power of two from 256 bytes to 64 KiB, beyond that the next multiple of 64 KiB."""
    if size > _LARGEST_CLASS:
        return -(-size // _LARGEST_CLASS) * _LARGEST_CLASS
    return max(1 << (size - 1).bit_length(), _SMALLEST_CLASS)


@dataclass(frozen=True, slots=True)
class SenderData:
    """Who encrypted a message, and with which key."""

    leaf_index: LeafIndex
    generation: int
    reuse_guard: bytes = field(repr=False)

    def encode(self) -> bytes:
        """The struct `SenderData`."""
        return codec.u32(self.leaf_index) + codec.u32(self.generation) + self.reuse_guard

    @classmethod
    def read(cls, r: Reader) -> SenderData:
        """The struct `SenderData`."""
        return cls(LeafIndex(r.u32()), r.u32(), r.raw(_REUSE_GUARD))


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """An encrypted content; only its group, epoch, type and authenticated data are legible."""

    group_id: bytes
    epoch: int
    content_type: ContentType
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    @classmethod
    def protect(
        cls,
        suite: CipherSuite,
        signed: AuthenticatedContent,
        sender_data_secret: bytes,
        tree: SecretTree,
        rng: Callable[[int], bytes],
        *,
        padding: Callable[[int], int] = unpadded,
    ) -> PrivateMessage:
        """Encrypt a content that was signed as private, with the sender's next key, which is then gone.

        The caller must have stored the tree before the message leaves: a key used for two messages reveals both.
        `padding` gives the size to pad a plaintext to from its own size, such as `pad_to_size_class`.
        """
        content = signed.content
        if signed.wire_format != WireFormat.PRIVATE_MESSAGE:
            raise UsageError("the content was signed for another wire format")
        kind = content.content_type
        plaintext = encode_body(content.body) + signed.auth.encode()
        plaintext = plaintext.ljust(padding(len(plaintext)), b"\x00")
        leaf = content.sender.leaf_index
        head = codec.opaque(content.group_id) + codec.u64(content.epoch) + codec.u8(kind)
        guard = rng(_REUSE_GUARD)
        if len(guard) != _REUSE_GUARD:
            raise UsageError(f"expected a reuse guard of {_REUSE_GUARD} bytes, got {len(guard)}")
        # All that the caller can get wrong has been looked at: from here on a key is gone.
        generation, key, nonce = tree.next(leaf, RatchetKind.of(kind))
        aad = head + codec.opaque(content.authenticated_data)
        ciphertext = suite.seal(key, _guarded(nonce, guard), aad, plaintext)
        sender_key, sender_nonce = sender_data_keys(suite, sender_data_secret, ciphertext)
        sender_data = SenderData(leaf, generation, guard).encode()
        return cls(
            content.group_id,
            content.epoch,
            kind,
            content.authenticated_data,
            suite.seal(sender_key, sender_nonce, head, sender_data),
            ciphertext,
        )

    def sender(self, suite: CipherSuite, sender_data_secret: bytes) -> SenderData:
        """Who claims to have sent it, not yet verified; refused as `decrypt` if not for this epoch's members."""
        key, nonce = sender_data_keys(suite, sender_data_secret, self.ciphertext)
        opened = suite.open(key, nonce, self._head(), self.encrypted_sender_data)
        return codec.decode(SenderData.read, opened)

    def open(
        self, suite: CipherSuite, sender_data_secret: bytes, tree: SecretTree, context: bytes, key_of: KeyOf
    ) -> tuple[AuthenticatedContent, PeekedKey]:
        """Decrypt and verify, and change nothing; `context` is the encoded GroupContext.

        Who acts on the content must then `tree.consume` the key, so that the message cannot be played again.
        """
        sender_data = self.sender(suite, sender_data_secret)
        sender = Sender.member(sender_data.leaf_index)
        public = key_of(sender)
        peeked = tree.peek(sender_data.leaf_index, RatchetKind.of(self.content_type), sender_data.generation)
        aad = self._head() + codec.opaque(self.authenticated_data)
        nonce = _guarded(peeked.nonce, sender_data.reuse_guard)
        plaintext = suite.open(peeked.key, nonce, aad, self.ciphertext)
        body, auth = _read_plaintext(plaintext, self.content_type)
        content = FramedContent(self.group_id, self.epoch, sender, body, self.authenticated_data)
        signed = AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, content, auth)
        signed.verify(suite, public, context)
        return signed, peeked

    def unprotect(
        self, suite: CipherSuite, sender_data_secret: bytes, tree: SecretTree, context: bytes, key_of: KeyOf
    ) -> AuthenticatedContent:
        """`open`, and then mark the key as used in `tree`."""
        signed, peeked = self.open(suite, sender_data_secret, tree, context, key_of)
        tree.consume(peeked)
        return signed

    def encode(self) -> bytes:
        """The struct `PrivateMessage`."""
        return (
            self._head()
            + codec.opaque(self.authenticated_data)
            + codec.opaque(self.encrypted_sender_data)
            + codec.opaque(self.ciphertext)
        )

    @classmethod
    def read(cls, r: Reader) -> PrivateMessage:
        """The struct `PrivateMessage`."""
        return cls(r.opaque(), r.u64(), read_content_type(r), r.opaque(), r.opaque(), r.opaque())

    def _head(self) -> bytes:
        """`SenderDataAAD`, which also opens `PrivateContentAAD`."""
        return codec.opaque(self.group_id) + codec.u64(self.epoch) + codec.u8(self.content_type)


def _read_plaintext(plaintext: bytes, content_type: ContentType) -> tuple[Body, FramedContentAuthData]:
    r = Reader(plaintext)
    body = read_body(r, content_type)
    auth = FramedContentAuthData.read(r, content_type)
    padding = r.raw(r.remaining)
    if padding.count(0) != len(padding):
        raise RefusedError("padding", "the padding holds bytes that are not zero")
    return body, auth


def sender_data_keys(suite: CipherSuite, sender_data_secret: bytes, ciphertext: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the sender data, from a sample of the ciphertext (RFC 9420 §6.3.2)."""
    sample = ciphertext[: suite.hash_length]
    return (
        suite.expand_with_label(sender_data_secret, "key", sample, suite.key_length),
        suite.expand_with_label(sender_data_secret, "nonce", sample, suite.nonce_length),
    )


def _guarded(nonce: bytes, guard: bytes) -> bytes:
    """The nonce with its first bytes masked by the reuse guard (RFC 9420 §6.3.1)."""
    masked = int.from_bytes(nonce[:_REUSE_GUARD], "big") ^ int.from_bytes(guard, "big")
    return codec.u32(masked) + nonce[_REUSE_GUARD:]
