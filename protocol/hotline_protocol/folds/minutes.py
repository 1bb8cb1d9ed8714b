"""Minutes: drafted, commented, initialled by each side, signed by both heads over one hash.

F80 an officer, deputy or head of either side drafts and revises; a new text makes comments, initials, signatures and
    reservations to the old one void
F81 every act names the exact text that it is about
F82 each side initials once; the minutes are INITIALLED when both have
F83 each head signs after that; they are SIGNED when both have; what is signed stays as it is
F84 until then a deputy or head attaches reservations of the own side to the text
F85 the items of the agenda that signed minutes report are MINUTED, if they have an outcome
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.body import Target
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import DECIDING_ROLES, By, Table, Transition, states
from hotline_protocol.terms import SIDES, Role, Side

RAPPORTEURS: Final = DECIDING_ROLES | {Role.OFFICER}


class MinutesState(StrEnum):
    """Where minutes stand."""

    DRAFT = "DRAFT"
    COMMENTED = "COMMENTED"
    INITIALLED = "INITIALLED"
    SIGNED = "SIGNED"


_UNSIGNED: Final = states(MinutesState.DRAFT, MinutesState.COMMENTED, MinutesState.INITIALLED)

TABLE: Final = Table(
    "the minutes",
    MinutesState.DRAFT,
    (
        Transition("revise", _UNSIGNED, MinutesState.DRAFT, By.EITHER, RAPPORTEURS),
        Transition(
            "comment", states(MinutesState.DRAFT, MinutesState.COMMENTED), MinutesState.COMMENTED, By.EITHER
        ),
        Transition(
            "initial",
            states(MinutesState.DRAFT, MinutesState.COMMENTED),
            MinutesState.INITIALLED,
            By.BOTH,
            RAPPORTEURS,
        ),
        Transition("reserve", _UNSIGNED, "", By.EITHER, DECIDING_ROLES),
        Transition(
            "sign", states(MinutesState.INITIALLED), MinutesState.SIGNED, By.BOTH, frozenset({Role.HEAD})
        ),
    ),
)


class Remark(msgspec.Struct, frozen=True, array_like=True):
    """A comment or reservation: by whom (device and side), when (unix ms), in which document."""

    author: bytes
    side: Side
    text: str
    at: int
    document: bytes


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """An initial or signature: by whom, when (unix ms), in which document."""

    author: bytes
    at: int
    document: bytes


class Record(msgspec.Struct):
    """Minutes as they stand. `content`: the hash of the document that holds the present text; `source`: that document."""

    id: bytes
    seq: int
    side: Side
    content: bytes
    source: bytes
    title: str
    text: str
    language: str
    meeting: bytes | None
    items: list[bytes]
    state: MinutesState = MinutesState.DRAFT
    version: int = 1
    comments: list[Remark] = msgspec.field(default_factory=list)
    reservations: list[Remark] = msgspec.field(default_factory=list)
    initials: dict[Side, Mark] = msgspec.field(default_factory=dict)
    signatures: dict[Side, Mark] = msgspec.field(default_factory=dict)


class Minutes(msgspec.Struct):
    """All minutes by id."""

    all: dict[bytes, Record] = msgspec.field(default_factory=dict)

    def draft(
        self, event: Event, body: MinutesDraft, items: frozenset[bytes], meetings: frozenset[bytes]
    ) -> None:
        """A first text (F80); `items`, `meetings`: all there are."""
        missing = sum(one not in items for one in body.items)
        if missing:
            raise NotAppliedError(f"{missing} of the named items are not on the agenda")
        if body.meeting is not None and body.meeting not in meetings:
            raise NotAppliedError("it names no meeting")
        self.all[event.id] = Record(
            id=event.id,
            seq=event.seq,
            side=event.author.side,
            content=event.hash,
            source=event.id,
            title=body.title,
            text=body.text,
            language=body.language,
            meeting=body.meeting,
            items=list(body.items),
        )

    def revise(self, event: Event, body: MinutesRevise) -> None:
        """Another text: nobody has said anything about it yet (F80)."""
        found, step = self._find(event, body.target, "revise")
        found.content, found.source, found.text = event.hash, event.id, body.text
        found.version += 1
        found.state, found.side = MinutesState(step.after), event.author.side
        found.comments.clear()
        found.reservations.clear()
        found.initials.clear()
        found.signatures.clear()

    def comment(self, event: Event, body: MinutesComment) -> None:
        """A remark on the text."""
        found, step = self._find(event, body.target, "comment")
        found.comments.append(_remark(event, body.text))
        found.state = MinutesState(step.after)

    def initial(self, event: Event, body: MinutesInitial) -> None:
        """One side holds the text for right (F82)."""
        found, step = self._find(event, body.target, "initial")
        side = event.author.side
        if side in found.initials:
            raise NotAppliedError("this side has initialled the text already")
        found.initials[side] = Mark(event.author.device, event.at, event.id)
        if len(found.initials) == len(SIDES):
            found.state = MinutesState(step.after)

    def reserve(self, event: Event, body: MinutesReserve) -> None:
        """A reservation of one side (F84)."""
        found, _ = self._find(event, body.target, "reserve")
        found.reservations.append(_remark(event, body.text))

    def sign(self, event: Event, body: MinutesSign) -> tuple[bytes, ...]:
        """A head signs (F83); the items that are reported now that both have, else none."""
        found, step = self._find(event, body.target, "sign")
        side = event.author.side
        if side in found.signatures:
            raise NotAppliedError("this side has signed the text already")
        found.signatures[side] = Mark(event.author.device, event.at, event.id)
        if len(found.signatures) < len(SIDES):
            return ()
        found.state = MinutesState(step.after)
        return tuple(found.items)

    def _find(self, event: Event, target: Target, act: str) -> tuple[Record, Transition]:
        found = self.all.get(target.id)
        if found is None:
            raise NotAppliedError("it names no minutes")
        if found.content != target.hash:
            raise NotAppliedError("it names another text than the present one")
        author = event.author
        return found, TABLE.find(act, found.state, found.side, author.side, author.role)


def _remark(event: Event, text: str) -> Remark:
    return Remark(event.author.device, event.author.side, text, event.at, event.id)
