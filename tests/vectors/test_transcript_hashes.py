"""Official vectors: transcript hashes and the confirmation tag (test-vectors.md, Transcript Hashes)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from tests.vectors.loading import unhex, vectors


@pytest.mark.parametrize("case", vectors("transcript-hashes"))
def test_transcript(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    key, encoded, before, confirmed, interim = unhex(
        case,
        "confirmation_key",
        "authenticated_content",
        "interim_transcript_hash_before",
        "confirmed_transcript_hash_after",
        "interim_transcript_hash_after",
    )
    content = codec.decode(AuthenticatedContent.read, encoded)
    assert content.encode() == encoded
    assert isinstance(content.content.body, Commit)
    assert confirmed_transcript_hash(suite, before, content) == confirmed
    tag = content.auth.confirmation_tag
    assert tag is not None
    assert tag == suite.mac(key, confirmed)
    assert interim_transcript_hash(suite, confirmed, tag) == interim
