"""`hotline-relay backup` and `restore`: a copy while the relay writes, verified; and a restored relay recovers."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from hotline_protocol.errors import StorageError, UsageError
from hotline_server import backup
from hotline_server.backup import back_up, restore
from hotline_server.charters import CharterDirectory
from hotline_server.ordering import LogKey
from hotline_server.relay import only_one
from hotline_server.settings import StateDirectory
from hotline_server.store.base import Batch
from hotline_server.store.sqlite import SqliteStore
from tests.server.test_cli import call, relay_of
from tests.support.relay_link import LinkFixture, message

AIR = LogKey(b"L" * 32, "air")
PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def silent(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    directory = tmp_path / "relay"
    assert call("init", "--state", directory, "--host", "relay.example").exit_code == 0
    return StateDirectory(directory)


def fill(state: StateDirectory, count: int = 20) -> None:
    with SqliteStore(state.database) as store:
        store.append([Batch(AIR, [message(bytes(300)) for _ in range(count)])], 5)


def read(path: Path) -> list[bytes]:
    with SqliteStore(path) as store:
        return store.read(AIR, 0, 10**6, 10**9)


def lose(state: StateDirectory) -> None:
    for path in state.directory.glob("log.db*"):
        path.unlink()


def test_a_copy_is_put_back_and_the_relay_recovers(state: StateDirectory, tmp_path: Path) -> None:
    fill(state)
    file = tmp_path / "copy.db"
    made = call("backup", "--state", state.directory, "--json", file)
    assert made.exit_code == 0, made.output
    told = {"event": "backup", "file": str(file), "logs": 1, "entries": 20, "size": file.stat().st_size}
    assert json.loads(made.output) == told
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.db", "relay"], (
        "one file, nothing beside it"
    )
    before = read(state.database)
    lose(state)
    assert call("restore", "--state", state.directory, file).exit_code == 0
    assert read(state.database) == before
    assert state.database.stat().st_mode & 0o777 == 0o600
    with SqliteStore(state.database) as store:
        assert store.recovering(AIR)
        assert store.recovering(LogKey(b"M" * 32, "plenary"))
    with SqliteStore(file) as store:
        assert not store.recovering(AIR), "the copy stays what it was"


def test_without_a_copy_what_is_there_is_what_is_left(state: StateDirectory) -> None:
    assert call("restore", "--state", state.directory).exit_code == 0
    assert read(state.database) == []
    lose(state)
    fill(state)
    assert call("restore", "--state", state.directory, "--json").exit_code == 0
    assert len(read(state.database)) == 20
    with SqliteStore(state.database) as store:
        assert store.restored()


def test_nothing_is_overwritten(state: StateDirectory, tmp_path: Path) -> None:
    fill(state)
    file = tmp_path / "copy.db"
    back_up(state, file, silent)
    copied = file.read_bytes()
    again = call("backup", "--state", state.directory, file)
    assert (again.exit_code, file.read_bytes()) == (2, copied)
    assert "nothing is overwritten" in again.output
    there = call("restore", "--state", state.directory, file)
    assert there.exit_code == 2
    assert "move it" in there.output
    state.database.rename(state.database.with_name("elsewhere"))
    state.database.with_name("log.db-wal").write_bytes(b"of the old one")
    assert call("restore", "--state", state.directory, file).exit_code == 2, (
        "it would be read into the new one"
    )


def test_what_cannot_be_done_is_said(state: StateDirectory, tmp_path: Path) -> None:
    assert call("backup", "--state", state.directory, tmp_path / "copy.db").exit_code == 2, "no logs yet"
    assert call("backup", "--state", tmp_path, tmp_path / "copy.db").exit_code == 2, "no relay there"
    assert call("restore", "--state", state.directory, tmp_path / "none.db").exit_code == 2
    (tmp_path / "junk.db").write_bytes(b"not a database" * 1000)
    assert call("restore", "--state", state.directory, tmp_path / "junk.db").exit_code == 8
    (tmp_path / "empty.db").touch()
    assert call("restore", "--state", state.directory, tmp_path / "empty.db").exit_code == 8
    fill(state)
    assert call("backup", "--state", state.directory, tmp_path / "no" / "copy.db").exit_code == 8
    with only_one(state), pytest.raises(UsageError, match="another relay runs"):
        restore(state, None, silent)
    assert [one.name for one in tmp_path.glob(".*")] == []
    assert [one.name for one in state.directory.glob(".*")] == []


def test_a_copy_whose_chain_is_broken_is_refused(state: StateDirectory, tmp_path: Path) -> None:
    fill(state)
    connection = sqlite3.connect(state.database)
    connection.execute("DELETE FROM entries WHERE place % 7 = 3")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="chain"):
        back_up(state, tmp_path / "copy.db", silent)
    assert not (tmp_path / "copy.db").exists()


def test_a_relay_that_writes_is_copied_at_one_moment(
    state: StateDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain of the copy holds, however many commits come while it is made; and it comes to an end."""
    fill(state, 2000)
    monkeypatch.setattr(backup, "_PAGES", 8)
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with SqliteStore(state.database) as store:
            while not stop.is_set():
                store.append([Batch(AIR, [message(bytes(300))])], 6)
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        steps: list[int] = []
        copied = back_up(state, tmp_path / "copy.db", lambda done, _total: steps.append(done))
    finally:
        stop.set()
        writer.join()
    assert written
    assert steps == sorted(steps), "it was not begun anew"
    assert copied.entries >= 2000
    assert read(tmp_path / "copy.db") == read(state.database)[: copied.entries]


def test_check_knows_what_recovers(state: StateDirectory) -> None:
    link = LinkFixture(relay_of(state.directory))
    CharterDirectory(state.charters).add_charter(link.signed)
    assert call("check", "--state", state.directory).exit_code == 0
    assert call("restore", "--state", state.directory).exit_code == 0
    result = call("check", "--state", state.directory)
    assert result.exit_code == 8
    assert "recovery of link" in result.output
    assert "plenary, air" in result.output
    with SqliteStore(state.database) as store:
        for channel in link.charter.channels:
            key = LogKey(link.link_id, channel.name)
            store.adopt(key, 0, store.position(key))
    assert call("check", "--state", state.directory).exit_code == 0


def typed_of(heading: str) -> list[list[str]]:
    """The commands of a section of docs/operations.md."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [line.split() for block in blocks for line in block.splitlines()]


def test_what_the_operators_page_says_is_what_one_types(state: StateDirectory, tmp_path: Path) -> None:
    link = LinkFixture(relay_of(state.directory))
    CharterDirectory(state.charters).add_charter(link.signed)
    fill(state)
    before = read(state.database)
    places = {"/var/lib/hotline-relay": str(state.directory), "/srv/copies": str(tmp_path)}
    services: list[str] = []

    def do(words: list[str]) -> int:
        for old, new in places.items():
            words = [word.replace(old, new) for word in words]
        if words[0] == "hotline-relay":
            return call(*words[1:]).exit_code
        if words[0] == "systemctl":
            services.append(" ".join(words[1:]))
            return 0
        return subprocess.run(["/bin/sh", "-c", " ".join(words)], check=False).returncode

    codes = [do(words) for words in typed_of("Backup")]
    codes += [do(words) for words in typed_of("The relay's disk was lost, or put back")]
    *others, checked = codes
    assert set(others) == {0}
    assert checked == 8, "the channels wait"
    assert services == ["stop hotline-relay", "start hotline-relay"]
    assert read(state.database) == before
    assert sorted(one.name for one in (state.directory / "lost").iterdir()) == ["log.db"]
    with SqliteStore(state.database) as store:
        assert store.recovering(AIR)
