"""A peer driver as a test uses it: a process that is asked one line and answers one."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = (sys.executable, "tests/interop/mls_peer.py")

Answer = dict[str, Any]


class RefusedByPeerError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, command: str, answer: Answer) -> None:
        super().__init__(f"{command}: {answer.get('kind')}: {answer.get('error')}")
        self.kind = answer["kind"]


class Driver:
    """One peer process. `ask` wants an answer, `refusal` a refusal."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._last_id = 0

    def line(self, line: bytes) -> Answer:
        """The answer to one line as it is."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(line + b"\n")
        stdin.flush()
        answered = stdout.readline()
        assert answered, "the peer ended without an answer"
        answer: Answer = json.loads(answered)
        return answer

    def ask(self, cmd: str, **fields: object) -> Answer:
        self._last_id += 1
        answer = self.line(json.dumps({"id": self._last_id, "cmd": cmd, **fields}).encode())
        assert answer["id"] == self._last_id
        if not answer["ok"]:
            raise RefusedByPeerError(cmd, answer)
        return answer

    def refusal(self, cmd: str, **fields: object) -> str:
        """The kind of the refusal."""
        with pytest.raises(RefusedByPeerError) as caught:
            self.ask(cmd, **fields)
        assert caught.value.kind != "internal", caught.value
        return str(caught.value.kind)


@contextmanager
def running(command: Sequence[str]) -> Iterator[Driver]:
    """A driver that ends with the test."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        yield Driver(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
