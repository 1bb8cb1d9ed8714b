"""The state directory of a relay: its files, their modes, and `relay.toml`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Final

import msgspec

from hotline_protocol.errors import StorageError, UsageError
from hotline_server.limits import Quotas

PRIVATE_DIRECTORY: Final = 0o700
PRIVATE_FILE: Final = 0o600


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`relay.toml`. `host` and `port` are what clients dial; `listen` is the address to bind."""

    host: str
    port: int
    listen: str = "0.0.0.0"  # noqa: S104 - a relay is there to be reached; the operator may narrow it
    limits: Quotas = Quotas()


class StateDirectory:
    """Paths inside a state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.settings = directory / "relay.toml"
        self.key = directory / "relay.key"
        self.certificate = directory / "relay.crt"
        self.card = directory / "relay.card"
        self.database = directory / "log.db"
        self.lock = directory / "relay.lock"
        self.charters = directory / "charters"

    def make(self) -> None:
        """The directories, private from the start."""
        for directory in (self.directory, self.charters):
            directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            directory.chmod(PRIVATE_DIRECTORY)

    def load_settings(self) -> Settings:
        """`relay.toml`, strictly."""
        try:
            text = self.settings.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise UsageError(
                f"{self.directory} is not a relay's state directory: no {self.settings.name}"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"cannot read {self.settings}: {error}") from None
        try:
            return msgspec.convert(tomllib.loads(text), Settings)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise UsageError(f"{self.settings}: {error}") from None


def write_private(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, mode 0600, on disk when this returns."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from None


def sync_directory(directory: Path) -> None:
    """What was named, renamed or removed in it is on disk when this returns."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_file(path: Path, *, limit: int) -> bytes:
    """A small file, whole."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None
    if len(data) > limit:
        raise UsageError(f"{path} has more than {limit} bytes")
    return data
