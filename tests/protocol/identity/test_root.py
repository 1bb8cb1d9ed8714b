"""Rule I3: a root is exactly what an authority issues."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hotline_protocol.errors import CertificateError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.root import parse_root
from hotline_protocol.terms import Role
from tests.protocol.identity.parties import DAY, NOW, delegation, issue


def build(
    *,
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = ((NameOID.ORGANIZATION_NAME, "ALPHA"),),
    issuer: str | None = None,
    ca: bool = True,
    path_length: int | None = 0,
    authority_usage: bool = True,
    identifier: bool = True,
    signer: str = "a",
    critical_unknown: bool = False,
) -> bytes:
    key = delegation("a").key.private
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    issued_by = name if issuer is None else x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(9)
        .not_valid_before(parts.moment(NOW))
        .not_valid_after(parts.moment(NOW + DAY))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), critical=True)
        .add_extension(parts.key_usage(authority=authority_usage), critical=True)
    )
    if identifier:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    if critical_unknown:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.1"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    return builder.sign(delegation(signer).key.private, None).public_bytes(Encoding.DER)


def test_a_root_says_its_delegation_and_key() -> None:
    root = parse_root(build())
    assert (root.delegation, root.public_key) == ("ALPHA", delegation("a").key.public_bytes())
    assert (root.not_before, root.not_after) == (NOW, NOW + DAY)


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (build(ca=False), "not a certification authority"),
        (build(path_length=None), "not a certification authority"),
        (build(authority_usage=False), "key usage"),
        (build(identifier=False), "SubjectKeyIdentifier"),
        (build(issuer="BRAVO"), "its own issuer"),
        (build(signer="b"), "not signed by its own key"),
        (build(critical_unknown=True), "critical extension"),
        (
            build(subject=((NameOID.ORGANIZATION_NAME, "ALPHA"), (NameOID.COMMON_NAME, "x"))),
            "no meaning here",
        ),
        (build(subject=((NameOID.ORGANIZATION_NAME, "A\u202eB"),)), r"\\u\{202e\}"),
        (issue("a", "A head", Role.HEAD, 101), "ML-DSA-65 key"),
        (b"", "not an X.509 certificate"),
        (build() + b"\x00", "not an X.509 certificate"),
        (b"\x30" * 20_000, "at most 16384"),
    ],
)
def test_anything_else_is_refused_by_name(der: bytes, reason: str) -> None:
    with pytest.raises(CertificateError, match=reason):
        parse_root(der)


def test_a_flipped_signature_is_refused() -> None:
    der = bytearray(build())
    der[-1] ^= 1
    with pytest.raises(CertificateError, match="own key"):
        parse_root(bytes(der))


def test_a_root_signed_with_another_algorithm_is_refused() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ALPHA")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(parts.moment(NOW)).not_valid_after(parts.moment(NOW + DAY))
    )
    with pytest.raises(CertificateError, match="ML-DSA-65"):
        parse_root(builder.sign(key, None).public_bytes(Encoding.DER))
