"""Exit codes of every command, and the one place that turns an exception into a code and a message on stderr.

    hotline: error: what was expected, what came
    hint: what to do about it

Hints are the notes (PEP 678) of the exception, so any layer can give one without knowing this module. Errors the
project raises on purpose carry no secret and are shown, sanitised; of an unexpected exception only its type and place
are shown, never its message or local variables, with HOTLINE_DEBUG=1 the whole path to it. With `--json` an error is
one JSON object on stderr.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

import click

from hotline_client.errors import AckTimeout, Declined, HaltedChannel, KeyReused, Refused, Unreachable
from hotline_protocol.errors import (
    ChainError,
    FormatError,
    HotlineError,
    NotAppliedError,
    PeerError,
    StorageError,
    TrustError,
    UsageError,
)
from hotline_protocol.text import show

__all__ = [
    "AckTimeout",
    "Declined",
    "Exit",
    "HaltedChannel",
    "KeyReused",
    "ReaderGoneError",
    "Refused",
    "Report",
    "Unreachable",
    "explain",
    "hinted",
    "noticing_readers",
    "report",
    "silence_stdout",
]

E = TypeVar("E", bound=BaseException)


class Exit(IntEnum):
    """What the caller of a command may rely on."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    UNREACHABLE = 3
    UNTRUSTED = 4
    REFUSED = 5
    ACK_TIMEOUT = 6
    DECLINED = 7
    VAULT = 8
    KEY_REUSED = 9
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class ReaderGoneError(Exception):
    """Whoever read our output stopped reading, as `| head` does."""


@contextlib.contextmanager
def noticing_readers() -> Iterator[None]:
    """Let a broken pipe pass click, which would end the process with a code of its own."""
    try:
        yield
    except BrokenPipeError:
        raise ReaderGoneError from None


def hinted(error: E, hint: str) -> E:
    """The same error with one more hint for the person, to be raised at once."""
    error.add_note(hint)
    return error


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of an error, not yet sanitised. An empty message is said in silence."""

    code: Exit
    message: str
    hints: tuple[str, ...] = ()


_CODES: Final[tuple[tuple[type[HotlineError], Exit], ...]] = (
    (Unreachable, Exit.UNREACHABLE),
    (Refused, Exit.REFUSED),
    (AckTimeout, Exit.ACK_TIMEOUT),
    (Declined, Exit.DECLINED),
    (KeyReused, Exit.KEY_REUSED),
    (UsageError, Exit.USAGE),
    (FormatError, Exit.USAGE),
    (NotAppliedError, Exit.USAGE),
    (TrustError, Exit.UNTRUSTED),
    (ChainError, Exit.UNTRUSTED),
    (PeerError, Exit.UNTRUSTED),
    (StorageError, Exit.VAULT),
)
_UNREACHABLE: Final = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


def explain(error: BaseException) -> Report:
    """The code and words for any exception that may leave a command."""
    if isinstance(error, HotlineError):
        return Report(_code_of(error), str(error) or type(error).__name__, _notes(error))
    if isinstance(error, ReaderGoneError | BrokenPipeError):
        return Report(Exit.BROKEN_PIPE, "")
    if isinstance(error, OSError):
        return _explain_os(error)
    if isinstance(error, click.ClickException | click.Abort | KeyboardInterrupt):
        return _explain_click(error)
    return _explain_unexpected(error)


def _explain_unexpected(error: BaseException) -> Report:
    return Report(
        Exit.UNEXPECTED,
        f"unexpected {type(error).__name__} at {_place(error)}",
        ("this is a fault of the program; set HOTLINE_DEBUG=1 to see the way to it",),
    )


def _code_of(error: HotlineError) -> Exit:
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.UNEXPECTED)


def _notes(error: BaseException) -> tuple[str, ...]:
    return tuple(getattr(error, "__notes__", ()))


def _explain_click(error: click.ClickException | click.Abort | KeyboardInterrupt) -> Report:
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hints = (f"see `{context.command_path} --help`",) if isinstance(context, click.Context) else ()
        return Report(Exit.USAGE, error.format_message(), hints)
    if isinstance(error.__context__, EOFError):
        return Report(Exit.USAGE, "the input ended where an answer was expected")
    return Report(Exit.INTERRUPTED, "interrupted")


def _explain_os(error: OSError) -> Report:
    reason = (error.strerror or type(error).__name__).lower()
    if isinstance(error, ConnectionError | TimeoutError) or error.errno in _UNREACHABLE:
        return Report(Exit.UNREACHABLE, f"the relay cannot be reached: {reason}", _notes(error))
    if isinstance(error, FileNotFoundError | FileExistsError | PermissionError | IsADirectoryError):
        return Report(Exit.USAGE, f"{error.filename}: {reason}", _notes(error))
    where = f"{error.filename}: " if error.filename else ""
    return Report(Exit.UNEXPECTED, f"{where}{reason} at {_place(error)}", _notes(error))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "hotline_" in frame.filename] or frames
    if not ours:
        return "an unknown place"
    return f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}"


def _path_to(error: BaseException) -> Iterator[str]:
    """Files, lines and functions on the way to an error and its causes: types only, no message, source or locals."""
    current: BaseException | None = error
    while current is not None:
        yield f"debug: {type(current).__name__}"
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"debug:   {frame.filename}:{frame.lineno} in {frame.name}"
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def report(error: BaseException, *, as_json: bool) -> Exit:
    """Say on stderr what went wrong; the code to end with."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    said = explain(error)
    lines = list(_lines(said, as_json=as_json))
    if os.environ.get("HOTLINE_DEBUG") == "1" and said.code is not Exit.BROKEN_PIPE:
        lines += _path_to(error)
    try:
        for line in lines:
            click.echo(show(line), err=True)
    except OSError:
        return said.code
    return said.code


def _lines(said: Report, *, as_json: bool) -> Iterator[str]:
    if not said.message:
        return
    if as_json:
        yield json.dumps(
            {
                "error": said.code.name.lower(),
                "exit": int(said.code),
                "message": show(said.message),
                "hints": [show(hint) for hint in said.hints],
            }
        )
        return
    yield f"hotline: error: {said.message}"
    for hint in said.hints:
        yield f"hint: {hint}"


def silence_stdout() -> None:
    """After a broken pipe: let the interpreter's last flush go nowhere instead of complaining."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
