"""Runs a module on this terminal without being of its session: no signal tells it that the terminal is gone, its descriptor alone does.

`python -m tests.support.detached FILE MODULE ARGUMENTS`: the exit code of the module is written to FILE.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from pathlib import Path


def main() -> None:
    file, module, *arguments = sys.argv[1:]
    child = os.fork()
    if child == 0:
        os.setsid()
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    Path(f"{file}.part").write_text(str(os.waitstatus_to_exitcode(status)))
    Path(f"{file}.part").rename(file)


if __name__ == "__main__":
    main()
