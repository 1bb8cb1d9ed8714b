"""`hotline record` as two delegations and a third party type it: real processes on a real relay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hotline_protocol.identity.charter import SignedCharter
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices


def verify(*words: str) -> subprocess.CompletedProcess[bytes]:
    """By somebody without a device: no home, no passphrase."""
    return subprocess.run(
        [sys.executable, "-m", "hotline_client", "record", "verify", *words],
        capture_output=True,
        check=False,
        timeout=60,
        env={"PATH": "", "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
    )


def test_a_record_is_exported_and_a_third_party_verifies_it(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for who, words in ((ours, "Good evening."), (theirs, "Доброй ночи.")):
            assert hotline(who, "send", words).returncode == 0
        assert hotline(ours, "watch", "--once").returncode == 0
        file = tmp_path / "plenary.record"
        [written] = records(hotline(ours, "record", "export", str(file), "--json"))
        assert written["bytes"] == file.stat().st_size
        assert file.stat().st_mode & 0o077 == 0
        assert hotline(ours, "record", "export", str(file)).returncode == 2

        cards = []
        for one in SignedCharter.decode(stage.made.relay_charter.read_bytes()).content().delegations:
            cards.append(str(tmp_path / f"{one.delegation}.card"))
            Path(cards[-1]).write_bytes(one.encode())
        both = ("--authority", cards[0], "--authority", cards[1])
        done = verify(str(file), *both, "--list", "--json")
        *documents, verdict = records(done)
        assert [one["text"] for one in documents if one["kind"] == "text"] == [
            "Good evening.",
            "Доброй ночи.",
        ]
        spoken = next(one["id"] for one in documents if one["kind"] == "text")
        assert {one["author"]["name"] for one in documents} == {"Alpha 1", "Bravo 1"}
        assert (verdict["whole"], verdict["deviating"], verdict["entries"]) == (True, [], verdict["tail"])
        said = verify(str(file), *both).stdout.decode()
        assert said.startswith("VERIFIED: plenary of ")
        assert "Not shown: who was a member" in said

        assert verify(str(file), *both[:2]).returncode == 2
        assert verify(str(file), *both[:2], *both[:2]).returncode == 4
        assert verify(str(file), "--authority", "1", "--authority", "2").returncode == 4
        assert verify(str(tmp_path), *both).returncode == 2
        assert verify(cards[0], *both).returncode == 2

        single = tmp_path / "one.record"
        assert hotline(ours, "record", "export", str(single), "--only", spoken).returncode == 0
        done = verify(str(single), *both)
        assert (done.returncode, b"These documents alone" in done.stdout) == (0, True)

        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        damaged = verify(str(file), *both, "--json")
        assert damaged.returncode in (2, 4)
        assert json.loads(damaged.stderr)["hints"] == [
            "do not rely on anything in this file; ask for it again, by another way"
        ]
