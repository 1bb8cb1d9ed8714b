"""Answers to what asks for one (ICAO Doc 4444, CPDLC), and what an author does to an own document: correct or withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hotline_protocol.documents.body import MAX_NOTE, Body, Kind, Language, Target, check_note, check_text
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Response
from hotline_protocol.text import check_field

MAX_TRANSLATION: Final = 100_000
"""Characters of a translation: minutes are translated too."""


class Answer(StrEnum):
    """What can be answered. STANDBY keeps the question open; UNABLE and NEGATIVE decline it."""

    WILCO = "WILCO"
    UNABLE = "UNABLE"
    AFFIRM = "AFFIRM"
    NEGATIVE = "NEGATIVE"
    ROGER = "ROGER"
    STANDBY = "STANDBY"


DECLINING: Final = frozenset({Answer.UNABLE, Answer.NEGATIVE})
"""Answers that need a reason."""

LEGAL: Final[Mapping[Response, frozenset[Answer]]] = MappingProxyType(
    {
        Response.WILCO_UNABLE: frozenset({Answer.WILCO, Answer.UNABLE, Answer.STANDBY}),
        Response.AFFIRM_NEGATIVE: frozenset({Answer.AFFIRM, Answer.NEGATIVE, Answer.STANDBY}),
        Response.ROGER: frozenset({Answer.ROGER, Answer.UNABLE, Answer.STANDBY}),
        Response.ANY: frozenset(Answer),
        Response.NONE: frozenset(),
    }
)
"""Which answers each response attribute allows."""


class Reply(Body, frozen=True):
    """The answer to a document that asks for one; words beside it never take its place."""

    target: Target
    answer: Answer
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse an answer that declines without a reason."""
        if self.answer in DECLINING and not self.reason:
            raise FormatError(f"{self.answer} needs a reason")
        check_note(self.reason, "the reason")


class Withdrawal(Body, frozen=True):
    """The author takes an own document back; it stays in the record."""

    target: Target
    reason: str

    def __post_init__(self) -> None:
        """Refuse a withdrawal without a reason."""
        check_field(self.reason, "the reason", limit=MAX_NOTE, lines=True)


class Correction(Body, frozen=True):
    """New words for an own text; the old ones and what was said about them stay in the record."""

    target: Target
    text: str

    def __post_init__(self) -> None:
        """Refuse words that a text could not hold."""
        check_text(self.text, "the text")


class Translation(Body, frozen=True):
    """A courtesy translation, bound to the exact original, which alone has force."""

    target: Target
    language: Language
    text: str

    def __post_init__(self) -> None:
        """Refuse words that could not be shown as they are."""
        check_field(self.text, "the translation", limit=MAX_TRANSLATION, lines=True)


KINDS: Final = {
    "reply": Kind(Reply, WRITING_ROLES & PERSON_ROLES),
    "withdrawal": Kind(Withdrawal, WRITING_ROLES),
    "correction": Kind(Correction, WRITING_ROLES),
    "translation": Kind(Translation, WRITING_ROLES),
}
