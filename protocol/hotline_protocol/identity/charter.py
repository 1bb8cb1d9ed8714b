"""The charter: what both authorities sign, and what everything on a link is checked against (rules I8 to I11, I16).

I8   two delegations with different names, roots and keys; their order fixes the sides a and b
I9   the exact bytes are signed; they are the one encoding of what they say; link id = SHA-256 of them
I10  each authority signs "hotline charter" ‖ 00 ‖ bytes with ML-DSA-65; a charter counts only with both signatures
I11  no field is unknown; the suite is pinned; every precedence has an acknowledgement target
I16  the charter holds the hash of the link secret; the file may carry the secret itself, and then it is that one
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from hotline_protocol import codec
from hotline_protocol.errors import CharterError, FormatError, TrustError
from hotline_protocol.identity.authority import AuthorityKey
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.root import parse_root
from hotline_protocol.identity.x509_parts import UNREADABLE, unwarned
from hotline_protocol.terms import SIDES, Arena, Precedence, Side
from hotline_protocol.text import check_field

DEFAULT_SUITE: Final = 0x004E
SUITES: Final = frozenset({0x004E, 0x0001})
"""MLS suites a charter may pin: X-Wing, the default, and the X25519 one."""
MAX_CHARTER: Final = 128 * 1024
MAX_RELAYS: Final = 8
MAX_CHANNELS: Final = 32
MAX_PURPOSE: Final = 1000
MAX_TARGET: Final = 30 * 86_400
_CHANNEL: Final = re.compile(r"[a-z][a-z0-9.-]{0,31}")
_SIGNED: Final = b"hotline charter\x00"

SECRET_SIZE: Final = 32
"""Size of a link secret, bytes."""
_SECRET_LABEL: Final = b"hotline link secret"

DEFAULT_TARGETS: Final[Mapping[Precedence, int]] = {
    Precedence.FLASH: 600,
    Precedence.IMMEDIATE: 1800,
    Precedence.PRIORITY: 10_800,
    Precedence.ROUTINE: 21_600,
}
"""Seconds in which a message of each precedence should be acknowledged."""


class Relay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a relay listens, `wss://host:port`, and the TLS certificate (DER) it must show."""

    url: str
    certificate: bytes


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A channel: whose it is, and the arena it is about, if it is about one."""

    name: str
    sides: Literal["ab", "a", "b"]
    arena: Arena | None = None


DEFAULT_CHANNELS: Final = (
    Channel("plenary", "ab"),
    Channel("air", "ab", Arena.AIR),
    Channel("naval", "ab", Arena.NAVAL),
    Channel("em", "ab", Arena.EM),
    Channel("caucus.a", "a"),
    Channel("caucus.b", "b"),
)


class _Delegation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    root: bytes


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    kind: Literal["hotline charter"]
    delegations: tuple[_Delegation, _Delegation]
    relays: tuple[Relay, ...]
    suite: int
    channels: tuple[Channel, ...]
    ack_targets: dict[Precedence, int]
    purpose: str
    created: int
    secret_hash: bytes


class _SignedWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    v: Literal[1]
    kind: Literal["hotline signed charter"]
    charter: bytes
    signatures: dict[Literal["a", "b"], bytes]
    secret: bytes | None = None


def secret_hash(secret: bytes) -> bytes:
    """What the charter says of a link secret, 32 bytes (I16)."""
    return sha256(_SECRET_LABEL + secret).digest()


@dataclass(frozen=True, slots=True)
class Charter:
    """What was agreed. `created`: unix seconds; `ack_targets`: seconds by precedence; `secret_hash`: I16."""

    delegations: tuple[Card, Card]
    relays: tuple[Relay, ...]
    secret_hash: bytes
    channels: tuple[Channel, ...] = DEFAULT_CHANNELS
    ack_targets: Mapping[Precedence, int] = field(default_factory=lambda: dict(DEFAULT_TARGETS))
    purpose: str = ""
    created: int = 0
    suite: int = DEFAULT_SUITE
    version: int = 1

    def __post_init__(self) -> None:
        _check_delegations(self.delegations)
        _check_relays(self.relays)
        _check_channels(self.channels)
        _check_terms(self)

    @classmethod
    def draft(
        cls,
        cards: tuple[Card, Card],
        relays: Sequence[Relay],
        *,
        secret_hash: bytes,
        channels: Sequence[Channel] = (),
        ack_targets: Mapping[Precedence, int] | None = None,
        purpose: str = "",
        created: int,
        suite: int = DEFAULT_SUITE,
    ) -> Charter:
        """A charter with the agreed defaults where nothing is said."""
        targets = {**DEFAULT_TARGETS, **(ack_targets or {})}
        agreed = tuple(channels) or DEFAULT_CHANNELS
        return cls(cards, tuple(relays), secret_hash, agreed, targets, purpose, created, suite)

    def encode(self) -> bytes:
        """The exact bytes that are signed and hashed (I9)."""
        return codec.encode(
            _Wire(
                v=1,
                kind="hotline charter",
                delegations=(_wire(self.delegations[0]), _wire(self.delegations[1])),
                relays=self.relays,
                suite=self.suite,
                channels=self.channels,
                ack_targets={precedence: self.ack_targets[precedence] for precedence in Precedence},
                purpose=self.purpose,
                created=self.created,
                secret_hash=self.secret_hash,
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> Charter:
        """A charter from its exact bytes; FormatError or TrustError says what is wrong."""
        wire = codec.decode(data, _Wire, limit=MAX_CHARTER)
        first, second = (Card(one.name, one.root) for one in wire.delegations)
        charter = cls(
            delegations=(first, second),
            relays=wire.relays,
            secret_hash=wire.secret_hash,
            channels=wire.channels,
            ack_targets=wire.ack_targets,
            purpose=wire.purpose,
            created=wire.created,
            suite=wire.suite,
        )
        if charter.encode() != data:
            raise FormatError("the charter is not in its one encoding")
        return charter

    @property
    def link_id(self) -> bytes:
        """What names this link everywhere, 32 bytes."""
        return sha256(self.encode()).digest()

    def group_id(self, channel: str, generation: int) -> bytes:
        """The MLS group id of a channel that was founded again `generation` times (E3), 32 bytes."""
        return sha256(b"hotline.v1 group" + self.link_id + bytes([generation]) + channel.encode()).digest()

    def delegation(self, side: Side) -> Card:
        """The delegation of a side."""
        return self.delegations[SIDES.index(side)]

    def channel(self, name: str) -> Channel | None:
        """The channel of that name, None if the charter has none."""
        return next((one for one in self.channels if one.name == name), None)


@dataclass(frozen=True, slots=True)
class SignedCharter:
    """A charter's exact bytes and the signatures it carries so far, by side. Only `verify` says that they are good.

    `secret`: the link secret, which devices need and a relay must not have; None in a relay's copy.
    """

    charter: bytes = field(repr=False)
    signatures: Mapping[Side, bytes] = field(default_factory=dict, repr=False)
    secret: bytes | None = field(default=None, repr=False)

    @classmethod
    def unsigned(cls, charter: Charter, secret: bytes | None = None) -> SignedCharter:
        """Ready to be signed by both, in either order."""
        return cls(charter.encode(), secret=secret)

    def relay_copy(self) -> SignedCharter:
        """The same without the link secret."""
        return replace(self, secret=None)

    def link_secret(self) -> bytes:
        """The link secret, if it is here and the charter's (I16); CharterError if not."""
        if self.secret is None:
            raise CharterError("the charter file holds no link secret: it is the relay's copy")
        self._check_secret(self.content())
        return self.secret

    def _check_secret(self, charter: Charter) -> None:
        """CharterError if a secret is here that is not the one the authorities sign."""
        if self.secret is None:
            return
        fits = hmac.compare_digest(secret_hash(self.secret), charter.secret_hash)
        if len(self.secret) != SECRET_SIZE or not fits:
            raise CharterError("the link secret in the file is not the one whose hash the charter holds")

    def content(self) -> Charter:
        """What it says; no signature is checked."""
        return Charter.decode(self.charter)

    def signed_by(self) -> frozenset[Side]:
        """The sides whose signature is there; `verify` says whether it is good."""
        return frozenset(self.signatures)

    def proven(self) -> frozenset[Side]:
        """The sides whose signature is there and good."""
        cards = zip(SIDES, self.content().delegations, strict=True)
        return frozenset(
            side for side, card in cards if side in self.signatures and self._is_good(side, card)
        )

    def _is_good(self, side: Side, card: Card) -> bool:
        key = MLDSA65PublicKey.from_public_bytes(card.public_key)
        try:
            key.verify(self.signatures[side], _SIGNED + self.charter)
        except InvalidSignature:
            return False
        return True

    def sign(self, key: AuthorityKey, root: bytes) -> SignedCharter:
        """The same with the signature of the authority whose root (DER) is `root`; CharterError if it is neither side."""
        public, pinned = key.public_bytes(), parse_root(root).fingerprint
        for side, card in zip(SIDES, self.content().delegations, strict=True):
            if card.fingerprint == pinned and card.public_key == public:
                signature = key.sign(_SIGNED + self.charter)
                return replace(self, signatures={**self.signatures, side: signature})
        raise CharterError("this authority is neither of the two delegations of the charter")

    def verify(self) -> Charter:
        """The charter, if both authorities signed it (I10) and a secret that is here is its own (I16).

        CharterError names what is missing or wrong.
        """
        charter = self.content()
        self._check_secret(charter)
        for side, card in zip(SIDES, charter.delegations, strict=True):
            if side not in self.signatures:
                raise CharterError(f"the signature of side {side}, {card.delegation}, is missing")
            if not self._is_good(side, card):
                raise CharterError(f"the signature of side {side}, {card.delegation}, is wrong")
        return charter

    def encode(self) -> bytes:
        """The charter file."""
        signatures = {side: self.signatures[side] for side in SIDES if side in self.signatures}
        return codec.encode(_SignedWire(1, "hotline signed charter", self.charter, signatures, self.secret))

    @classmethod
    def decode(cls, data: bytes) -> SignedCharter:
        """The charter in a file, its content well-formed, a secret its own, its signatures unchecked."""
        wire = codec.decode(data, _SignedWire, limit=2 * MAX_CHARTER)
        signed = cls(wire.charter, wire.signatures, wire.secret)
        try:
            signed._check_secret(signed.content())
        except CharterError:
            raise
        except TrustError as error:
            raise CharterError(f"a delegation of the charter cannot stand: {error}") from None
        return signed


def _wire(card: Card) -> _Delegation:
    return _Delegation(card.delegation, card.root)


def _check_delegations(cards: tuple[Card, Card]) -> None:
    first, second = cards
    if first.delegation == second.delegation:
        raise CharterError("both delegations of the charter have the same name")
    if first.fingerprint == second.fingerprint or first.public_key == second.public_key:
        raise CharterError("both delegations of the charter have the same authority key")


def _check_relays(relays: tuple[Relay, ...]) -> None:
    if not 1 <= len(relays) <= MAX_RELAYS:
        raise FormatError(f"a charter names 1 to {MAX_RELAYS} relays, not {len(relays)}")
    if len({one.url for one in relays}) != len(relays):
        raise FormatError("a charter names the same relay twice")
    for relay in relays:
        check_relay(relay)


def check_relay(relay: Relay) -> None:
    """Whether a relay's address is `wss://host:port` and its certificate can be read; FormatError if not."""
    check_field(relay.url, "the address of a relay", limit=200)
    try:
        url = urlsplit(relay.url)
        plain = (url.scheme, url.netloc) == ("wss", relay.url.removeprefix("wss://"))
        complete = bool(url.hostname) and bool(url.port) and url.username is None
    except ValueError:
        plain = complete = False
    if not (plain and complete and relay.url.isascii()):
        raise FormatError("the address of a relay is written wss://host:port")
    try:
        with unwarned():
            x509.load_der_x509_certificate(relay.certificate)
    except UNREADABLE:
        raise FormatError("the certificate of a relay is not X.509 in DER") from None


def _check_channels(channels: tuple[Channel, ...]) -> None:
    if not 1 <= len(channels) <= MAX_CHANNELS:
        raise FormatError(f"a charter names 1 to {MAX_CHANNELS} channels, not {len(channels)}")
    if len({one.name for one in channels}) != len(channels):
        raise FormatError("a charter names the same channel twice")
    if not all(_CHANNEL.fullmatch(one.name) for one in channels):
        raise FormatError("a channel's name is up to 32 lower-case letters, digits, dots and dashes")


def _check_terms(charter: Charter) -> None:
    if len(charter.secret_hash) != SECRET_SIZE:
        raise FormatError(f"a charter holds the hash of its link secret, {SECRET_SIZE} bytes")
    if charter.purpose:
        check_field(charter.purpose, "the purpose", limit=MAX_PURPOSE, lines=True)
    if charter.version != 1:
        raise FormatError(f"the charter has version {charter.version}, expected 1")
    if charter.suite not in SUITES:
        raise FormatError(f"the charter asks for suite {charter.suite:#06x}, which is not spoken here")
    targets = charter.ack_targets
    if set(targets) != set(Precedence) or not all(0 < seconds <= MAX_TARGET for seconds in targets.values()):
        raise FormatError("a charter sets an acknowledgement target of at most 30 days for every precedence")
    if not 0 <= charter.created < 1 << 40:
        raise FormatError("a charter says when it was made, in unix seconds")
