"""What an authority issues, and what it refuses to issue."""

from __future__ import annotations

import pytest

from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.identity.authority import AuthorityKey, issue_certificate, issue_crl, issue_root
from hotline_protocol.identity.certificate import device_request, parse_request
from hotline_protocol.identity.root import parse_root
from hotline_protocol.terms import Role
from tests.protocol.identity.parties import DAY, NOW, SEEDS, delegation, device, trust


def test_a_key_is_its_seed_and_hides_it() -> None:
    key = AuthorityKey.from_private_bytes(SEEDS["a"])
    assert key.private_bytes() == SEEDS["a"]
    assert AuthorityKey.generate().private_bytes() != SEEDS["a"]
    assert SEEDS["a"].hex() not in repr(key)
    assert "private" not in repr(key)
    with pytest.raises(FormatError, match="32 bytes, not 31"):
        AuthorityKey.from_private_bytes(SEEDS["a"][:-1])


def test_a_root_begins_a_day_early_since_clocks_differ() -> None:
    root = parse_root(issue_root(delegation("a").key, "ALPHA", now=NOW, days=2, serial=5))
    assert (root.not_before, root.not_after) == (NOW - DAY, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("not_before", "not_after"),
    [(NOW, NOW), (NOW + 1, NOW), (NOW, NOW + 4000 * DAY), (NOW - 9 * DAY, NOW - 3 * DAY)],
)
def test_a_certificate_that_could_never_be_valid_is_not_issued(not_before: int, not_after: int) -> None:
    issuer = delegation("a")
    with pytest.raises(UsageError, match="end before it begins"):
        issue_certificate(
            issuer.key,
            issuer.card.root,
            parse_request(device_request(device(1), "Dana")),
            name="Dana",
            role=Role.HEAD,
            arenas=(),
            not_before=not_before,
            not_after=not_after,
            serial=1,
        )


def test_a_key_issues_nothing_under_a_root_that_is_not_its_own() -> None:
    with pytest.raises(UsageError, match="not the key of the root"):
        issue_crl(
            delegation("a").key, delegation("b").card.root, {}, number=1, now=NOW, next_update=NOW + DAY
        )


def test_a_revocation_list_names_what_was_revoked() -> None:
    issuer = delegation("a")
    der = issue_crl(
        issuer.key, issuer.card.root, {9: NOW, 4: NOW - DAY}, number=3, now=NOW, next_update=NOW + DAY
    )
    held = trust().with_crl(der).lists[0]
    assert held is not None
    assert (held.side, held.number, sorted(held.serials)) == ("a", 3, [4, 9])


def test_a_delegation_needs_a_name() -> None:
    with pytest.raises(UsageError, match="empty"):
        issue_root(delegation("a").key, " ", now=NOW, serial=1)
