"""The whole ceremony as people do it: real processes, passphrases and digits typed at a real terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect

from hotline_protocol.identity.charter import SignedCharter
from tests.client.ceremony.kit import relay_card

PASSPHRASE = "vérité correct horse"


def _environment() -> dict[str, str]:
    here = os.pathsep.join(str(Path(place).resolve()) for place in sys.path if place)
    return {"PATH": os.environ["PATH"], "PYTHONPATH": here, "LANG": "C.UTF-8", "NO_COLOR": "1"}


def _run(tmp_path: Path, *words: object, secret: bool = True) -> dict[str, Any]:
    """One command with its passphrase over a descriptor; the facts it prints."""
    read, write = os.pipe()
    os.write(write, PASSPHRASE.encode() + b"\n")
    os.close(write)
    command = [sys.executable, "-m", "hotline_client", *map(str, words), "--json"]
    try:
        done = subprocess.run(
            [*command, *(["--passphrase-fd", str(read)] if secret else [])],
            capture_output=True, text=True, check=False, pass_fds=[read], cwd=tmp_path, env=_environment(),
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.close(read)
    assert done.returncode == 0, done.stderr
    assert PASSPHRASE not in done.stdout + done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def _at_terminal(tmp_path: Path, *words: object) -> pexpect.spawn[str]:
    return pexpect.spawn(
        sys.executable, ["-m", "hotline_client", *map(str, words)],
        cwd=str(tmp_path), env=_environment(), encoding="utf-8", timeout=20, dimensions=(24, 80),
    )  # fmt: skip


def _end(terminal: pexpect.spawn[str]) -> str:
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.before
    return str(terminal.before)


def test_two_delegations_set_up_a_line(tmp_path: Path) -> None:
    typed = _at_terminal(tmp_path, "authority", "init", "--delegation", "ALPHA", "a")
    for prompt in ("New passphrase for the authority key", "Once more"):
        typed.expect(prompt)
        typed.sendline(PASSPHRASE)
    assert PASSPHRASE not in _end(typed)
    bravo = _run(tmp_path, "authority", "init", "--delegation", "BRAVO", "b")
    alpha = _run(tmp_path, "authority", "card", "--authority", "a", secret=False)

    pairing = _at_terminal(tmp_path, "authority", "pair", "b/BRAVO.card", "--authority", "a")
    pairing.expect(alpha["digits"])
    pairing.expect("Type the 30 digits that BRAVO reads out")
    pairing.sendline(bravo["digits"])
    assert "Paired with BRAVO." in _end(pairing)
    _run(
        tmp_path,
        "authority",
        "pair",
        "a/ALPHA.card",
        "--authority",
        "b",
        "--digits",
        alpha["digits"],
        secret=False,
    )

    relay_card(tmp_path / "relay.card")
    cards = ["--a", "a/ALPHA.card", "--b", "b/BRAVO.card", "--relay", "relay.card"]
    _run(tmp_path, "charter", "draft", *cards, "charter", secret=False)
    _run(tmp_path, "charter", "sign", "charter", "--authority", "b")
    signed = _run(tmp_path, "charter", "sign", "charter", "--authority", "a")
    assert signed["signed_by"] == ["ALPHA", "BRAVO"]
    assert (
        SignedCharter.decode((tmp_path / "charter").read_bytes()).verify().link_id.hex() == signed["link_id"]
    )

    asked = _run(tmp_path, "enrol", "request", "--name", "Дежурный", "w.request", "--home", "w")
    words = ["--role", "watch", "--arena", "air", "--authority", "a", "--digits", asked["digits"]]
    _run(tmp_path, "authority", "approve", "w.request", *words)
    installed = _run(tmp_path, "enrol", "install", "w.cert", "--charter", "charter", "--home", "w")
    assert installed["channels"] == ["plenary", "air", "caucus.a"]
    assert installed["side"] == "a"


def test_control_c_at_a_prompt_ends_with_130(tmp_path: Path) -> None:
    typed = _at_terminal(tmp_path, "authority", "init", "--delegation", "ALPHA", "a")
    typed.expect("New passphrase")
    typed.sendintr()
    typed.expect(pexpect.EOF)
    typed.close()
    assert typed.exitstatus == 130
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_met_in_silence(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "hotline_client", "--help"],
        stdout=write, stderr=subprocess.PIPE, text=True, check=False, env=_environment(), cwd=tmp_path,
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")
