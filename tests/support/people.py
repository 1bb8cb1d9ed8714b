"""Two delegations made up for tests: authorities, a charter both signed, and certified devices. Slow parts are made once."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hotline_client.engine.context import Context
from hotline_protocol.identity.authority import AuthorityKey, issue_certificate, issue_crl, issue_root
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import Request, device_request, parse_request
from hotline_protocol.identity.charter import Charter, Relay, SignedCharter, secret_hash
from hotline_protocol.identity.limits import Limits
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Arena, Role, Side
from tests.support.programs import PROGRAM

LINK_SECRET = bytes(range(32))
NOW = 1_795_000_000
"""When the stories of the tests begin, unix seconds."""
DAY = 86_400


@dataclass(frozen=True)
class Authority:
    key: AuthorityKey
    root: bytes
    name: str


@dataclass(frozen=True)
class Link:
    authorities: tuple[Authority, Authority]
    papers: SignedCharter
    charter: Charter
    trust: Trust

    def authority(self, side: Side) -> Authority:
        return self.authorities[0 if side == "a" else 1]


def rng_of(seed: int) -> Callable[[int], bytes]:
    """Reproducible bytes."""
    source = random.Random(seed)  # noqa: S311  reproducible on purpose
    return source.randbytes


def authority(name: str, seed: int) -> Authority:
    key = AuthorityKey.from_private_bytes(bytes([seed]) * 32)
    return Authority(key, issue_root(key, name, now=NOW - DAY, serial=seed), name)


@functools.cache
def self_signed(seed: int = 200) -> bytes:
    """A certificate for a relay that nobody connects to."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.fromtimestamp(NOW - DAY, UTC))
        .not_valid_after(datetime.fromtimestamp(NOW + 3650 * DAY, UTC))
    )
    return builder.sign(key, None).public_bytes(Encoding.DER)


def link(suite: int = 0x0001) -> Link:
    """The link of the tests. The X25519 suite unless asked: the engine does not care, and it is faster."""
    return _link(suite)


@functools.cache
def _link(suite: int) -> Link:
    ours, theirs = authority("ALPHA", 1), authority("BRAVO", 2)
    cards = (Card("ALPHA", ours.root), Card("BRAVO", theirs.root))
    relays = [Relay("wss://127.0.0.1:1", self_signed())]
    charter = Charter.draft(cards, relays, secret_hash=secret_hash(LINK_SECRET), created=NOW, suite=suite)
    papers = SignedCharter.unsigned(charter).sign(ours.key, ours.root).sign(theirs.key, theirs.root)
    return Link((ours, theirs), papers, charter, Trust.from_charter(charter))


_ALL = frozenset(Arena)


@functools.cache
def device(
    side: Side,
    name: str,
    role: Role = Role.OFFICER,
    *,
    arenas: frozenset[Arena] = _ALL,
    days: int = 365,
    suite: int = 0x0001,
    limits: Limits = PROGRAM,
) -> tuple[bytes, bytes, int]:
    """(certificate DER, private key, serial) of somebody of a side. `limits`: of a bot."""
    home = link(suite)
    seed = random.Random(f"{side}/{name}/{role}").randbytes(32)  # noqa: S311  reproducible on purpose
    private = Ed25519PrivateKey.from_private_bytes(seed)
    request: Request = parse_request(device_request(private, name))
    serial = int.from_bytes(seed[:8], "big") >> 1
    issuer = home.authority(side)
    der = issue_certificate(
        issuer.key,
        issuer.root,
        request,
        name=name,
        role=role,
        arenas=arenas,
        not_before=NOW - DAY,
        not_after=NOW + days * DAY,
        serial=serial,
        limits=limits if role is Role.BOT else None,
    )
    return der, seed, serial


def context(
    side: Side,
    name: str,
    role: Role = Role.OFFICER,
    *,
    suite: int = 0x0001,
    days: int = 365,
    limits: Limits = PROGRAM,
) -> Context:
    """What a line of this person starts from."""
    home = link(suite)
    der, private, _ = device(side, name, role, suite=suite, days=days, limits=limits)
    return Context(home.papers, home.trust, home.trust.identify(der), private, LINK_SECRET)


def crl(side: Side, *serials: int, number: int = 1, now: int = NOW) -> bytes:
    """A revocation list of a side's authority."""
    issuer = link().authority(side)
    return issue_crl(
        issuer.key,
        issuer.root,
        dict.fromkeys(serials, now),
        number=number,
        now=now - 60,
        next_update=now + 365 * DAY,
    )
