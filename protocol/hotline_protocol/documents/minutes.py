"""Minutes: one text that both sides come to sign, over one hash. `target` names the minutes and the present text's document."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import (
    Body,
    Kind,
    Language,
    Target,
    check_distinct,
    check_text,
    check_title,
)
from hotline_protocol.documents.document import Id
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Role
from hotline_protocol.text import check_field

MAX_MINUTES: Final = 100_000
"""Characters of minutes."""

_PEOPLE: Final = WRITING_ROLES & PERSON_ROLES
_RAPPORTEURS: Final = frozenset({Role.HEAD, Role.DEPUTY, Role.OFFICER})
_DECIDING: Final = frozenset({Role.HEAD, Role.DEPUTY})


class MinutesDraft(Body, frozen=True):
    """A first text. `language`: of the original, which alone has force; `meeting`: what it is about; `items`: those of the
    agenda that it reports.
    """

    title: str
    text: str
    language: Language
    meeting: Id | None = None
    items: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be shown as it is."""
        check_title(self.title, "the title")
        check_field(self.text, "the text", limit=MAX_MINUTES, lines=True)
        check_distinct(self.items, "the items")


class MinutesRevise(Body, frozen=True):
    """Another text in the place of the present one."""

    target: Target
    text: str

    def __post_init__(self) -> None:
        """Refuse what could not be shown as it is."""
        check_field(self.text, "the text", limit=MAX_MINUTES, lines=True)


class MinutesComment(Body, frozen=True):
    """A remark on the present text."""

    target: Target
    text: str

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        check_text(self.text, "the comment")


class MinutesInitial(Body, frozen=True):
    """The author's side holds the present text for right."""

    target: Target


class MinutesReserve(Body, frozen=True):
    """A reservation of the author's side, which stays with the minutes."""

    target: Target
    text: str

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        check_text(self.text, "the reservation")


class MinutesSign(Body, frozen=True):
    """The author, head of a delegation, signs the present text."""

    target: Target


KINDS: Final = {
    "minutes.draft": Kind(MinutesDraft, _RAPPORTEURS, formal=True),
    "minutes.revise": Kind(MinutesRevise, _RAPPORTEURS, formal=True),
    "minutes.comment": Kind(MinutesComment, _PEOPLE),
    "minutes.initial": Kind(MinutesInitial, _RAPPORTEURS),
    "minutes.reserve": Kind(MinutesReserve, _DECIDING, formal=True),
    "minutes.sign": Kind(MinutesSign, frozenset({Role.HEAD})),
}
