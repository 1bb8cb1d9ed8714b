"""Transcript hashes: every epoch is bound to all commits before it (RFC 9420 §8.2)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import AuthenticatedContent, ContentType
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.suites import CipherSuite


def confirmed_transcript_hash(suite: CipherSuite, interim: bytes, commit: AuthenticatedContent) -> bytes:
    """The confirmed hash after a signed commit; its confirmation tag is not part of it."""
    if commit.content.content_type != ContentType.COMMIT:
        raise UsageError("only commits enter the transcript")
    entry = codec.u16(commit.wire_format) + commit.content.encode() + codec.opaque(commit.auth.signature)
    return suite.hash(interim + entry)


def interim_transcript_hash(suite: CipherSuite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """The interim hash, from which the next confirmed one is made."""
    return suite.hash(confirmed + codec.opaque(confirmation_tag))
