"""What a reader of `hotline_client.words` makes of an option, as a click parameter type; and durations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import click

from hotline_client.words.durations import seconds
from hotline_protocol.errors import FormatError

T = TypeVar("T")


class Typed(click.ParamType[T], Generic[T]):
    """A click parameter type of a reader: its FormatError is a usage error."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """What was typed, read; a default that is a value already stays."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        try:
            return self._read(value)
        except FormatError as error:
            self.fail(str(error), param, ctx)


class Duration(Typed[int]):
    """Gives whole seconds."""

    def __init__(self) -> None:
        super().__init__("duration", seconds)
