"""A vault as one file: made while the vault is in use, as well protected, and restored whole or not at all."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from hotline_client.engine.store import Changes, PutBack
from hotline_client.vault import Vault, VaultDamaged, WrongPassphrase
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.errors import StorageError, UsageError
from tests.client.vault.samples import PASSPHRASE, batch, create, document, entry, reopen

MADE = "011200Z DEC 26"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with create(tmp_path / "home") as vault:
        vault.commit("plenary", 0, batch(1, 60))
        vault.set_setting("draft", b"words")
    return tmp_path / "home"


def back_up(vault: Vault, out: Path, **more: object) -> int:
    return vault.backup(
        out,
        PASSPHRASE,
        made=MADE,
        rng=os.urandom,
        unsafe_testing_cost=UNSAFE_TESTING_COST,
        **more,  # type: ignore[arg-type]
    )


def test_what_is_restored_is_what_was_there_and_knows_that_it_is_a_copy(home: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "kept", tmp_path / "restored"
    told: list[tuple[int, int]] = []
    with reopen(home) as vault:
        size = back_up(vault, out, progress=lambda done, every: told.append((done, every)))
        assert vault.put_back() is None
    assert out.stat().st_size == size
    assert out.stat().st_mode & 0o777 == 0o600
    assert told[-1][0] == told[-1][1] > 0
    Vault.restore(out, other, PASSPHRASE)
    assert {path.name for path in other.iterdir()} >= {"vault.db", "vault.key"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in other.iterdir())
    with reopen(other) as vault:
        assert vault.put_back() == PutBack("restored", MADE)
        assert list(vault.entries("plenary", 1, 60)) == [entry(seq) for seq in range(1, 61)]
        assert vault.setting("draft") == b"words"
        vault.commit("plenary", 1, batch(61, 61))
        assert vault.put_back() == PutBack("restored", MADE)
        vault.recovered()
    with reopen(other) as vault:
        assert vault.put_back() is None
    with reopen(home) as vault:
        assert vault.put_back() is not None, "the one it was made of is a copy now"


def test_only_this_backup_is_left_and_nothing_in_clear(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "place" / "kept"
    out.parent.mkdir()
    with reopen(home) as vault:
        back_up(vault, out)
    assert [path.name for path in out.parent.iterdir()] == ["kept"]
    held = out.read_bytes()
    assert document(1).content not in held
    assert b"SQLite" not in held
    assert (home / "vault.key").read_bytes() not in held, "it has a key of its own"


def test_it_is_made_while_others_write(home: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    wrote = []

    def write() -> None:
        with reopen(home) as other:
            version = other.version("plenary")
            while not stop.is_set():
                version = other.commit("plenary", version, batch(100 + version, 100 + version))
                wrote.append(version)

    writer = threading.Thread(target=write)
    with reopen(home) as vault:
        writer.start()
        try:
            while len(wrote) < 5:
                pass
            before = len(wrote)
            back_up(vault, tmp_path / "kept")
        finally:
            stop.set()
            writer.join()
        vault.check()
    Vault.restore(tmp_path / "kept", tmp_path / "restored", PASSPHRASE)
    with reopen(tmp_path / "restored") as vault:
        vault.check()
        held = vault.version("plenary")
        assert before <= held <= wrote[-1]
        stored = vault.load("plenary")
        assert stored is not None
        assert stored.standing.cursor == 99 + held, "one moment, not two halves"


def test_a_backup_is_never_overwritten(home: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"something else")
    with reopen(home) as vault, pytest.raises(UsageError, match="not overwritten"):
        back_up(vault, tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == b"something else"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "kept"]


def test_a_vault_is_never_overwritten(home: Path, tmp_path: Path) -> None:
    with reopen(home) as vault:
        back_up(vault, tmp_path / "kept")
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(UsageError, match="exists already"):
        Vault.restore(tmp_path / "kept", home, PASSPHRASE)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_what_is_no_whole_backup_makes_no_vault(home: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "kept", tmp_path / "restored"
    with reopen(home) as vault:
        back_up(vault, out)
    good = out.read_bytes()

    def refused(data: bytes, error: type[Exception], words: str, passphrase: str = PASSPHRASE) -> None:
        out.write_bytes(data)
        with pytest.raises(error, match=words):
            Vault.restore(out, other, passphrase)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "kept"]

    refused(good, WrongPassphrase, "wrong passphrase", "another")
    refused(b"", StorageError, "no backup")
    refused(b"hotline backup 2\n" + good[17:], StorageError, "no backup")
    for end in (20, 33, 100, 5000, len(good) - 40, len(good) - 1):
        refused(good[:end], StorageError, "cut short|checksum")
    refused(good[:17] + b"\xff" * 8 + good[25:], StorageError, "a key of")
    refused(good[:25] + b"\xff" * 8 + good[33:], StorageError, "cut short")
    refused(good[:-5000] + bytes([good[-5000] ^ 1]) + good[-4999:], StorageError, "checksum")
    out.chmod(0o644)
    refused(good, StorageError, "open to others")
    out.chmod(0o600)
    out.write_bytes(good)
    Vault.restore(out, other, PASSPHRASE)


def test_pages_of_another_database_are_damage_and_no_vault(home: Path, tmp_path: Path) -> None:
    """Somebody who can write the file, and so its checksum, cannot make it say something else."""
    out = tmp_path / "kept"
    with reopen(home) as vault:
        back_up(vault, out)
    held = bytearray(out.read_bytes()[:-32])
    held[-5000] ^= 1
    out.write_bytes(bytes(held) + hashlib.sha256(held).digest())
    with pytest.raises(VaultDamaged):
        Vault.restore(out, tmp_path / "restored", PASSPHRASE)
    assert not (tmp_path / "restored").exists()


def test_an_interrupted_backup_leaves_nothing_under_its_name(home: Path, tmp_path: Path) -> None:
    def interrupt(_done: int, _every: int) -> None:
        raise KeyboardInterrupt

    with reopen(home) as vault:
        with pytest.raises(KeyboardInterrupt):
            back_up(vault, tmp_path / "kept", progress=interrupt)
        assert [path.name for path in tmp_path.iterdir()] == ["home"]
        vault.commit("plenary", 1, Changes(batch(61, 61).standing))
