"""`hotline authority`: the custodian's commands, all offline, on one directory of files."""

from __future__ import annotations

from pathlib import Path

import click

from hotline_client import files
from hotline_client.ceremony import authority as ceremony
from hotline_client.ceremony import qr
from hotline_client.ceremony.authority import Authority, Grant
from hotline_client.ceremony.registers import Issued
from hotline_client.cli.base import options as common
from hotline_client.cli.base import output
from hotline_client.cli.base.options import json_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.custody.ceremony import (
    authority_option,
    compare,
    day,
    digits_option,
    facts,
    sealing_cost,
)
from hotline_client.cli.custody.limits import limits_of
from hotline_client.presenters.person import limits_record, limits_rows
from hotline_client.words import columns
from hotline_protocol.identity.certificate import Request
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Arena, Role

FILE = click.Path(path_type=Path)


@click.group("authority")
def command() -> None:
    """Keep a delegation's offline authority: its key, its card, whom it certifies."""


@command.command("init")
@click.option(
    "--delegation", required=True, metavar="NAME", help="What this delegation is called on the line."
)
@click.argument("directory", type=FILE)
@passphrase_option
@json_option
def init(delegation: str, directory: Path, passphrase: Passphrase) -> None:
    """Make the authority of a delegation in a new DIRECTORY."""
    files.must_be_absent(directory)
    made = ceremony.init(
        directory,
        delegation,
        passphrase.new("the authority key"),
        now=common.now(),
        rng=common.rng,
        unsafe_testing_cost=sealing_cost(),
    )
    _show_card(made, picture=False)
    output.say(
        f"Keep {directory} offline. Give {made.card_path.name} to the other delegation by any way,\n"
        "and read the digits to them by voice; type theirs with: hotline authority pair THEIR.card"
    )


@command.command("card")
@authority_option
@json_option
def card(authority_directory: Path) -> None:
    """Show the card again: its 30 digits and their QR code."""
    _show_card(Authority.at(authority_directory), picture=True)


def _show_card(authority: Authority, *, picture: bool) -> None:
    shown = authority.card
    record = {
        "delegation": shown.delegation,
        "digits": shown.digits,
        "fingerprint": shown.fingerprint,
        "card": authority.card_path,
        "svg": authority.svg_path,
    }
    rows = [
        ("delegation", shown.delegation),
        ("card", str(authority.card_path)),
        ("QR code", str(authority.svg_path)),
        ("digits", shown.digits),
    ]
    text = facts(rows)
    output.emit(record, f"{text}\n\n{qr.terminal(qr.card_text(shown))}" if picture else text)


@command.command("pair")
@click.argument("peer_card", type=FILE)
@authority_option
@digits_option("the other delegation reads out")
@json_option
def pair(peer_card: Path, authority_directory: Path, typed: str | None) -> None:
    """Pin the other delegation's PEER_CARD: type the 30 digits they read out to you."""
    authority = Authority.at(authority_directory)
    peer = ceremony.read_card(peer_card)
    ceremony.check_peer(authority, peer)
    output.say(f"Digits of {authority.card.delegation}, to read out: {authority.card.digits}")
    compare(peer.fingerprint, typed, f"Type the 30 digits that {peer.delegation} reads out")
    new = ceremony.pin(authority, peer)
    record = {"delegation": peer.delegation, "fingerprint": peer.fingerprint, "paired": True, "new": new}
    output.emit(
        record, f"Paired with {peer.delegation}." if new else f"{peer.delegation} was paired already."
    )


@command.command("approve")
@click.argument("request_file", metavar="REQUEST", type=FILE)
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--arena", "arenas", multiple=True, type=click.Choice([str(arena) for arena in Arena]))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Of a bot: a kind of document it may say. Repeatable.  [default: all that a program may]",
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    help="Of a bot: a channel it may use. Repeatable.  [default: plenary and its arenas']",
)
@click.option(
    "--rate", metavar="N/TIME", help="Of a bot: so many documents in such a time.  [default: 60/1h]"
)
@click.option(
    "--acts-as",
    type=click.Choice([str(role) for role in Role if role in WRITING_ROLES & PERSON_ROLES]),
    help="Of a bot: whose rights it has for these kinds, such as to acknowledge.",
)
@click.option("--admits", is_flag=True, help="Of a bot: it may admit and remove devices of your side.")
@click.option("--days", default=180, show_default=True, type=int, help="How long the certificate is valid.")
@click.option(
    "--out", type=FILE, help="The certificate file.  [default: beside the request, ending in .cert]"
)
@authority_option
@digits_option("the device shows")
@passphrase_option
@json_option
def approve(
    *,
    request_file: Path,
    role: str,
    arenas: tuple[str, ...],
    kinds: tuple[str, ...],
    channels: tuple[str, ...],
    rate: str | None,
    acts_as: str | None,
    admits: bool,
    days: int,
    out: Path | None,
    authority_directory: Path,
    typed: str | None,
    passphrase: Passphrase,
) -> None:
    """Certify a device: type the 30 digits it shows beside its REQUEST."""
    authority = Authority.at(authority_directory)
    request = ceremony.read_request(request_file)
    target = request_file.with_suffix(".cert") if out is None else out
    files.must_be_new(target)
    limits = limits_of(Role(role), arenas, kinds, channels, rate, acts_as, admits=admits)
    granted = ceremony.grant(
        request, Role(role), {Arena(arena) for arena in arenas}, days, now=common.now(), limits=limits
    )
    output.say(_grant_text(authority, request, granted))
    compare(request.fingerprint, typed, "Type the 30 digits that the device shows")
    custody = authority.unlock(passphrase.existing("the authority key"))
    certificate = ceremony.approve(authority, custody, request, granted, target, rng=common.rng)
    record = {
        "name": certificate.name,
        "delegation": certificate.delegation,
        "role": certificate.role,
        "arenas": certificate.arenas,
        "serial": f"{certificate.serial:x}",
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "fingerprint": certificate.fingerprint,
        "certificate": target,
        "limits": limits_record(certificate.limits),
    }
    output.emit(record, f"Certified {certificate.name} as {certificate.role}; give {target} to the device.")


def _grant_text(authority: Authority, request: Request, granted: Grant) -> str:
    rows = [
        ("certify", request.name),
        ("of", authority.card.delegation),
        ("as", granted.role),
        ("arenas", ", ".join(sorted(granted.arenas)) or "none"),
        ("until", day(granted.not_after)),
    ]
    return facts(rows + limits_rows(granted.limits))


@command.command("revoke")
@click.argument("wanted", metavar="NAME|SERIAL")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the register.")
@authority_option
@passphrase_option
@json_option
def revoke(*, wanted: str, reason: str, authority_directory: Path, passphrase: Passphrase) -> None:
    """Revoke what was issued to a person, or to the device of a serial; writes the next revocation list.

    A device that renewed its certificate has several; all that are valid are named.
    """
    authority = Authority.at(authority_directory)
    entries = authority.find(wanted)
    custody = authority.unlock(passphrase.existing("the authority key"))
    done = ceremony.revoke(authority, custody, entries, reason, now=common.now())
    record = {
        "name": entries[-1].name,
        "serials": [f"{entry.serial:x}" for entry in entries],
        "crl": done.path,
        "number": done.number,
        "revoked": done.revoked,
        "already": done.already,
    }
    again = " again" if done.already else ""
    count = "" if len(entries) == 1 else f", {len(entries)} certificates"
    output.emit(record, f"Revoked {entries[-1].name}{count}{again}; list {done.number} is {done.path}.")
    output.say(f"Bring it onto the line with a device of yours: hotline roster revoke {done.path}")


@command.command("list")
@authority_option
@json_option
def list_issued(authority_directory: Path) -> None:
    """Every certificate issued, and what became of it."""
    entries = Authority.at(authority_directory).issued()
    if not output.as_json():
        output.emit({}, _issued_table(entries) if entries else "No certificate was issued yet.")
        return
    for entry in entries:
        record = {name: getattr(entry, name) for name in Issued.__dataclass_fields__}
        output.emit({**record, "serial": f"{entry.serial:x}", "state": _state(entry)}, "")


def _state(entry: Issued) -> str:
    if entry.revoked is not None:
        return "revoked"
    return "expired" if entry.not_after < common.now() else "valid"


def _issued_table(entries: list[Issued]) -> str:
    rows = [
        (
            f"{entry.serial:x}"[:8],
            entry.name,
            entry.role,
            ",".join(entry.arenas),
            day(entry.not_after),
            _state(entry) + (f": {entry.reason}" if entry.reason else ""),
        )
        for entry in entries
    ]
    return columns.table(("SERIAL", "NAME", "ROLE", "ARENAS", "UNTIL", "STATE"), rows)
