"""Who is in a world: certified people of both sides, and a channel that was founded once and is copied for every world."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline_client.engine.context import Context
from hotline_client.engine.desk import Desk
from hotline_client.line.acts import commit
from hotline_protocol.identity.authority import issue_certificate, issue_crl
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import device_request, parse_request
from hotline_protocol.identity.charter import Channel, Charter, Relay, SignedCharter, secret_hash
from hotline_protocol.identity.limits import Limits
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Arena, Role, Side
from hotline_server.ordering import LogKey
from tests.support.memory_relay import MemoryRelay, Wire, settle
from tests.support.people import DAY, LINK_SECRET, NOW, Authority, authority, rng_of, self_signed
from tests.support.programs import PROGRAM
from tests.worlds.disks import Disk, RelayDisk
from tests.worlds.seeds import stream

CHANNEL: Final = "plenary"
SIDES: Final[dict[str, Side]] = {"a": "a", "b": "b"}
ADMITTING: Final = frozenset({"head", "deputy"})


@dataclass(frozen=True)
class Cast:
    """Names are `side.role` with a number where there are two; `guests` have certificates and are not in. `days`: of the certificates."""

    people: tuple[str, ...]
    guests: tuple[str, ...] = ()
    days: int = 365
    lasting: tuple[str, ...] = ()
    """Whose certificates last a year whatever `days` says."""


def _cast(people: str, guests: str = "", **more: object) -> Cast:
    return Cast(tuple(people.split()), tuple(guests.split()), **more)  # type: ignore[arg-type]


CASTS: Final = {
    "four": _cast("a.head a.officer b.head b.officer", "a.guest b.guest"),
    "deputies": _cast("a.head a.deputy b.head b.deputy", "a.guest b.guest"),
    "lopsided": _cast("a.head a.officer b.head b.deputy b.officer", "a.guest b.guest"),
    "watches": _cast("a.head a.watch b.head b.watch a.observer", "a.guest b.guest"),
    "programs": _cast("a.head a.officer a.bot b.head b.deputy b.observer", "a.guest b.guest"),
    "eight": _cast("a.head a.deputy a.officer a.bot b.head b.deputy b.watch b.observer", "a.guest b.guest"),
    "mortal": _cast(
        "a.head a.officer b.head b.deputy",
        "a.guest b.guest",
        days=20,
        lasting=("b.head", "b.deputy", "a.officer", "a.head2"),
    ),
    "officer mortal": _cast(
        "a.head a.officer b.head b.officer",
        "a.guest b.guest",
        days=20,
        lasting=("a.head", "b.head", "b.officer"),
    ),
    "heads mortal": _cast(
        "a.head a.officer b.head b.officer", "a.guest b.guest", days=20, lasting=("a.officer", "b.officer")
    ),
}
PLAIN: Final = {"four": 5, "deputies": 3, "lopsided": 3, "watches": 3, "programs": 2, "eight": 1}
"""The casts of plain worlds, and how often each is drawn; what eight devices do costs four times what four do."""


@dataclass(frozen=True)
class Home:
    """A link and its two authorities."""

    papers: SignedCharter
    charter: Charter
    trust: Trust
    key: LogKey


@functools.cache
def home(suite: int, relays: int = 1) -> Home:
    ours, theirs = authority("ALPHA", 1), authority("BRAVO", 2)
    cards = (Card("ALPHA", ours.root), Card("BRAVO", theirs.root))
    doors = [Relay(f"wss://127.0.0.1:{number + 1}", self_signed()) for number in range(relays)]
    charter = Charter.draft(
        cards,
        doors,
        secret_hash=secret_hash(LINK_SECRET),
        created=NOW,
        suite=suite,
        channels=[Channel(CHANNEL, "ab")],
    )
    papers = SignedCharter.unsigned(charter).sign(ours.key, ours.root).sign(theirs.key, theirs.root)
    return Home(papers, charter, Trust.from_charter(charter), LogKey(charter.link_id, CHANNEL))


def role_of(name: str) -> Role:
    word = name.partition(".")[2].rstrip("0123456789")
    return Role.OFFICER if word == "guest" else Role(word)


@functools.cache
def certificate(name: str, not_before: int, not_after: int, role: Role | None = None) -> tuple[bytes, bytes]:
    """(DER, private key) for a person of that name; one name has one key. Times unix s. Made once a process."""
    seed = stream("key", name).randbytes(32)
    private = Ed25519PrivateKey.from_private_bytes(seed)
    issuer = _authority(name[0])
    role = role or role_of(name)
    spoken = name.replace(".", " ")
    serial = stream(f"serial {name} {not_before}", not_after).getrandbits(63)
    der = issue_certificate(
        issuer.key,
        issuer.root,
        parse_request(device_request(private, spoken)),
        name=spoken,
        role=role,
        arenas=frozenset(Arena),
        not_before=not_before,
        not_after=not_after,
        serial=serial,
        limits=_limits() if role is Role.BOT else None,
    )
    return der, seed


def revocation_list(side: str, serials: Mapping[int, int], number: int, now: int) -> bytes:
    """Of a side's authority; `serials`: since when, unix s."""
    issuer = _authority(side)
    return issue_crl(
        issuer.key, issuer.root, dict(serials), number=number, now=now - 60, next_update=now + 365 * DAY
    )


def _authority(side: str) -> Authority:
    return authority("ALPHA", 1) if side == "a" else authority("BRAVO", 2)


def _limits() -> Limits:
    return Limits(kinds=PROGRAM.kinds, channels=(CHANNEL,), rate=PROGRAM.rate)


@functools.cache
def context(
    name: str, suite: int, relays: int = 1, *, not_before: int = NOW - DAY, not_after: int = NOW + 365 * DAY
) -> Context:
    """What a process of this person starts from; shared by all worlds, since all it gathers is whom it met."""
    place = home(suite, relays)
    der, private = certificate(name, not_before, not_after)
    return Context(place.papers, place.trust, place.trust.identify(der), private, LINK_SECRET)


def first_context(cast: Cast, name: str, suite: int, relays: int = 1) -> Context:
    """With the certificate of the beginning."""
    days = 365 if name in cast.lasting else cast.days
    return context(name, suite, relays, not_after=NOW + days * DAY)


@dataclass(frozen=True)
class Founded:
    """The disks of everybody after the founding, never used themselves."""

    vaults: dict[str, Disk]
    relay: RelayDisk
    now: int


@functools.cache
def founded(cast_name: str, suite: int, relays: int = 1) -> Founded:
    """The channel with all of the cast in it, made by the real engine: a founding, then each side admits its own."""
    cast = CASTS[cast_name]
    now = [NOW * 1000]
    relay = MemoryRelay(home(suite, relays).charter.link_id, lambda: now[0])
    vaults, desks, wires = {}, {}, []
    for number, name in enumerate(cast.people):
        vaults[name] = Disk()
        desks[name] = Desk(
            first_context(cast, name, suite, relays), vaults[name], lambda: now[0], rng_of(1000 + number)
        )
        wires.append(Wire(desks[name], relay))
        wires[-1].connect(CHANNEL)
        settle(wires, CHANNEL)

    def admit(name: str, *, side: str, heads: str) -> None:
        names = [one for one in cast.people if one[0] == side or one in heads.split()]
        wanted = {desks[one].context.certificate.fingerprint for one in names if one != name}
        knocks = [
            one.id for one in desks[name].state(CHANNEL).standing.knocks.values() if one.certificate in wanted
        ]
        if knocks:
            desks[name].step(CHANNEL, lambda draft: commit(draft, "admit", knocks))
        settle(wires, CHANNEL)
        now[0] += 3000
        settle(wires, CHANNEL)

    admit("a.head", side="a", heads="b.head")
    admit("b.head", side="b", heads="")
    assert all(one.state(CHANNEL).is_member for one in desks.values())
    assert len({one.state(CHANNEL).group.epoch_authenticator for one in desks.values()}) == 1  # type: ignore[union-attr]
    log = relay.log(CHANNEL)
    return Founded(vaults, RelayDisk.of(home(suite, relays).key, log.position, log.raws, log.known), now[0])
