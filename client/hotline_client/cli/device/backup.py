"""`hotline backup` and `hotline restore`: this device's vault as one file, copied while it is in use, and made of such a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.cli.base import options as common
from hotline_client.cli.base import output
from hotline_client.cli.base.options import home_option, json_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.custody.ceremony import sealing_cost
from hotline_client.cli.exits import hinted
from hotline_client.errors import RECOVER
from hotline_client.vault import Vault
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

FILE: Final = click.Path(path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@home_option
@passphrase_option
@json_option
def backup(file: Path, home: Path, passphrase: Passphrase) -> None:
    """Copy this device's vault to FILE, which must not exist, while it is in use. The passphrase of the vault opens it too.

    What is said after it was made is not in it. A vault that is restored from it sends nothing before `hotline recover`.
    """
    files.must_be_new(file)
    words = passphrase.existing("the vault")
    with Vault.open(home, words) as vault:
        made = dtg(common.now() * 1000)
        size = vault.backup(
            file,
            words,
            made=made,
            rng=common.rng,
            unsafe_testing_cost=sealing_cost(),
            progress=_progress("copied"),
        )
    record = {"type": "backup", "file": str(file), "bytes": size, "made": made}
    output.emit(
        record, f"written: {show(str(file))}, {size:,} bytes, {made}; the passphrase of the vault opens it"
    )


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Where a vault is, move it aside first.")
@home_option
@passphrase_option
@json_option
def restore(file: Path, home: Path, passphrase: Passphrase, *, replace: bool) -> None:
    """Make this device's vault from FILE, which `hotline backup` made. It reads at once and sends nothing before `hotline recover`."""
    taken = home.exists() or home.is_symlink()
    if taken and not replace:
        raise hinted(
            UsageError(f"{home} exists already and is not overwritten"),
            "see what is there with `hotline doctor`; --replace moves it aside and keeps it",
        )
    aside = home.with_name(
        f"{home.name}.replaced-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(common.now()))}"
    )
    fresh = home.with_name(f".{home.name}.restoring-{common.rng(6).hex()}")
    Vault.restore(file, fresh, passphrase.existing("the backup"), progress=_progress("restored"))
    if taken:
        files.move(home, aside)
    files.move(fresh, home)
    record = {"type": "restored", "home": str(home), "aside": str(aside) if taken else None, "next": RECOVER}
    kept = f"; what was there is kept in {show(str(aside))}" if taken else ""
    output.emit(record, f"restored: {show(str(home))}{kept}")
    output.say(f"next: {RECOVER}")


def _progress(what: str) -> Callable[[int, int], None]:
    """Says how far it is on a terminal, once a second."""
    said = [time.monotonic()]

    def progress(done: int, total: int) -> None:
        now = time.monotonic()
        if now - said[0] >= 1 and sys.stderr.isatty():
            said[0] = now
            output.say(f"{what} {done:,} of {total:,} bytes")

    return progress
