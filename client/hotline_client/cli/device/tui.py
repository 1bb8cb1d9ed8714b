"""`hotline tui`: the terminal client on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hotline_client.cli.base import options as common
from hotline_client.cli.base.options import home_option
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.custody.ceremony import sealing_cost
from hotline_client.errors import NotInstalled
from hotline_client.words.columns import table

if TYPE_CHECKING:
    from hotline_client.tui.app.settings import Settings


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
    """Open the terminal client on the line; on a new device it leads through enrolment first.

    Settings are read from `client.toml` in the device's directory: theme, bidi, language and [keys].
    """
    # imported here: `hotline --help` shall not wait for them
    from hotline_client.tui.app import settings as wanted  # noqa: PLC0415
    from hotline_client.tui.terminal.quirks import need_terminal  # noqa: PLC0415

    chosen = wanted.read(home / wanted.NAME)
    given = {"theme": theme, "bidi": bidi, "language": language}
    chosen = replace(chosen, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # click checked
    if list_keys:
        wanted.apply(chosen)
        click.echo(_keys())
        return
    need_terminal()
    if home.exists() or passphrase.descriptor is not None:
        words = passphrase.existing("the vault")
    else:
        words = _guided(home, None, chosen)
    try:
        _open(home, words, chosen)
    except NotInstalled:
        _open(home, _guided(home, words, chosen), chosen)


def _open(home: Path, passphrase: str, chosen: Settings) -> None:
    from hotline_client.tui.app.run import run  # noqa: PLC0415

    with _line(home, passphrase) as opener:
        code = run(opener, chosen)
    if code:
        raise click.exceptions.Exit(code)


def _guided(home: Path, passphrase: str | None, chosen: Settings) -> str:
    """Lead through enrolment; the passphrase of the vault that is there then."""
    # only who is new here waits for these
    from hotline_client.tui.app.settings import apply  # noqa: PLC0415
    from hotline_client.tui.first_run.guide import Guide  # noqa: PLC0415
    from hotline_client.tui.first_run.steps import Enrolment  # noqa: PLC0415
    from hotline_client.tui.looks.themes import NAMES  # noqa: PLC0415

    apply(chosen)
    made = Enrolment(home, passphrase, rng=common.rng, now=common.now, unsafe_testing_cost=sealing_cost())
    guide = Guide(made, theme=NAMES[chosen.theme])
    guide.run()
    if guide.return_code or made.passphrase is None:
        raise click.exceptions.Exit(guide.return_code or 1)
    return made.passphrase


@contextmanager
def _line(home: Path, passphrase: str) -> Iterator[Callable[[], Any]]:
    """What opens the line, once the screen stands; its vault is closed in the end."""
    with ExitStack() as opened:

        def opener() -> Any:
            from hotline_client.line.line import Line  # noqa: PLC0415 - cryptography and the database come after the first paint
            from hotline_client.vault import Vault  # noqa: PLC0415

            return Line.open(opened.enter_context(Vault.open(home, passphrase)))

        yield opener


def _keys() -> str:
    from hotline_client.tui.parts import acts  # noqa: PLC0415 - only who lists them waits for them

    rows = [(act.id, act.place, " ".join(acts.keys(act)), act.help) for act in acts.ACTS]
    return table(("ACT", "WHERE", "KEYS", ""), rows)
