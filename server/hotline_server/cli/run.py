"""`hotline-relay run`: serve."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
import uvloop

from hotline_server.cli import guarded, state_option
from hotline_server.hub import Writer
from hotline_server.logs import make_logger
from hotline_server.relay import run
from hotline_server.settings import StateDirectory


@click.command("run")
@state_option
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Bind another port than relay.toml says; 0 picks one."
)
@click.option(
    "--writer",
    type=click.Choice(["loop", "thread"]),
    default="loop",
    show_default=True,
    help="Where commits run: `thread` for disks whose fsync takes many milliseconds.",
)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
def command(directory: Path, port: int | None, writer: str, log_level: str) -> None:
    """Serve until SIGTERM. One JSON line on standard output says which port is open; logs go to standard error."""
    state = StateDirectory(directory)
    settings = guarded(state.load_settings)
    chosen = settings.port if port is None else port
    logger = make_logger(log_level)
    guarded(lambda: uvloop.run(run(state, settings, logger, port=chosen, writer=cast("Writer", writer))))
