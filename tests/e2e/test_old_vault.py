"""Vaults killed, put back from copies, cut and cloned, with real processes and a real relay: no key ever seals twice, and there is a way back."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline_client.line.line import Line
from tests import sampling
from tests.e2e.sending import ROOT
from tests.e2e.stage import CHANNEL, Stage, devices, texts
from tests.support.copies import of_its_own

ROUNDS = int(os.environ.get("HOTLINE_OLD_VAULTS", "0")) or sampling.count(40, 6)
"""How often a vault is put back; HOTLINE_OLD_VAULTS=500 for a long run."""
PATHS = os.pathsep.join(map(str, (ROOT / "protocol", ROOT / "client", ROOT)))
MAX_SHOWN = 2000
TYPED = "from tests.e2e.talker import named; named(); from hotline_client.cli import main; main()"
"""The program `hotline`, on a machine of its own name."""


class Machine:
    """A vault and the state directory of its user, as one machine has them."""

    def __init__(self, root: Path, home: Path, passphrase: str, ledger: Path, name: str = "") -> None:
        self.root, self.home, self.state = root, home, root / "state"
        self.passphrase, self.ledger, self.name = passphrase, ledger, name
        root.mkdir(exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": PATHS,
            "XDG_STATE_HOME": str(self.state),
            "TALKER_MACHINE": self.name,
        }

    def hotline(self, *words: str) -> subprocess.CompletedProcess[str]:
        reading, writing = os.pipe()
        try:
            os.write(writing, f"{self.passphrase}\n".encode())
            os.close(writing)
            return subprocess.run(
                [
                    *(sys.executable, "-c", TYPED, *words),
                    *("--home", str(self.home), "--passphrase-fd", str(reading)),
                ],
                capture_output=True,
                text=True,
                pass_fds=[reading],
                check=False,
                timeout=120,
                cwd=ROOT,
                env=self.environment,
            )
        finally:
            os.close(reading)

    def talk(self, prefix: str) -> Talker:
        return Talker(self, prefix)

    def keep(self, place: Path) -> Path:
        """A copy of both, of a machine that is down."""
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.home, place / "home", ignore=shutil.ignore_patterns("*-shm"))
        shutil.copytree(self.state, place / "state")
        return place

    def put_back(self, kept: Path, *, whole: bool) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(kept / "home", self.home)
        if whole:
            shutil.rmtree(self.state)
            shutil.copytree(kept / "state", self.state)


class Talker:
    """A process that talks until it is killed, or stops."""

    def __init__(self, machine: Machine, prefix: str) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.e2e.talker"),
                *(str(machine.home), str(machine.ledger), prefix),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=machine.environment,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(machine.passphrase + "\n")
        self.process.stdin.flush()

    def hear(self, count: int) -> str:
        """The last of so many reports, or the first that says that it stopped."""
        assert self.process.stdout is not None
        said = ""
        for _ in range(count):
            said = self.process.stdout.readline().rstrip("\n")
            if said == "stopped":
                break
            assert said, self._errors()
        return said

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()[-MAX_SHOWN:]

    def kill(self) -> None:
        """SIGKILL, wherever it is."""
        self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def used_twice(ledger: Path) -> list[str]:
    """Keys that sealed two plaintexts."""
    sealed: dict[str, set[str]] = defaultdict(set)
    for line in ledger.read_text().splitlines():
        key, _, what = line.split(" ")
        sealed[key].add(what)
    assert len(sealed) > 10
    return [key for key, what in sealed.items() if len(what) > 1]


def told(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def recover(machine: Machine, head: Machine) -> None:
    """What both are told to do."""
    doctor = machine.hotline("doctor")
    assert doctor.returncode == 5, doctor.stderr
    assert "`hotline recover`" in doctor.stdout
    [record] = [
        one for one in told(machine.hotline("recover", "--yes", "--json")) if one["channel"] == CHANNEL
    ]
    assert record["type"] == "recovered"
    told(head.hotline("roster", "admit", "--all", "--json"))


@pytest.fixture
def line(tmp_path: Path) -> Callable[[Stage], tuple[Machine, Machine, Machine]]:
    """The victim, the head of its side, and the other side's head."""

    def make(stage: Stage) -> tuple[Machine, Machine, Machine]:
        stage.found()
        made = []
        for name in ("Alpha 2", "Alpha 1", "Bravo 1"):
            one = stage.enrolled(name)
            of_its_own(one.home, one.passphrase)
            made.append(Machine(tmp_path / name, one.home, one.passphrase, tmp_path / "ledger"))
        return made[0], made[1], made[2]

    return make


@pytest.mark.slow
def test_killed_and_put_back_again_and_again_no_key_seals_twice(
    tmp_path: Path, line: Callable[[Stage], tuple[Machine, Machine, Machine]]
) -> None:
    chance = random.Random(9)  # noqa: S311  no secret, and the same every time
    ways = ["vault", "whole", "wal", "backup", "none"]
    with Stage(tmp_path / "stage", devices(2, 1)) as stage:
        victim, head, _ = line(stage)
        for number in range(ROUNDS):
            way = ways[number % len(ways)]
            talker = victim.talk(f"{number} early")
            talker.hear(chance.randrange(1, 6))
            if way == "backup":
                (tmp_path / "backup").unlink(missing_ok=True)
                told(victim.hotline("backup", str(tmp_path / "backup"), "--json"))
            talker.kill()
            kept = victim.keep(tmp_path / "kept")
            talker = victim.talk(f"{number} lost")
            assert talker.hear(chance.randrange(1, 6)) != "stopped", "a kill alone makes no copy"
            talker.kill()
            if way in {"vault", "whole"}:
                victim.put_back(kept, whole=way == "whole")
            elif way == "wal":
                (victim.home / "vault.db-wal").unlink()
            elif way == "backup":
                told(victim.hotline("restore", str(tmp_path / "backup"), "--replace", "--json"))
            talker = victim.talk(f"{number} again")
            assert (talker.hear(1) == "stopped") == (way != "none"), way
            talker.kill()
            if way != "none":
                recover(victim, head)
        told(victim.hotline("send", "in the end", "--json"))
        assert used_twice(victim.ledger) == []
        with stage.vault("Bravo 1") as vault:
            heard = [one.text for one in texts(Line.open(vault))]
    assert len(heard) == len(set(heard)), "nothing is there twice"


@pytest.mark.slow
def test_a_vault_cloned_onto_another_machine_says_nothing_there(
    tmp_path: Path, line: Callable[[Stage], tuple[Machine, Machine, Machine]]
) -> None:
    with Stage(tmp_path / "stage", devices(2, 1)) as stage:
        victim, head, _ = line(stage)
        talker = victim.talk("here")
        talker.hear(3)
        talker.kill()
        kept = victim.keep(tmp_path / "kept")
        other = Machine(tmp_path / "other", kept / "home", victim.passphrase, victim.ledger, "another")
        talker, elsewhere = victim.talk("here too"), other.talk("there")
        assert talker.hear(5) != "stopped"
        assert elsewhere.hear(1) == "stopped", "it has no run mark there"
        refused = other.hotline("send", "from the copy", "--json")
        assert refused.returncode == 8
        said = json.loads(refused.stderr.splitlines()[-1])
        assert "moved or copied here" in said["message"]
        assert "kept in the outbox" in said["message"]
        assert "hotline recover" in said["hints"][0]
        elsewhere.kill()
        recover(other, head)
        elsewhere = other.talk("there at last")
        elsewhere.hear(2)
        assert talker.process.stdout is not None
        for _ in range(10_000):
            if talker.hear(1) == "stopped":
                break
        else:
            pytest.fail("both go on")
        talker.kill()
        elsewhere.kill()
        assert used_twice(victim.ledger) == []
