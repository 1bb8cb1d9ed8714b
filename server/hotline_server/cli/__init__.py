"""`hotline-relay`: the commands of whoever runs a relay, and their exit codes.

0 done · 1 unexpected · 2 usage · 4 a charter, revocation list or certificate is not to be trusted · 8 storage
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import click

from hotline_protocol.errors import FormatError, HotlineError, StorageError, TrustError, UsageError
from hotline_protocol.text import show

_EXIT_CODES: Final[tuple[tuple[type[HotlineError], int], ...]] = (
    (UsageError, 2),
    (FormatError, 4),
    (TrustError, 4),
    (StorageError, 8),
)
T = TypeVar("T")


def exit_code(error: HotlineError) -> int:
    """The exit code of an error."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)


class Failure(click.ClickException):
    """An error of ours, as click shows it."""

    def __init__(self, error: HotlineError) -> None:
        super().__init__(show(str(error)))
        self.error = error

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message and end with the code of the error."""
        super().show(file)
        raise SystemExit(exit_code(self.error))


def guarded(action: Callable[[], T]) -> T:
    """Run `action`; what it raises on purpose ends the command with its exit code."""
    try:
        return action()
    except HotlineError as error:
        raise Failure(error) from None


state_option = click.option(
    "--state",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/var/lib/hotline-relay"),
    show_default=True,
    help="The state directory.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class _Lazy(click.Group):
    """Loads a command's module when it is used."""

    _COMMANDS: Final = {
        "init": "hotline_server.cli.init",
        "run": "hotline_server.cli.run",
        "check": "hotline_server.cli.check",
        "backup": "hotline_server.cli.backup",
        "restore": "hotline_server.cli.restore",
        "charter": "hotline_server.cli.charter",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = self._COMMANDS.get(cmd_name)
        if module is None:
            return None
        __import__(module)
        command: click.Command = sys.modules[module].command
        return command


@click.command(cls=_Lazy)
@click.version_option(package_name="hotline", prog_name="hotline-relay")
def main() -> None:
    """Run a relay of the hotline: it orders, stores and forwards entries it cannot read."""
