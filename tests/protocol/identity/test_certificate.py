"""Rules I4 to I6: device certificates and requests."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_protocol.errors import CertificateError, UsageError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.terms import Arena, Role
from tests.protocol.identity.parties import DAY, NOW, delegation, device, issue

SUBJECT = (
    (NameOID.COMMON_NAME, "Dana"),
    (NameOID.ORGANIZATION_NAME, "ALPHA"),
    (NameOID.TITLE, "officer"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "air"),
)


def with_subject(*changes: tuple[x509.ObjectIdentifier, str | None], extra: Any = ()) -> tuple[Any, ...]:
    wanted = dict(changes)
    kept = [(oid, wanted.get(oid, value)) for oid, value in SUBJECT]
    return (*[(oid, value) for oid, value in kept if value is not None], *extra)


def build(
    *,
    subject: tuple[Any, ...] = SUBJECT,
    ca: bool = False,
    usage: bool = False,
    identifier: bool = True,
    key: Any = None,
    constraints_critical: bool = True,
) -> bytes:
    issuer = delegation("a")
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in subject]))
        .issuer_name(issuer.card.parsed.x509.subject)
        .public_key(device(1).public_key() if key is None else key)
        .serial_number(9)
        .not_valid_before(parts.moment(NOW))
        .not_valid_after(parts.moment(NOW + DAY))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=constraints_critical)
        .add_extension(parts.key_usage(authority=usage), critical=True)
    )
    if identifier:
        public = issuer.key.private.public_key()
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False
        )
    return builder.sign(issuer.key.private, None).public_bytes(Encoding.DER)


def test_a_certificate_says_who_it_is_for() -> None:
    der = issue("b", "דנה כהן", Role.DEPUTY, 7, arenas=(Arena.NAVAL, Arena.EM))
    held = parse_certificate(der)
    assert (held.name, held.delegation, held.role) == ("דנה כהן", "БРАВО", Role.DEPUTY)
    assert held.arenas == {Arena.NAVAL, Arena.EM}
    assert (held.serial, held.not_before, held.not_after) == (7, NOW, NOW + 100 * DAY)
    assert held.public_key == device(7).public_key().public_bytes_raw()
    assert held.side is None


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (build(subject=with_subject((NameOID.COMMON_NAME, None))), "the name once, found it 0"),
        (build(subject=with_subject(extra=((NameOID.COMMON_NAME, "Eve"),))), "the name once, found it 2"),
        (build(subject=with_subject((NameOID.COMMON_NAME, "Da\u200bna"))), "invisible character"),
        (build(subject=with_subject((NameOID.COMMON_NAME, "Dana\x1b[2J"))), "control"),
        (build(subject=with_subject((NameOID.ORGANIZATION_NAME, None))), "the delegation once"),
        (build(subject=with_subject((NameOID.TITLE, "king"))), "role that does not exist"),
        (build(subject=with_subject((NameOID.ORGANIZATIONAL_UNIT_NAME, "space"))), "arena"),
        (build(subject=with_subject(extra=((NameOID.ORGANIZATIONAL_UNIT_NAME, "air"),))), "arena twice"),
        (build(subject=with_subject(extra=((NameOID.COUNTRY_NAME, "XX"),))), "no meaning here"),
        (build(ca=True), "is a certification authority"),
        (build(usage=True), "digital signatures"),
        (build(identifier=False), "AuthorityKeyIdentifier"),
        (build(constraints_critical=False), "must be critical"),
        (build(key=delegation("b").key.private.public_key()), "Ed25519"),
        (delegation("a").card.root, "Ed25519"),
    ],
)
def test_anything_else_is_refused_by_name(der: bytes, reason: str) -> None:
    with pytest.raises(CertificateError, match=reason):
        parse_certificate(der)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused_or_read_but_never_crash(data: st.DataObject) -> None:
    der = bytearray(issue("a", "A head", Role.HEAD, 101))
    place = data.draw(st.integers(0, 400))
    der[place] ^= data.draw(st.integers(1, 255))
    try:
        parse_certificate(bytes(der))
    except CertificateError:
        return


@given(st.binary(max_size=200))
def test_rubbish_is_no_certificate_and_no_request(data: bytes) -> None:
    with pytest.raises(CertificateError):
        parse_certificate(data)
    with pytest.raises(CertificateError):
        parse_request(data)


# --- requests


def test_a_request_carries_name_and_key() -> None:
    der = device_request(device(3), "Ольга")
    request = parse_request(der)
    assert (request.name, request.public_key) == ("Ольга", device(3).public_key().public_bytes_raw())
    assert request.fingerprint == parse_request(device_request(device(3), "Ольга")).fingerprint
    assert request.fingerprint != parse_request(device_request(device(3), "Olga")).fingerprint


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "ש" * 33, "a\nb", "e\u0301"])
def test_a_name_that_cannot_be_certified_is_refused_at_once(name: str) -> None:
    with pytest.raises(UsageError):
        device_request(device(3), name)


def test_a_request_without_possession_of_the_key_is_refused() -> None:
    der = bytearray(device_request(device(3), "Olga"))
    der[-1] ^= 1
    with pytest.raises(CertificateError, match="not signed by the key"):
        parse_request(bytes(der))


def test_a_request_for_another_kind_of_key_or_with_more_to_its_name_is_refused() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Olga")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    other = builder.sign(delegation("a").key.private, None).public_bytes(Encoding.DER)
    with pytest.raises(CertificateError, match="Ed25519"):
        parse_request(other)
    roled = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Olga"), x509.NameAttribute(NameOID.TITLE, "head")]
    )
    key = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    asks = (
        x509.CertificateSigningRequestBuilder().subject_name(roled).sign(key, None).public_bytes(Encoding.DER)
    )
    with pytest.raises(CertificateError, match="no meaning here"):
        parse_request(asks)


def test_a_certificate_has_one_fingerprint() -> None:
    """The unused bits of the signature are no second way to write the same certificate (I5)."""
    der = issue("a", "A head", Role.HEAD, 901)
    size = len(x509.load_der_x509_certificate(der).signature)
    for unused in range(1, 8):
        other = der[: -size - 1] + bytes([unused]) + der[-size:-1] + b"\x00"
        with pytest.raises(CertificateError, match=r"whole bytes|not an X\.509"):
            parse_certificate(other)


def test_a_request_has_one_fingerprint() -> None:
    """Keys until the last bit of a signature is zero, so that the library would take it for unused (I6)."""
    requests = (device_request(device(number), "A head") for number in range(1, 200))
    der = next(one for one in requests if one[-1] % 2 == 0)
    with pytest.raises(CertificateError, match="whole bytes"):
        parse_request(der[:-65] + b"\x01" + der[-64:])
