"""Two delegations with throw-away authorities, and certificates of any shape for the tests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline_protocol.identity.authority import AuthorityKey, issue_certificate, issue_crl, issue_root
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import Certificate, device_request, parse_request
from hotline_protocol.identity.charter import Charter, Relay, SignedCharter, secret_hash
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Arena, Role, Side
from tests.support.programs import PROGRAM

DAY: Final = 86_400
NOW = 1_763_856_000
SEEDS = {"a": b"\xaa" * 32, "b": b"\xbb" * 32, "stranger": b"\xcc" * 32}
NAMES = {"a": "ALPHA", "b": "БРАВО", "stranger": "STRANGER"}


@dataclass(frozen=True)
class Delegation:
    key: AuthorityKey
    card: Card


@cache
def delegation(who: str) -> Delegation:
    key = AuthorityKey.from_private_bytes(SEEDS[who])
    return Delegation(key, Card(NAMES[who], issue_root(key, NAMES[who], now=NOW, serial=1 + len(who))))


SECRET = bytes(range(32))


@cache
def relay() -> Relay:
    return Relay("wss://relay.example:7443", delegation("stranger").card.root)


@cache
def charter() -> Charter:
    return Charter.draft(
        (delegation("a").card, delegation("b").card),
        [relay()],
        secret_hash=secret_hash(SECRET),
        created=NOW,
        purpose="Test.",
    )


@cache
def signed_charter() -> SignedCharter:
    a, b = delegation("a"), delegation("b")
    return SignedCharter.unsigned(charter(), SECRET).sign(a.key, a.card.root).sign(b.key, b.card.root)


@cache
def trust() -> Trust:
    return Trust.from_charter(charter())


def device(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))


@cache
def issue(
    who: str,
    name: str,
    role: Role,
    number: int,
    *,
    arenas: Collection[Arena] = (),
    not_before: int = NOW,
    not_after: int = NOW + 100 * DAY,
) -> bytes:
    """A certificate (DER) for device key `number`; `number` is its serial too."""
    issuer = delegation(who)
    return issue_certificate(
        issuer.key,
        issuer.card.root,
        parse_request(device_request(device(number), name)),
        name=name,
        role=role,
        arenas=arenas,
        not_before=not_before,
        not_after=not_after,
        serial=number,
        limits=PROGRAM if role is Role.BOT else None,
    )


def crl(side: Side, *serials: int, number: int = 1) -> bytes:
    """A revocation list of a side."""
    issuer = delegation(side)
    return issue_crl(
        issuer.key,
        issuer.card.root,
        dict.fromkeys(serials, NOW),
        number=number,
        now=NOW,
        next_update=NOW + 3650 * DAY,
    )


def identified(der: bytes) -> Certificate:
    return trust().identify(der)
