"""The parts of X.509 that roots and device certificates share: loading, subjects, key usage, extensions (RFC 5280).

What we cannot read or do not expect is refused here by name, so that the rooms above only say what they want.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

from hotline_protocol.errors import CertificateError, FormatError
from hotline_protocol.text import check_field

MAX_CERTIFICATE: Final = 16 * 1024
"""The largest certificate or request read, in bytes. One signed with ML-DSA-65 has about 4,000."""
NAME_LIMIT: Final = 64
"""Most bytes of UTF-8 in a name; RFC 5280 allows a common name 64 characters, and the library counts bytes."""
ML_DSA_65: Final = ObjectIdentifier("2.16.840.1.101.3.4.3.18")
"""The signature algorithm of every authority (NIST CSOR, RFC 9881)."""

UNREADABLE: Final = (
    ValueError,
    TypeError,
    UserWarning,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises on a structure that is wrong or beyond it."""

_KNOWN: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    }
)
_E = TypeVar("_E", bound=x509.ExtensionType)


def check_name(value: str, what: str) -> str:
    """`value` as a name that a certificate may carry."""
    check_field(value, what, limit=NAME_LIMIT)
    if len(value.encode()) > NAME_LIMIT:
        raise FormatError(
            f"{what} has {len(value.encode())} bytes in UTF-8, at most {NAME_LIMIT} are allowed"
        )
    return value


def moment(seconds: int) -> datetime:
    """Unix seconds as the library wants them."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise CertificateError(f"{seconds} is not a time that a certificate can carry") from None


def validity(certificate: x509.Certificate) -> tuple[int, int]:
    """First and last second of a certificate, unix time."""
    return (
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
    )


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """Within, the library writes no warnings about a stranger's certificate to the terminal: we refuse it or we do not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def load(der: bytes, what: str) -> x509.Certificate:
    """A DER certificate, version 3, with a positive serial, signed by an algorithm of ours."""
    if len(der) > MAX_CERTIFICATE:
        raise CertificateError(f"{what} has {len(der)} bytes, at most {MAX_CERTIFICATE} are allowed")
    try:
        certificate = x509.load_der_x509_certificate(der)
        version, serial = certificate.version, certificate.serial_number
        algorithm = certificate.signature_algorithm_oid
    except UNREADABLE as error:
        raise CertificateError(f"{what} is not an X.509 certificate: {type(error).__name__}") from None
    if version is not x509.Version.v3 or serial <= 0:
        raise CertificateError(f"{what} is not a version 3 certificate with a positive serial number")
    if algorithm != ML_DSA_65:
        raise CertificateError(f"{what} is not signed with ML-DSA-65")
    check_signature_bits(der, certificate.signature, what)
    return certificate


def check_signature_bits(der: bytes, signature: bytes, what: str) -> None:
    """The signature ends the DER and is whole bytes: the library passes over unused bits, and then one certificate would
    have several fingerprints.
    """
    if not der.endswith(b"\x00" + signature):
        raise CertificateError(f"the signature of {what} is not whole bytes")


def subject(
    name: x509.Name, allowed: frozenset[ObjectIdentifier], what: str
) -> dict[ObjectIdentifier, list[str]]:
    """The attributes of a subject by type; any other attribute, or several in one RDN, is refused."""
    found: dict[ObjectIdentifier, list[str]] = {oid: [] for oid in allowed}
    for rdn in name.rdns:
        attributes = list(rdn)
        if len(attributes) != 1 or attributes[0].oid not in allowed:
            raise CertificateError(f"the subject of {what} holds an attribute that has no meaning here")
        value = attributes[0].value
        if not isinstance(value, str):
            raise CertificateError(f"the subject of {what} holds an attribute that is not text")
        found[attributes[0].oid].append(value)
    return found


def only(values: list[str], what: str) -> str:
    """The one value of an attribute that must be there once, fit to be shown."""
    if len(values) != 1:
        raise CertificateError(f"expected {what} once, found it {len(values)} times")
    try:
        return check_name(values[0], what)
    except FormatError as error:
        raise CertificateError(str(error)) from None


def extensions(certificate: x509.Certificate, what: str) -> x509.Extensions:
    """The extensions; a critical one that we do not know is refused (RFC 5280 §4.2)."""
    try:
        found = certificate.extensions
    except UNREADABLE as error:
        raise CertificateError(f"an extension of {what} cannot be read: {type(error).__name__}") from None
    if any(one.critical and one.oid not in _KNOWN for one in found):
        raise CertificateError(f"{what} has a critical extension that is not known here")
    return found


def require(found: x509.Extensions, kind: type[_E], what: str, *, critical: bool) -> _E:
    """The extension of that kind, critical if it has to be."""
    try:
        extension = found.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        raise CertificateError(f"{what} has no {kind.__name__} extension") from None
    if extension.critical is not critical:
        raise CertificateError(
            f"the {kind.__name__} extension of {what} must {'' if critical else 'not '}be critical"
        )
    return extension.value


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """The exact key usage of an authority (certificates and CRLs) or of a device (signatures)."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def check_use(found: x509.Extensions, what: str, *, authority: bool) -> None:
    """BasicConstraints and KeyUsage exactly as this project issues them."""
    constraints = require(found, x509.BasicConstraints, what, critical=True)
    if constraints.ca is not authority or (authority and constraints.path_length != 0):
        raise CertificateError(f"{what} is {'not ' if authority else ''}a certification authority")
    if require(found, x509.KeyUsage, what, critical=True) != key_usage(authority=authority):
        expected = "certificates and CRLs" if authority else "digital signatures"
        raise CertificateError(f"the key usage of {what} is not exactly {expected}")


COMMON_NAME: Final = NameOID.COMMON_NAME
ORGANIZATION: Final = NameOID.ORGANIZATION_NAME
TITLE: Final = NameOID.TITLE
UNIT: Final = NameOID.ORGANIZATIONAL_UNIT_NAME
