"""A delegation's offline authority: one directory with its sealed key, its card, the paired peer and its registers.

    authority.key   the ML-DSA-65 key, sealed under the custodian's passphrase
    NAME.card       the card for the other delegation; NAME.svg its QR code for print
    peer.card       the other delegation's card, once its digits were typed
    issued.jsonl    every certificate issued; revoked.jsonl every one revoked; NAME-<number>.crl each revocation list

Rules: the directory appears whole or not at all; a certificate is registered before it leaves; a peer is pinned only
against digits that a person typed; a pinned peer is never replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hotline_client import files
from hotline_client.ceremony import qr, registers
from hotline_client.ceremony.registers import Issued
from hotline_client.vault import keyfile
from hotline_protocol.errors import FormatError, StorageError, TrustError, UsageError
from hotline_protocol.identity.authority import AuthorityKey, issue_certificate, issue_crl, issue_root
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import Certificate, Request, parse_certificate, parse_request
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Arena, Role
from hotline_protocol.text import check_field, show

KEY_PURPOSE: Final = b"hotline authority key"
KEY_FILE: Final = "authority.key"
PEER_FILE: Final = "peer.card"
DAY: Final = 86_400
MAX_DAYS: Final = 1_100
"""No device certificate outlives three years and a few days; most should live for months."""
CRL_DAYS: Final = 3_650
"""A revocation list holds until a newer number replaces it; the authority's key is offline and renews nothing by itself."""
NAME_LIMIT: Final = 64


def serial_number(rng: Callable[[int], bytes]) -> int:
    """A random positive serial of 8 octets (RFC 5280, 4.1.2.2 allows 20): short enough to be read out."""
    return int.from_bytes(rng(8)) | (1 << 63)


def file_name(name: str) -> str:
    """`name` as a file name on any system: letters and digits kept, everything else a dash."""
    kept = "".join(character if character.isalnum() else "-" for character in name).strip("-")
    return kept or "unnamed"


@dataclass(frozen=True, slots=True)
class Custody:
    """The opened authority: what signs. Lives as long as one command."""

    key: AuthorityKey = field(repr=False)
    card: Card


@dataclass(frozen=True, slots=True)
class Authority:
    """The directory of an authority; nothing in it is secret but the sealed key."""

    directory: Path
    card: Card

    @classmethod
    def at(cls, directory: Path) -> Authority:
        """The authority in `directory`; `UsageError` if there is none."""
        if not is_authority(directory):
            error = UsageError(f"{directory} is not the directory of an authority")
            error.add_note(
                "name it with --authority DIR, or make one: hotline authority init --delegation NAME DIR"
            )
            raise error
        files.private_directory(directory)
        cards = [path for path in sorted(directory.glob("*.card")) if path.name != PEER_FILE]
        if len(cards) != 1:
            raise StorageError(f"{directory} holds {len(cards)} cards of its own, expected exactly one")
        return cls(directory, read_card(cards[0]))

    @property
    def card_path(self) -> Path:
        """The card file to hand to the other delegation."""
        return self.directory / f"{file_name(self.card.delegation)}.card"

    @property
    def svg_path(self) -> Path:
        """The QR code of the card's digits, for print."""
        return self.directory / f"{file_name(self.card.delegation)}.svg"

    @property
    def key_path(self) -> Path:
        """The sealed key."""
        return self.directory / KEY_FILE

    def peer(self) -> Card | None:
        """The paired card of the other delegation, or None before pairing."""
        path = self.directory / PEER_FILE
        return read_card(path) if path.exists() else None

    def paired(self) -> Card:
        """The paired card; `TrustError` before pairing."""
        peer = self.peer()
        if peer is None:
            error = TrustError(f"{self.card.delegation} has not paired with the other delegation")
            error.add_note("type the digits they read out: hotline authority pair THEIR.card")
            raise error
        return peer

    def unlock(self, passphrase: str) -> Custody:
        """The key behind `passphrase`; it must be the key of our own card."""
        seed = keyfile.open(files.read_secret(self.key_path, "the authority key"), passphrase, KEY_PURPOSE)
        key = AuthorityKey.from_private_bytes(seed)
        if key.public_bytes() != self.card.public_key:
            raise TrustError(
                "the authority key is not the key of the card beside it; one of the two was exchanged"
            )
        return Custody(key, self.card)

    def issued(self) -> list[Issued]:
        """Every certificate issued, oldest first, with what was revoked since."""
        return registers.issued(self.directory)

    def find(self, wanted: str) -> list[Issued]:
        """All unrevoked certificates of a person, or of the device of a serial, oldest first; else the newest that is revoked already.

        A device that renewed has several, and all of them open the line. A serial is hexadecimal; its first digits, at least six,
        will do.
        """
        issued = self.issued()
        devices = {entry.device for entry in issued if _begins(entry.serial, wanted)}
        found = [entry for entry in issued if wanted == entry.name or entry.device in devices]
        if not found:
            raise UsageError(f"no certificate was issued to {show(wanted)}")
        return [entry for entry in found if entry.revoked is None] or found[-1:]


def _begins(serial: int, wanted: str) -> bool:
    return len(wanted) >= 6 and f"{serial:x}".startswith(wanted.lower())


def is_authority(directory: Path) -> bool:
    """Whether `directory` holds an authority."""
    return (directory / KEY_FILE).exists()


def read_card(path: Path) -> Card:
    """The card in a file, its self-signature checked."""
    return Card.decode(files.read(path, "the card"))


def init(
    directory: Path,
    delegation: str,
    passphrase: str,
    *,
    now: int,
    rng: Callable[[int], bytes],
    unsafe_testing_cost: keyfile.Cost | None = None,
) -> Authority:
    """Make an authority: key, root certificate, card and QR code, all at once or not at all."""
    try:
        check_field(delegation, "the name of the delegation", limit=NAME_LIMIT)
    except FormatError as error:
        raise UsageError(str(error)) from None
    key = AuthorityKey.generate()
    card = Card(delegation, issue_root(key, delegation, now=now, serial=serial_number(rng)))
    made = Authority(directory, card)
    with files.new_directory(directory) as aside:
        files.write_new(aside / made.card_path.name, card.encode())
        files.write_new(aside / made.svg_path.name, qr.svg(qr.card_text(card)))
        sealed = keyfile.seal(
            key.private_bytes(), passphrase, KEY_PURPOSE, rng, unsafe_testing_cost=unsafe_testing_cost
        )
        files.write_new(aside / KEY_FILE, sealed)
    return made


def check_peer(authority: Authority, card: Card) -> None:
    """Refuse a card that cannot be the other side: our own, our name, or another than the one already pinned."""
    if card.fingerprint == authority.card.fingerprint:
        raise UsageError(
            f"this is the card of {authority.card.delegation} itself; the other delegation's is needed"
        )
    if card.delegation == authority.card.delegation:
        raise UsageError(
            f"both cards name the delegation {card.delegation}; one of the two must choose another name"
        )
    peer = authority.peer()
    if peer is not None and peer.fingerprint != card.fingerprint:
        raise TrustError(f"this authority is paired with another card of {peer.delegation} already")


def pin(authority: Authority, card: Card) -> bool:
    """Pin `card`, whose digits a person typed and the caller compared. False if it was pinned before."""
    check_peer(authority, card)
    if authority.peer() is not None:
        return False
    files.write_new(authority.directory / PEER_FILE, card.encode())
    return True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a certificate is to say. Times are unix seconds."""

    name: str
    role: Role
    arenas: frozenset[Arena]
    not_before: int
    not_after: int
    limits: Limits | None = None


def grant(
    request: Request,
    role: Role,
    arenas: Collection[Arena],
    days: int,
    *,
    now: int,
    limits: Limits | None = None,
) -> Grant:
    """What `approve` will certify: from five minutes ago (clocks differ) for `days` days. `limits`: of a program."""
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"a certificate lives 1 to {MAX_DAYS} days, not {days}")
    return Grant(request.name, role, frozenset(arenas), now - 300, now + days * DAY, limits)


def read_request(path: Path) -> Request:
    """The device's request in a file, its proof of possession checked."""
    return parse_request(files.read(path, "the request"))


def approve(
    authority: Authority,
    custody: Custody,
    request: Request,
    granted: Grant,
    out: Path,
    *,
    rng: Callable[[int], bytes],
) -> Certificate:
    """Issue the certificate into `out`. The caller has compared the request's digits with what the device shows."""
    files.must_be_new(out)
    der = issue_certificate(
        custody.key,
        authority.card.root,
        request,
        name=granted.name,
        role=granted.role,
        arenas=granted.arenas,
        not_before=granted.not_before,
        not_after=granted.not_after,
        serial=serial_number(rng),
        limits=granted.limits,
    )
    certificate = parse_certificate(der)
    registers.record_issued(authority.directory, certificate)
    files.write_new(out, der)
    return certificate


@dataclass(frozen=True, slots=True)
class Revocation:
    """A new revocation list: where it is, its number, and how many certificates it names."""

    path: Path
    number: int
    revoked: int
    already: bool


def revoke(
    authority: Authority, custody: Custody, entries: Sequence[Issued], reason: str, *, now: int
) -> Revocation:
    """Record the revocations and issue the next list. Revoking twice issues a list again, with a newer number."""
    try:
        check_field(reason, "the reason", limit=200)
    except FormatError as error:
        raise UsageError(str(error)) from None
    number = registers.last_number(authority.directory) + 1
    new = [entry for entry in entries if entry.revoked is None]
    for entry in new:
        registers.record_revoked(authority.directory, entry, reason, when=now, number=number)
    revoked = {item.serial: item.revoked for item in authority.issued() if item.revoked is not None}
    crl = issue_crl(
        custody.key,
        authority.card.root,
        revoked,
        number=number,
        now=now,
        next_update=now + CRL_DAYS * DAY,
    )
    path = authority.directory / f"{file_name(authority.card.delegation)}-{number:04d}.crl"
    files.write_new(path, crl)
    return Revocation(path, number, len(revoked), not new)
