"""An authority's root certificate: ML-DSA-65, self-signed, names its delegation and nothing else (rule I3).

I3  subject = issuer = O=delegation; CA with path length 0; key usage keyCertSign and cRLSign; SubjectKeyIdentifier; signed by itself
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from hotline_protocol.errors import CertificateError
from hotline_protocol.identity import x509_parts as parts


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate that is what it claims. Times: unix seconds; fingerprint: SHA-256 of the DER."""

    der: bytes = field(repr=False)
    delegation: str
    public_key: bytes = field(repr=False)
    fingerprint: bytes
    not_before: int
    not_after: int

    @property
    def x509(self) -> x509.Certificate:
        """The library's view of it."""
        return x509.load_der_x509_certificate(self.der)


@parts.unwarned()
def parse_root(der: bytes) -> Root:
    """The root in `der`, its self-signature checked; CertificateError says what is wrong."""
    what = "the authority certificate"
    certificate = parts.load(der, what)
    try:
        key = certificate.public_key()
        subject, issuer = certificate.subject, certificate.issuer
    except parts.UNREADABLE as error:
        raise CertificateError(f"{what} cannot be read: {type(error).__name__}") from None
    if not isinstance(key, MLDSA65PublicKey):
        raise CertificateError(f"{what} does not hold an ML-DSA-65 key")
    names = parts.subject(subject, frozenset({parts.ORGANIZATION}), what)
    found = parts.extensions(certificate, what)
    parts.check_use(found, what, authority=True)
    identifier = parts.require(found, x509.SubjectKeyIdentifier, what, critical=False)
    if subject != issuer or identifier != x509.SubjectKeyIdentifier.from_public_key(key):
        raise CertificateError(f"{what} is not its own issuer")
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes)
    except InvalidSignature:
        raise CertificateError(f"{what} is not signed by its own key") from None
    first, last = parts.validity(certificate)
    return Root(
        der=der,
        delegation=parts.only(names[parts.ORGANIZATION], "the name of the delegation"),
        public_key=key.public_bytes_raw(),
        fingerprint=sha256(der).digest(),
        not_before=first,
        not_after=last,
    )
