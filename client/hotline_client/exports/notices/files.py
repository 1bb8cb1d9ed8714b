"""Notices out of files: TOML in our words, GeoJSON of a map, and text that was pasted. Each comes down to a form.

A TOML file has the fields of `hotline_protocol.notices.form` at its top and nothing else; examples/notices has one for each arena.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hotline_client import files
from hotline_client.exports.notices.text import read_block
from hotline_client.words.texts import decoded
from hotline_protocol.documents.notices import Action
from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.text import show

LIMIT: Final = 1024 * 1024
"""Bytes of a file or a paste."""

Given = dict[str, Any]
Note = Callable[[str], None]
"""Takes a sentence about what was mended on the way in."""


def _silent(words: str) -> None:
    del words


def read_geojson(path: Path, note: Note = _silent) -> Given:
    """The fields of a GeoJSON file. FormatError."""
    # here, because no other command on notices needs numpy, pyproj and shapely
    from hotline_client.exports.notices import geojson  # noqa: PLC0415

    found = geojson.read(_text(path, "the map"))
    for one in dict.fromkeys(found.notes):
        note(one)
    return dict(found.form)


def read_paste(path: str, action: Action, note: Note = _silent) -> Given:
    """The fields of a text in a file, or on stdin if that is `-`. FormatError."""
    text = _standard_input() if path == "-" else _text(Path(path), "the text")
    block = read_block(text)
    if block.action is not action:
        about = f" {show(block.before)}" if block.before else ""
        raise UsageError(f"the pasted text does {block.action}{about}, and this command does {action}")
    for one in block.notes:
        note(one)
    return dict(block.form)


def _text(path: Path, what: str) -> str:
    return decoded(files.read(path, what, limit=LIMIT), what)


def _standard_input() -> str:
    content = sys.stdin.buffer.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise FormatError(f"more than {LIMIT} bytes were pasted")
    return decoded(content, "the pasted text")
