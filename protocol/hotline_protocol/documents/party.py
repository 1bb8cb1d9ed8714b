"""Who says something, as far as rights go."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.terms import Arena, Role, Side


@dataclass(frozen=True, slots=True)
class Party:
    """The holder of a certificate. `device`: SHA-256 of the certified key, which stays when the certificate is renewed; `arenas`: what it is entitled to."""

    device: bytes
    side: Side
    role: Role
    arenas: frozenset[Arena] = frozenset()
