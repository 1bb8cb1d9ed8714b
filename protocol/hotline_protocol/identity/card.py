"""A delegation's card: its name and root certificate, handed over by any way and proven by 30 digits read out (rule I7).

I7  card file = msgpack map {v: 1, kind: "hotline card", delegation, root}; the name is the root's own; fingerprint = SHA-256(root)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from hotline_protocol import codec
from hotline_protocol.errors import CertificateError
from hotline_protocol.identity.digits import digits
from hotline_protocol.identity.root import Root, parse_root

MAX_CARD: Final = 32 * 1024


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    kind: Literal["hotline card"]
    delegation: str
    root: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """Made from a name and a root (DER) that is checked at once: CertificateError if they are not what they should be."""

    delegation: str
    root: bytes = field(repr=False)
    parsed: Root = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parsed = parse_root(self.root)
        if parsed.delegation != self.delegation:
            raise CertificateError("the card names another delegation than its authority certificate")
        object.__setattr__(self, "parsed", parsed)

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the root, 32 bytes."""
        return self.parsed.fingerprint

    @property
    def public_key(self) -> bytes:
        """The authority's ML-DSA-65 key."""
        return self.parsed.public_key

    @property
    def digits(self) -> str:
        """What the other delegation is told by voice."""
        return digits(self.fingerprint)

    def encode(self) -> bytes:
        """The card file."""
        return codec.encode(_Wire(1, "hotline card", self.delegation, self.root))

    @classmethod
    def decode(cls, data: bytes) -> Card:
        """The card in a file. It proves nothing until its digits were typed."""
        wire = codec.decode(data, _Wire, limit=MAX_CARD)
        return cls(wire.delegation, wire.root)
