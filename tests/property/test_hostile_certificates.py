"""Hostile X.509, changed by its structure: in the engine's credentials, and where the hotline reads its own certificates."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable

import pytest

from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.revocation import parse_crl
from hotline_protocol.identity.root import parse_root
from hotline_protocol.mls.credential import X509Credential, check_credential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.suites import SUITES, CipherSuite
from hotline_protocol.terms import Arena, Role
from tests.property import der
from tests.property.attacks import ROUNDS
from tests.property.mutation import changed, dice
from tests.protocol.identity import parties as people
from tests.protocol.mls.parties import certify, rng

every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)


@every_suite
def test_a_credential(suite: CipherSuite) -> None:
    private, public = suite.generate_signature_key(rng)
    good = certify("alice", private, suite.id)
    check_credential(suite.signature, good, public)
    (certificate,) = good.certificates
    assert b"".join(one.encode() for one in der.parse(certificate)) == certificate
    throw = dice(f"credential {suite.name}")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(150 * ROUNDS):
            bad = der.mutate(certificate, throw) if throw.random() < 0.8 else changed(certificate, throw)
            for chain in ((bad,), (certificate, bad), (bad, certificate)):
                try:
                    check_credential(suite.signature, X509Credential(chain), public)
                except RefusedError as error:
                    assert error.kind == "credential"  # noqa: PT017  # being taken is right as well
    assert not warned


def _identity() -> dict[str, tuple[bytes, Callable[[bytes], object]]]:
    roots = people.trust().roots
    return {
        "certificate": (
            people.issue("a", "A head", Role.HEAD, 101, arenas=frozenset({Arena.AIR})),
            lambda data: (parse_certificate(data), people.trust().identify(data)),
        ),
        "root": (people.delegation("a").card.root, parse_root),
        "request": (device_request(people.device(7), "A head"), parse_request),
        "crl": (people.crl("a", 5, 6, 7), lambda data: parse_crl(data, roots)),
    }


@pytest.mark.parametrize("name", _identity())
def test_the_hotlines_own(name: str) -> None:
    good, take = _identity()[name]
    take(good)
    throw = dice(f"der {name}")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(300 * ROUNDS):
            bad = der.mutate(good, throw)
            with contextlib.suppress(HotlineError):
                try:
                    take(bad)
                except UsageError as error:
                    raise AssertionError(f"the receiver is blamed for {bad.hex()}") from error
    assert not warned, {str(one.message) for one in warned}
