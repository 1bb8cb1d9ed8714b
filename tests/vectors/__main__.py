"""Verifies files of MLS test vectors: `python -m tests.vectors FILE_OR_DIR…`.

Every format of the working group's test-vectors.md is known by its content, and that of the HPKE vectors. Closes with
`N passed, N failed`. Exit code: 0 if something passed and nothing failed, 1 if something failed, 2 if something that was
named is no file of vectors.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from tests.vectors.running import Failure, Tally, run

_QUIET = 5.0
"""After so many seconds without a line, one says how far a file is, where there is no terminal to update."""


class Progress:
    """Writes how the run goes on: on a terminal one line that changes, else whole lines."""

    def __init__(self, out: TextIO, *, verbose: bool) -> None:
        self._out = out
        self._verbose = verbose
        self._live = out.isatty()
        self._head = ""
        self._began = self._spoke = time.monotonic()

    def begin(self, path: Path, number: int, files: int) -> None:
        """A file is opened."""
        self._head = f"[{number}/{files}] {path}"
        self._began = time.monotonic()
        self._update(f"{self._head}: reading")

    def step(self, done: int, cases: int) -> None:
        """So many cases of the file are done."""
        self._update(f"{self._head}: {done}/{cases}")

    def failure(self, failure: Failure) -> None:
        """A case failed."""
        self._line(str(failure))
        if self._verbose and failure.trace:
            self._line(failure.trace.rstrip())

    def end(self, tally: Tally) -> None:
        """The file is done."""
        self._line(f"{self._head}: {tally} ({time.monotonic() - self._began:.1f} s)")

    def _update(self, text: str) -> None:
        if self._live:
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()
        elif time.monotonic() - self._spoke >= _QUIET:
            self._line(text)

    def _line(self, text: str) -> None:
        self._out.write(f"\r\x1b[K{text}\n" if self._live else f"{text}\n")
        self._out.flush()
        self._spoke = time.monotonic()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and report; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.vectors", description="Verify files of MLS test vectors."
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE_OR_DIR", help="a JSON file, or a directory of them"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show a traceback for each failure")
    options = parser.parse_args(arguments)
    tally = run(options.paths, Progress(sys.stdout, verbose=options.verbose))
    sys.stdout.write(f"{tally}\n")
    return tally.exit_code


if __name__ == "__main__":
    sys.exit(main())
