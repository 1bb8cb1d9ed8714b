"""`hotline charter`: draft it, read it, sign it, copy it for the relay. The file goes from one custodian to the other and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from hotline_client import files
from hotline_client.ceremony import authority as authorities
from hotline_client.ceremony import charter as ceremony
from hotline_client.ceremony.authority import Authority
from hotline_client.cli.base import options as common
from hotline_client.cli.base import output
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.options import json_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.custody.ceremony import authority_option
from hotline_client.cli.custody.charter_text import charter_record, charter_text
from hotline_protocol.errors import CharterError, UsageError
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.terms import SIDES, Precedence

FILE = click.Path(path_type=Path)


@click.group("charter")
def command() -> None:
    """The charter that both authorities sign: who, over which relays, in which channels."""


def _targets(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[Precedence, int]:
    targets: dict[Precedence, int] = {}
    for value in values:
        name, _, duration = value.partition("=")
        if name.upper() not in set(Precedence):
            raise click.BadParameter("expected PRECEDENCE=DURATION, such as FLASH=10m")
        targets[Precedence(name.upper())] = Duration().convert(duration, None, None)
    return targets


@command.command("draft")
@click.option("--a", "card_a", required=True, type=FILE, metavar="CARD", help="The card of side a.")
@click.option("--b", "card_b", required=True, type=FILE, metavar="CARD", help="The card of side b.")
@click.option(
    "--relay", "relays", required=True, multiple=True, type=FILE, metavar="RELAYCARD", help="Repeatable."
)
@click.option(
    "--channel", "channels", multiple=True, metavar="NAME:SIDES[:ARENA]", help="Instead of the default ones."
)
@click.option(
    "--ack", "targets", multiple=True, callback=_targets, metavar="FLASH=10m", help="Acknowledgement target."
)
@click.option("--purpose", default="", help="What the line is for, in one sentence.")
@authority_option
@click.argument("out", type=FILE)
@json_option
def draft(
    *,
    card_a: Path,
    card_b: Path,
    relays: tuple[Path, ...],
    channels: tuple[str, ...],
    targets: dict[Precedence, int],
    purpose: str,
    authority_directory: Path,
    out: Path,
) -> None:
    """Write an unsigned charter to OUT."""
    files.must_be_new(out)
    cards = (authorities.read_card(card_a), authorities.read_card(card_b))
    if authorities.is_authority(authority_directory):
        ceremony.check_paired(Authority.at(authority_directory), cards)
    drafted = ceremony.draft(
        cards,
        [ceremony.read_relay(path) for path in relays],
        channels=[ceremony.parse_channel(text) for text in channels],
        ack_targets=targets,
        purpose=purpose,
        now=common.now(),
        rng=os.urandom,
    )
    files.write_new(out, drafted.encode())
    _show(drafted, out)
    output.say(f"Both authorities sign it, in either order: hotline charter sign {out}")


@command.command("show")
@click.argument("path", metavar="FILE", type=FILE)
@json_option
def show(path: Path) -> None:
    """Everything a charter says, and who signed it."""
    _show(ceremony.read(path), path)


@command.command("sign")
@click.argument("path", metavar="FILE", type=FILE)
@authority_option
@passphrase_option
@json_option
def sign(path: Path, authority_directory: Path, passphrase: Passphrase) -> None:
    """Sign a charter with this authority; the signature is added to FILE."""
    authority = Authority.at(authority_directory)
    signed = ceremony.read(path)
    side = ceremony.own_side(authority, signed.content())
    if wrong := signed.signed_by() - signed.proven() - {side}:
        raise CharterError(f"the signature of side {', '.join(wrong)} on this charter is wrong")
    if side in signed.proven():
        raise UsageError(f"{authority.card.delegation} signed this charter already")
    output.say(charter_text(signed))
    custody = authority.unlock(
        passphrase.existing(f"the authority key of {authority.card.delegation}, to sign this")
    )
    result = ceremony.sign(custody, signed, path)
    output.emit(_record(result, path), _signed_text(result, path))


@command.command("relay-copy")
@click.argument("path", metavar="FILE", type=FILE)
@click.argument("out", type=FILE)
@json_option
def relay_copy(path: Path, out: Path) -> None:
    """Write to OUT what the operator of the relay gets: the signed charter without the link secret."""
    copy = ceremony.relay_copy(path, out)
    text = f"Wrote {out} for the operator: hotline-relay charter add {out}"
    output.emit(_record(copy, out), text)


def _signed_text(signed: SignedCharter, path: Path) -> str:
    missing = [signed.content().delegation(side).delegation for side in SIDES if side not in signed.proven()]
    if missing:
        return f"Signed; {missing[0]} signs next: give them {path}."
    return f"Signed by both: {path} is in force. Devices get {path}; for the relay: hotline charter relay-copy {path} OUT"


def _record(signed: SignedCharter, path: Path) -> dict[str, Any]:
    return {**charter_record(signed), "file": path}


def _show(signed: SignedCharter, path: Path) -> None:
    output.emit(_record(signed, path), charter_text(signed))
