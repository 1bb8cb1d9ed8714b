"""Passphrases: by prompt, by file descriptor or by systemd credential. Never in an argument or the environment.

Order: `--passphrase-fd N` (its next line), then `$CREDENTIALS_DIRECTORY/hotline.passphrase`, then a prompt on the
terminal, twice when the passphrase is new. Normalised to NFC, so that two keyboards that spell one letter
differently agree.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hotline_client.cli.exits import hinted
from hotline_client.vault.passphrases import MAXIMUM, MINIMUM, check_new, clean
from hotline_protocol.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

CREDENTIAL: Final = "hotline.passphrase"


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Where the command gets its passphrases; nothing is read until one is asked for."""

    descriptor: int | None = None

    def existing(self, what: str) -> str:
        """The passphrase that opens `what`, e.g. "the vault"."""
        given = self._given()
        return clean(_prompt(f"Passphrase of {what}") if given is None else given)

    def new(self, what: str) -> str:
        """A new passphrase for `what`: long enough, and typed twice if it is typed."""
        given = self._given()
        if given is None:
            first = check_new(clean(_prompt(f"New passphrase for {what} (at least {MINIMUM} characters)")))
            if first != clean(_prompt("Once more")):
                raise UsageError("the two passphrases differ; nothing was changed")
            return first
        return check_new(clean(given))

    def _given(self) -> str | None:
        if self.descriptor is not None:
            return _from_descriptor(self.descriptor)
        return _from_credential()


def _from_descriptor(descriptor: int) -> str:
    line = bytearray()
    try:
        # byte by byte, so that a second passphrase can wait in the same pipe
        while (byte := os.read(descriptor, 1)) and byte != b"\n":
            line += byte
            if len(line) > 4 * MAXIMUM:
                break
    except OSError as error:
        raise UsageError(f"file descriptor {descriptor} cannot be read: {error.strerror}") from None
    return _decode(bytes(line))


def _from_credential() -> str | None:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    try:
        with (Path(directory) / CREDENTIAL).open("rb") as file:
            return _decode(file.read(4 * MAXIMUM).removesuffix(b"\n"))
    except FileNotFoundError:
        return None


def _decode(value: bytes) -> str:
    try:
        return value.decode().removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError("the passphrase is not UTF-8") from None


def _prompt(text: str) -> str:
    if not _has_terminal():
        raise hinted(
            UsageError("a passphrase is needed and there is no terminal to ask on"),
            f"give it with --passphrase-fd N, or as the systemd credential {CREDENTIAL}",
        )
    return str(click.prompt(text, hide_input=True, err=True))


def _has_terminal() -> bool:
    if sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def passphrase_option(function: F) -> F:
    """Adds `--passphrase-fd N`; the command receives `passphrase: Passphrase`."""
    return click.option(
        "--passphrase-fd",
        "passphrase",
        type=click.IntRange(min=0),
        metavar="N",
        help="Read the passphrase from this file descriptor instead of asking.",
        callback=lambda _context, _parameter, value: Passphrase(value),
    )(function)
