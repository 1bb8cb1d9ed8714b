"""Whose fault it is stands in the type; a rule or a kind stands in the message and beside it."""

from __future__ import annotations

import pytest

from hotline_protocol import errors


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (errors.UsageError, errors.HotlineError),
        (errors.FormatError, errors.HotlineError),
        (errors.TrustError, errors.HotlineError),
        (errors.CertificateError, errors.TrustError),
        (errors.CharterError, errors.TrustError),
        (errors.MembershipError, errors.TrustError),
        (errors.PeerError, errors.HotlineError),
        (errors.ChainError, errors.HotlineError),
        (errors.StorageError, errors.HotlineError),
    ],
)
def test_every_error_is_of_its_family(kind: type[Exception], base: type[Exception]) -> None:
    assert issubclass(kind, base)


def test_a_membership_error_names_its_rule() -> None:
    error = errors.MembershipError("M8", "an officer may not admit")
    assert (error.rule, str(error)) == ("M8", "an officer may not admit (M8)")


def test_a_chain_error_names_its_kind() -> None:
    error = errors.ChainError("fork", "a signed head differs")
    assert (error.kind, str(error)) == ("fork", "fork: a signed head differs")
