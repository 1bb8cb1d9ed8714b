"""Credentials: what a member says it is (RFC 9420 §5.3). Who vouches for it is decided outside the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import UnsupportedError


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
    """A chain of DER certificates, the member's own first, each certified by the next."""

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
