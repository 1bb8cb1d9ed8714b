"""Which certificate may use which channel (docs/protocol.md, rule I14). The relay and every member ask the same function.

I14  the side is one of the channel's; a channel of an arena takes heads, deputies, and whoever's certificate names that arena;
     a program only enters the channels that its limits name
"""

from __future__ import annotations

from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Channel
from hotline_protocol.terms import ADMITTING_ROLES


def may_use(certificate: Certificate, channel: Channel) -> bool:
    """Whether the holder of a certificate that `Trust` identified may be in the channel."""
    if certificate.side is None or certificate.side not in channel.sides:
        return False
    if certificate.limits is not None and channel.name not in certificate.limits.channels:
        return False
    return channel.arena is None or channel.arena in certificate.arenas or certificate.role in ADMITTING_ROLES
