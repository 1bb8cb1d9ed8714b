"""Several lines of one process fold at the same time: the first to read a journal must not race with the second."""

from __future__ import annotations

import subprocess
import sys

RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
from hotline_protocol.folds.journal import Journal
state = Journal().encode()
gate = threading.Barrier(8)

def read():
    gate.wait()
    for _ in range(50):
        Journal.decode(state)

threads = [threading.Thread(target=read) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
"""


def test_journals_are_read_by_several_threads_at_once() -> None:
    for _ in range(3):
        assert subprocess.run([sys.executable, "-c", RACE], check=False).returncode == 0
