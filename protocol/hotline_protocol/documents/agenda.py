"""Agenda items: what is to be talked about, and what came of it. `target` names the item and the content that is meant."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import (
    MAX_NOTE,
    Body,
    Kind,
    Target,
    check_distinct,
    check_note,
    check_text,
    check_title,
)
from hotline_protocol.documents.document import Time
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Arena, Role
from hotline_protocol.text import check_field

MAX_ITEMS: Final = 100
"""Items in one agenda."""

Minutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
"""Time wanted for an item, in minutes."""

_PEOPLE: Final = WRITING_ROLES & PERSON_ROLES
_DECIDING: Final = frozenset({Role.HEAD, Role.DEPUTY})


class Outcome(StrEnum):
    """What came of an item."""

    AGREED = "AGREED"
    AD_REFERENDUM = "AGREED AD REFERENDUM"
    NOTED = "NOTED"
    DEFERRED = "DEFERRED"
    REFERRED = "REFERRED"
    NOT_AGREED = "NOT AGREED"


class AgendaPropose(Body, frozen=True):
    """A new item. `annex`: its text; `minutes`: the time wanted; `aob`: under any other business, which comes last."""

    title: str
    annex: str = ""
    arena: Arena | None = None
    minutes: Minutes | None = None
    aob: bool = False

    def __post_init__(self) -> None:
        """Refuse an item that could not be shown as it is."""
        check_title(self.title, "the title")
        if self.annex:
            check_text(self.annex, "the annex")


class AgendaCounter(Body, frozen=True):
    """The same item in other words, in answer to the present ones."""

    target: Target
    title: str
    annex: str = ""
    arena: Arena | None = None
    minutes: Minutes | None = None

    def __post_init__(self) -> None:
        """Refuse an item that could not be shown as it is."""
        check_title(self.title, "the title")
        if self.annex:
            check_text(self.annex, "the annex")


class AgendaAccept(Body, frozen=True):
    """The item may come on the agenda as it is."""

    target: Target


class AgendaDecline(Body, frozen=True):
    """The item shall not come on the agenda."""

    target: Target
    reason: str

    def __post_init__(self) -> None:
        """Refuse to decline without a reason."""
        check_field(self.reason, "the reason", limit=MAX_NOTE, lines=True)


class AgendaWithdraw(Body, frozen=True):
    """Who proposed the item takes it back."""

    target: Target
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a reason that could not be shown as it is."""
        check_note(self.reason, "the reason")


class AgendaAdopt(Body, frozen=True):
    """The agenda as one side wants it: these items, in this order. It is the agenda once both said the same."""

    items: Annotated[tuple[Target, ...], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]

    def __post_init__(self) -> None:
        """Refuse an agenda that names an item twice."""
        check_distinct(tuple(one.id for one in self.items), "the items")


class AgendaOpen(Body, frozen=True):
    """The item is being talked about."""

    target: Target


class AgendaOutcome(Body, frozen=True):
    """What one side holds came of the item. It is the outcome once both said the same in the same words."""

    target: Target
    outcome: Outcome
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        if self.text:
            check_text(self.text, "the text")


class AgendaSilence(Body, frozen=True):
    """A proposed outcome that stands unless the other side speaks before `until`, unix ms."""

    target: Target
    outcome: Outcome
    text: str
    until: Time

    def __post_init__(self) -> None:
        """Refuse silence over nothing."""
        check_text(self.text, "the text")


class AgendaObject(Body, frozen=True):
    """Breaks the silence."""

    target: Target
    reason: str

    def __post_init__(self) -> None:
        """Refuse an objection without a reason."""
        check_field(self.reason, "the reason", limit=MAX_NOTE, lines=True)


class AgendaAmend(Body, frozen=True):
    """Breaks the silence too, with other words for the outcome."""

    target: Target
    text: str

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        check_text(self.text, "the amendment")


class AgendaClose(Body, frozen=True):
    """Nothing is left to do about the item; both sides say so."""

    target: Target


KINDS: Final = {
    "agenda.propose": Kind(AgendaPropose, _PEOPLE, formal=True),
    "agenda.counter": Kind(AgendaCounter, _PEOPLE, formal=True),
    "agenda.accept": Kind(AgendaAccept, _DECIDING),
    "agenda.decline": Kind(AgendaDecline, _DECIDING),
    "agenda.withdraw": Kind(AgendaWithdraw, _PEOPLE),
    "agenda.adopt": Kind(AgendaAdopt, _DECIDING),
    "agenda.open": Kind(AgendaOpen, _DECIDING),
    "agenda.outcome": Kind(AgendaOutcome, _DECIDING),
    "agenda.silence": Kind(AgendaSilence, _DECIDING, formal=True),
    "agenda.object": Kind(AgendaObject, _PEOPLE),
    "agenda.amend": Kind(AgendaAmend, _PEOPLE, formal=True),
    "agenda.close": Kind(AgendaClose, _DECIDING),
}
