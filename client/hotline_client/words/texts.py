"""Text as other programs hand it over: its encoding, its line ends, how its letters are composed. Words are never guessed."""

from __future__ import annotations

import codecs
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hotline_client import files
from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.text import show

ENCODINGS: Final = (
    "utf-8", "utf-16", "iso-8859-1", "iso-8859-8", "windows-1250", "windows-1251", "windows-1252", "windows-1255",
    "windows-1256", "koi8-r",
)  # fmt: skip
"""Those that a person may name."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer first, with the encoding that takes them away."""


def decoded(content: bytes, what: str, *, encoding: str | None = None, hint: str = "save it as UTF-8") -> str:
    """The words in some bytes: UTF-8, what a byte order mark says, or the encoding that a person named; lines end in one way,
    letters are composed (NFC), and nothing is added or lost. FormatError says what came and what helps (`hint`).
    """
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise FormatError(
            f"{show(encoding)} is no encoding that is known; expected one of {', '.join(ENCODINGS)}"
        )
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    try:
        text = content.decode(marked or encoding or "utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{what} is {_guess(content, error)}; {hint}") from None
    if "\0" in text:
        raise FormatError(f"{what} is no text: it has zero bytes")
    return composed(text)


def composed(text: str) -> str:
    """The same words with line feeds as line ends and composed letters (NFC)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def read_toml(path: Path, what: str, *, limit: int = files.LIMIT) -> dict[str, Any]:
    """The tables of a TOML file, as any editor saves it. UsageError if it cannot be read, FormatError if it is none."""
    text = decoded(files.read(path, what, limit=limit), f"{what} {show(str(path))}")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(f"{show(str(path))} is no TOML: {show(str(error))}") from None


def arguments(given: Sequence[str]) -> list[str]:
    """What was typed on a command line, with composed letters but where it names a file that is there. UsageError if some is not UTF-8."""
    for number, one in enumerate(given, 1):
        if any("\ud800" <= character <= "\udfff" for character in one):
            raise UsageError(
                f"argument {number}, {show(one[:40])}, is not UTF-8; type it in UTF-8, or pipe the text in"
            )
    return [
        one if one.isascii() or Path(one).exists() else unicodedata.normalize("NFC", one) for one in given
    ]


def _guess(content: bytes, error: UnicodeDecodeError) -> str:
    """What bytes that are no UTF-8 may be, for a person to decide."""
    if b"\0" in content:
        return "no text: it has zero bytes"
    return f"not {error.encoding.upper()} (byte {error.start + 1} is 0x{content[error.start]:02X})"
