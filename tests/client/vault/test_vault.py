"""The vault's two files: private, whole, opened by the passphrase alone; every kind of damage is told from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline_client.cli.exits import Exit, explain
from hotline_client.engine.store import Changes
from hotline_client.vault import Vault, VaultDamaged, WrongPassphrase
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.errors import HotlineError, StorageError, UsageError
from tests.client.vault.samples import PASSPHRASE, batch, create, entry, event, reopen, seen

PAGE = 4096


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A closed vault with some hundred pages."""
    with create(tmp_path / "home") as vault:
        vault.commit("plenary", 0, batch(1, 60))
        marks = tuple(seen(seq, seq - 1) for seq in range(2, 60))
        events = tuple(event(seq, "something happened") for seq in range(60))
        vault.commit("plenary", 1, Changes(batch(60, 60).standing, marks=marks, events=events))
    return tmp_path / "home"


def _read_everything(home: Path) -> None:
    with reopen(home) as vault:
        vault.check()


def test_a_new_vault_opens_again(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    assert not Vault.exists(home)
    with create(home) as vault:
        assert Vault.exists(home)
        vault.set_setting("draft", b"words")
        vault.set_cursor("script", "plenary", 7)
        vault.set_cursor("script", "plenary", 8)
    with reopen(home) as vault:
        assert vault.setting("draft") == b"words"
        assert vault.cursor("script", "plenary") == 8
        assert vault.cursor("script", "air") == vault.cursor("other", "plenary") == 0
        vault.set_setting("draft", None)
        assert vault.setting("draft") is None
        vault.check()


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with create(tmp_path / "home") as vault:
            vault.commit("plenary", 0, batch(1, 9))
            modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "home").iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("vault.db", "vault.db-wal", "vault.db-shm", "vault.key"), 0o600)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_vault_is_never_overwritten(home: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(UsageError, match="already"):
        create(home)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


@pytest.mark.parametrize("name", ["vault.db", "vault.key"])
def test_half_a_vault_is_neither_opened_nor_replaced(home: Path, name: str) -> None:
    (home / name).unlink()
    assert not Vault.exists(home)
    with pytest.raises(StorageError, match=f"{name} is missing"):
        reopen(home)
    with pytest.raises(UsageError, match="exists already"):
        create(home)


def test_what_fails_while_it_is_made_leaves_nothing(tmp_path: Path) -> None:
    def broken(size: int) -> bytes:
        if size == 16:
            raise OSError("no randomness")
        return os.urandom(size)

    with pytest.raises(OSError, match="no randomness"):
        Vault.create(tmp_path / "home", PASSPHRASE, rng=broken, unsafe_testing_cost=UNSAFE_TESTING_COST)
    assert list((tmp_path / "home").iterdir()) == []
    create(tmp_path / "home").close()


def test_no_vault_is_an_error_of_the_vault(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no vault") as caught:
        reopen(tmp_path / "nothing")
    assert explain(caught.value).code is Exit.VAULT
    assert not (tmp_path / "nothing").exists()


def test_a_wrong_passphrase_is_not_damage(home: Path) -> None:
    with pytest.raises(WrongPassphrase) as caught:
        Vault.open(home, "wrong")
    assert not isinstance(caught.value, VaultDamaged)
    assert explain(caught.value).code is Exit.VAULT
    _read_everything(home)


def test_the_passphrase_changes_and_the_database_stays(home: Path) -> None:
    def change(old: str, new: str) -> None:
        Vault.change_passphrase(home, old, new, rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST)

    database = (home / "vault.db").read_bytes()
    with pytest.raises(WrongPassphrase):
        change("wrong", "new")
    _read_everything(home)
    change(PASSPHRASE, "new")
    assert (home / "vault.db").read_bytes() == database
    assert (home / "vault.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongPassphrase):
        reopen(home)
    with Vault.open(home, "new") as vault:
        assert vault.entry("plenary", 60) == entry(60)


# --- other people


@pytest.mark.parametrize("name", ["vault.db", "vault.key"])
@pytest.mark.parametrize("mode", [0o640, 0o602, 0o660, 0o644])
def test_a_file_open_to_others_is_refused(home: Path, name: str, mode: int) -> None:
    (home / name).chmod(mode)
    with pytest.raises(StorageError, match=f"open to others: mode {mode:04o}") as caught:
        reopen(home)
    assert "chmod 600" in caught.value.__notes__[0]
    (home / name).chmod(0o600)
    _read_everything(home)


def test_a_directory_open_to_others_is_refused(home: Path) -> None:
    home.chmod(0o750)
    with pytest.raises(StorageError, match="open to others"):
        reopen(home)
    with pytest.raises(StorageError, match="open to others"):
        create(home)


@pytest.mark.parametrize("name", ["vault.db", "vault.key", "vault.db-wal"])
def test_symbolic_links_are_refused(home: Path, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    if (home / name).exists():
        (home / name).rename(elsewhere)
    else:
        elsewhere.touch(0o600)
    (home / name).symlink_to(elsewhere)
    with pytest.raises(StorageError, match="symbolic link"):
        reopen(home)


def test_a_directory_that_is_a_link_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    with pytest.raises(HotlineError, match="symbolic links"):
        reopen(tmp_path / "link")


def test_a_link_above_the_home_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    create(tmp_path / "link" / "home").close()
    _read_everything(tmp_path / "link" / "home")


def test_files_of_another_user_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    with pytest.raises(StorageError):
        reopen(home)


# --- damage


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _cut_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-PAGE])


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // PAGE * PAGE])


def _header_gone(path: Path) -> None:
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def _other_file(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + os.urandom(8 * PAGE))


def _pages_swapped(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(
        data[: 2 * PAGE] + data[3 * PAGE : 4 * PAGE] + data[2 * PAGE : 3 * PAGE] + data[4 * PAGE :]
    )


@pytest.mark.parametrize(
    "damage", [_empty, _cut_a_byte, _cut_a_page, _cut_in_half, _header_gone, _other_file, _pages_swapped]
)
def test_a_damaged_database_is_named_and_left_alone(home: Path, damage: Callable[[Path], None]) -> None:
    damage(home / "vault.db")
    before = (home / "vault.db").read_bytes()
    with pytest.raises(VaultDamaged) as caught:
        _read_everything(home)
    assert explain(caught.value).code is Exit.VAULT
    assert not isinstance(caught.value, WrongPassphrase)
    assert (home / "vault.db").read_bytes() == before


def test_a_flipped_bit_in_any_page_is_found(home: Path) -> None:
    path = home / "vault.db"
    good = path.read_bytes()
    assert len(good) > 20 * PAGE
    for page in range(len(good) // PAGE):
        for offset in (32, 100, 2000, PAGE - 1):
            broken = bytearray(good)
            broken[page * PAGE + offset] ^= 0x10
            path.write_bytes(broken)
            with pytest.raises(VaultDamaged):
                _read_everything(home)
    path.write_bytes(good)
    _read_everything(home)


def test_damage_met_while_reading_is_named(home: Path) -> None:
    path = home / "vault.db"
    broken = bytearray(path.read_bytes())
    for page in range(len(broken) // PAGE // 2, len(broken) // PAGE):
        broken[page * PAGE + 500] ^= 1
    path.write_bytes(broken)
    with pytest.raises(VaultDamaged), reopen(home) as vault:
        vault.entries("plenary", 1, 60)


def test_files_of_two_vaults_do_not_mix(home: Path, tmp_path: Path) -> None:
    create(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / "vault.key", home / "vault.key")
    with pytest.raises(VaultDamaged):
        reopen(home)


def test_a_damaged_key_file_is_not_a_wrong_passphrase(home: Path) -> None:
    path = home / "vault.key"
    good = path.read_bytes()
    for broken in (b"", good[:-1], good[:20] + bytes([good[20] ^ 1]) + good[21:], os.urandom(len(good))):
        path.write_bytes(broken)
        with pytest.raises(StorageError) as caught:
            reopen(home)
        assert not isinstance(caught.value, WrongPassphrase)
