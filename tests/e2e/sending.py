"""Sender processes as a test holds them: what they reported is remembered across every death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from hotline_client.ceremony.rehearse import Enrolled

ROOT = Path(__file__).resolve().parents[2]


class Sender:
    """`reported`: each number whose success was printed, in the order of printing. Leaving kills the process."""

    def __init__(self, who: Enrolled, prefix: str, errors: Path) -> None:
        self.prefix = prefix
        self.reported: list[int] = []
        self.lost = 0
        """From this number on nothing was reported: where a restarted sender begins."""
        self._who = who
        self._errors = errors
        self._news = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self) -> None:
        """Send from the first number that was not reported, under the same keys as ever."""
        self.lost = self._first_missing()
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.sender", str(self._who.home), self.prefix, str(self.lost)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "protocol", ROOT / "client", ROOT))),
                },
            )
        assert self._process.stdin is not None
        self._process.stdin.write(self._who.passphrase.encode() + b"\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _first_missing(self) -> int:
        reported = set(self.reported)
        return next(number for number in range(len(reported) + 1) if number not in reported)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            # a line that was cut by the kill was not printed
            if line.endswith(b"\n"):
                with self._news:
                    self.reported.append(int(line))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_reports(self, count: int, patience: float = 60) -> None:
        """Until `count` more successes were reported than now."""
        deadline = time.monotonic() + patience
        with self._news:
            goal = len(self.reported) + count
            while len(self.reported) < goal:
                assert self._running().poll() is None, f"{self.prefix} ended: {self._said()}"
                assert self._news.wait(deadline - time.monotonic()), f"{self.prefix}: no success reported"

    def kill(self) -> None:
        """SIGKILL, wherever it is."""
        process = self._running()
        process.send_signal(signal.SIGKILL)
        self._forget(process)

    def stop(self, patience: float = 120) -> None:
        """Let it finish what is in flight."""
        process = self._running()
        assert process.stdin is not None
        process.stdin.close()
        code = process.wait(patience)
        self._forget(process)
        assert code == 0, f"{self.prefix} ended with {code}: {self._said()}"

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        process.wait(10)
        assert self._reader is not None
        self._reader.join(10)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        self._process = None

    def _said(self) -> str:
        return self._errors.read_text()[-2000:]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the sender does not run"
        return self._process

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
