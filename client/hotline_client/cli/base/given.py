"""Words that a person gives a command: as an argument, in a file, or piped in; always the same bytes, however they were saved."""

from __future__ import annotations

import sys
from pathlib import Path

from hotline_client import files
from hotline_client.words.texts import composed, decoded
from hotline_protocol.errors import UsageError


def read_words(text: str | None = None, *, file: str | None = None, limit: int = 64 * 1024) -> str:
    """The argument, the file, or all of stdin if there is neither or the file is `-`; without the newlines at its end.

    `limit`: bytes. UsageError, FormatError.
    """
    if text is not None:
        return composed(text)
    if file is not None and file != "-":
        return decoded(files.read(Path(file), "the text", limit=limit), "the text").rstrip("\n")
    if sys.stdin.isatty():
        raise UsageError("no text: give it as an argument or in a file, or pipe it in")
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise UsageError(f"the text on stdin is longer than {limit} bytes")
    return decoded(data, "the text on stdin").rstrip("\n")
