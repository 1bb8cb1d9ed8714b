"""The watch of each side: one person at a time has it, and hands it over with all that is open.

F110 a watch that nobody of a side has is taken by a person of that side; a head or deputy takes it also from whoever has it, who may be
     ill or without a device: everybody sees from whom, and a handover that waited is void
F111 who has it hands it to one certificate of the own side, naming the open dialogues, the active notices and the head; a new
     handover takes the place of one that was not accepted
F112 the one it was handed to accepts exactly that document, and has the watch from then on
F113 whether the handover named what was open by the log before it is computed by everybody and shown: it is no reason to refuse
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.party import Party
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import DECIDING_ROLES, By, Table, Transition, states
from hotline_protocol.terms import Side


class WatchState(StrEnum):
    """Where the watch of a side stands."""

    NOBODY = "NOBODY"
    HELD = "HELD"
    HANDED_OVER = "HANDED OVER"


_HAD: Final = states(WatchState.HELD, WatchState.HANDED_OVER)

TABLE: Final = Table(
    "the watch",
    WatchState.NOBODY,
    (
        Transition("take", states(WatchState.NOBODY), WatchState.HELD, By.OWN),
        Transition("relieve who has it", _HAD, WatchState.HELD, By.OWN, DECIDING_ROLES),
        Transition("hand over", _HAD, WatchState.HANDED_OVER, By.OWN),
        Transition("accept", states(WatchState.HANDED_OVER), WatchState.HELD, By.OWN),
    ),
)


class Handover(msgspec.Struct, frozen=True):
    """A handover that waits for the incoming watch. `complete`: it named all that was open (F113)."""

    document: bytes
    content: bytes
    to: bytes
    at: int
    seq: int
    head: bytes
    complete: bool
    dialogues: tuple[bytes, ...] = ()
    notices: tuple[bytes, ...] = ()
    note: str = ""


class Watch(msgspec.Struct, frozen=True):
    """Who of a side has the watch (a device, see `Party`), since when (unix ms), by which handover, or taken from whom."""

    holder: bytes
    since: int
    handover: Handover | None = None
    taken_from: bytes | None = None


class Watches(msgspec.Struct):
    """The watch of each side, and the handovers that wait."""

    now: dict[Side, Watch] = msgspec.field(default_factory=dict)
    waiting: dict[Side, Handover] = msgspec.field(default_factory=dict)

    def state(self, side: Side) -> WatchState:
        """Where the watch of a side stands."""
        if side not in self.now:
            return WatchState.NOBODY
        return WatchState.HANDED_OVER if side in self.waiting else WatchState.HELD

    def take(self, event: Event, body: WatchTake) -> None:
        """Nobody had the watch, or a head or deputy relieves who had it (F110)."""
        del body
        author = event.author
        present = self.now.get(author.side)
        if present is not None and present.holder == author.device:
            raise NotAppliedError("the author has the watch already")
        self._find("take" if present is None else "relieve who has it", author)
        taken_from = None if present is None else present.holder
        self.now[author.side] = Watch(author.device, event.at, taken_from=taken_from)
        self.waiting.pop(author.side, None)

    def hand_over(
        self, event: Event, body: WatchHandover, dialogues: frozenset[bytes], notices: frozenset[bytes]
    ) -> None:
        """The outgoing watch signs (F111); `dialogues`, `notices`: what is open by the log before."""
        author = event.author
        present = self.now.get(author.side)
        if present is None or present.holder != author.device:
            raise NotAppliedError("only who has the watch hands it over")
        self._find("hand over", author)
        if body.to == author.device:
            raise NotAppliedError("nobody hands the watch to themself")
        self.waiting[author.side] = Handover(
            document=event.id,
            content=event.hash,
            to=body.to,
            at=event.at,
            seq=body.seq,
            head=body.head,
            complete=frozenset(body.dialogues) == dialogues and frozenset(body.notices) == notices,
            dialogues=body.dialogues,
            notices=body.notices,
            note=body.note,
        )

    def accept(self, event: Event, body: WatchAccept) -> None:
        """The incoming watch signs (F112)."""
        author = event.author
        waiting = self.waiting.get(author.side)
        if waiting is None or (waiting.document, waiting.content) != (body.target.id, body.target.hash):
            raise NotAppliedError("it names no handover that waits")
        if waiting.to != author.device:
            raise NotAppliedError("the watch was handed to somebody else")
        self._find("accept", author)
        self.now[author.side] = Watch(author.device, event.at, waiting)
        del self.waiting[author.side]

    def _find(self, act: str, author: Party) -> Transition:
        return TABLE.find(act, self.state(author.side), author.side, author.side, author.role)
