from __future__ import annotations

import pytest

from hotline_protocol.documents import Text
from hotline_protocol.folds.numbering import parse_reference
from hotline_protocol.identity.charter import Channel
from hotline_protocol.terms import Arena, Precedence, Response
from tests.support.chronicle import HEAD_A, HEAD_B, OFFICER_A, Chronicle

TEXT = Text("words", Precedence.ROUTINE, Response.NONE)
YEAR_MINUTES = 366 * 24 * 60


def test_each_side_counts_its_own_by_channel_and_year() -> None:
    log = Chronicle()
    other = Chronicle(Channel("naval", "ab", Arena.NAVAL))
    said = [log.say(author, TEXT) for author in (HEAD_A, HEAD_B, OFFICER_A)]
    assert [log.references[one.id] for one in said] == ["P-0001/26", "P-0001/26", "P-0002/26"]
    assert other.references[other.say(HEAD_A, TEXT).id] == "N-0001/26"
    log.wait(YEAR_MINUTES)
    assert log.references[log.say(HEAD_A, TEXT).id] == "P-0001/27"


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("N-0042/26", "N-0042/26"),
        ("n42", "N-0042/26"),
        (" n-42/25 ", "N-0042/25"),
        ("N-12345", "N-12345/26"),
        ("42", None),
        ("N-", None),
        ("N-1/2026", None),
        ("#120", None),
    ],
)
def test_what_a_person_types(typed: str, full: str | None) -> None:
    assert parse_reference(typed, 2026) == full
