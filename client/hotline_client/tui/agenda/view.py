"""The Agenda view: what is put forward, adopted, talked about and decided; nothing of it by one side alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.presenters.agenda import facts
from hotline_client.tui.agenda.forms import (
    amend_form,
    counter_form,
    decline_form,
    object_form,
    outcome_form,
    propose_form,
    silence_form,
    withdraw_form,
)
from hotline_client.tui.agenda.rows import agenda_needs, heading, item_detail, item_row, turn, why_not
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Row, lined
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import Act, Place, acts_of, bindings
from hotline_client.tui.parts.board import Board, form_act
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.ports import number
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import Fill
from hotline_protocol.documents.agenda import AgendaAccept, AgendaAdopt, AgendaClose, AgendaOpen
from hotline_protocol.documents.body import Target
from hotline_protocol.folds.agenda import Item, ItemState
from hotline_protocol.folds.table import DECIDING_ROLES, SPEAKING_ROLES
from hotline_protocol.terms import other

_STEPS = {
    "accept": "accept",
    "counter": "counter",
    "decline": "decline",
    "open": "open",
    "outcome": "say AGREED",
    "silence": "propose silence",
    "object": "break the silence",
    "amend": "break the silence",
    "take_back": "withdraw",
    "close_item": "close",
}
"""Acts of the screen and the rows of the table that allow them."""


class AgendaView(Board[Item]):
    """One channel's agenda. The order that somebody tries out is theirs alone until it is adopted."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("agenda")]
    name_ = "agenda"
    place: ClassVar[Place] = "agenda"

    def __init__(self, state: ScreenState) -> None:
        super().__init__(state)
        self._tried: list[bytes] | None = None
        self._channel = ""

    def entries(self) -> Sequence[Item]:
        """The board, adopted items in the order one tries out."""
        if self._channel != self.state.channel:
            self._channel, self._tried = self.state.channel, None
        items = self.state.port.read(self.state.channel, lambda book: book.agenda.board())
        if self._tried is None:
            return items
        place = {one: at for at, one in enumerate(self._tried)}
        return sorted(items, key=lambda one: (one.aob, place.get(one.id, len(place)), one.seq))

    def key(self, entry: Item) -> bytes:
        """The item stays the same, whatever version of it stands."""
        return entry.id

    def row(self, entry: Item, cells: int) -> Row:
        """One item on one line, an adopted one with its place."""
        adopted = [one.id for one in self._entries if one.state is ItemState.ADOPTED]
        place = str(adopted.index(entry.id) + 1) if entry.id in adopted else ""
        return item_row(entry, place, self._number(entry.id), self.state.scene(), cells)

    def detail(self, entry: Item, cells: int) -> Sequence[Row]:
        """Its words, what each side says, and whose turn it is."""
        told = facts(self.state.port, self.state.channel, entry)
        return item_detail(told, self.state.scene(), cells)

    def heading(self, cells: int) -> Sequence[Row]:
        """What each side would adopt."""
        me = self.state.me.side
        name, moved = line(self.state.names()[other(me)], 16), self._tried is not None
        return self.state.port.read(
            self.state.channel, lambda book: heading(book.agenda, me, name, moved=moved, cells=cells)
        )

    def empty(self, cells: int) -> Sequence[Row]:
        """How an agenda begins."""
        words = t(
            "The agenda is empty. F6 proposes an item; the other side accepts, counters or declines it."
        )
        return lined(words, cells, "dim")

    def needs(self, channel: str) -> Iterable[Need]:
        """Items that wait for our side."""
        if self.state.me.role not in SPEAKING_ROLES:
            return ()
        me, now, port = self.state.me.side, self.state.clock(), self.state.port
        items = port.read(channel, lambda book: book.agenda.board())

        def said_at(document: bytes) -> int:
            message = port.message(channel, document)
            return now if message is None else message.at or message.time

        return agenda_needs(items, channel, me, now, lambda one: number(port, channel, one), said_at=said_at)

    def offered(self) -> Sequence[Act]:
        """What is possible on the marked item."""
        item = self.current
        if item is None:
            return ()
        return [act for act in acts_of("agenda") if self._possible(act.id, item) is None]

    def _possible(self, act: str, entry: Item | None) -> str | None:
        me = self.state.me
        if act in {"item_up", "item_down"}:
            return None
        if act == "adopt":
            return None if self._adoptable() and me.role in DECIDING_ROLES else t("there is nothing to adopt")
        why = why_not(entry, _STEPS[act], me.side, me.role)
        if why is None and act in {"object", "amend"} and entry is not None:
            runs = entry.silence is not None and entry.silence.side != me.side
            why = None if runs else t("no silence of the other side runs")
        return why

    # --- acts

    def new(self) -> None:
        """A form that proposes an item."""
        if self.state.me.role in SPEAKING_ROLES:
            self.post_message(Fill(propose_form()))
        else:
            self.tell(t("a certificate with the role {role} proposes nothing", role=self.state.me.role.value))

    action_counter = form_act("counter", counter_form)
    action_decline = form_act("decline", decline_form)
    action_take_back = form_act("take_back", withdraw_form)
    action_object = form_act("object", object_form)
    action_amend = form_act("amend", amend_form)

    def action_outcome(self) -> None:
        """What came of it."""
        theirs = other(self.state.me.side)

        def make(item: Item, shown: str) -> Form:
            say = item.says.get(theirs)
            return outcome_form(item, shown, None if say is None else (say.outcome.value, say.text))

        self._fill("outcome", make)

    def action_silence(self) -> None:
        """An outcome unless they speak."""
        now = self.state.clock()
        self._fill("silence", lambda item, shown: silence_form(item, shown, now))

    def action_accept(self) -> None:
        """It may be adopted."""
        self._decide("accept", t("accept"), AgendaAccept)

    def action_open(self) -> None:
        """It is talked about."""
        self._decide("open", t("open"), AgendaOpen)

    def action_close_item(self) -> None:
        """Nothing is left to do."""
        self._decide("close_item", t("close"), AgendaClose)

    def _decide(self, act: str, verb: str, body: type[AgendaAccept | AgendaOpen | AgendaClose]) -> None:
        if item := self._ready(act):
            head = f"{verb.upper()} {self._number(item.id)} {line(item.title, 60)}"
            self.ask([head, turn(item, self.state.scene())], verb, body(Target(item.id, item.content)))

    # --- the order

    def _adoptable(self) -> list[Item]:
        return [one for one in self._entries if one.state in (ItemState.ACCEPTED, ItemState.ADOPTED)]

    def action_item_up(self) -> None:
        """Earlier in the order one tries out."""
        self._move(-1)

    def action_item_down(self) -> None:
        """Later in the order one tries out."""
        self._move(1)

    def _move(self, by: int) -> None:
        item, ids = self.current, [one.id for one in self._adoptable()]
        if item is None or item.id not in ids:
            self.tell(t("only accepted and adopted items have a place in the order"))
            return
        at = ids.index(item.id)
        if 0 <= at + by < len(ids):
            ids[at], ids[at + by] = ids[at + by], ids[at]
            self._tried = ids
            self.reread()

    def action_to_talk(self) -> None:
        """First the order that was tried out is left, then the view."""
        if self._tried is None:
            super().action_to_talk()
        else:
            self._tried = None
            self.reread()

    def action_adopt(self) -> None:
        """The agenda in this order, or as the other side would adopt it."""
        why = self._possible("adopt", None)
        if why is not None:
            self.tell(why)
            return
        theirs = other(self.state.me.side)
        wanted = self.state.port.read(
            self.state.channel, lambda book: list(book.agenda.wanted.get(theirs, ()))
        )
        items = {one.id: one for one in self._entries}
        if wanted and self._tried is None:
            chosen = [items[one.id] for one in wanted if one.id in items]
            words = t("Adopt the agenda as {side} would?", side=line(self.state.names()[theirs], 16))
        else:
            chosen = self._adoptable()
            words = t("Adopt this agenda? It counts when the other side adopts the same.")
        listed = [f"{at}. {line(one.title, 60)}" for at, one in enumerate(chosen, 1)]
        body = AgendaAdopt(tuple(Target(one.id, one.content) for one in chosen))
        self._tried = None
        self.ask([words, *listed], t("adopt"), body)
