"""Real processes on one vault: writers take turns, and kill -9 at any moment loses nothing that was committed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline_client.engine.store import GroupBlobs
from tests.client.vault.samples import create, document, entry, ident, reopen
from tests.client.vault.writer import CHANNEL

FOR_EVER = 10**9


@contextmanager
def writing(home: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.client.vault.writer", str(home), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def versions(process: subprocess.Popen[str]) -> Iterator[int]:
    """What a writer printed in whole lines, as it comes."""
    lines = process.stdout or ()
    return (int(line) for line in lines if line.endswith("\n"))


def check(home: Path, at_least: int) -> int:
    """Everything in the vault fits together, and nothing that was reported is missing; the version."""
    with reopen(home) as vault:
        vault.check()
        stored = vault.load(CHANNEL)
        if stored is None:
            assert at_least == 0
            return 0
        version, cursor = stored.version, stored.standing.cursor
        assert version >= at_least
        assert cursor == 2 * version
        assert stored.standing.head == entry(cursor).head
        assert vault.entries(CHANNEL, 0, FOR_EVER) == [entry(seq) for seq in range(1, cursor + 1)]
        assert vault.documents(CHANNEL, after=0, limit=FOR_EVER) == [
            document(n) for n in range(1, cursor + 1)
        ]
        assert stored.group == GroupBlobs(b"tree %d" % version, b"ratchets %d" % version)
        assert [one.id for one in stored.outbox] == [ident(f"item {version}")]
        return version


def test_two_processes_take_turns(tmp_path: Path) -> None:
    home = tmp_path / "home"
    create(home).close()
    with writing(home, 40) as one, writing(home, 40) as two:
        mine, theirs = list(versions(one)), list(versions(two))
        assert one.wait() == two.wait() == 0
    assert sorted(mine + theirs) == list(range(1, 81))
    assert check(home, 80) == 80


@pytest.mark.slow
def test_kill_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    create(home).close()
    chance = random.Random(9)  # noqa: S311 - a fixed sequence
    version = 0
    for _ in range(12):
        with writing(home, FOR_EVER) as one, writing(home, FOR_EVER) as two:
            reported = 0
            for process in (one, two):
                heard = versions(process)
                for _line in range(chance.randrange(1, 12)):
                    reported = max(reported, next(heard))
            one.kill()
            two.kill()
            reported = max([reported, *versions(one), *versions(two)])
        version = check(home, max(version, reported))
    assert version > 24
