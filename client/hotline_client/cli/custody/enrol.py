"""`hotline enrol`: a device makes its key, asks for its certificate and installs it."""

from __future__ import annotations

from pathlib import Path

import click

from hotline_client import files
from hotline_client.ceremony import enrol as ceremony
from hotline_client.cli.base import options as common
from hotline_client.cli.base import output
from hotline_client.cli.base.options import home_option, json_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.custody.ceremony import day, facts, sealing_cost
from hotline_protocol.identity.certificate import Request
from hotline_protocol.identity.digits import digits

FILE = click.Path(path_type=Path)


@click.group("enrol")
def command() -> None:
    """Enrol this device: make its key, ask for a certificate, install it."""


@command.command("request")
@click.option("--name", required=True, help="Who uses this device, as the others will see it.")
@click.argument("out", type=FILE)
@home_option
@passphrase_option
@json_option
def request(name: str, out: Path, home: Path, passphrase: Passphrase) -> None:
    """Make this device's vault and key; write the request for its certificate to OUT."""
    files.must_be_new(out)
    ceremony.check_name(name)
    ceremony.check_no_device(home)
    made = ceremony.request(
        home,
        name,
        passphrase.new("this device's vault"),
        out,
        rng=common.rng,
        unsafe_testing_cost=sealing_cost(),
    )
    _show(made, out)


@command.command("renew")
@click.option("--name", help="Who uses this device.  [default: as in its certificate]")
@click.argument("out", type=FILE)
@home_option
@passphrase_option
@json_option
def renew(name: str | None, out: Path, home: Path, passphrase: Passphrase) -> None:
    """Write a new request for the key this device has: before its certificate expires, or when a request was lost."""
    files.must_be_new(out)
    if name is not None:
        ceremony.check_name(name)
    _show(ceremony.renew(home, passphrase.existing("this device's vault"), name, out), out)


def _show(made: Request, out: Path) -> None:
    code = digits(made.fingerprint)
    record = {"name": made.name, "request": out, "digits": code, "fingerprint": made.fingerprint}
    output.emit(record, facts([("name", made.name), ("request", str(out)), ("digits", code)]))
    output.say("Give the request to your authority, and read the digits to its custodian yourself.")


@command.command("install")
@click.argument("certificate", metavar="CERTIFICATE", type=FILE)
@click.option("--charter", "charter_file", required=True, type=FILE, metavar="FILE", help="Signed by both.")
@home_option
@passphrase_option
@json_option
def install(certificate: Path, charter_file: Path, home: Path, passphrase: Passphrase) -> None:
    """Install this device's CERTIFICATE and the charter, if they fit each other and the key."""
    done = ceremony.install(
        home,
        passphrase.existing("this device's vault"),
        files.read(certificate, "the certificate"),
        files.read(charter_file, "the charter"),
        now=common.now(),
    )
    held = done.certificate
    record = {
        "name": held.name,
        "delegation": held.delegation,
        "side": held.side,
        "role": held.role,
        "arenas": held.arenas,
        "not_after": held.not_after,
        "channels": [channel.name for channel in done.channels],
        "link_id": done.charter.link_id,
        "relays": [relay.url for relay in done.charter.relays],
    }
    rows = [
        ("installed", f"{held.name}, {held.role} of {held.delegation} (side {held.side})"),
        ("until", day(held.not_after)),
        ("channels", ", ".join(channel.name for channel in done.channels)),
        ("relays", ", ".join(relay.url for relay in done.charter.relays)),
        ("link id", digits(done.charter.link_id)),
    ]
    output.emit(record, facts(rows))
    output.say("Compare the link id with the other delegation once. Then: hotline tui")
