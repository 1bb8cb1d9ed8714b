"""`hotline-relay charter`: which links this relay serves, and which certificates they no longer trust."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hotline_protocol.errors import CharterError
from hotline_protocol.identity.charter import Charter
from hotline_protocol.text import show
from hotline_server.charters import MAX_FILE, CharterDirectory, read_charter
from hotline_server.checks import pins
from hotline_server.cli import guarded, json_option, state_option
from hotline_server.settings import StateDirectory, read_file
from hotline_server.tls import certificate_der, load_certificate

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("charter")
def command() -> None:
    """Add and list the charters this relay serves. A running relay takes up changes within a second."""


@command.command("add")
@state_option
@_file
def add(directory: Path, file: Path) -> None:
    """Verify a charter that both authorities signed, and serve its link."""
    charter = guarded(lambda: add_charter(StateDirectory(directory), read_file(file, limit=MAX_FILE)))
    click.echo(f"serving link {charter.link_id.hex()[:12]}: {_names(charter)}")


def add_charter(state: StateDirectory, data: bytes) -> Charter:
    """As `add`; a charter that does not pin this relay's certificate is refused, for no client would connect.

    So is one that holds the link secret.
    """
    state.load_settings()
    charter = read_charter(data)
    if not pins(charter, certificate_der(load_certificate(state.certificate))):
        raise CharterError("the charter pins another certificate than this relay's")
    return CharterDirectory(state.charters).add_charter(data).charter


@command.command("list")
@state_option
@json_option
def list_charters(directory: Path, as_json: bool) -> None:  # noqa: FBT001 - click hands options by name
    """List the links this relay serves."""
    guarded(StateDirectory(directory).load_settings)
    links, problems = guarded(CharterDirectory(StateDirectory(directory).charters).load)
    for link_id, link in links.items():
        delegations = [card.delegation for card in link.charter.delegations]
        if as_json:
            channels = [channel.name for channel in link.charter.channels]
            click.echo(json.dumps({"link": link_id.hex(), "delegations": delegations, "channels": channels}))
        else:
            click.echo(f"{link_id.hex()[:12]}  {_names(link.charter)}")
    for problem in problems:
        click.echo(f"not served: {show(problem)}", err=True)
    if problems:
        raise SystemExit(4)


@command.command("crl")
@state_option
@_file
def crl(directory: Path, file: Path) -> None:
    """Add a revocation list (DER) to the links whose authority signed it; revoked devices are disconnected."""
    state = StateDirectory(directory)
    guarded(state.load_settings)
    links = guarded(lambda: CharterDirectory(state.charters).add_crl(read_file(file, limit=MAX_FILE)))
    for link in links:
        click.echo(f"in force for link {link.charter.link_id.hex()[:12]}: {_names(link.charter)}")


def _names(charter: Charter) -> str:
    return " — ".join(show(card.delegation) for card in charter.delegations)
