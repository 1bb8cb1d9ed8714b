"""`hotline tui`: the terminal client on the line."""

from __future__ import annotations

from pathlib import Path

import click

from hotline_client.cli.common import home_option
from hotline_client.cli.passphrase import Passphrase, passphrase_option


@click.command("tui")
@click.option("--day", is_flag=True, help="Begin with the day theme.")
@home_option
@passphrase_option
def command(*, home: Path, passphrase: Passphrase, day: bool) -> None:
    """Open the terminal client on the line."""
    # imported here: the vault is unlocked on the plain terminal, and its errors need no screen
    from hotline_client.tui.run import run  # noqa: PLC0415
    from hotline_client.tui.themes import DAY, NIGHT  # noqa: PLC0415
    from hotline_client.vault import Vault  # noqa: PLC0415

    with Vault.open(home, passphrase.existing("the vault")) as vault:
        code = run(vault, theme=DAY if day else NIGHT)
    if code:
        raise click.exceptions.Exit(code)
