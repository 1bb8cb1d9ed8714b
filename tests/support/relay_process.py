"""A real relay process on loopback, for tests: started, killed, ended and started again on the same port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from hotline_protocol import codec
from hotline_protocol.identity.charter import Relay
from hotline_server.cli.charter import add_charter
from hotline_server.cli.init import init
from hotline_server.settings import StateDirectory

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class RelayProcess:
    """`relay` is what the charter must name; make the charter, `add_charter` its bytes, `start`.

    Entering starts it, leaving kills it. Logs are in `log_path`.
    """

    def __init__(
        self, directory: Path, *, port: int | None = None, limits: str = "", options: tuple[str, ...] = ()
    ) -> None:
        self.state = StateDirectory(directory)
        if not self.state.settings.exists():
            init(self.state, "127.0.0.1", port or free_port(), "127.0.0.1")
            with self.state.settings.open("a", encoding="utf-8") as file:
                file.write(limits + "\n")
        self.port = self.state.load_settings().port
        self.relay = codec.decode(self.state.card.read_bytes(), Relay)
        self.log_path = directory.with_name(directory.name + ".log")
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return self.relay.url

    @property
    def pid(self) -> int:
        return self._running().pid

    def add_charter(self, signed: bytes) -> None:
        """Serve a link; a relay that runs already takes it up within a second."""
        add_charter(self.state, signed)

    def start(self) -> int:
        """Start, and return the port once it accepts connections."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("protocol", "server")),
        }
        command = [
            sys.executable,
            "-m",
            "hotline_server",
            "run",
            "--state",
            str(self.state.directory),
            *self._options,
        ]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        output = self._process.stdout
        assert output is not None
        line = output.readline()
        if not line:
            code = self._process.wait()
            output.close()
            self._process = None
            raise RuntimeError(f"the relay ended with {code}: {self.log_path.read_text()[-2000:]}")
        assert json.loads(line)["event"] == "listening"
        return int(json.loads(line)["port"])

    def kill(self) -> None:
        """SIGKILL: whatever was not on disk is gone."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def restart(self) -> int:
        """Kill it if it runs, and start it on the same port."""
        if self._process is not None:
            self.kill()
        return self.start()

    def signal(self, number: int) -> None:
        self._running().send_signal(number)

    def wait(self, timeout: float = 10) -> int:
        """Wait for an end somebody else brought about; the exit code."""
        process = self._running()
        code = process.wait(timeout)
        self._forget(process)
        return code

    def _end(self, number: int) -> int:
        process = self._running()
        process.send_signal(number)
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            self._forget(process)
        return code

    def _forget(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is not None:
            process.stdout.close()
        self._process = None

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the relay does not run"
        return self._process

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
