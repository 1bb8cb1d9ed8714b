"""A vault as one file, copied while it is in use, and a vault made of such a file.

line    `hotline backup 1`
sizes   of the next two parts, 8 bytes big-endian each
key     the copy's own random key, sealed under the passphrase (keyfile)
pages   the copy of the database, encrypted under that key: it says of itself that it was restored (run_mark)
digest  SHA-256 of everything before, which tells an accident from a wrong passphrase
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

from hotline_client import files
from hotline_client.vault import keyfile, keyring
from hotline_client.vault.database import Database, create_file
from hotline_client.vault.run_mark import mark_restored
from hotline_protocol.errors import StorageError

_FIRST: Final = b"hotline backup 1\n"
_SIZES: Final = struct.Struct(">QQ")
_PIECE: Final = 1024 * 1024
_DIGEST: Final = 32
SUFFIXES: Final = ("", "-wal", "-shm", "-journal")

Random = Callable[[int], bytes]
Progress = Callable[[int, int], object]
"""Told how many of how many bytes are done."""


def write(
    database: Database,
    out: Path,
    passphrase: str,
    *,
    made: str,
    rng: Random,
    cost: keyfile.Cost | None,
    progress: Progress,
) -> int:
    """A copy of an open vault's database as the new file `out`; its size in bytes. `made`: when, for whoever restores it."""
    files.must_be_new(out)
    key = rng(keyring.KEY_SIZE)
    pages = out.with_name(f".{out.name}.{token_hex(6)}.pages")
    create_file(pages)
    try:
        database.copy_to(pages, key, progress)
        with Database(pages, key) as copy, copy.transaction() as tx:
            mark_restored(tx, made)
        return files.write_new(out, _pieces(keyring.seal(key, passphrase, rng, cost), pages))
    finally:
        _remove(pages)


def _pieces(sealed: bytes, pages: Path) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with pages.open("rb") as source:
        size = pages.stat().st_size
        head = _FIRST + _SIZES.pack(len(sealed), size) + sealed
        digest.update(head)
        yield head
        while piece := source.read(_PIECE):
            digest.update(piece)
            yield piece
    yield digest.digest()


def unpack(source: Path, database: Path, key_file: Path, passphrase: str, progress: Progress) -> None:
    """Make the two files of a vault, which must not be there, and check every page. WrongPassphrase, or StorageError:
    no backup, cut short, damaged.
    """
    with files.open_secret(source, "the backup") as stream:
        sealed, size, digest = _head(stream)
        key = keyring.opened(sealed, passphrase)
        files.write_new(database, _checked(stream, size, digest, progress))
    with Database(database, key) as copy:
        copy.check()
    files.write_new(key_file, sealed)


def _head(stream: BinaryIO) -> tuple[bytes, int, hashlib._Hash]:
    first = stream.read(len(_FIRST))
    if not hmac.compare_digest(first, _FIRST):
        raise StorageError("the file is no backup of a vault, or of a later version of this program")
    sizes = stream.read(_SIZES.size)
    if len(sizes) != _SIZES.size:
        raise _cut()
    length, size = _SIZES.unpack(sizes)
    if length > files.LIMIT:
        raise StorageError(f"the backup is damaged: it names a key of {length} bytes")
    sealed = stream.read(length)
    if len(sealed) != length:
        raise _cut()
    return sealed, size, hashlib.sha256(first + sizes + sealed)


def _checked(stream: BinaryIO, size: int, digest: hashlib._Hash, progress: Progress) -> Iterator[bytes]:
    left = size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise _cut()
        digest.update(piece)
        left -= len(piece)
        yield piece
        progress(size - left, size)
    if not hmac.compare_digest(stream.read(_DIGEST), digest.digest()):
        raise StorageError("the backup is damaged: its checksum does not fit its content")


def _cut() -> StorageError:
    return StorageError("the backup is cut short")


def _remove(pages: Path) -> None:
    for suffix in SUFFIXES:
        with suppress(FileNotFoundError):
            pages.with_name(pages.name + suffix).unlink()
