"""What an authority does with its offline key: its own root, certificates of its devices, and revocation lists.

The key is ML-DSA-65 (FIPS 204). It signs three things that cannot be taken for each other: DER certificates, DER
revocation lists, and charters behind their own label.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.certificate import Request
from hotline_protocol.identity.limits import OID, Limits
from hotline_protocol.identity.root import Root, parse_root
from hotline_protocol.terms import Arena, Role

DAY: Final = 86_400
SEED_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class AuthorityKey:
    """An authority's private key."""

    private: MLDSA65PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> AuthorityKey:
        """A new key, from the library's own entropy."""
        return cls(MLDSA65PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, seed: bytes) -> AuthorityKey:
        """The key of a 32-byte seed (FIPS 204, ξ)."""
        if len(seed) != SEED_SIZE:
            raise FormatError(f"an authority key is {SEED_SIZE} bytes, not {len(seed)}")
        return cls(MLDSA65PrivateKey.from_seed_bytes(seed))

    def private_bytes(self) -> bytes:
        """The 32-byte seed. Secret."""
        return self.private.private_bytes_raw()

    def public_bytes(self) -> bytes:
        """The public key, 1,952 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """An ML-DSA-65 signature. `content` must begin with a label that no certificate or list begins with."""
        return self.private.sign(content)


def issue_root(key: AuthorityKey, delegation: str, *, now: int, days: int = 3650, serial: int) -> bytes:
    """The authority's own certificate (DER), valid from a day before `now` (unix s), since clocks differ."""
    name = x509.Name(
        [x509.NameAttribute(parts.ORGANIZATION, _named(delegation, "the name of the delegation"))]
    )
    public = key.private.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(parts.moment(now - DAY))
        .not_valid_after(parts.moment(now + days * DAY))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(parts.key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    return builder.sign(key.private, None).public_bytes(Encoding.DER)


def issue_certificate(
    key: AuthorityKey,
    root_der: bytes,
    request: Request,
    *,
    name: str,
    role: Role,
    arenas: Collection[Arena],
    not_before: int,
    not_after: int,
    serial: int,
    limits: Limits | None = None,
) -> bytes:
    """A device certificate (DER) for the key of `request`. Times: unix s. UsageError if it could never be valid.

    `limits`: of a program, which needs them; of nobody else.
    """
    root = _own_root(key, root_der)
    if (limits is None) is (role is Role.BOT):
        raise UsageError("a program's certificate needs limits, and nobody else's has any")
    if not max(not_before, root.not_before) < not_after <= root.not_after:
        raise UsageError("the certificate would end before it begins, or after its authority")
    attributes = [
        x509.NameAttribute(parts.COMMON_NAME, _named(name, "the name")),
        x509.NameAttribute(parts.ORGANIZATION, root.delegation),
        x509.NameAttribute(parts.TITLE, role),
        *(x509.NameAttribute(parts.UNIT, arena) for arena in sorted(set(arenas))),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(attributes))
        .issuer_name(root.x509.subject)
        .public_key(Ed25519PublicKey.from_public_bytes(request.public_key))
        .serial_number(serial)
        .not_valid_before(parts.moment(not_before))
        .not_valid_after(parts.moment(not_after))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(parts.key_usage(authority=False), critical=True)
        .add_extension(_authority_identifier(key), critical=False)
    )
    if limits is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(OID, limits.encode()), critical=False)
    return builder.sign(key.private, None).public_bytes(Encoding.DER)


def issue_crl(
    key: AuthorityKey,
    root_der: bytes,
    revoked: Mapping[int, int],
    *,
    number: int,
    now: int,
    next_update: int,
) -> bytes:
    """A revocation list (DER): serial → when it was revoked, unix s. It names every certificate ever revoked."""
    root = _own_root(key, root_der)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.x509.subject)
        .last_update(parts.moment(now))
        .next_update(parts.moment(next_update))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_identifier(key), critical=False)
    )
    for serial, when in sorted(revoked.items()):
        entry = (
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(parts.moment(when)).build()
        )
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key.private, None).public_bytes(Encoding.DER)


def _authority_identifier(key: AuthorityKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.private.public_key())


def _own_root(key: AuthorityKey, root_der: bytes) -> Root:
    root = parse_root(root_der)
    if root.public_key != key.public_bytes():
        raise UsageError("the authority key is not the key of the root certificate beside it")
    return root


def _named(value: str, what: str) -> str:
    try:
        return parts.check_name(value, what)
    except FormatError as error:
        raise UsageError(str(error)) from None
