"""`hotline-relay init`: make a state directory, a TLS certificate and the relay card."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from hashlib import sha256
from pathlib import Path

import click

from hotline_protocol import codec
from hotline_protocol.errors import UsageError
from hotline_protocol.identity.charter import Relay, check_relay
from hotline_server.cli import guarded, state_option
from hotline_server.settings import StateDirectory, write_private
from hotline_server.tls import make_certificate


@click.command("init")
@state_option
@click.option("--host", required=True, help="Name or address that clients dial.")
@click.option("--port", type=click.IntRange(1, 65535), default=7443, show_default=True)
@click.option("--listen", default="0.0.0.0", show_default=True, help="Address to bind.")  # noqa: S104 - shown, and narrowed at will
def command(directory: Path, host: str, port: int, listen: str) -> None:
    """Make a state directory with a fresh TLS key, and print the relay card for the charter."""
    relay = guarded(lambda: init(StateDirectory(directory), host, port, listen))
    click.echo(f"url          {relay.url}")
    click.echo(f"certificate  sha256 {sha256(relay.certificate).hexdigest()}")
    click.echo(f"card         {directory / 'relay.card'}")
    click.echo("Give relay.card to both authorities: its url and certificate go into the charter.")


def init(state: StateDirectory, host: str, port: int, listen: str) -> Relay:
    """Make everything a relay needs before its first charter."""
    if state.key.exists() or state.settings.exists():
        raise UsageError(f"{state.directory} already belongs to a relay")
    key, pem, der = make_certificate(host, dt.datetime.now(dt.UTC))
    relay = Relay(f"wss://{_in_url(host)}:{port}", der)
    check_relay(relay)
    state.make()
    write_private(state.key, key)
    write_private(state.certificate, pem)
    write_private(state.card, codec.encode(relay))
    lines = (
        f"host = {json.dumps(host)}",
        f"port = {port}",
        f"listen = {json.dumps(listen)}",
        "",
        "[limits]",
        "",
    )
    write_private(state.settings, "\n".join(lines).encode())
    return relay


def _in_url(host: str) -> str:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return host
    return f"[{host}]" if version == 6 else host
