"""Whom a link trusts: the two roots of its charter and the newest revocation list of each (rules I12, I13, I15).

I12  a certificate belongs to the side whose pinned root issued it: exactly one of the two, and it names that root's delegation
I15  it is current at a time within its own validity and its root's, unless the newest list of its side names it

Issuing is checked by the library's path validation. Its result does not change with time, so it is kept by fingerprint;
times and revocation are compared anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from hotline_protocol.errors import CertificateError, TrustError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.certificate import Certificate, parse_certificate
from hotline_protocol.identity.charter import Charter
from hotline_protocol.identity.revocation import RevocationList, parse_crl
from hotline_protocol.identity.root import Root
from hotline_protocol.terms import SIDES, Side

MAX_KNOWN: Final = 4096
"""Certificates remembered; the oldest goes when another comes."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Made from a charter; `with_crl` gives a new one. Certificates found good are remembered among all of them."""

    roots: tuple[Root, Root] = field(repr=False)
    lists: tuple[RevocationList | None, RevocationList | None] = (None, None)
    _known: dict[bytes, Certificate] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_charter(cls, charter: Charter, crls: Iterable[bytes] = ()) -> Trust:
        """The roots of `charter`, and revocation lists in any order, each of them good."""
        first, second = charter.delegations
        trust = cls((first.parsed, second.parsed))
        for one in sorted(crls, key=lambda der: parse_crl(der, trust.roots).number):
            trust = trust.with_crl(one)
        return trust

    def crl_side(self, der: bytes) -> Side:
        """Whose revocation list this is; TrustError if it is nobody's."""
        return parse_crl(der, self.roots).side

    def with_crl(self, der: bytes) -> Trust:
        """The same with a newer revocation list (I13); TrustError if it is not newer or takes a revocation back."""
        new = parse_crl(der, self.roots)
        old = self.lists[SIDES.index(new.side)]
        if old is not None and new.number <= old.number:
            raise TrustError(
                f"revocation list {new.number} of side {new.side} is not newer than {old.number}, which is in force"
            )
        if old is not None and not old.serials <= new.serials:
            raise TrustError(
                f"revocation list {new.number} of side {new.side} takes an earlier revocation back"
            )
        lists = (new, self.lists[1]) if new.side == "a" else (self.lists[0], new)
        return replace(self, lists=lists)

    def identify(self, der: bytes) -> Certificate:
        """Whose certificate this is, `side` set (I12), whenever it may be valid; CertificateError if nobody's."""
        fingerprint = sha256(der).digest()
        known = self._known.get(fingerprint)
        if known is not None:
            return known
        certificate = self._issued(parse_certificate(der))
        while len(self._known) >= MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[fingerprint] = certificate
        return certificate

    def verify(self, der: bytes, *, at: int) -> Certificate:
        """The certificate, `side` set, if it is current at `at` (unix s); CertificateError says which check failed."""
        certificate = self.identify(der)
        reason = self._not_current(certificate, at)
        if reason is not None:
            raise CertificateError(f"the certificate of {certificate.name} {reason}")
        return certificate

    def is_current(self, certificate: Certificate, at: int) -> bool:
        """Whether an identified certificate is valid at `at` (unix s) and not revoked (I15)."""
        return self._not_current(certificate, at) is None

    def _not_current(self, certificate: Certificate, at: int) -> str | None:
        if certificate.side is None:
            return "was not identified"
        place = SIDES.index(certificate.side)
        root, crl = self.roots[place], self.lists[place]
        if crl is not None and certificate.serial in crl.serials:
            return "was revoked"
        if at < max(certificate.not_before, root.not_before):
            return "is not valid yet"
        if at > min(certificate.not_after, root.not_after):
            return "has expired"
        return None

    def _issued(self, certificate: Certificate) -> Certificate:
        issuers = [
            (side, root)
            for side, root in zip(SIDES, self.roots, strict=True)
            if _is_issued_by(certificate, root)
        ]
        if len(issuers) != 1:
            found = "both" if issuers else "neither"
            raise CertificateError(f"the certificate was issued by {found} of the two authorities")
        side, root = issuers[0]
        if certificate.delegation != root.delegation:
            raise CertificateError(
                f"the certificate was issued by {root.delegation} and names another delegation"
            )
        return replace(certificate, side=side)


def _is_issued_by(certificate: Certificate, root: Root) -> bool:
    """Path validation by the library, at the first second at which both are valid."""
    first = max(certificate.not_before, root.not_before)
    if first > min(certificate.not_after, root.not_after):
        return False
    try:
        _verifier(root, first).verify(x509.load_der_x509_certificate(certificate.der), [])
    except (VerificationError, ValueError):
        return False
    return True


def _verifier(root: Root, at: int) -> ClientVerifier:
    """Only the root itself may issue, and each certificate has exactly the extensions that its kind needs."""
    authority = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.CRITICAL, None)
        .require_present(x509.KeyUsage, Criticality.CRITICAL, None)
        .require_present(x509.SubjectKeyIdentifier, Criticality.NON_CRITICAL, None)
    )
    device = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.CRITICAL, None)
        .require_present(x509.KeyUsage, Criticality.CRITICAL, None)
        .require_present(x509.AuthorityKeyIdentifier, Criticality.NON_CRITICAL, None)
    )
    return (
        PolicyBuilder()
        .store(Store([root.x509]))
        .time(parts.moment(at))
        .max_chain_depth(0)
        .extension_policies(ca_policy=authority, ee_policy=device)
        .build_client_verifier()
    )
