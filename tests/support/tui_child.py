"""A program for a pty: the terminal client over a line in memory. `python -m tests.support.tui_child DIRECTORY [WORLD]`.

What the screen says and does is appended to `acts` in the directory, a line each; drafts are kept there too, and so survive a kill.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hotline_client.line.settings import DeviceSettings
from hotline_client.tui.app.run import run
from hotline_protocol.documents.body import MAX_TEXT
from hotline_protocol.terms import Precedence, Response
from hotline_protocol.text import MAX_MARKS
from tests.support.memory_line import ANNA, MIRIAM, MemoryLine, text


class Ledger(list[Any]):
    """A list that writes down what is added to it, at once."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def append(self, item: Any) -> None:
        super().append(item)
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{item!r}\n")


class FileSettings:
    """Settings in a file, as a vault would keep them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    def setting(self, name: str) -> bytes | None:
        value = self._read().get(name)
        return None if value is None else bytes.fromhex(value)

    def set_setting(self, name: str, value: bytes | None) -> None:
        values = self._read()
        values.pop(name, None)
        if value is not None:
            values[name] = value.hex()
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(values))
        new.replace(self._path)


def kept(line: MemoryLine, directory: Path) -> MemoryLine:
    """The line with what it must not forget in a directory."""
    line.acts = Ledger(directory / "acts")
    line.affairs.said = Ledger(directory / "acts")
    line.keepsakes = DeviceSettings(FileSettings(directory / "settings"))
    return line


def quiet() -> MemoryLine:
    """A few words, nothing that waits."""
    return MemoryLine([text(1, MIRIAM, "Good morning."), text(2, ANNA, "Good morning to you.")])


def urgent() -> MemoryLine:
    """A FLASH waits."""
    flash = text(2, MIRIAM, "Cease fire.", precedence=Precedence.FLASH, response=Response.ROGER)
    return MemoryLine([text(1, MIRIAM, "Good morning."), flash])


def around(words: str) -> MemoryLine:
    """One text between two others."""
    return MemoryLine([text(1, MIRIAM, "before it"), text(2, MIRIAM, words), text(3, ANNA, "after it")])


WORLDS: Final[Mapping[str, Callable[[], MemoryLine]]] = {
    "quiet": quiet,
    "urgent": urgent,
    "longest": lambda: around("x" * MAX_TEXT),
    "tallest": lambda: around(("x" + "\u05b8" * MAX_MARKS) * (MAX_TEXT // (MAX_MARKS + 1))),
    "most lines": lambda: around("x" + "\n" * (MAX_TEXT - 2) + "y"),
    "endless line": lambda: around("x" * 10_000_000),
    "endless marks": lambda: around("a" + "\u0301" * 1_000_000),
}


def said(directory: Path) -> list[str]:
    """What the person of the screen did there, a line each; that something was seen is not said."""
    path = directory / "acts"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [one for one in lines if not one.startswith("('seen'")]


def main() -> int:
    """Until the person leaves."""
    directory, world = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "quiet"
    os.environ.setdefault("ESCDELAY", "100")
    return run(kept(WORLDS[world](), directory))


if __name__ == "__main__":
    sys.exit(main())
