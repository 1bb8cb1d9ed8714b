"""The agenda: items from proposal to outcome, and nothing of it by one side alone.

F20 an item begins with a proposal; the other side counters, accepts or declines the present words; each counter is a new version, and
    makes its side the proposer
F21 an act names the exact content of the item that it is about; an act on words that were countered since changes nothing
F22 the side that first proposed an item may withdraw it until it is adopted
F23 a side adopts a whole agenda: accepted or adopted items in an order; it is the agenda once both sides said the same; a new list
    of a side takes the place of its old one
F24 an outcome is one once both sides said the same outcome in the same words while the item was open; a new say of a side takes the
    place of its old one. DEFERRED and REFERRED items can be opened again; what is agreed ad referendum can become anything else
F25 a silence procedure proposes an outcome for an open item until an instant at least `SHORTEST_SILENCE` after it was signed. The outcome
    stands with the first document after that instant, by its signed time and its entry's, of a head or deputy of the other side whose device
    had said SEEN of the proposal at least `SHORTEST_SILENCE` before, by its own signed times. An objection or an amendment by the other side
    that stands in the log before stops it, whenever it is dated. Who says nothing consents to nothing
F26 any act of both sides on the outcome, and another silence, end a silence that runs
F27 any other business comes last
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaAmend,
    AgendaClose,
    AgendaCounter,
    AgendaDecline,
    AgendaObject,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    AgendaWithdraw,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.talk import Receipt
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.table import DECIDING_ROLES, By, Table, Transition, states
from hotline_protocol.terms import SIDES, Arena, Side

SHORTEST_SILENCE: Final = 12 * 3_600_000
"""How long a silence lasts at least, ms: nobody shall sleep through one."""


class ItemState(StrEnum):
    """Where an item stands."""

    PROPOSED = "PROPOSED"
    COUNTERED = "COUNTERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    ADOPTED = "ADOPTED"
    OPEN = "OPEN"
    AGREED = "AGREED"
    AD_REFERENDUM = "AGREED AD REFERENDUM"
    NOTED = "NOTED"
    DEFERRED = "DEFERRED"
    REFERRED = "REFERRED"
    NOT_AGREED = "NOT AGREED"
    MINUTED = "MINUTED"
    CLOSED = "CLOSED"


_TABLED: Final = states(ItemState.PROPOSED, ItemState.COUNTERED)
_ENDED: Final = states(*(ItemState(one) for one in Outcome))
_OPENED: Final = states(ItemState.OPEN, ItemState.AD_REFERENDUM)

TABLE: Final = Table(
    "the item",
    ItemState.PROPOSED,
    (
        Transition("counter", _TABLED, ItemState.COUNTERED, By.OTHER),
        Transition("accept", _TABLED, ItemState.ACCEPTED, By.OTHER, DECIDING_ROLES),
        Transition("decline", _TABLED, ItemState.DECLINED, By.OTHER, DECIDING_ROLES),
        Transition(
            "adopt", states(ItemState.ACCEPTED, ItemState.ADOPTED), ItemState.ADOPTED, By.BOTH, DECIDING_ROLES
        ),
        Transition(
            "open",
            states(ItemState.ADOPTED, ItemState.DEFERRED, ItemState.REFERRED),
            ItemState.OPEN,
            By.EITHER,
            DECIDING_ROLES,
        ),
        *(Transition(f"say {one}", _OPENED, ItemState(one), By.BOTH, DECIDING_ROLES) for one in Outcome),
        Transition("propose silence", _OPENED, "", By.EITHER, DECIDING_ROLES),
        Transition("break the silence", _OPENED, "", By.EITHER),
        Transition("minute", _ENDED, ItemState.MINUTED, By.BOTH, DECIDING_ROLES),
        Transition("withdraw", _TABLED | {ItemState.ACCEPTED}, ItemState.WITHDRAWN, By.OWN),
        Transition("close", _ENDED | {ItemState.MINUTED}, ItemState.CLOSED, By.BOTH, DECIDING_ROLES),
    ),
)


class Say(msgspec.Struct, frozen=True, array_like=True):
    """What a side holds came of an item."""

    outcome: Outcome
    text: str


class Silence(msgspec.Struct, frozen=True, array_like=True):
    """A silence that runs: who proposed it in which entry, what stands at its end, and that instant (unix ms). `seen`: which heads' and deputies'
    devices of the other side said SEEN of it, and when (unix ms, signed).
    """

    side: Side
    say: Say
    until: int
    document: bytes
    seq: int
    seen: dict[bytes, int]


class Item(msgspec.Struct):
    """An item as it stands. `side`: who made the present words; `first`: who brought it up; `content`: their hash."""

    id: bytes
    seq: int
    first: Side
    side: Side
    content: bytes
    title: str
    annex: str
    arena: Arena | None
    minutes: int | None
    aob: bool
    state: ItemState = ItemState.PROPOSED
    version: int = 1
    reason: str = ""
    """Why it was declined, withdrawn, objected to."""
    says: dict[Side, Say] = msgspec.field(default_factory=dict)
    silence: Silence | None = None
    amendment: str = ""
    """The words that broke the last silence, if words did."""
    text: str = ""
    """The words of the outcome."""
    closing: list[Side] = msgspec.field(default_factory=list)

    def settle(self) -> None:
        """The silence is over, and what it proposed stands (F25)."""
        if self.silence is not None:
            say, self.silence = self.silence.say, None
            self.state, self.text = ItemState(say.outcome), say.text
            self.says.clear()


class Agenda(msgspec.Struct):
    """All items by id, the adopted order, and what each side would adopt."""

    items: dict[bytes, Item] = msgspec.field(default_factory=dict)
    order: list[bytes] = msgspec.field(default_factory=list)
    wanted: dict[Side, list[Target]] = msgspec.field(default_factory=dict)
    silent: list[bytes] = msgspec.field(default_factory=list)
    """Items over which a silence runs."""

    # --- until it is on the agenda

    def propose(self, event: Event, body: AgendaPropose) -> None:
        """A new item (F20)."""
        side = event.author.side
        self.items[event.id] = Item(
            id=event.id,
            seq=event.seq,
            first=side,
            side=side,
            content=event.hash,
            title=body.title,
            annex=body.annex,
            arena=body.arena,
            minutes=body.minutes,
            aob=body.aob,
        )

    def counter(self, event: Event, body: AgendaCounter) -> None:
        """Other words for an item (F20)."""
        item = self._step(event, body.target, "counter")
        item.side, item.content, item.version = event.author.side, event.hash, item.version + 1
        item.title, item.annex, item.arena, item.minutes = body.title, body.annex, body.arena, body.minutes

    def accept(self, event: Event, body: AgendaAccept) -> None:
        """The item may be adopted."""
        self._step(event, body.target, "accept")

    def decline(self, event: Event, body: AgendaDecline) -> None:
        """The item may not be adopted."""
        self._step(event, body.target, "decline").reason = body.reason

    def withdraw(self, event: Event, body: AgendaWithdraw) -> None:
        """The item is taken back by the side that brought it up, whoever made the present words (F22)."""
        item = self._item(body.target)
        author = event.author
        step = TABLE.find("withdraw", item.state, item.first, author.side, author.role)
        item.state, item.reason = ItemState(step.after), body.reason

    def adopt(self, event: Event, body: AgendaAdopt) -> None:
        """The agenda as one side wants it, and the agenda if the other wants the same (F23)."""
        named = {one.id: self._check(event, one, "adopt")[0] for one in body.items}
        waiting = [one for one in self.order if self.items[one].state is ItemState.ADOPTED]
        missing = sum(one not in named for one in waiting)
        if missing:
            raise NotAppliedError(f"{missing} adopted items are missing in the list")
        wanted = list(body.items)
        self.wanted[event.author.side] = wanted
        if all(self.wanted.get(one) == wanted for one in SIDES):
            for item in named.values():
                item.state = ItemState.ADOPTED
            self.order = [one for one in self.order if one not in waiting] + list(named)
            self.wanted.clear()

    # --- what comes of it

    def open(self, event: Event, body: AgendaOpen) -> None:
        """The item is talked about."""
        item = self._step(event, body.target, "open")
        item.says.clear()

    def say(self, event: Event, body: AgendaOutcome) -> None:
        """What one side holds came of it, and the outcome if the other holds the same (F24, F26)."""
        item, _ = self._check(event, body.target, f"say {body.outcome}")
        say = Say(body.outcome, body.text)
        item.says[event.author.side] = say
        if all(item.says.get(one) == say for one in SIDES):
            item.state, item.text, item.silence = ItemState(body.outcome), body.text, None
            item.says.clear()

    def keep_silence(self, event: Event, body: AgendaSilence) -> None:
        """An outcome that stands unless somebody speaks (F25, F26)."""
        item, _ = self._check(event, body.target, "propose silence")
        if body.until - event.time < SHORTEST_SILENCE:
            raise NotAppliedError(f"a silence lasts at least {SHORTEST_SILENCE // 3_600_000} hours")
        if item.silence is not None and item.silence.side != event.author.side:
            raise NotAppliedError("a silence of the other side runs: object to it or amend it")
        say = Say(body.outcome, body.text)
        item.silence = Silence(event.author.side, say, body.until, event.id, event.seq, {})
        self.silent = [*(one for one in self.silent if one != item.id), item.id]

    def object(self, event: Event, body: AgendaObject) -> None:
        """Somebody of the other side speaks (F25)."""
        self._break(event, body.target).reason = body.reason

    def amend(self, event: Event, body: AgendaAmend) -> None:
        """Somebody of the other side speaks, and has better words (F25)."""
        self._break(event, body.target).amendment = body.text

    def see(self, event: Event, body: Receipt) -> None:
        """A device shows entries (F25); one that claims to show what comes after its word says nothing."""
        if max(body.delivered, body.seen) >= event.seq:
            raise NotAppliedError("the receipt speaks of entries that are not before its own")
        for item in self._waiting(event):
            silence = item.silence
            if silence is not None and body.seen >= silence.seq:
                silence.seen.setdefault(event.author.device, event.time)

    def heard(self, event: Event) -> None:
        """Whoever of the silent side speaks after the end of a silence that they saw in time, and not against it, lets it stand (F25)."""
        past = min(event.time, event.at)
        for item in self._waiting(event):
            silence = item.silence
            seen = None if silence is None else silence.seen.get(event.author.device)
            if silence is None or seen is None or past < silence.until:
                continue
            if event.time - seen >= SHORTEST_SILENCE:
                item.settle()
        self.silent = [one for one in self.silent if self.items[one].silence is not None]

    def close(self, event: Event, body: AgendaClose) -> None:
        """Both sides are done with the item."""
        item, _ = self._check(event, body.target, "close")
        if event.author.side not in item.closing:
            item.closing.append(event.author.side)
        if len(item.closing) == len(SIDES):
            item.state = ItemState.CLOSED

    def minuted(self, items: Iterable[bytes]) -> None:
        """Minutes that both heads signed tell of these items."""
        for one in items:
            item = self.items[one]
            if item.state in _ENDED:
                item.state = ItemState.MINUTED

    def _waiting(self, event: Event) -> list[Item]:
        """Items over which a silence runs that the author's word could end."""
        if event.author.role not in DECIDING_ROLES:
            return []
        found = [self.items[one] for one in self.silent]
        return [one for one in found if one.silence is not None and one.silence.side != event.author.side]

    # --- looking

    def board(self) -> list[Item]:
        """Every item that is not closed, declined or withdrawn: the adopted ones in order, then the others as they came; any
        other business last (F27).
        """
        gone = states(ItemState.DECLINED, ItemState.WITHDRAWN, ItemState.CLOSED)
        place = {one: number for number, one in enumerate(self.order)}
        living = [one for one in self.items.values() if one.state not in gone]
        return sorted(living, key=lambda one: (one.aob, place.get(one.id, len(place)), one.seq))

    def _item(self, target: Target) -> Item:
        item = self.items.get(target.id)
        if item is None:
            raise NotAppliedError("it names no item of the agenda")
        if item.content != target.hash:
            raise NotAppliedError("it names another version of the item than the present one")
        return item

    def _check(self, event: Event, target: Target, act: str) -> tuple[Item, Transition]:
        """The item and the row of the table that allows the act; nothing is changed."""
        item, author = self._item(target), event.author
        return item, TABLE.find(act, item.state, item.side, author.side, author.role)

    def _step(self, event: Event, target: Target, act: str) -> Item:
        item, step = self._check(event, target, act)
        item.state = ItemState(step.after)
        return item

    def _break(self, event: Event, target: Target) -> Item:
        item, _ = self._check(event, target, "break the silence")
        silence = item.silence
        if silence is None:
            raise NotAppliedError("no silence runs that could be broken")
        if silence.side == event.author.side:
            raise NotAppliedError("the side that proposed the silence does not break it")
        item.silence = None
        return item
