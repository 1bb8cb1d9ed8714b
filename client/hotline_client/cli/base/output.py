"""Facts on stdout: one JSON object a line with `--json`, else text for a person. Everything is sanitised here.

Rules: stdout carries facts, stderr carries prompts, progress and errors. Colour only on a terminal and without
NO_COLOR; it is never the only carrier of a meaning.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import click

from hotline_protocol.text import show

JSON_KEY: Final = "hotline_client.json"


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
