"""What needs a person: everything that waits for an act of this device's holder, most urgent first, in all views and channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.cells import cut, line, wrap
from hotline_client.tui.looks.rows import Row, fit
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import PRECEDENCE_LOOK, age, channel_label
from hotline_protocol.terms import Precedence

ViewName = Literal["talk", "agenda", "meetings", "notices", "roster", "record"]
TITLES: Final[Mapping[ViewName, str]] = {
    "talk": N_("TALK"),
    "agenda": N_("AGENDA"),
    "meetings": N_("MEETINGS"),
    "notices": N_("NOTICES"),
    "roster": N_("ROSTER"),
    "record": N_("RECORD"),
}
VIEWS: Final = tuple(TITLES)

_NEW: Final = 1000


@dataclass(frozen=True, slots=True)
class Need:
    """Something to do. `id`: the document it is about; `what`: our words, foreign parts already harmless; `since`: unix ms."""

    view: ViewName
    channel: str
    id: bytes
    what: str
    since: int
    precedence: Precedence = Precedence.ROUTINE


def in_order(needs: Iterable[Need]) -> list[Need]:
    """The most urgent first, of equal ones the oldest."""
    return sorted(needs, key=lambda need: (need.precedence.rank, need.since, need.id))


def talk_needs(waiting: Sequence[MessageView]) -> Iterable[Need]:
    """Messages that ask us for an answer and got none."""
    for one in waiting:
        if one.needs_ack:
            number = line(one.reference or f"#{one.seq}", 20)
            words = line(one.text, 60)
            yield Need("talk", one.channel, one.id, f"{number} {words}", one.at or one.time, one.precedence)


def pane_rows(needs: Sequence[Need], now: int, cells: int, here: str, *, limit: int = 40) -> list[Row]:
    """The NEEDS YOU pane: how urgent, where and how old, and in one or two rows what."""
    rows: list[Row] = [(((t("NEEDS YOU") + f" {len(needs)}"), "strong"),)]
    if not needs:
        rows.append(((t("nothing waits for you"), "dim"),))
    for need in needs[:limit]:
        where = "" if need.channel == here else f" {channel_label(need.channel)}"
        old = "" if now - need.since < _NEW else f" {age(now - need.since)}"
        head = f"{need.precedence.value} {t(TITLES[need.view])}{where}{old}"
        rows.append(fit(((head, PRECEDENCE_LOOK[need.precedence]),), cells))
        first, *rest = wrap(need.what, cells - 2)
        rows += [(("  ", "text"), (one, "text")) for one in (first, cut(" ".join(rest), cells - 2)) if one]
    if len(needs) > limit:
        rows.append(((t("and {count} more: F3 goes from one to the next", count=len(needs) - limit), "dim"),))
    return rows
