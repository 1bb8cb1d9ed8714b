"""Runs the cases of files and counts: whatever is not verified completely counts as failed.

A file that cannot be read, is not JSON or is of no known format is a mistake of the caller, but counts as a failure too:
nothing that was named may go missing from the sum.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.vectors.checking import describe
from tests.vectors.loading import cases_of
from tests.vectors.registry import kind_of

_FIELDS_NAMED = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """One line on a case that failed, and what the interpreter says about it."""

    path: Path
    index: int | None
    """The case's place in its file, from 0; None for the file as a whole."""
    kind: str
    reason: str
    trace: str = ""

    def __str__(self) -> str:
        place = "" if self.index is None else f"[{self.index}]"
        return f"FAILED {self.path}{place} {self.kind}: {self.reason}"


@dataclass(slots=True)
class Tally:
    """What came of the run so far."""

    passed: int = 0
    failed: int = 0
    misused: bool = False
    """Whether something was named that is no file of vectors."""

    @property
    def exit_code(self) -> int:
        """0 if something passed and nothing failed, 2 if the caller named no vectors, else 1."""
        if self.misused:
            return 2
        return 0 if self.passed and not self.failed else 1

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


class Watcher(Protocol):
    """Who is told how the run goes on."""

    def begin(self, path: Path, number: int, files: int) -> None:
        """A file is opened, the `number`th of `files`."""

    def step(self, done: int, cases: int) -> None:
        """So many cases of the file are done."""

    def failure(self, failure: Failure) -> None:
        """A case failed."""

    def end(self, tally: Tally) -> None:
        """The file is done; `tally` is its own."""


def files_in(names: Iterable[Path]) -> Iterator[Path]:
    """The files, and those ending in .json below the directories, in the order of their names."""
    for name in names:
        found = sorted(name.rglob("*.json")) if name.is_dir() else []
        yield from found or [name]


def run(names: Iterable[Path], watcher: Watcher) -> Tally:
    """Verify everything that was named."""
    total = Tally()
    paths = list(files_in(names))
    for number, path in enumerate(paths, 1):
        watcher.begin(path, number, len(paths))
        tally = _run_file(path, watcher)
        watcher.end(tally)
        total.passed += tally.passed
        total.failed += tally.failed
        total.misused |= tally.misused
    return total


def _run_file(path: Path, watcher: Watcher) -> Tally:
    try:
        cases = _read(path)
    except ValueError as error:
        watcher.failure(Failure(path, None, "file", " ".join(str(error).split())))
        return Tally(failed=1, misused=True)
    if not cases:
        watcher.failure(Failure(path, None, "file", "expected at least one case, got an empty list"))
        return Tally(failed=1)
    if all(kind_of(case) is None for case in cases):
        watcher.failure(Failure(path, None, "file", f"unrecognised format: {_fields(cases[0])}"))
        return Tally(failed=len(cases), misused=True)
    tally = Tally()
    for index, case in enumerate(cases):
        failure = _run_case(path, index, case)
        if failure is None:
            tally.passed += 1
        else:
            tally.failed += 1
            watcher.failure(failure)
        watcher.step(index + 1, len(cases))
    return tally


def _read(path: Path) -> list[Any]:
    if path.is_dir():
        raise ValueError("the directory holds no file that ends in .json")
    try:
        return cases_of(path)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error


def _run_case(path: Path, index: int, case: Any) -> Failure | None:
    kind = kind_of(case)
    if kind is None:
        return Failure(path, index, "case", f"unrecognised format: {_fields(case)}")
    try:
        kind.check(case)
    except Exception as error:  # noqa: BLE001  # a broken case must neither end the run nor pass
        return Failure(path, index, kind.name, describe(error), traceback.format_exc())
    return None


def _fields(case: Any) -> str:
    if not isinstance(case, dict):
        return f"expected an object, got a {type(case).__name__}"
    names = ", ".join(map(repr, list(case)[:_FIELDS_NAMED]))
    more = "" if len(case) <= _FIELDS_NAMED else ", …"
    return f"no kind of vector has the fields {names or 'of an empty object'}{more}"
