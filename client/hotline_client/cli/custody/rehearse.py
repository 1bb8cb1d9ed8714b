"""`hotline rehearse`: the whole ceremony with throw-away keys, each step printed as it would be typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.ceremony import rehearse
from hotline_client.ceremony.rehearse import Rehearsed, TypedStep
from hotline_client.cli.base import output
from hotline_client.cli.base.options import json_option
from hotline_client.cli.base.output import Styled
from hotline_client.errors import Unreachable

FILE = click.Path(path_type=Path)
RELAY_PATIENCE: Final = 30


@click.command("rehearse")
@click.argument("directory", type=FILE)
@click.option(
    "--a", "first", default="ALPHA", show_default=True, metavar="NAME", help="The delegation of side a."
)
@click.option(
    "--b", "second", default="BRAVO", show_default=True, metavar="NAME", help="The delegation of side b."
)
@click.option(
    "--relay-card", type=FILE, help="Of a relay you have; else one is made in DIRECTORY for loopback."
)
@json_option
def command(*, directory: Path, first: str, second: str, relay_card: Path | None) -> None:
    """Play the whole ceremony in a new DIRECTORY with throw-away keys; prints each step as it would be typed."""
    files.must_be_absent(directory)
    if relay_card is None:
        relay_card = directory.with_name(f"{directory.name}-relay") / "relay.card"
        _make_relay(relay_card.parent)
    program = click.get_current_context().find_root().command
    done = rehearse.run(
        directory, commands=program, relay_card=relay_card, delegations=(first, second), progress=_show_step
    )
    _show_result(done)


def _make_relay(state: Path) -> None:
    files.must_be_absent(state)
    words = ["init", "--state", str(state), "--host", "127.0.0.1", "--port", "7443"]
    # the relay is another program: the client's code knows nothing of the server's
    run = [sys.executable, "-m", "hotline_server", *words]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=RELAY_PATIENCE)  # noqa: S603 - our own program, no shell
    if done.returncode != 0:
        raise Unreachable(
            f"hotline-relay init ended with code {done.returncode}: {done.stderr.strip()[-200:]}"
        )
    typed = " ".join(["hotline-relay", *words])
    _show_step(TypedStep("operator of the relay", typed, (), f"card: {state / 'relay.card'}"))


def _show_step(step: TypedStep) -> None:
    record = {"step": step.typed, "who": step.who, "typed": step.answers, "outcome": step.outcome}
    lines: list[str | Styled] = [Styled(f"# {step.who}\n", "cyan"), Styled(f"$ {step.typed}\n", bold=True)]
    lines += [f"    types {answer}\n" for answer in step.answers]
    output.emit(record, [*lines, f"    {step.outcome}\n"])


def _show_result(done: Rehearsed) -> None:
    record = {
        "directory": done.directory,
        "authorities": done.authorities,
        "charter": done.charter,
        "relay_charter": done.relay_charter,
        "relay_card": done.relay_card,
        "devices": [
            {"name": enrolled.device.name, "side": enrolled.device.side, "home": enrolled.home}
            for enrolled in done.devices
        ],
    }
    output.emit(
        record, f"Rehearsed in {done.directory}. These keys are throw-away: delete the directory afterwards."
    )
