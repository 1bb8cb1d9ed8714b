"""The commands on the line as two delegations type them: real processes on a real relay, and the codes they end with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.cli.base.session import is_wrong_certificate
from tests.e2e.stage import Stage, devices

ROOT = Path(__file__).resolve().parents[4]


def hotline(
    who: Enrolled, *words: str, stdin: bytes = b"", passphrase: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """One command by one device, its passphrase over a pipe."""
    reading, writing = os.pipe()
    try:
        os.write(writing, f"{passphrase or who.passphrase}\n".encode())
        os.close(writing)
        return subprocess.run(
            [
                *(sys.executable, "-m", "hotline_client", *words),
                *("--home", str(who.home), "--passphrase-fd", str(reading)),
            ],
            input=stdin,
            capture_output=True,
            pass_fds=[reading],
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
        )
    finally:
        os.close(reading)


def records(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_two_delegations_from_the_first_knock_to_an_acknowledgment(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        assert hotline(theirs, "doctor").returncode == 0
        [knock] = records(hotline(ours, "roster", "list", "--json"))
        assert knock["type"] == "knock"
        early = hotline(theirs, "send", "too early", "--timeout", "1s")
        assert early.returncode == 3
        assert b"not yet a member" in early.stderr
        members = records(hotline(ours, "roster", "admit", "--all", "--json"))
        assert [one["person"]["name"] for one in members] == ["Alpha 1", "Bravo 1"]
        assert hotline(theirs, "outbox", "--drain").returncode == 0

        spoken = "שלום\n\x1b[2J\u202eworld\x9b"
        refused = hotline(ours, "send", stdin=spoken.encode())
        plain = hotline(ours, "send", "--response", "R", stdin="שלום\nעולם\n".encode())
        assert plain.returncode == 0
        for raw in (b"\x1b", b"\x9b", "\u202e".encode()):
            assert raw not in refused.stdout + refused.stderr

        shown = records(hotline(theirs, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        texts = [one["text"] for one in shown if one["kind"] == "text"]
        assert texts.count("too early") == 1
        message = next(one for one in shown if one["id"] == plain.stdout.decode().strip())
        assert message["text"] == "שלום\nעולם"
        for _ in range(2):
            assert hotline(theirs, "ack", f"#{message['seq']}", "--key", "read it").returncode == 0
        assert hotline(theirs, "ack", f"#{message['seq']}", "--key", "read it", "--note", "x").returncode == 9
        after = records(hotline(ours, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        [mine] = [one for one in after if one["id"] == message["id"]]
        assert [mark["by"]["name"] for mark in mine["acknowledged"]] == ["Bravo 1"]

        assert hotline(theirs, "ack", "#999").returncode == 2
        assert hotline(ours, "send", "x", "--channel", "nowhere").returncode == 2
        assert hotline(ours, "send", stdin=b"\xff\xfe").returncode == 2
        assert hotline(ours, "send", "nobody reads", "--wait-ack", "1s").returncode == 6
        assert hotline(ours, "log", "show", passphrase="not the right words").returncode == 8


def test_what_is_sent_without_a_relay_goes_out_once_by_drain_and_a_key_has_one_content(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path, devices(1, 1))
    ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
    with stage:
        stage.found()
    for _ in range(2):
        down = hotline(ours, "send", "kept", "--key", "k", "--timeout", "1s")
        assert down.returncode == 3
        assert b"kept in the outbox" in down.stderr
    assert hotline(ours, "send", "other", "--key", "k", "--timeout", "1s").returncode == 9
    with stage:
        assert hotline(ours, "outbox", "--drain").returncode == 0
        assert hotline(ours, "send", "kept", "--key", "k").returncode == 0
        shown = records(hotline(theirs, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        assert [one["text"] for one in shown if one["kind"] == "text"] == ["kept"]


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        ("SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]", True),
        ("the relay's certificate is not the one that the charter pins", True),
        ("ConnectionRefusedError: [Errno 111] Connect call failed", False),
        (None, False),
    ],
)
def test_only_a_wrong_certificate_is_no_mere_silence(reason: str | None, *, wrong: bool) -> None:
    assert is_wrong_certificate(reason) is wrong
