"""Facts on stdout: one JSON object a line with `--json`, else text for a person. Everything is sanitised here.

Rules: stdout carries facts, stderr carries prompts, progress and errors. Colour only on a terminal and without
NO_COLOR; it is never the only carrier of a meaning.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import click

from hotline_protocol.text import show

JSON_KEY: Final = "hotline_client.json"
WIDTH: Final = 80


class Styled(NamedTuple):
    """A piece of human text with a click colour name, bold if it matters."""

    text: str
    colour: str | None = None
    bold: bool = False


Human = str | Styled | Sequence[str | Styled]


def as_json() -> bool:
    """Whether the running command was asked for `--json`."""
    context = click.get_current_context(silent=True)
    return bool(context is not None and context.meta.get(JSON_KEY))


def emit(record: Mapping[str, Any], human: Human) -> None:
    """One fact: `record` as a line of JSON, or `human` as text (may hold newlines; nothing is printed if empty).

    Record values may be bytes (shown as hex), sets (sorted), dataclasses, mappings and sequences of those.
    """
    if as_json():
        click.echo(json.dumps(_plain(record), ensure_ascii=True, separators=(",", ":")))
    else:
        _echo(human, err=False)


def plain_json(record: Mapping[str, Any]) -> bytes:
    """A record as `emit` would write it, for a program's stdin."""
    return json.dumps(_plain(record), ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def say(human: Human) -> None:
    """What a person at the terminal should see beside the facts: progress, what to do next. On stderr."""
    if not as_json():
        _echo(human, err=True)


def _echo(human: Human, *, err: bool) -> None:
    pieces = [human] if isinstance(human, str | Styled) else human
    colours = _colours(sys.stderr if err else sys.stdout)
    rendered = "".join(_render(piece, colours=colours) for piece in pieces)
    if rendered:
        click.echo(rendered, err=err, color=colours)


def _render(piece: str | Styled, *, colours: bool) -> str:
    if isinstance(piece, str):
        return show(piece, lines=True)
    safe = show(piece.text, lines=True)
    return click.style(safe, fg=piece.colour, bold=piece.bold or None) if colours else safe


def _colours(stream: Any) -> bool:
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in value]
        return sorted(items) if isinstance(value, set | frozenset) else items
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def cells(value: str) -> int:
    """How many terminal columns a sanitised one-line string takes."""
    return sum(_cell(character) for character in value)


def _cell(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def fit(value: str, width: int) -> str:
    """`value` sanitised and exactly `width` columns wide: padded, or cut with an ellipsis."""
    safe = show(value)
    if cells(safe) > width:
        kept, room = "", width - 1
        for character in safe:
            room -= _cell(character)
            if room < 0:
                break
            kept += character
        safe = kept + "…"
    return safe + " " * (width - cells(safe))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, width: int = WIDTH) -> str:
    """Aligned columns, two blanks apart; if too wide, the widest column is cut until the line fits `width`."""
    lines = [list(headers), *(list(row) for row in rows)]
    widths = [max(cells(show(line[column])) for line in lines) for column in range(len(headers))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > 4:
        widths[widths.index(max(widths))] -= 1
    return "\n".join(
        "  ".join(fit(value, room) for value, room in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def wrap(text: str, *, width: int = WIDTH) -> str:
    """`text` with every line that is too wide broken between words, the rest indented by two more than its begin."""
    return "\n".join(piece for line in text.split("\n") for piece in _wrapped(show(line), width))


def _wrapped(line: str, width: int) -> list[str]:
    if cells(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    pieces: list[str] = []
    piece = ""
    for word in line.strip().split(" "):
        longer = f"{piece} {word}" if piece else (f"{indent}  {word}" if pieces else f"{indent}{word}")
        if piece and cells(longer) > width:
            pieces.append(piece)
            longer = f"{indent}  {word}"
        piece = longer
    return [*pieces, piece]
