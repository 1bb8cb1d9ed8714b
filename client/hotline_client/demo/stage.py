"""The stage of the demonstration: a relay process on loopback and the vaults of both delegations, by the real ceremony."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hotline_protocol.errors import StorageError


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay's state directory and the port on loopback that its charter names."""

    state: Path
    port: int

    @property
    def card(self) -> Path:
        """The relay card that goes into a charter."""
        return self.state / "relay.card"


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _relay(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hotline_server", *arguments]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program and paths
    if done.returncode != 0:
        raise StorageError(
            f"{' '.join(command[2:5])} ended with exit code {done.returncode}: {done.stderr.strip()[-400:]}"
        )


def init_relay(state: Path) -> Relay:
    """Make a relay's keys and card for a free port."""
    relay = Relay(state, free_port())
    _run(_relay("init", "--state", str(state), "--host", "127.0.0.1", "--port", str(relay.port)))
    return relay


def add_charter(relay: Relay, charter: Path) -> None:
    """Make the relay know a signed charter."""
    _run(_relay("charter", "add", "--state", str(relay.state), str(charter)))


@contextmanager
def running(relay: Relay) -> Iterator[subprocess.Popen[str]]:
    """A relay process from when it listens until the block ends; its log goes to `relay.log` in its state directory."""
    log = relay.state / "relay.log"
    descriptor = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program and paths
            _relay("run", "--state", str(relay.state)), stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        _await_listening(process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _await_listening(process: subprocess.Popen[str], log: Path) -> None:
    line = process.stdout.readline() if process.stdout else ""
    try:
        event = json.loads(line).get("event") if line else None
    except (json.JSONDecodeError, AttributeError):
        event = None
    if event != "listening":
        raise StorageError(f"the relay did not start; its log: {log}")
