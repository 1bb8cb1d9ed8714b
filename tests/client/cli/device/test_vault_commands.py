"""`hotline backup` and `hotline restore` as a person types them: what they print, and what they refuse (with a relay: tests/e2e/test_old_vault.py)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_client.cli.exits import Exit
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.terms import Role
from tests.client.cli.talk.test_line_commands import hotline, records
from tests.client.vault.samples import PASSPHRASE, batch


@pytest.fixture
def who(tmp_path: Path) -> Enrolled:
    home = tmp_path / "home"
    with Vault.create(home, PASSPHRASE, rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST) as vault:
        vault.commit("plenary", 0, batch(1, 20))
    return Enrolled(Device("a", "Dana", Role.HEAD, ()), home, PASSPHRASE)


def moved(who: Enrolled, home: Path) -> Enrolled:
    return Enrolled(who.device, home, who.passphrase)


def failed(done: Any, code: Exit) -> str:
    assert done.returncode == code, done.stderr
    return str(done.stderr.decode())


def test_a_backup_becomes_a_vault_again(who: Enrolled, tmp_path: Path) -> None:
    file = tmp_path / "monday.backup"
    [written] = records(hotline(who, "backup", str(file), "--json"))
    assert written["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    other = moved(who, tmp_path / "other")
    [restored] = records(hotline(other, "restore", str(file), "--json"))
    assert (restored["home"], restored["aside"]) == (str(other.home), None)
    assert "`hotline recover`" in restored["next"]
    with Vault.open(other.home, PASSPHRASE) as vault:
        put_back = vault.put_back()
        assert put_back is not None
        assert (put_back.why, put_back.detail) == ("restored", written["made"])
        assert len(vault.entries("plenary", 1, 20)) == 20


def test_nothing_is_overwritten(who: Enrolled, tmp_path: Path) -> None:
    file = tmp_path / "monday.backup"
    records(hotline(who, "backup", str(file), "--json"))
    held = file.read_bytes()
    assert "not overwritten" in failed(hotline(who, "backup", str(file)), Exit.USAGE)
    assert file.read_bytes() == held
    said = failed(hotline(who, "restore", str(file)), Exit.USAGE)
    assert "not overwritten" in said
    assert "--replace" in said
    [restored] = records(hotline(who, "restore", str(file), "--replace", "--json"))
    aside = Path(restored["aside"])
    with Vault.open(aside, PASSPHRASE) as vault:
        assert vault.put_back() is None, "what was there is kept as it was"
    with Vault.open(who.home, PASSPHRASE) as vault:
        assert vault.put_back() is not None


def test_what_cannot_be_restored_leaves_what_is_there(who: Enrolled, tmp_path: Path) -> None:
    file = tmp_path / "monday.backup"
    records(hotline(who, "backup", str(file), "--json"))
    wrong = hotline(who, "restore", str(file), "--replace", passphrase="something else entirely")
    assert "wrong passphrase" in failed(wrong, Exit.VAULT)
    file.write_bytes(file.read_bytes()[:-100])
    assert "cut short" in failed(hotline(who, "restore", str(file), "--replace"), Exit.VAULT)
    missing = hotline(who, "restore", str(tmp_path / "tuesday"), "--replace")
    assert "does not exist" in failed(missing, Exit.USAGE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "monday.backup"]
    with Vault.open(who.home, PASSPHRASE) as vault:
        assert vault.put_back() is None
