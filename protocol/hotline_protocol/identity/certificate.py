"""Device certificates and the requests for them: Ed25519 keys under an authority's ML-DSA-65 (rules I4 to I6).

I4  subject: CN=name, O=delegation, title=role, one OU for each arena, each once, nothing else; the side is never read from it
I5  not a CA; key usage digitalSignature alone; AuthorityKeyIdentifier present; no critical extension beyond these
I6  a request is a PKCS #10 with CN=name alone, signed by the device's key; its digits are those of SHA-256 of its DER
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from hotline_protocol.errors import CertificateError, FormatError, UsageError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.limits import Limits, limits_of
from hotline_protocol.identity.x509_parts import MAX_CERTIFICATE
from hotline_protocol.terms import ADMITTING_ROLES, Arena, Role, Side

_SUBJECT: Final = frozenset({parts.COMMON_NAME, parts.ORGANIZATION, parts.TITLE, parts.UNIT})


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a device certificate says. Times: unix seconds, both ends included; public_key: raw Ed25519, 32 bytes;
    fingerprint: SHA-256 of the DER. `side` is None until `Trust` found the root that issued it. `limits`: of a bot, else None.
    """

    der: bytes = field(repr=False)
    name: str
    delegation: str
    role: Role
    arenas: frozenset[Arena]
    serial: int
    not_before: int
    not_after: int
    public_key: bytes = field(repr=False)
    fingerprint: bytes
    side: Side | None = None
    limits: Limits | None = None
    """Of a program (B10)."""

    @property
    def acting(self) -> Role:
        """Whose rights it has: those of its role, or of the role that a program's limits name."""
        return self.role if self.limits is None or self.limits.acts_as is None else self.limits.acts_as

    @property
    def device(self) -> bytes:
        """SHA-256 of the key: what stays the same when the certificate is renewed."""
        return sha256(self.public_key).digest()

    @property
    def admits(self) -> bool:
        """Whether its holder may admit and remove devices of the own side."""
        return self.role in ADMITTING_ROLES or (self.limits is not None and self.limits.admits)


@dataclass(frozen=True, slots=True)
class Request:
    """A device asks to be certified. public_key: raw Ed25519, 32 bytes; fingerprint: SHA-256 of the request's DER."""

    name: str
    public_key: bytes = field(repr=False)
    fingerprint: bytes


@parts.unwarned()
def parse_certificate(der: bytes) -> Certificate:
    """What `der` says (I4, I5). It proves nothing yet: `Trust.verify` does. CertificateError says what is wrong."""
    what = "the certificate"
    certificate = parts.load(der, what)
    try:
        key, name = certificate.public_key(), certificate.subject
    except parts.UNREADABLE as error:
        raise CertificateError(f"{what} cannot be read: {type(error).__name__}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(f"{what} does not hold an Ed25519 key")
    names = parts.subject(name, _SUBJECT, what)
    found = parts.extensions(certificate, what)
    parts.check_use(found, what, authority=False)
    parts.require(found, x509.AuthorityKeyIdentifier, what, critical=False)
    first, last = parts.validity(certificate)
    role = _role(names[parts.TITLE])
    return Certificate(
        der=der,
        name=parts.only(names[parts.COMMON_NAME], "the name"),
        delegation=parts.only(names[parts.ORGANIZATION], "the name of the delegation"),
        role=role,
        arenas=_arenas(names[parts.UNIT]),
        serial=certificate.serial_number,
        not_before=first,
        not_after=last,
        public_key=key.public_bytes_raw(),
        fingerprint=sha256(der).digest(),
        limits=limits_of(found, role),
    )


def _role(values: list[str]) -> Role:
    value = parts.only(values, "the role")
    if value not in set(Role):
        raise CertificateError("the certificate names a role that does not exist")
    return Role(value)


def _arenas(values: list[str]) -> frozenset[Arena]:
    arenas = frozenset(Arena(value) for value in values if value in set(Arena))
    if len(arenas) != len(values):
        raise CertificateError("the certificate names an arena twice, or one that does not exist")
    return arenas


def device_request(private: Ed25519PrivateKey, name: str) -> bytes:
    """The request (DER) for a certificate on this key (I6); UsageError if the name cannot be certified."""
    try:
        parts.check_name(name, "the name")
    except FormatError as error:
        raise UsageError(str(error)) from None
    subject = x509.Name([x509.NameAttribute(parts.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private, None)
    return request.public_bytes(Encoding.DER)


@parts.unwarned()
def parse_request(der: bytes) -> Request:
    """The request in `der`, its proof of possession checked (I6)."""
    what = "the request"
    if len(der) > MAX_CERTIFICATE:
        raise CertificateError(f"{what} has {len(der)} bytes, at most {MAX_CERTIFICATE} are allowed")
    try:
        request = x509.load_der_x509_csr(der)
        key, name, signed = request.public_key(), request.subject, request.is_signature_valid
    except parts.UNREADABLE as error:
        raise CertificateError(f"{what} is not a PKCS #10 request: {type(error).__name__}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(f"{what} does not hold an Ed25519 key")
    if not signed:
        raise CertificateError(f"{what} is not signed by the key that it asks for")
    parts.check_signature_bits(der, request.signature, what)
    names = parts.subject(name, frozenset({parts.COMMON_NAME}), what)
    return Request(
        name=parts.only(names[parts.COMMON_NAME], "the name"),
        public_key=key.public_bytes_raw(),
        fingerprint=sha256(der).digest(),
    )
