"""`hotline-relay backup`: a copy of the logs, while the relay runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from hotline_protocol.text import show
from hotline_server.backup import Copied, back_up
from hotline_server.cli import guarded, json_option, state_option
from hotline_server.settings import StateDirectory


@click.command("backup")
@state_option
@json_option
@click.argument("file", type=click.Path(path_type=Path))
def command(directory: Path, file: Path, as_json: bool) -> None:  # noqa: FBT001 - click hands options by name
    """Copy the logs to FILE, a new one, as they are now; the relay may run. Keep the rest of the state directory by itself."""
    os.umask(0o077)
    copied = guarded(lambda: back_up(StateDirectory(directory), file, progress))
    emit("backup", file, copied, as_json=as_json)


def progress(done: int, total: int) -> None:
    """A line now and then, for a person."""
    if sys.stderr.isatty():
        click.echo(f"{done} of {total} pages", err=True)


def emit(event: str, file: Path | None, copied: Copied, *, as_json: bool) -> None:
    """What was done."""
    name = None if file is None else str(file)
    if as_json:
        click.echo(json.dumps({"event": event, "file": name, **copied._asdict()}))
    else:
        where = "" if name is None else f" {show(name)}:"
        click.echo(f"{event}:{where} {copied.logs} logs, {copied.entries} entries, {copied.size:,} bytes")
