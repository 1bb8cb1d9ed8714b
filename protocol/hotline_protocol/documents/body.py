"""What every body of a document shares: its base, its row in the table of kinds, and the fields that bodies are made of."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from hotline_protocol.documents.document import Hash, Id, Time
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Role
from hotline_protocol.text import check_field

MAX_TITLE: Final = 200
"""Characters of a title or another line."""
MAX_TEXT: Final = 16_384
"""Characters of a text."""
MAX_NOTE: Final = 1_000
"""Characters of a remark or a reason."""

Language = Annotated[str, msgspec.Meta(pattern=r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")]
"""A language as a BCP 47 tag, such as `he`, `ru`, `en-GB`."""

Version = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
"""Counts the versions of a proposal, from 1."""


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of every body."""


class Kind(msgspec.Struct, frozen=True):
    """A row of the table of kinds. `formal`: it gets a reference number; `line`: it is a line of the timeline."""

    body: type[Body]
    roles: frozenset[Role]
    formal: bool = False
    line: bool = True


class Target(msgspec.Struct, frozen=True, array_like=True):
    """A document that another one is about: its id, and the hash of its exact bytes."""

    id: Id
    hash: Hash


def check_title(value: str, what: str) -> None:
    """One line of at most `MAX_TITLE` characters. FormatError."""
    check_field(value, what, limit=MAX_TITLE)


def check_note(value: str, what: str) -> None:
    """Nothing, or a remark of at most `MAX_NOTE` characters. FormatError."""
    if value:
        check_field(value, what, limit=MAX_NOTE, lines=True)


def check_text(value: str, what: str) -> None:
    """A text of at most `MAX_TEXT` characters. FormatError."""
    check_field(value, what, limit=MAX_TEXT, lines=True)


def check_period(start: Time, end: Time, what: str) -> None:
    """The end comes after the start, both unix ms. FormatError."""
    if end <= start:
        raise FormatError(f"{what} ends before it begins")


def check_distinct(values: tuple[Any, ...], what: str) -> None:
    """Nothing is named twice. FormatError."""
    if len(set(values)) != len(values):
        raise FormatError(f"{what} name the same thing twice")
