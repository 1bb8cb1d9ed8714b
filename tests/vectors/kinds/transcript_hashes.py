"""Transcript hashes and the confirmation tag of a commit (test-vectors.md, Transcript Hashes)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from tests.vectors.checking import Case, Kind, equal, instance, unhex

_FIELDS = frozenset(
    {
        "confirmation_key",
        "authenticated_content",
        "interim_transcript_hash_before",
        "confirmed_transcript_hash_after",
        "interim_transcript_hash_after",
    }
)


def _check(case: Case) -> None:
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
    equal("authenticated_content encoded again", content.encode(), encoded)
    instance("the content's body", content.content.body, Commit)
    equal("confirmed_transcript_hash_after", confirmed_transcript_hash(suite, before, content), confirmed)
    tag = instance("confirmation_tag", content.auth.confirmation_tag, bytes)
    equal("confirmation_tag", tag, suite.mac(key, confirmed))
    equal("interim_transcript_hash_after", interim_transcript_hash(suite, confirmed, tag), interim)


KIND = Kind("transcript-hashes", _FIELDS, _check)
