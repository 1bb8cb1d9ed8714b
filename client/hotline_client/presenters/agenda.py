"""An item of the agenda as it stands: its words, what each side holds came of it, the silence that runs, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from hotline_client.presenters.fields import fields
from hotline_client.presenters.references import Source, delegations, reference
from hotline_client.words.columns import table, wrap
from hotline_client.words.times import dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.documents.agenda import Outcome
from hotline_protocol.folds.agenda import Item, ItemState, Say, Silence
from hotline_protocol.folds.journal import Journal
from hotline_protocol.terms import Side, other

Names = Mapping[Side, str]
"""What the sides call themselves."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item with its number. `silence`: until its outcome stands or it is broken; `outcome`: the words of what came of it."""

    item: Item
    number: str
    state: ItemState
    outcome: str
    silence: Silence | None


def facts(line: Source, channel: str, item: Item) -> ItemFacts:
    """How an item stands."""
    number = reference(line, channel, item.id)
    return ItemFacts(item, number, item.state, item.text, item.silence)


def items(book: Journal, *, everything: bool) -> list[Item]:
    """The board in its order, or all there ever were in log order."""
    return list(book.agenda.items.values()) if everything else book.agenda.board()


def reportable(board: Sequence[Item]) -> list[Item]:
    """The items of the board that have an outcome no minutes told of yet."""
    ended = {str(one) for one in Outcome}
    return [one for one in board if str(one.state) in ended]


# --- whose turn it is


class Awaited(Enum):
    """What an item waits for from a side."""

    JUDGEMENT = auto()
    """That it accepts, counters or declines the other side's words."""
    SILENCE = auto()
    """That it breaks the other side's silence, or lets it stand."""
    OUTCOME = auto()
    """What it holds came of the item, now that the other side said so."""


def awaited(item: Item, side: Side) -> Awaited | None:
    """What an item waits for from a side; None if the turn is not its."""
    state, silence = item.state, item.silence
    if state in (ItemState.PROPOSED, ItemState.COUNTERED):
        return Awaited.JUDGEMENT if item.side != side else None
    if silence is not None and silence.side != side:
        return Awaited.SILENCE
    is_open = state in (ItemState.OPEN, ItemState.AD_REFERENDUM)
    return Awaited.OUTCOME if is_open and other(side) in item.says and side not in item.says else None


# --- for a person


def standing(told: ItemFacts, names: Names, t: Translate = english) -> str:
    """`ADOPTED, version 2 by BRAVO`."""
    item = told.item
    return t(
        "{state}, version {version} by {side}", state=told.state, version=item.version, side=names[item.side]
    )


def extent(item: Item, t: Translate = english) -> list[str]:
    """Its arena, the time wanted, and whether it is any other business."""
    arena = [item.arena.value] if item.arena else []
    minutes = [t("{count} min", count=item.minutes)] if item.minutes else []
    return [*arena, *minutes, *([t("any other business")] if item.aob else [])]


def sayings(item: Item, names: Names, t: Translate = english, joint: str = ": ") -> list[str]:
    """What each side holds came of it: `BRAVO says AGREED: at noon`."""
    return [
        t("{side} says {what}", side=names[side], what=said(one, joint))
        for side, one in sorted(item.says.items())
    ]


def said(one: Say, joint: str) -> str:
    """An outcome with its words."""
    return f"{one.outcome.value}{joint}{one.text}"


def item_text(line: Source, told: ItemFacts) -> str:
    """An item whole, in 80 columns."""
    item, names, silence = told.item, delegations(line), told.silence
    rows = [", ".join([standing(told, names), *extent(item)]), *item.annex.splitlines()]
    rows += [f"outcome: {told.outcome}"] if told.outcome else []
    rows += sayings(item, names)
    if silence is not None:
        by = names[silence.side]
        rows.append(f"silence by {by} until {dtg(silence.until)}: {said(silence.say, ': ')}")
    rows += [f"amended: {item.amendment}"] if item.amendment else []
    rows += [f"reason: {item.reason}"] if item.reason else []
    return wrap("\n".join([f"{told.number}  {item.title}", *(f"    {one}" for one in rows)]))


def board(told: Sequence[ItemFacts]) -> str:
    """Items in a table."""
    rows = [(one.number, one.state, one.item.title, str(one.item.minutes or "")) for one in told]
    return table(("ITEM", "STATE", "TITLE", "MIN"), rows)


# --- for a script


def item_record(channel: str, told: ItemFacts) -> dict[str, Any]:
    """An item; times in unix ms."""
    item, silence = told.item, told.silence
    return {
        "type": "agenda-item",
        "channel": channel,
        "id": item.id,
        "reference": told.number,
        "state": told.state,
        "version": item.version,
        "proposed_by": item.side,
        "brought_up_by": item.first,
        "title": item.title,
        "annex": item.annex,
        "arena": item.arena,
        "minutes": item.minutes,
        "aob": item.aob,
        "reason": item.reason,
        "outcome_text": told.outcome,
        "says": {side: fields(one) for side, one in item.says.items()},
        "silence": None
        if silence is None
        else {"by": silence.side, **fields(silence.say), "until": silence.until},
        "amendment": item.amendment,
        "hash": item.content,
    }
