"""X.509 credentials for a key of any suite: what a member shows, and the private key that belongs to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.interop.driver import b64

Key = Ed25519PrivateKey | Ed448PrivateKey | EllipticCurvePrivateKey | MLDSA44PrivateKey

_CURVES: dict[int, EllipticCurve] = {2: SECP256R1(), 5: SECP521R1(), 7: SECP384R1()}


@dataclass(frozen=True)
class Certified:
    """Base64, as `new_identity` takes both."""

    signing_key: str
    certificates: list[str]


def certify(suite: int) -> Certified:
    """A fresh key of the suite with a chain of two certificates."""
    key, issuer = _key(suite), Ed25519PrivateKey.generate()
    chain = [_certificate("member", key, issuer), _certificate("issuer", issuer, issuer)]
    return Certified(b64(_raw(key)), chain)


def _key(suite: int) -> Key:
    if suite in _CURVES:
        return generate_private_key(_CURVES[suite])
    if suite in (4, 6):
        return Ed448PrivateKey.generate()
    return MLDSA44PrivateKey.generate() if suite == 0x0052 else Ed25519PrivateKey.generate()


def _raw(key: Key) -> bytes:
    if isinstance(key, EllipticCurvePrivateKey):
        return key.private_numbers().private_value.to_bytes((key.curve.key_size + 7) // 8, "big")
    return key.private_bytes_raw()


def _certificate(name: str, key: Key, issuer: Ed25519PrivateKey) -> str:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .sign(issuer, None)
    )
    return b64(certificate.public_bytes(Encoding.DER))
