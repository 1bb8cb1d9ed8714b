"""Files appear whole or not at all, are ours alone, and are never overwritten by accident."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline_client import files
from hotline_protocol.errors import StorageError, UsageError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    old = os.umask(0)
    yield
    os.umask(old)


def test_new_files_and_directories_are_ours_alone(tmp_path: Path) -> None:
    home = files.private_directory(tmp_path / "x" / "y")
    files.write_new(home / "f", b"1")
    files.append_line(home / "g", b"2")
    files.replace(home / "h", b"3")
    assert [_mode(home.parent), _mode(home)] == [0o700, 0o700]
    assert [_mode(home / name) for name in "fgh"] == [0o600] * 3
    assert _names(home) == ["f", "g", "h"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("f", "dangling"):
        with pytest.raises(UsageError, match="not overwritten"):
            files.write_new(tmp_path / name, b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert _names(tmp_path) == ["dangling", "f"]


def test_a_race_for_the_name_is_lost_politely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "must_be_new", lambda _path: None)
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(UsageError, match="not overwritten"):
        files.write_new(tmp_path / "f", b"new")
    assert _names(tmp_path) == ["f"]


def test_a_file_system_without_links_gets_a_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    files.write_new(tmp_path / "f", b"1")
    assert (tmp_path / "f").read_bytes() == b"1"
    assert _names(tmp_path) == ["f"]


def test_a_failing_write_leaves_the_old_content_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.replace(tmp_path / "f", b"new")
    with pytest.raises(OSError, match="No space"):
        files.write_new(tmp_path / "g", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert _names(tmp_path) == ["f"]


def test_a_directory_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail() -> None:
        with files.new_directory(tmp_path / "d") as aside:
            files.write_new(aside / "f", b"1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert _names(tmp_path) == []
    with files.new_directory(tmp_path / "d") as aside:
        files.write_new(aside / "f", b"1")
        assert not (tmp_path / "d").exists()
    assert (tmp_path / "d" / "f").read_bytes() == b"1"
    assert _mode(tmp_path / "d") == 0o700
    with pytest.raises(UsageError, match="not overwritten"), files.new_directory(tmp_path / "d"):
        pass


def test_secrets_open_to_others_are_refused_with_the_cure(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    files.write_new(secret, b"1")
    assert files.read_secret(secret, "the key") == b"1"
    for mode in (0o640, 0o604, 0o620):
        secret.chmod(mode)
        with pytest.raises(StorageError, match="is open to others") as caught:
            files.read_secret(secret, "the key")
        assert "chmod 600" in caught.value.__notes__[0]
    secret.chmod(0o600)
    (tmp_path / "link").symlink_to(secret)
    with pytest.raises(StorageError, match="symbolic link"):
        files.read_secret(tmp_path / "link", "the key")


def test_open_or_linked_directories_are_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(StorageError, match="open to others"):
        files.private_directory(tmp_path / "open")
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(UsageError, match="not a directory"):
        files.private_directory(tmp_path / "link")


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(UsageError):
            files.read(path, "the card")
    (tmp_path / "big").write_bytes(b"x" * 11)
    with pytest.raises(UsageError, match="larger than the 10 bytes"):
        files.read(tmp_path / "big", "the card", limit=10)
    with pytest.raises(UsageError, match=r"the card .* does not exist"):
        files.read(tmp_path / "none", "the card")


def test_a_line_torn_by_a_crash_does_not_swallow_the_next(tmp_path: Path) -> None:
    register = tmp_path / "r"
    register.write_bytes(b'{"a":1}\n{"b":')
    files.append_line(register, b'{"c":3}')
    assert register.read_bytes() == b'{"a":1}\n{"b":\n{"c":3}\n'
