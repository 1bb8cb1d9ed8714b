"""The agenda in rows: an item a line, and all of one; whose turn it is, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Scene, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import dtg, remaining
from hotline_client.tui.parts.needs import Need
from hotline_protocol.errors import NotAppliedError
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
_WAITING: Final = (ItemState.PROPOSED, ItemState.COUNTERED)


def why_not(item: Item | None, act: str, side: Side, role: Role, now: int) -> str | None:
    """Why an act of the table is not possible on an item for somebody; None if it is."""
    if item is None:
        return t("mark an item first")
    owner = item.first if act == "withdraw" else item.side
    try:
        TABLE.find(act, item.state_at(now), owner, side, role)
    except NotAppliedError as error:
        return str(error)
    return None


def item_row(item: Item, place: str, number: str, scene: Scene, cells: int) -> Row:
    """`1  P-0003/26 ADOPTED   ALPHA  20 min  Exercise Northern Lights`."""
    state, now = item.state_at(scene.now), scene.now
    whose = pad(scene.names[item.side], 8)
    minutes = f"{item.minutes:>3}m " if item.minutes else "     "
    mark = "*" if item.silence is not None and now < item.silence.until else " "
    aob = t("(AOB)") + " " if item.aob else ""
    head = f"{place:<3}{pad(number, 10)} "
    return fit(
        (
            (head, "dim"),
            (f"{pad(state.value, 10)}{mark}", _LOOKS.get(state, "text")),
            (f"{whose} {minutes}", "dim"),
            (aob + line(item.title), "text"),
        ),
        cells,
    )


def item_detail(item: Item, number: str, scene: Scene, cells: int) -> list[Row]:
    """All of an item: its words, what each side says, a silence with its exact end, and whose turn it is."""
    now, name = scene.now, scene.names
    head = t(
        "{number}  {state}, version {version} by {side}",
        number=number,
        state=item.state_at(now).value,
        version=item.version,
        side=name[item.side],
    )
    facts = [
        item.arena.value if item.arena else "",
        t("{count} min", count=item.minutes) if item.minutes else "",
    ]
    facts.append(t("any other business") if item.aob else "")
    rows: list[Row] = [((head, "strong"),)]
    rows += _words(item.title, cells, "strong")
    rows += _words(turn(item, scene), cells, "warn")
    rows += _words(", ".join(filter(None, facts)), cells, "dim") if any(facts) else []
    rows += (
        [((" │ ", "dim"), (one, "text")) for one in paragraphs(item.annex, cells - 3)] if item.annex else []
    )
    for side, say in sorted(item.says.items()):
        rows += _words(
            t("{side} says {what}", side=name[side], what=f"{say.outcome.value} {say.text}"), cells, "text"
        )
    if item.silence is not None and now < item.silence.until:
        silence = item.silence
        words = t(
            "SILENCE by {side}: {what} stands at {time}, in {left}, unless {other} objects or amends",
            side=name[silence.side],
            what=f"{silence.say.outcome.value} {silence.say.text}",
            time=dtg(silence.until),
            left=remaining(silence.until - now),
            other=name[other(silence.side)],
        )
        rows += _words(words, cells, "warn")
    if item.text_at(now):
        rows += _words(t("OUTCOME: {text}", text=item.text_at(now)), cells, "good")
    if item.amendment:
        rows += _words(t("AMENDMENT that broke the silence: {text}", text=item.amendment), cells, "text")
    if item.reason:
        rows += _words(t("REASON: {text}", text=item.reason), cells, "text")
    return rows


def turn(item: Item, scene: Scene) -> str:
    """Whose turn it is, in words."""
    state, me = item.state_at(scene.now), scene.me
    if item.silence is not None and scene.now < item.silence.until:
        theirs = item.silence.side != me
        return t("YOUR TURN: object (b) or amend (m), or let it stand") if theirs else t("the silence runs")
    if state in _WAITING:
        return _judged(item, scene)
    if state in (ItemState.OPEN, ItemState.AD_REFERENDUM):
        if other(me) in item.says and me not in item.says:
            return t(
                "YOUR TURN: say the same outcome (u) if you agree; it counts when both sides said the same"
            )
        return t("u says what came of it, s proposes it under silence; nothing is decided by one side alone")
    words = {
        ItemState.ACCEPTED: t(
            "accepted: p adopts the agenda in the order you see; both sides must adopt the same"
        ),
        ItemState.ADOPTED: t("on the agenda: o opens it"),
        ItemState.CLOSED: t("closed"),
    }
    return words.get(state) or t("decided: x closes it, once both sides did")


def _judged(item: Item, scene: Scene) -> str:
    if item.side == scene.me:
        return t("waits for {side} to accept, counter or decline", side=scene.names[other(scene.me)])
    return t("YOUR TURN: accept (a), counter (c) or decline (d)")


def heading(agenda: Agenda, me: Side, name: str, *, moved: bool, cells: int) -> list[Row]:
    """What each side would adopt."""
    rows: list[Row] = []
    wanted = agenda.wanted.get(other(me))
    if wanted:
        words = t(
            "{side} would adopt an agenda of {count} items: p shows it and adopts it too",
            side=name,
            count=len(wanted),
        )
        rows.append(fit(((words, "warn"),), cells))
    if agenda.wanted.get(me):
        rows.append(
            fit(((t("your side adopted; it counts when {side} adopts the same", side=name), "text"),), cells)
        )
    if moved:
        rows.append(
            fit(((t("the order is yours alone so far: p adopts it, Esc leaves it"), "strong"),), cells)
        )
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
        state = item.state_at(now)
        title = line(item.title, 40)
        what = ""
        if state in _WAITING and item.side != me:
            what = t("{number} {title}: accept, counter or decline", number=number(item.id), title=title)
        elif item.silence is not None and now < item.silence.until and item.silence.side != me:
            left = remaining(item.silence.until - now)
            what = t(
                "{number} {title}: silence ends in {left}", number=number(item.id), title=title, left=left
            )
        elif other(me) in item.says and me not in item.says:
            what = t("{number} {title}: they said an outcome", number=number(item.id), title=title)
        if what:
            urgent = item.silence is not None and item.silence.until - now < _SOON
            found.append(
                Need(
                    "agenda",
                    channel,
                    item.id,
                    what,
                    said_at(item.id),
                    Precedence.PRIORITY if urgent else Precedence.ROUTINE,
                )
            )
    return found


_SOON: Final = 6 * 3_600_000


def _words(text: str, cells: int, look: Look) -> list[Row]:
    return [((one, look),) for one in paragraphs(text, cells)]
