"""Content: what a member says to the group, framed, signed and, for commits, confirmed (RFC 9420 §6, §6.1).

Rules enforced: a member's or new committer's signature covers the group context; a commit carries a confirmation tag and
nothing else does; only members send application data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.errors import MalformedError, RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.proposal import Proposal, proposal_ref, read_proposal
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_LABEL = "FramedContentTBS"


class WireFormat(IntEnum):
    """RFC 9420 §17.2."""

    PUBLIC_MESSAGE = 1
    PRIVATE_MESSAGE = 2
    WELCOME = 3
    GROUP_INFO = 4
    KEY_PACKAGE = 5


class ContentType(IntEnum):
    """What a message carries."""

    APPLICATION = 1
    PROPOSAL = 2
    COMMIT = 3


class SenderType(IntEnum):
    """Who sends a message."""

    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


_SIGNS_CONTEXT = frozenset({SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a message. `index` is a member's leaf, an external sender's place in its list, else None."""

    sender_type: SenderType
    index: int | None = None

    @classmethod
    def member(cls, leaf: LeafIndex) -> Sender:
        """The member at this leaf."""
        return cls(SenderType.MEMBER, leaf)

    @classmethod
    def external(cls, index: int) -> Sender:
        """The external sender at this place of the group's `external_senders`."""
        return cls(SenderType.EXTERNAL, index)

    @property
    def leaf_index(self) -> LeafIndex:
        """The member's leaf; anybody else is refused as `sender`."""
        if self.sender_type != SenderType.MEMBER or self.index is None:
            raise RefusedError("sender", "expected a member as sender")
        return LeafIndex(self.index)

    @property
    def is_member(self) -> bool:
        """Whether a member sends."""
        return self.sender_type == SenderType.MEMBER

    def encode(self) -> bytes:
        """The struct `Sender`."""
        if (self.index is not None) is not (self.sender_type <= SenderType.EXTERNAL):
            raise UsageError("members and external senders have an index, new members have none")
        return codec.u8(self.sender_type) + (b"" if self.index is None else codec.u32(self.index))

    @classmethod
    def read(cls, r: Reader) -> Sender:
        """The struct `Sender`."""
        kind = r.u8()
        if not SenderType.MEMBER <= kind <= SenderType.NEW_MEMBER_COMMIT:
            raise MalformedError(f"a sender's type is {kind}, expected 1 to 4")
        return cls(SenderType(kind), r.u32() if kind <= SenderType.EXTERNAL else None)


NEW_MEMBER_PROPOSAL: Final = Sender(SenderType.NEW_MEMBER_PROPOSAL)
"""Somebody who asks to be added."""

NEW_MEMBER_COMMIT: Final = Sender(SenderType.NEW_MEMBER_COMMIT)
"""Somebody who adds itself by an external commit."""

Body = bytes | Proposal | Commit
"""Application data, a proposal or a commit."""


def content_type_of(body: Body) -> ContentType:
    """The type of a message with this body."""
    if isinstance(body, bytes):
        return ContentType.APPLICATION
    return ContentType.COMMIT if isinstance(body, Commit) else ContentType.PROPOSAL


def read_content_type(r: Reader) -> ContentType:
    """`ContentType`."""
    kind = r.u8()
    if not ContentType.APPLICATION <= kind <= ContentType.COMMIT:
        raise MalformedError(f"a content's type is {kind}, expected 1, 2 or 3")
    return ContentType(kind)


def encode_body(body: Body) -> bytes:
    """The body without its type."""
    return codec.opaque(body) if isinstance(body, bytes) else body.encode()


def read_body(r: Reader, content_type: ContentType) -> Body:
    """The body of that type."""
    if content_type == ContentType.APPLICATION:
        return r.opaque()
    return Commit.read(r) if content_type == ContentType.COMMIT else read_proposal(r)


@dataclass(frozen=True, slots=True)
class FramedContent:
    """A body, its sender and its epoch."""

    group_id: bytes
    epoch: int
    sender: Sender
    body: Body
    authenticated_data: bytes = b""

    @property
    def content_type(self) -> ContentType:
        """What the body is."""
        return content_type_of(self.body)

    def encode(self) -> bytes:
        """The struct `FramedContent`."""
        return (
            codec.opaque(self.group_id)
            + codec.u64(self.epoch)
            + self.sender.encode()
            + codec.opaque(self.authenticated_data)
            + codec.u8(self.content_type)
            + encode_body(self.body)
        )

    @classmethod
    def read(cls, r: Reader) -> FramedContent:
        """The struct `FramedContent`."""
        group_id, epoch, sender, authenticated_data = r.opaque(), r.u64(), Sender.read(r), r.opaque()
        return cls(group_id, epoch, sender, read_body(r, read_content_type(r)), authenticated_data)


@dataclass(frozen=True, slots=True)
class FramedContentAuthData:
    """A content's signature and, for a commit, its confirmation tag."""

    signature: bytes
    confirmation_tag: bytes | None = None

    def encode(self) -> bytes:
        """The struct `FramedContentAuthData`."""
        tag = b"" if self.confirmation_tag is None else codec.opaque(self.confirmation_tag)
        return codec.opaque(self.signature) + tag

    @classmethod
    def read(cls, r: Reader, content_type: ContentType) -> FramedContentAuthData:
        """The struct `FramedContentAuthData` of a content of that type."""
        return cls(r.opaque(), r.opaque() if content_type == ContentType.COMMIT else None)


@dataclass(frozen=True, slots=True)
class AuthenticatedContent:
    """A signed content. `context` below is always the encoded GroupContext of the content's epoch."""

    wire_format: WireFormat
    content: FramedContent
    auth: FramedContentAuthData

    @classmethod
    def sign(
        cls,
        suite: CipherSuite,
        private: bytes,
        wire_format: WireFormat,
        content: FramedContent,
        context: bytes,
    ) -> AuthenticatedContent:
        """Sign a content; a commit then needs `with_confirmation_tag` before it is sent."""
        if content.content_type == ContentType.APPLICATION and wire_format != WireFormat.PRIVATE_MESSAGE:
            raise UsageError("application data is only ever sent encrypted")
        tbs = content_tbs(wire_format, content, context)
        signature = suite.sign_with_label(private, _LABEL, tbs)
        return cls(wire_format, content, FramedContentAuthData(signature))

    def with_confirmation_tag(self, tag: bytes) -> AuthenticatedContent:
        """The commit with its tag, which is known only after it was signed."""
        return replace(self, auth=replace(self.auth, confirmation_tag=tag))

    def verify(self, suite: CipherSuite, public: bytes, context: bytes) -> None:
        """Refuse, as `signature`, what this key did not sign."""
        tbs = content_tbs(self.wire_format, self.content, context)
        suite.verify_with_label(public, _LABEL, tbs, self.auth.signature)

    def proposal_ref(self, suite: CipherSuite) -> bytes:
        """The reference by which a commit names the proposal that this is."""
        return proposal_ref(suite, self.encode())

    def encode(self) -> bytes:
        """The struct `AuthenticatedContent`."""
        if (self.auth.confirmation_tag is None) is (self.content.content_type == ContentType.COMMIT):
            raise UsageError("a commit has a confirmation tag, nothing else has one")
        return codec.u16(self.wire_format) + self.content.encode() + self.auth.encode()

    @classmethod
    def read(cls, r: Reader) -> AuthenticatedContent:
        """The struct `AuthenticatedContent`."""
        wire_format = r.u16()
        if wire_format not in (WireFormat.PUBLIC_MESSAGE, WireFormat.PRIVATE_MESSAGE):
            raise UnsupportedError(f"wire format {wire_format} carries no content")
        content = FramedContent.read(r)
        return cls(WireFormat(wire_format), content, FramedContentAuthData.read(r, content.content_type))


def content_tbs(wire_format: WireFormat, content: FramedContent, context: bytes) -> bytes:
    """`FramedContentTBS`: what is signed (RFC 9420 §6.1)."""
    signed = codec.u16(MLS10) + codec.u16(wire_format) + content.encode()
    return signed + context if content.sender.sender_type in _SIGNS_CONTEXT else signed


KeyOf = Callable[[Sender], bytes]
"""Finds a sender's public signature key, or raises `RefusedError` of kind `sender` or `leaf`."""
