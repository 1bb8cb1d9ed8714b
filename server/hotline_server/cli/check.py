"""`hotline-relay check`: look at everything that can be wrong."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from hotline_protocol.text import show
from hotline_server.checks import check_all
from hotline_server.cli import json_option, state_option
from hotline_server.settings import StateDirectory


@click.command("check")
@state_option
@json_option
def command(directory: Path, as_json: bool) -> None:  # noqa: FBT001 - click hands options by name
    """Verify settings, permissions, TLS, charters and the database with every chain in it. Exit code 8 if anything is wrong."""
    findings = list(check_all(StateDirectory(directory), dt.datetime.now(dt.UTC)))
    for finding in findings:
        if as_json:
            click.echo(json.dumps({"what": finding.what, "problem": finding.problem, "hint": finding.hint}))
        elif finding.problem:
            click.echo(f"WRONG  {show(finding.what)}: {show(finding.problem)}\n       {show(finding.hint)}")
        else:
            click.echo(f"ok     {show(finding.what)}")
    if any(finding.problem for finding in findings):
        raise SystemExit(8)
