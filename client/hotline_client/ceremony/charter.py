"""The charter as a file that goes from one custodian to the other: drafted, shown, signed by both, copied for the relay.

Rules: an authority signs only a charter between itself and the card it paired with; a signature is added, never
replaced; the file on disk is replaced whole. The link secret is made with the draft and leaves out only the relay's copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from hotline_client import files
from hotline_client.ceremony.authority import Authority, Custody
from hotline_protocol import codec
from hotline_protocol.errors import CharterError, FormatError, UsageError
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.charter import (
    SECRET_SIZE,
    Channel,
    Charter,
    Relay,
    SignedCharter,
    check_relay,
    secret_hash,
)
from hotline_protocol.terms import Arena, Precedence, Side

_SIDES: Final[Mapping[str, Literal["ab", "a", "b"]]] = {"ab": "ab", "a": "a", "b": "b"}


def read_relay(path: Path) -> Relay:
    """The relay card that `hotline-relay init` wrote: its address and its certificate."""
    relay = codec.decode(files.read(path, "the relay card"), Relay)
    check_relay(relay)
    return relay


def parse_channel(text: str) -> Channel:
    """`NAME:SIDES[:ARENA]`, e.g. `air:ab:air` or `caucus.a:a`."""
    name, _, rest = text.partition(":")
    sides, _, arena = rest.partition(":")
    if not name or sides not in _SIDES or (arena and arena not in set(Arena)):
        raise UsageError("a channel is written NAME:SIDES[:ARENA] with sides ab, a or b, e.g. air:ab:air")
    return Channel(name, _SIDES[sides], Arena(arena) if arena else None)


def read(path: Path) -> SignedCharter:
    """The charter in a file, with the signatures it carries; none is checked yet."""
    return SignedCharter.decode(files.read(path, "the charter"))


def check_paired(authority: Authority, cards: Sequence[Card]) -> None:
    """Refuse two cards that are not this authority's own and the one it paired with."""
    own, peer = authority.card.fingerprint, authority.paired().fingerprint
    found = {card.fingerprint for card in cards}
    if own not in found:
        raise CharterError(f"neither card is that of {authority.card.delegation}, whose authority this is")
    if peer not in found:
        stranger = next(card for card in cards if card.fingerprint != own)
        error = CharterError(f"the card of {stranger.delegation} is not the one this authority paired with")
        error.add_note("somebody exchanged a card; compare the digits by voice again before you go on")
        raise error


def draft(
    cards: tuple[Card, Card],
    relays: Sequence[Relay],
    *,
    channels: Sequence[Channel],
    ack_targets: Mapping[Precedence, int],
    purpose: str,
    now: int,
    rng: Callable[[int], bytes],
) -> SignedCharter:
    """An unsigned charter with a new link secret. Empty `channels` and missing `ack_targets` take the agreed defaults."""
    if cards[0].fingerprint == cards[1].fingerprint:
        raise UsageError("both cards are the same; a charter is between two delegations")
    secret = rng(SECRET_SIZE)
    try:
        charter = Charter.draft(
            cards,
            relays,
            secret_hash=secret_hash(secret),
            channels=channels,
            ack_targets=ack_targets,
            purpose=purpose,
            created=now,
        )
        return SignedCharter.unsigned(charter, secret)
    except FormatError as error:
        raise UsageError(str(error)) from None


def own_side(authority: Authority, charter: Charter) -> Side:
    """Which side this authority is; refuses a charter that is not between it and its paired peer."""
    check_paired(authority, charter.delegations)
    return "a" if charter.delegations[0].fingerprint == authority.card.fingerprint else "b"


def sign(custody: Custody, signed: SignedCharter, path: Path) -> SignedCharter:
    """Add our signature and put the charter back under its name; a relay's copy is not signed."""
    signed.link_secret()
    result = signed.sign(custody.key, custody.card.root)
    files.replace(path, result.encode())
    return result


def relay_copy(path: Path, out: Path) -> SignedCharter:
    """Write what the operator of a relay gets to `out`: the charter that both signed, without the link secret."""
    files.must_be_new(out)
    signed = read(path)
    signed.verify()
    copy = signed.relay_copy()
    files.write_new(out, copy.encode())
    return copy
