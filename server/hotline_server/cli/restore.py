"""`hotline-relay restore`: logs from a copy; what the copy lacks comes from the devices of both sides."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hotline_server.backup import restore
from hotline_server.cli import guarded, json_option, state_option
from hotline_server.cli.backup import emit, progress
from hotline_server.settings import StateDirectory


@click.command("restore")
@state_option
@json_option
@click.argument("file", type=click.Path(path_type=Path), required=False)
def command(directory: Path, file: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click hands options by name
    """Put FILE, a copy of the logs, in the place of logs that are gone; then start the relay.

    Without FILE the logs that are there, or none at all, are taken for what is left. Every channel then waits until devices of heads or
    deputies of both sides have said what they hold, and takes from them what is missing. The relay must not run.
    """
    os.umask(0o077)
    copied = guarded(lambda: restore(StateDirectory(directory), file, progress))
    emit("restored", file, copied, as_json=as_json)
    if not as_json:
        click.echo(
            "every channel recovers: start the relay, and ask both delegations to bring a head's device on the line"
        )
