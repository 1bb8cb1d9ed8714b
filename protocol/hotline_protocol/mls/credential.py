"""Credentials: what a member says it is (RFC 9420 §5.3).

Rule enforced by `check_credential` (§5.3): an X.509 credential is a chain of DER certificates, and the first of them is for the
signature key of the leaf. Everything else is for the caller's authentication service (§5.3.1): whether the certificates
certify each other (a chain may leave out those that others have), are valid now, lead to somebody trusted, and name whom they
should.
"""

from __future__ import annotations

import hmac
import warnings
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import RefusedError, UnsupportedError
from hotline_protocol.mls.signature import SignatureScheme

_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What the library raises on a certificate that is none, or whose key is beyond it."""


class CredentialType(IntEnum):
    """RFC 9420 §17.5."""

    BASIC = 1
    X509 = 2


@dataclass(frozen=True, slots=True)
class BasicCredential:
    """A bare name that nothing proves."""

    credential_type: ClassVar[CredentialType] = CredentialType.BASIC
    identity: bytes

    def encode(self) -> bytes:
        """The struct `Credential` with its type."""
        return codec.u16(self.credential_type) + codec.opaque(self.identity)


@dataclass(frozen=True, slots=True)
class X509Credential:
    """A chain of DER certificates, the member's own first; those that everybody has may be left out."""

    credential_type: ClassVar[CredentialType] = CredentialType.X509
    certificates: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The struct `Credential` with its type."""
        return codec.u16(self.credential_type) + codec.vector(map(codec.opaque, self.certificates))


Credential = BasicCredential | X509Credential


def read_credential(r: Reader) -> Credential:
    """The struct `Credential`; a type whose layout is unknown cannot be read past and is unsupported."""
    kind = r.u16()
    if kind == CredentialType.BASIC:
        return BasicCredential(r.opaque())
    if kind == CredentialType.X509:
        return X509Credential(tuple(r.vector(Reader.opaque)))
    raise UnsupportedError(f"credential type {kind:#06x} is not supported")


def check_credential(scheme: SignatureScheme, credential: Credential, signature_key: bytes) -> None:
    """Refuse, as `credential`, a chain that is none or whose first certificate is for another key (RFC 9420 §5.3)."""
    if isinstance(credential, BasicCredential):
        return
    if not credential.certificates:
        raise RefusedError("credential", "the chain of certificates is empty")
    keys = [_public_key(certificate) for certificate in credential.certificates]
    certified = scheme.write_public(keys[0])
    if certified is None:
        raise RefusedError("credential", f"the certificate is not for a key of {scheme.name}")
    if not hmac.compare_digest(certified, signature_key):
        raise RefusedError("credential", "the certificate is for another key than the leaf's")


# A leaf comes back with every commit of its member, and its certificates with it.
@lru_cache(maxsize=512)
def _public_key(certificate: bytes) -> object:
    """The key that the certificate is for; None if it is one that the library cannot read."""
    try:
        with warnings.catch_warnings():
            # What the library thinks odd in a stranger's certificate is not for our terminal.
            warnings.simplefilter("ignore", UserWarning)
            parsed = x509.load_der_x509_certificate(certificate)
    except _UNREADABLE as error:
        raise RefusedError("credential", "a certificate of the chain is no DER certificate") from error
    try:
        return parsed.public_key()
    except _UNREADABLE:
        return None
