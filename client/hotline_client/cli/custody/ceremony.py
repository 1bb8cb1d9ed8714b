"""What the ceremony's commands share: the authority's directory, digits that a person types, and how things are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hotline_client.ceremony.rehearse import Throwaway
from hotline_client.cli.base import output
from hotline_client.vault import keyfile
from hotline_client.words import columns
from hotline_protocol.identity.digits import DigitsError, compare_digits

F = TypeVar("F", bound=Callable[..., Any])
TRIES: Final = 3


def sealing_cost() -> keyfile.Cost | None:
    """None, the real cost, unless a rehearsal of tests or the demo runs this command in its own process."""
    setup = click.get_current_context().find_object(Throwaway)
    return None if setup is None else setup.unsafe_testing_cost


def authority_option(function: F) -> F:
    """Adds `--authority DIR`; the command receives `authority_directory: Path`."""
    return click.option(
        "--authority",
        "authority_directory",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The authority's directory.  [default: the current one]",
    )(function)


def digits_option(whose: str) -> Callable[[F], F]:
    """Adds `--digits`, for scripts and for hands that paste; without it they are asked for."""
    return click.option(
        "--digits", "typed", metavar="DIGITS", help=f"The 30 digits {whose}, instead of asking."
    )


def compare(fingerprint: bytes, typed: str | None, prompt: str) -> None:
    """Compare what was typed, or is typed now, with `fingerprint`; at a prompt a slip may be mended twice."""
    if typed is not None:
        compare_digits(fingerprint, typed)
        return
    for left in range(TRIES - 1, -1, -1):
        try:
            compare_digits(fingerprint, click.prompt(prompt, err=True))
        except DigitsError as error:
            if not left:
                raise
            output.say(f"{error}; have that group read out again")
        else:
            return


def day(moment: int) -> str:
    """A unix time as a UTC date."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Lines of `label  value`, labels aligned; a value that repeats its label's line has an empty label."""
    width = max(columns.cells(label) for label, _ in rows)
    return "\n".join(f"  {columns.fit(label, width)}  {value}".rstrip() for label, value in rows)
