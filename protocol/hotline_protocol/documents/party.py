"""Who says something, as far as rights go."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.terms import Arena, Role, Side


@dataclass(frozen=True, slots=True)
class Party:
    """The holder of a certificate. `fingerprint`: SHA-256 of it; `arenas`: what it is entitled to."""

    fingerprint: bytes
    side: Side
    role: Role
    arenas: frozenset[Arena] = frozenset()
