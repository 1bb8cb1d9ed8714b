"""`hotline tui`: the terminal client on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hotline_client.cli.common import home_option
from hotline_client.cli.output import table
from hotline_client.cli.passphrase import Passphrase, passphrase_option


@click.command("tui")
@click.option("--theme", type=click.Choice(["night", "day", "contrast"]), help="Begin with this theme.")
@click.option(
    "--bidi",
    type=click.Choice(["app", "terminal", "off"]),
    help="Who puts right-to-left text in visual order: this program, the terminal, or nobody.",
)
@click.option("--language", type=click.Choice(["en", "ru", "he"]), help="Of the program's own words.")
@click.option("--list-keys", is_flag=True, help="List every act with its keys, for `client.toml`, and leave.")
@home_option
@passphrase_option
def command(
    *,
    home: Path,
    passphrase: Passphrase,
    theme: str | None,
    bidi: str | None,
    language: str | None,
    list_keys: bool,
) -> None:
    """Open the terminal client on the line.

    Settings are read from `client.toml` in the device's directory: theme, bidi, language and [keys].
    """
    # imported here: `hotline --help` shall not wait for them
    from hotline_client.tui import settings as wanted  # noqa: PLC0415
    from hotline_client.tui.run import run  # noqa: PLC0415
    from hotline_client.tui.terminal import need_terminal  # noqa: PLC0415

    chosen = wanted.read(home / wanted.NAME)
    given = {"theme": theme, "bidi": bidi, "language": language}
    chosen = replace(chosen, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # click checked
    if list_keys:
        wanted.apply(chosen)
        click.echo(_keys())
        return
    need_terminal()
    with _line(home, passphrase.existing("the vault")) as opener:
        code = run(opener, chosen)
    if code:
        raise click.exceptions.Exit(code)


@contextmanager
def _line(home: Path, passphrase: str) -> Iterator[Callable[[], Any]]:
    """What opens the line, once the screen stands; its vault is closed in the end."""
    with ExitStack() as opened:

        def opener() -> Any:
            from hotline_client.line import Line  # noqa: PLC0415 - cryptography and the database come after the first paint
            from hotline_client.vault import Vault  # noqa: PLC0415

            return Line.open(opened.enter_context(Vault.open(home, passphrase)))

        yield opener


def _keys() -> str:
    from hotline_client.tui import acts  # noqa: PLC0415 - only who lists them waits for them

    rows = [(act.id, act.place, " ".join(acts.keys(act)), act.help) for act in acts.ACTS]
    return table(("ACT", "WHERE", "KEYS", ""), rows)
