"""What a program may do on the line, in its certificate (docs/protocol.md, rules B10 to B14).

B10  a certificate of the role bot carries its limits in one extension that is not critical; no other certificate has it
B11  the extension is an OCTET STRING that holds the msgpack map {v: 1, kinds, channels, rate: [count, seconds], acts_as, admits} in its
     one encoding: kinds and channels sorted, each once

`kinds` and `channels` are names: a certificate that names one of a later version splits nobody from the others.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from cryptography import x509

from hotline_protocol import codec
from hotline_protocol.errors import CertificateError, FormatError
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Role

OID: Final = x509.ObjectIdentifier("2.25.325277407498117042225244361647570774886")
"""Ours: UUID f4b62662-07d1-408f-ae37-0b9ffa536b66 as an OID (ITU-T X.667)."""
MAX_SIZE: Final = 1024
"""Bytes of the extension: a certificate still fits into the first frame to a relay (R10)."""
MAX_COUNT: Final = 1000
MAX_SECONDS: Final = 86_400
HOUSEKEEPING: Final = frozenset({"receipt", "line.echo", "line.missed", "notice.finding"})
"""Kinds that every device says by itself: they need no leave and count against no rate. The relay bounds them (R11)."""

_OCTET_STRING: Final = 4
_LONG: Final = 0x80
_Kind = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9.-]{0,31}\Z")]
_Channel = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9.-]{0,63}\Z")]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`kinds` of documents and `channels`, sorted; `rate`: so many documents in so many seconds; `acts_as`: whose rights it has
    for these kinds, those of a program if None; `admits`: whether it may admit and remove devices of its side.
    """

    v: Literal[1] = 1
    kinds: Annotated[tuple[_Kind, ...], msgspec.Meta(max_length=64)]
    channels: Annotated[tuple[_Channel, ...], msgspec.Meta(min_length=1, max_length=32)]
    rate: tuple[
        Annotated[int, msgspec.Meta(ge=1, le=MAX_COUNT)], Annotated[int, msgspec.Meta(ge=1, le=MAX_SECONDS)]
    ]
    acts_as: Role | None = None
    admits: bool = False

    def __post_init__(self) -> None:
        """Refuse what is said twice or out of order: one encoding for one meaning."""
        for names in (self.kinds, self.channels):
            if list(names) != sorted(set(names)):
                raise ValueError("kinds and channels are sorted, each once")
        if self.acts_as is not None and self.acts_as not in WRITING_ROLES & PERSON_ROLES:
            raise ValueError("a program acts as a person who may write, or as itself")

    def encode(self) -> bytes:
        """The extension's value (B11)."""
        content = codec.encode(self)
        return bytes([_OCTET_STRING]) + _length(len(content)) + content

    def checked(self) -> Limits:
        """The same, held against every bound. CertificateError."""
        return self.decode(self.encode())

    @classmethod
    def decode(cls, value: bytes) -> Limits:
        """CertificateError if these are none, or not in their one encoding."""
        if len(value) > MAX_SIZE:
            raise CertificateError(
                f"the limits of the program take {len(value)} bytes, at most {MAX_SIZE} are allowed"
            )
        start = 2 + (value[1] & ~_LONG if len(value) > 1 and value[1] & _LONG else 0)
        try:
            limits = codec.decode(value[start:], cls)
        except FormatError as error:
            raise CertificateError(f"the limits of the program cannot be read: {error}") from None
        if limits.encode() != value:
            raise CertificateError("the limits of the program are not in their one encoding")
        return limits

    def why_not(self, kind: str, channel: str) -> str | None:
        """Why a document of this kind may not be said in this channel; None if it may."""
        if kind in HOUSEKEEPING:
            return None
        if kind not in self.kinds:
            return "this program's certificate does not allow documents of this kind"
        return None if channel in self.channels else "this program's certificate does not allow this channel"


def _length(size: int) -> bytes:
    """A DER length (X.690, 8.1.3)."""
    if size < _LONG:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([_LONG | len(digits)]) + digits


def limits_of(extensions: x509.Extensions, role: Role) -> Limits | None:
    """The limits in a certificate of this role (B10). CertificateError."""
    found = [one for one in extensions if one.oid == OID]
    if role is not Role.BOT:
        if found:
            raise CertificateError("the certificate of a person carries the limits of a program")
        return None
    if not found:
        raise CertificateError("the certificate of a program carries no limits")
    value = found[0].value
    if found[0].critical or not isinstance(value, x509.UnrecognizedExtension):
        raise CertificateError("the limits of a program stand in an extension that is not critical")
    return Limits.decode(value.value)
