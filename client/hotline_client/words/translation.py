"""Our own words in the language of whoever reads: presenters say them through a `Translate` that their front hands in."""

from __future__ import annotations

from typing import Protocol


class Translate(Protocol):
    """Gettext as a function."""

    def __call__(self, message: str, /, **values: object) -> str:
        """The message in somebody's language, with values set in by name."""


def english(message: str, /, **values: object) -> str:
    """The message as it stands in the code: what commands print and records say."""
    return message.format(**values) if values else message
