"""The agenda in rows: an item a line, and all of one; whose turn it is, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hotline_client.presenters.agenda import (
    Awaited,
    ItemFacts,
    awaited,
    extent,
    said,
    sayings,
    standing,
)
from hotline_client.tui.looks.cells import line, pad
from hotline_client.tui.looks.rows import Look, Row, Scene, fit, lined, quote
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import dtg, remaining
from hotline_client.tui.parts.needs import Need
from hotline_protocol.folds.agenda import TABLE, Agenda, Item, ItemState
from hotline_protocol.terms import Precedence, Role, Side, other

Number = Callable[[bytes], str]
"""The number of a document, as a person types it."""

_LOOKS: Final[Mapping[ItemState, Look]] = {
    ItemState.PROPOSED: "warn",
    ItemState.COUNTERED: "warn",
    ItemState.OPEN: "strong",
    ItemState.AGREED: "good",
    ItemState.NOT_AGREED: "bad",
}
_SOON: Final = 6 * 3_600_000


def why_not(item: Item | None, act: str, side: Side, role: Role) -> str | None:
    """Why an act of the table is not possible on an item for somebody; None if it is."""
    if item is None:
        return t("mark an item first")
    owner = item.first if act == "withdraw" else item.side
    return TABLE.why_not(act, item.state, owner, side, role)


def item_row(item: Item, place: str, number: str, scene: Scene, cells: int) -> Row:
    """`1  P-0003/26 ADOPTED   ALPHA  20 min  Exercise Northern Lights`."""
    state = item.state
    minutes = f"{item.minutes:>3}m " if item.minutes else "     "
    mark = "*" if item.silence else " "
    aob = t("(AOB)") + " " if item.aob else ""
    spans: Row = (
        (f"{place:<3}{pad(number, 10)} ", "dim"),
        (f"{pad(state.value, 10)}{mark}", _LOOKS.get(state, "text")),
        (f"{pad(scene.names[item.side], 8)} {minutes}", "dim"),
        (aob + line(item.title), "text"),
    )
    return fit(spans, cells)


def item_detail(told: ItemFacts, scene: Scene, cells: int) -> list[Row]:
    """All of an item: its words, what each side says, a silence with its exact end, and whose turn it is."""
    item, name, silence = told.item, scene.names, told.silence
    head = f"{line(told.number, 20)}  {standing(told, name, t)}"
    rows: list[Row] = [((head, "strong"),), *lined(item.title, cells, "strong")]
    rows += lined(turn(item, scene), cells, "warn")
    rows += lined(", ".join(facts), cells, "dim") if (facts := extent(item, t)) else []
    rows += quote(item.annex, cells) if item.annex else []
    rows += [row for one in sayings(item, name, t, " ") for row in lined(one, cells)]
    if silence is not None and silence.until <= scene.now:
        words = t(
            "SILENCE by {side} is over: {what} stands with the next word of a head or deputy of {other} who saw it 12 hours before, unless {other} objects or amends",
            side=name[silence.side],
            what=said(silence.say, " "),
            other=name[other(silence.side)],
        )
        rows += lined(words, cells, "warn")
    elif silence is not None:
        words = t(
            "SILENCE by {side}: {what} stands after {time}, in {left}, unless {other} objects or amends",
            side=name[silence.side],
            what=said(silence.say, " "),
            time=dtg(silence.until),
            left=remaining(silence.until - scene.now),
            other=name[other(silence.side)],
        )
        rows += lined(words, cells, "warn")
    rows += lined(t("OUTCOME: {text}", text=told.outcome), cells, "good") if told.outcome else []
    if item.amendment:
        rows += lined(t("AMENDMENT that broke the silence: {text}", text=item.amendment), cells)
    rows += lined(t("REASON: {text}", text=item.reason), cells) if item.reason else []
    return rows


def turn(item: Item, scene: Scene) -> str:
    """Whose turn it is, in words."""
    state, waits = item.state, awaited(item, scene.me)
    if waits is not None:
        return {
            Awaited.JUDGEMENT: t("YOUR TURN: accept (a), counter (c) or decline (d)"),
            Awaited.SILENCE: t("YOUR TURN: object (b) or amend (m), or let it stand"),
            Awaited.OUTCOME: t(
                "YOUR TURN: say the same outcome (u) if you agree; it counts when both sides said the same"
            ),
        }[waits]
    if item.silence:
        return t("the silence runs")
    if state in (ItemState.PROPOSED, ItemState.COUNTERED):
        return t("waits for {side} to accept, counter or decline", side=scene.names[other(scene.me)])
    is_open = t("u says what came of it, s proposes it under silence; nothing is decided by one side alone")
    words = {
        ItemState.ACCEPTED: t(
            "accepted: p adopts the agenda in the order you see; both sides must adopt the same"
        ),
        ItemState.ADOPTED: t("on the agenda: o opens it"),
        ItemState.OPEN: is_open,
        ItemState.AD_REFERENDUM: is_open,
        ItemState.CLOSED: t("closed"),
    }
    return words.get(state) or t("decided: x closes it, once both sides did")


def heading(agenda: Agenda, me: Side, name: str, *, moved: bool, cells: int) -> list[Row]:
    """What each side would adopt."""
    rows: list[Row] = []
    if wanted := agenda.wanted.get(other(me)):
        words = t(
            "{side} would adopt an agenda of {count} items: p shows it and adopts it too",
            side=name,
            count=len(wanted),
        )
        rows.append(fit(((words, "warn"),), cells))
    if agenda.wanted.get(me):
        words = t("your side adopted; it counts when {side} adopts the same", side=name)
        rows.append(fit(((words, "text"),), cells))
    if moved:
        words = t("the order is yours alone so far: p adopts it, Esc leaves it")
        rows.append(fit(((words, "strong"),), cells))
    return rows


def agenda_needs(
    items: Sequence[Item],
    channel: str,
    me: Side,
    now: int,
    number: Number,
    *,
    said_at: Callable[[bytes], int],
) -> Sequence[Need]:
    """Items of a board that wait for our side. `said_at`: when a document came, unix ms."""
    found = []
    for item in items:
        waits, silence = awaited(item, me), item.silence
        if waits is None:
            continue
        shown, title = number(item.id), line(item.title, 40)
        if waits is Awaited.JUDGEMENT:
            what = t("{number} {title}: accept, counter or decline", number=shown, title=title)
        elif waits is Awaited.SILENCE and silence is not None:
            left = remaining(silence.until - now)
            what = t("{number} {title}: silence ends in {left}", number=shown, title=title, left=left)
        else:
            what = t("{number} {title}: they said an outcome", number=shown, title=title)
        urgent = silence is not None and silence.until - now < _SOON
        rank = Precedence.PRIORITY if urgent else Precedence.ROUTINE
        found.append(Need("agenda", channel, item.id, what, said_at(item.id), rank))
    return found
