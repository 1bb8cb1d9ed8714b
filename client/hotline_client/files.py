"""Files of keys and ceremonies: whole or absent, private, never overwritten by accident.

Rules: a file appears under its name only when complete and on disk (written aside, fsynced, then linked or renamed,
directory fsynced); mode 0600, directories 0700; a secret is read only if it is a regular file of ours that nobody else
may read, never through a symbolic link; every read is bounded.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from hotline_protocol.errors import StorageError, UsageError

LIMIT: Final = 1024 * 1024
"""The largest ceremony file read, in bytes."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def private_directory(path: Path) -> Path:
    """`path` as a directory only we may enter, made if missing (0700). An open one is refused, not silently changed."""
    if not path.exists() and not path.is_symlink():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            _sync_directory(path.parent)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{path} is not a directory of its own (symbolic links are refused)")
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        error = StorageError(
            f"the directory {path} is open to others: mode {stat.S_IMODE(status.st_mode):04o}"
        )
        error.add_note(f"make it yours alone: chmod 700 '{path}'")
        raise error
    return path


@contextlib.contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """A private directory that appears as `path` when the block ends well, with all its files, or not at all."""
    must_be_absent(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    aside.mkdir(mode=0o700)
    try:
        yield aside
        _sync_directory(aside)
        try:
            aside.rename(path)
        except OSError as error:
            if error.errno in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
                raise _exists(path) from None
            raise
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _sync_directory(path.parent)


def write_new(path: Path, data: bytes | Iterable[bytes]) -> int:
    """Create `path` with `data`, whole or in pieces; its size in bytes. Raises `UsageError` if anything of that name exists;
    then nothing is changed.
    """
    must_be_new(path)
    aside, size = _write_aside(path, [data] if isinstance(data, bytes) else data)
    try:
        _place(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return size


def must_be_absent(path: Path) -> None:
    """Refuse, before any work is done, a path that is taken."""
    if os.path.lexists(path):
        raise _exists(path)


def must_be_new(path: Path) -> None:
    """Refuse, before any work is done, a path that `write_new` would refuse."""
    must_be_absent(path)
    if not path.parent.is_dir():
        raise UsageError(f"the directory {path.parent} does not exist")


def replace(path: Path, data: bytes) -> None:
    """Put `data` in place of what `path` held; at any moment one or the other is there, whole."""
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link and is not written through")
    aside, _ = _write_aside(path, [data])
    try:
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    _sync_directory(path.parent)


def move(source: Path, target: Path) -> None:
    """Give a file or directory another name in the same place, which nothing has; on disk before this returns."""
    must_be_absent(target)
    source.rename(target)
    _sync_directory(target.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add one line to a register, on disk before this returns. A torn last line of an earlier crash is closed first."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write((b"\n" if torn else b"") + line + b"\n")
        os.fsync(file.fileno())
    _sync_directory(path.parent)


@contextlib.contextmanager
def open_secret(path: Path, what: str) -> Iterator[BinaryIO]:
    """A file that must be ours alone and may be large, to be read in pieces; errors as of `read_secret`."""
    descriptor, status = _open(path, what, flags=os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as stream:
        _check_ours(path, what, status)
        yield stream


def read(path: Path, what: str, *, limit: int = LIMIT) -> bytes:
    """The bytes of a file that is no secret. `what` names it in messages, e.g. "the card"."""
    return _read(path, what, limit=limit, flags=os.O_RDONLY)[0]


def read_secret(path: Path, what: str, *, limit: int = LIMIT) -> bytes:
    """The bytes of a file that must be ours alone; `StorageError` says how to make it so."""
    data, status = _read(path, what, limit=limit, flags=os.O_RDONLY | os.O_NOFOLLOW)
    _check_ours(path, what, status)
    return data


def _check_ours(path: Path, what: str, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise StorageError(f"{what} {path} belongs to another user")
    if status.st_mode & 0o077:
        error = StorageError(f"{what} {path} is open to others: mode {stat.S_IMODE(status.st_mode):04o}")
        error.add_note(f"make it yours alone: chmod 600 '{path}', and ask who could have read it")
        raise error


def _read(path: Path, what: str, *, limit: int, flags: int) -> tuple[bytes, os.stat_result]:
    descriptor, status = _open(path, what, flags=flags)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UsageError(f"{what} {path} is larger than the {limit} bytes such a file can have")
    return data, status


def _open(path: Path, what: str, *, flags: int) -> tuple[int, os.stat_result]:
    try:
        # a pipe put where a file should be must not block us
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UsageError(f"{what} {path} does not exist") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise StorageError(f"{what} {path} is a symbolic link, which is refused for secrets") from None
        raise UsageError(
            f"{what} {path} cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise UsageError(f"{what} {path} is not a regular file")
    return descriptor, status


def _write_aside(path: Path, pieces: Iterable[bytes]) -> tuple[Path, int]:
    """The file under another name, on disk, and its size."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        descriptor = os.open(
            aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except FileNotFoundError:
        raise UsageError(f"the directory {path.parent} does not exist") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            size = sum(file.write(piece) for piece in pieces)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside, size


def _place(aside: Path, path: Path) -> None:
    """Give `aside` its name without replacing anything: a link fails if the name is taken."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        # a memory stick's file system knows no links: look, then rename
        if error.errno not in _NO_LINKS or os.path.lexists(path):
            raise
        aside.rename(path)


def _exists(path: Path) -> UsageError:
    error = UsageError(f"{path} exists already and is not overwritten")
    error.add_note("move it away first, or choose another name")
    return error


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)
