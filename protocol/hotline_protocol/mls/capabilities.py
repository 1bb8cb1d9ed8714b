"""What a client can do, as its leaf declares it (RFC 9420 §7.2). Unknown values and GREASE survive."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.credential import CredentialType

MLS10 = 1
"""The one protocol version (RFC 9420 §17)."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Numbers from the registries of RFC 9420 §17; default extensions and proposals are not listed."""

    versions: tuple[int, ...] = (MLS10,)
    cipher_suites: tuple[int, ...] = ()
    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = (CredentialType.BASIC, CredentialType.X509)

    def encode(self) -> bytes:
        """The struct `Capabilities`."""
        parts = (self.versions, self.cipher_suites, self.extensions, self.proposals, self.credentials)
        return b"".join(codec.vector(map(codec.u16, part)) for part in parts)

    @classmethod
    def read(cls, r: Reader) -> Capabilities:
        """The struct `Capabilities`."""
        return cls(*(tuple(r.vector(Reader.u16)) for _ in range(5)))
