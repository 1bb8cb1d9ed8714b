"""A vault is told from its older copies: the mark and the counter in it, and what the second place knows (L36)."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import pytest

from hotline_client.cli.exits import Exit, explain
from hotline_client.engine.store import Changes, GroupBlobs, PutBack, StaleError
from hotline_client.vault import Vault, run_mark
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.errors import StorageError
from tests.client.vault.samples import PASSPHRASE, batch


class Place:
    """A home, a second place, and what happens to them."""

    def __init__(self, root: Path) -> None:
        self.root, self.home, self.state = root, root / "home", root / "state"
        Vault.create(
            self.home,
            PASSPHRASE,
            rng=os.urandom,
            unsafe_testing_cost=UNSAFE_TESTING_COST,
            state=self.state,
        ).close()
        self.made = 0

    def open(self) -> Vault:
        return Vault.open(self.home, PASSPHRASE, state=self.state)

    def step(self, vault: Vault, *, epoch: bytes | None = None) -> None:
        group = None if epoch is None else GroupBlobs(epoch, b"ratchets")
        version = vault.version("plenary")
        vault.commit("plenary", version, Changes(batch(1, 1).standing, group=group))

    def steps(self, count: int) -> None:
        with self.open() as vault:
            for _ in range(count):
                self.step(vault)

    def copy(self, name: str) -> Path:
        """What a backup program copies while the vault may be in use."""
        kept = self.root / name
        shutil.copytree(self.home, kept, ignore=shutil.ignore_patterns("*-shm"))
        return kept

    def put_back(self, kept: Path) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(kept, self.home)

    def found(self) -> PutBack | None:
        with self.open() as vault:
            return vault.put_back()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_runs_and_processes_of_one_vault_are_no_copies(place: Place) -> None:
    place.steps(2)
    place.steps(0)
    with place.open() as one, place.open() as other:
        for _ in range(5):
            place.step(one)
            place.step(other)
        assert one.put_back() is None
        assert other.put_back() is None
    place.steps(1)
    assert place.found() is None


def test_a_vault_that_never_made_a_step_has_no_second_place_yet(place: Place) -> None:
    assert place.found() is None
    assert not place.state.exists()


def test_the_second_place_is_private(place: Place) -> None:
    place.steps(1)
    [second] = place.state.iterdir()
    assert second.stat().st_mode & 0o777 == 0o600
    assert place.state.stat().st_mode & 0o777 == 0o700
    assert second.stat().st_size == 32


def test_the_mark_is_new_with_each_run_and_each_change_of_keys(place: Place) -> None:
    def mark() -> bytes:
        [second] = place.state.iterdir()
        return second.read_bytes()[8:24]

    with place.open() as vault:
        place.step(vault)
        first = mark()
        place.step(vault)
        assert mark() == first
        place.step(vault, epoch=b"the next epoch")
        second = mark()
        place.step(vault, epoch=b"")
        assert mark() == second
    place.steps(1)
    assert len({first, second, mark()}) == 3


@pytest.mark.parametrize("between", [1, 5])
def test_a_copy_that_is_put_back_is_older(place: Place, between: int) -> None:
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
        for _ in range(between):
            place.step(vault)
    place.put_back(kept)
    assert place.found() == PutBack("older")
    place.steps(3)
    assert place.found() == PutBack("older"), "reading goes on, and heals nothing"


def test_a_copy_as_new_as_the_vault_is_the_vault(place: Place) -> None:
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
    place.put_back(kept)
    assert place.found() is None


def test_a_write_ahead_log_that_is_lost_is_noticed(place: Place) -> None:
    with place.open() as vault:
        place.step(vault)
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
        (kept / "vault.db-wal").unlink()
    place.put_back(kept)
    assert place.found() == PutBack("older")


def test_a_write_ahead_log_that_is_cut_is_noticed(place: Place) -> None:
    with place.open() as vault:
        place.step(vault)
        size = (place.home / "vault.db-wal").stat().st_size
        place.step(vault)
        kept = place.copy("kept")
        os.truncate(kept / "vault.db-wal", size)
    place.put_back(kept)
    assert place.found() == PutBack("older")


def test_a_vault_that_is_moved_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.steps(2)
    place.state = place.root / "another environment of the same user"
    assert place.found() is None, "the vault remembers where"
    place.steps(1)
    assert not place.state.exists()
    monkeypatch.setattr(run_mark, "machine", lambda: b"another machine")
    assert place.found() == PutBack("elsewhere")
    monkeypatch.undo()
    assert place.found() is None, "only looked at there, it may come back"
    moved = place.root / "elsewhere in this home"
    place.home.rename(moved)
    place.home = moved
    assert place.found() is None, "a directory has no say in it"


def test_a_copy_that_is_used_on_the_same_machine_stops_the_one_that_comes_second(place: Place) -> None:
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
        twin = Vault.open(kept, PASSPHRASE, state=place.state)
        assert twin.put_back() is None, "so far they are one and the same"
        place.step(twin)
        with pytest.raises(StaleError):
            place.step(vault)
        assert vault.put_back() == PutBack("older")
        place.step(vault)
        place.step(twin)
        assert twin.put_back() is None
        twin.close()
    assert place.found() == PutBack("older")


def test_a_process_that_dies_between_the_step_and_the_second_place_is_no_copy(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **_more: object) -> None:
        raise KeyboardInterrupt

    for publish in (True, False, True):
        with place.open() as vault, monkeypatch.context() as patched:
            patched.setattr(run_mark.RunMark, "publish" if publish else "_write", die)
            with pytest.raises(KeyboardInterrupt):
                place.step(vault)
        assert place.found() is None
        with place.open() as one, place.open() as other, monkeypatch.context() as patched:
            patched.setattr(run_mark.RunMark, "publish", die)
            for vault in (one, other):
                with pytest.raises(KeyboardInterrupt):
                    place.step(vault)
        assert place.found() is None
    place.steps(2)
    assert place.found() is None


def test_a_person_makes_it_another_vault_than_its_copies(place: Place) -> None:
    with place.open() as vault:
        place.step(vault, epoch=b"epoch")
        kept = place.copy("kept")
        place.step(vault)
        newest = place.copy("newest")
    place.put_back(kept)
    with place.open() as vault:
        assert vault.load("plenary") is not None
        vault.recovered()
        assert vault.put_back() is None
        place.step(vault)
        stored = vault.load("plenary")
        assert stored is not None
        assert stored.group is None, "its groups are gone"
    place.steps(1)
    assert place.found() is None
    for copy in (kept, newest):
        place.put_back(copy)
        assert place.found() == PutBack("older")


def test_a_process_that_runs_learns_that_another_one_recovered(place: Place) -> None:
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
        place.step(vault)
    place.put_back(kept)
    with place.open() as looks, place.open() as works, place.open() as recovers:
        place.step(works)
        assert looks.put_back() == works.put_back() == PutBack("older")
        recovers.recovered()
        assert looks.put_back() is works.put_back() is None
        place.step(works)
        place.step(looks)
        assert looks.put_back() is works.put_back() is None


def test_processes_of_one_user_with_other_environments_mean_the_same_place(place: Place) -> None:
    with place.open() as one:
        place.state = place.root / "another"
        with place.open() as other:
            place.step(one)
            place.step(other)
            place.step(one)
            assert one.put_back() is other.put_back() is None
    assert not place.state.exists()


def test_a_recovery_that_is_cut_short_is_made_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with place.open() as vault:
        place.step(vault)
        kept = place.copy("kept")
        place.step(vault)
    place.put_back(kept)
    with place.open() as vault, monkeypatch.context() as patched:
        patched.setattr(run_mark.RunMark, "renewed", lambda _self: None)
        vault.recovered()
    assert place.found() is None, "what the second place holds is what was there when the mark was made"


def test_what_was_found_out_stays(place: Place) -> None:
    found = PutBack("own words", "entry 7 of plenary")
    with place.open() as vault:
        place.step(vault)
        vault.commit("plenary", vault.version("plenary"), Changes(batch(1, 1).standing, put_back=found))
        assert vault.put_back() == found
        place.step(vault)
    assert place.found() == found


@pytest.mark.parametrize(
    "data", [b"", b"x" * 32, struct.pack(">8s16sQ", b"hotlrun1", b"m" * 16, 1), b"hotlrun1"]
)
def test_a_damaged_second_place_is_told_and_can_be_recovered(place: Place, data: bytes) -> None:
    place.steps(2)
    [second] = place.state.iterdir()
    second.write_bytes(data)
    assert place.found() is not None
    with place.open() as vault:
        vault.recovered()
    assert place.found() is None


def test_a_second_place_that_is_gone_is_told_and_made_anew_by_a_person(place: Place) -> None:
    place.steps(2)
    shutil.rmtree(place.state)
    assert place.found() == PutBack("elsewhere")
    place.state = place.root / "another"
    with place.open() as vault:
        vault.recovered()
    assert place.found() is None
    assert len(list(place.state.iterdir())) == 1


def test_a_second_place_that_cannot_be_written_is_an_error_with_a_way_on(place: Place) -> None:
    place.state.write_bytes(b"a file where a directory should be")
    assert place.found() is None
    with pytest.raises(StorageError, match="run mark") as caught:
        place.steps(1)
    said = explain(caught.value)
    assert said.code is Exit.VAULT
    assert "XDG_STATE_HOME" in said.hints[0]


def test_the_state_directory_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run_mark.state_directory() == tmp_path / "hotline"
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert run_mark.state_directory() == tmp_path / "home" / ".local" / "state" / "hotline"
    assert run_mark.machine()
