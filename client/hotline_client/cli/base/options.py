"""Options that many commands share: where the device's files are, and `--json`."""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hotline_client.cli.base.output import JSON_KEY
from hotline_protocol.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

_PROFILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

rng: Final[Callable[[int], bytes]] = os.urandom
"""The randomness handed to everything that needs some."""


def now() -> int:
    """Unix time in seconds, handed to everything that needs a clock."""
    return int(time.time())


def home_directory(profile: str | None, home: str | None) -> Path:
    """The directory of one device: `--home`, else that of `--profile`, else HOTLINE_HOME, else the default profile's."""
    if home is not None and profile is not None:
        raise UsageError("--home names a directory and --profile another; give one of them")
    if home is not None:
        return Path(home).absolute()
    if profile is None and (named := os.environ.get("HOTLINE_HOME")):
        return Path(named).absolute()
    chosen = profile or "default"
    if not _PROFILE.fullmatch(chosen):
        raise UsageError("a profile is named with letters, digits, dot, dash and underscore only")
    # imported here: only a command that needs the default directory pays for it
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("hotline", appauthor=False) / chosen


def home_option(function: F) -> F:
    """Adds `--profile NAME` and `--home DIR`; the command receives `home: Path`, which need not exist yet."""

    @click.option(
        "--profile", metavar="NAME", help="Which of your devices on this machine.  [default: default]"
    )
    @click.option("--home", metavar="DIR", help="The device's directory itself, instead of a profile's.")
    @functools.wraps(function)
    def wrapped(*args: Any, profile: str | None, home: str | None, **kwargs: Any) -> Any:
        return function(*args, home=home_directory(profile, home), **kwargs)

    return wrapped  # type: ignore[return-value]  # click reads the parameters off the wrapper


def json_option(function: F) -> F:
    """Adds `--json`, which `output.emit` and the error report obey; the command receives nothing."""

    def remember(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        context.meta[JSON_KEY] = bool(value)

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=remember,
        help="One JSON object a line, for programs.",
    )(function)
