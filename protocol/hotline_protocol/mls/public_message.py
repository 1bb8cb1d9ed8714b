"""Public messages: content in the clear, with proof that a member sent it (RFC 9420 §6.2).

Rules enforced: no application data; a member's message carries a right membership tag, nobody else's carries any; the
signature verifies. The tag is checked first, being the cheaper check.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    KeyOf,
    WireFormat,
    content_tbs,
)
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.suites import CipherSuite


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """A signed content in the clear."""

    content: FramedContent
    auth: FramedContentAuthData
    membership_tag: bytes | None = None

    @classmethod
    def protect(
        cls, suite: CipherSuite, signed: AuthenticatedContent, membership_key: bytes, context: bytes
    ) -> PublicMessage:
        """The message for a content that was signed as public; `context` is the encoded GroupContext."""
        if signed.wire_format != WireFormat.PUBLIC_MESSAGE:
            raise UsageError("the content was signed for another wire format")
        if signed.content.content_type == ContentType.APPLICATION:
            raise UsageError("application data is only ever sent encrypted")
        tag = None
        if signed.content.sender.is_member:
            tag = suite.mac(membership_key, _tbm(signed, context))
        return cls(signed.content, signed.auth, tag)

    def unprotect(
        self, suite: CipherSuite, membership_key: bytes, context: bytes, key_of: KeyOf
    ) -> AuthenticatedContent:
        """The content, after tag and signature were verified."""
        if self.content.content_type == ContentType.APPLICATION:
            raise RefusedError("content-type", "application data came unencrypted")
        signed = AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, self.content, self.auth)
        if self.content.sender.is_member:
            expected = suite.mac(membership_key, _tbm(signed, context))
            if self.membership_tag is None or not hmac.compare_digest(self.membership_tag, expected):
                raise RefusedError("membership-tag", "the message does not prove that a member sent it")
        signed.verify(suite, key_of(self.content.sender), context)
        return signed

    def encode(self) -> bytes:
        """The struct `PublicMessage`."""
        if (self.membership_tag is not None) is not self.content.sender.is_member:
            raise UsageError("a member's message has a membership tag, nobody else's has one")
        tag = b"" if self.membership_tag is None else codec.opaque(self.membership_tag)
        return self.content.encode() + self.auth.encode() + tag

    @classmethod
    def read(cls, r: Reader) -> PublicMessage:
        """The struct `PublicMessage`."""
        content = FramedContent.read(r)
        auth = FramedContentAuthData.read(r, content.content_type)
        return cls(content, auth, r.opaque() if content.sender.is_member else None)


def _tbm(signed: AuthenticatedContent, context: bytes) -> bytes:
    return content_tbs(signed.wire_format, signed.content, context) + signed.auth.encode()
