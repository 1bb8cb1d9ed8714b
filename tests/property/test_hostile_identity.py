"""Hostile certificates, cards, charters and revocation lists: only the project's own errors come out."""

from __future__ import annotations

import warnings

import pytest

from hotline_protocol.errors import CertificateError
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.charter import Charter, SignedCharter
from hotline_protocol.identity.revocation import parse_crl
from hotline_protocol.identity.root import parse_root
from hotline_protocol.terms import Arena, Role
from tests.property.attacks import Target, attack
from tests.protocol.identity import parties as people


def identity_targets() -> dict[str, Target]:
    der = people.issue("a", "A head", Role.HEAD, 101, arenas=frozenset({Arena.AIR}))
    root = people.delegation("a").card.root
    roots = people.trust().roots
    request = device_request(people.device(7), "A head")
    signed = people.signed_charter()
    return {
        "certificate": (der, lambda data: (parse_certificate(data), people.trust().identify(data))),
        "root": (root, parse_root),
        "request": (request, parse_request),
        "crl": (people.crl("a", 5, 6, 7), lambda data: parse_crl(data, roots)),
        "card": (people.delegation("a").card.encode(), Card.decode),
        "charter": (signed.charter, Charter.decode),
        "signed charter": (signed.encode(), lambda data: SignedCharter.decode(data).verify()),
    }


@pytest.mark.parametrize("name", identity_targets())
def test_identity(name: str) -> None:
    attack(identity_targets()[name], 250, name)


@pytest.mark.parametrize("serial", [b"\x00", b"\x80", b"\xff"])
def test_a_serial_that_is_not_positive_is_refused_and_not_warned_of(serial: bytes) -> None:
    der = people.issue("a", "A head", Role.HEAD, 0x65)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(CertificateError, match="positive serial number"):
            parse_certificate(der.replace(b"\x02\x01\x65", b"\x02\x01" + serial, 1))
    assert not warned
