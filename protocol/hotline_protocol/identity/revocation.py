"""Revocation lists: X.509 CRLs that an authority signs (RFC 5280 §5; docs/protocol.md, rule I13).

I13  a list is signed by one of the two roots, has a number newer than the last of that side, and names every serial that one named
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.x509.oid import ExtensionOID

from hotline_protocol.errors import TrustError
from hotline_protocol.identity.root import Root
from hotline_protocol.identity.x509_parts import UNREADABLE, check_signature_bits, unwarned
from hotline_protocol.terms import SIDES, Side

MAX_CRL: Final = 256 * 1024
_EXTENSIONS: Final = frozenset({ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})


@dataclass(frozen=True, slots=True)
class RevocationList:
    """The list of one side: its number and the serials it names."""

    side: Side
    number: int
    serials: frozenset[int] = field(repr=False)


@unwarned()
def parse_crl(der: bytes, roots: tuple[Root, Root]) -> RevocationList:
    """The list in `der`, signed by one of `roots` (in the order of the sides); TrustError says what is wrong."""
    if len(der) > MAX_CRL:
        raise TrustError(f"the revocation list has {len(der)} bytes, at most {MAX_CRL} are allowed")
    try:
        crl = x509.load_der_x509_crl(der)
        extensions = {one.oid for one in crl.extensions}
        serials = frozenset(entry.serial_number for entry in crl)
        side = _issuer(crl, roots)
    except UNREADABLE as error:
        raise TrustError(f"not a revocation list: {type(error).__name__}") from None
    check_signature_bits(der, crl.signature, "the revocation list")
    if side is None:
        raise TrustError("the revocation list is signed by neither of the two authorities")
    if extensions != _EXTENSIONS:
        raise TrustError(
            "a revocation list has a number, names its authority's key, and has no other extension"
        )
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return RevocationList(side, number, serials)


def _issuer(crl: x509.CertificateRevocationList, roots: tuple[Root, Root]) -> Side | None:
    found: list[Side] = [
        side
        for side, root in zip(SIDES, roots, strict=True)
        if crl.issuer == root.x509.subject
        and crl.is_signature_valid(MLDSA65PublicKey.from_public_bytes(root.public_key))
    ]
    return found[0] if len(found) == 1 else None
