"""Who a certificate's holder is to this device: of which side, ours or not, this very device or another."""

from __future__ import annotations

from hotline_client.engine import journal
from hotline_client.engine.desk import Desk
from hotline_client.line.views import Person
from hotline_protocol.identity.certificate import Certificate


def person(desk: Desk, certificate: Certificate) -> Person:
    """The holder of a certificate that was identified."""
    me = desk.context.certificate
    side = journal.party(certificate).side
    return Person(
        name=certificate.name,
        delegation=certificate.delegation,
        role=certificate.role,
        limits=certificate.limits,
        side=side,
        own=side == me.side,
        me=certificate.public_key == me.public_key,
        fingerprint=certificate.fingerprint,
        device=certificate.device,
    )


def met(desk: Desk, fingerprint: bytes) -> Person | None:
    """The holder of a certificate that was met in any channel; None if it never was."""
    known = desk.context.met.get(fingerprint)
    if known is None:
        der = desk.store.certificate(fingerprint)
        if der is None:
            return None
        known = desk.context.identify(der)
    return person(desk, known)
