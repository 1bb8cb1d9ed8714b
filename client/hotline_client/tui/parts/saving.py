"""What is written to files from the screen: asked for by path, made in a thread, never over a file that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hotline_client import files
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import View
from hotline_protocol.errors import HotlineError

Make = Callable[[str], bytes | Iterable[bytes]]
"""The bytes for a file that ends so (`.svg`), whole or in pieces."""


def save(view: View, what: str, endings: Sequence[str], initial: str, make: Make) -> None:
    """Ask where to, and write it; what came of it is said. `endings`: which files can be made."""

    def wrong(typed: str) -> str | None:
        path = typed_path(typed)
        if path.suffix.lower() not in endings:
            return t("a file that ends with {endings}", endings=", ".join(endings))
        try:
            files.must_be_new(path)
        except HotlineError as error:
            return line(str(error))
        except OSError as error:
            return line(error.strerror or t("such a path cannot be used"))
        chosen.append(path)
        return None

    def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        if right:
            view.tell(t("writing {file} …", file=line(str(chosen[-1]), 60)))
            view.run_worker(_write(view, chosen[-1], make), exclusive=False)

    chosen: list[Path] = []
    lines = [what, t("A path; the file must not exist. It ends with {endings}", endings=", ".join(endings))]
    view.app.push_screen(AskTyped(lines, wrong, t("write"), initial=initial), done)


async def _write(view: View, path: Path, make: Make) -> None:
    try:
        size = await asyncio.to_thread(lambda: files.write_new(path, make(path.suffix.lower())))
    except HotlineError as error:
        view.tell(t("NOT WRITTEN: {why}", why=line(str(error))))
    except OSError as error:
        view.tell(t("NOT WRITTEN: {why}", why=line(error.strerror or "")))
    else:
        view.tell(t("written: {file}, {size} bytes", file=line(str(path), 60), size=f"{size:,}"))


def typed_path(typed: str) -> Path:
    """What a person typed, as a path."""
    return Path(typed.strip().replace("\0", "")).expanduser()
