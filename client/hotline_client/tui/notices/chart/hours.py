"""When notices hold: a row for each, a bar for each window, UTC above and this machine's time below; NOW is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from hotline_client.tui.looks.cells import pad
from hotline_client.tui.looks.rows import Look, Row, Span, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.notices.chart.plot import Spot
from hotline_protocol.notices import validity

HOUR: Final = 3_600_000
SPANS: Final = tuple(hours * HOUR for hours in (6, 24, 72, 14 * 24))
"""How much time is seen at once."""
NAME: Final = 22
"""Cells for whose notice it is, and its number."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What time is seen: from `begin`, unix ms, so long."""

    begin: int
    span: int = SPANS[1]

    @classmethod
    def around(cls, ms: int, span: int = SPANS[1]) -> Hours:
        """A moment with a little before it, from a whole hour on."""
        return cls((ms - span // 8) // HOUR * HOUR, span)

    def zoomed(self, by: int) -> Hours:
        """The next longer (1) or shorter (-1) span, around the same middle."""
        at = min(max(SPANS.index(self.span) + by, 0), len(SPANS) - 1)
        middle = self.begin + self.span // 2
        return Hours((middle - SPANS[at] // 2) // HOUR * HOUR, SPANS[at])

    def moved(self, part: float) -> Hours:
        """Later, or earlier."""
        return replace(self, begin=(self.begin + int(self.span * part)) // HOUR * HOUR)


def hours_rows(
    spots: Sequence[tuple[str, Spot]], seen: Hours, now: int, cells: int, *, block: str = "█"
) -> list[Row]:
    """The axis and a row for each of `spots`, named. `block`: what a bar is made of."""
    room = max(10, cells - NAME - 1)
    column = (now - seen.begin) * room // seen.span
    rows = [_axis(seen, room, cells, local=False), _axis(seen, room, cells, local=True)]
    rows += [_row(name, one, seen, room, (column, block)) for name, one in spots]
    mark = " " * (NAME + 1 + max(0, column - 1)) + t("NOW") if 0 <= column < room else ""
    return [fit(one, cells) for one in (*rows, ((mark, "warn"),))]


def _axis(seen: Hours, room: int, cells: int, *, local: bool) -> Row:
    """Times at every eighth of what is seen; days where it is long."""
    marks = [" "] * room
    parts = max(2, min(8, room // 9))
    for at in range(parts):
        ms = seen.begin + seen.span * at // parts
        moment = datetime.fromtimestamp(ms / 1000, UTC)
        moment = moment.astimezone() if local else moment
        words = f"{moment:%d}/{moment:%H%M}" if seen.span > SPANS[0] else f"{moment:%H%M}"
        for offset, sign in enumerate(words + ("" if local else "Z")):
            if room * at // parts + offset < room:
                marks[room * at // parts + offset] = sign
    label = t("here") if local else "UTC"
    return fit(((pad(label, NAME) + " ", "dim"), ("".join(marks), "dim")), cells)


def _row(name: str, spot: Spot, seen: Hours, room: int, signs: tuple[int, str]) -> Row:
    """`signs`: in which column NOW is, and what a bar is made of."""
    column, block = signs
    bars = [False] * room
    for first, last in validity.windows(spot.notice, seen.begin, seen.begin + seen.span):
        begin = int((first - seen.begin) * room / seen.span)
        end = int((last - seen.begin) * room / seen.span)
        for at in range(max(0, begin), min(room, max(end, begin + 1))):
            bars[at] = True
    before = spot.notice.start < seen.begin
    look: Look = "strong" if spot.marked else spot.look
    spans: list[Span] = [(pad(f"{'>' if spot.marked else ' '}{spot.number:>2} {name}", NAME) + " ", look)]
    for at, held in enumerate(bars):
        sign = (
            block if held else "|" if at == column else "<" if at == 0 and before and not any(bars) else " "
        )
        shade: Look = look if held else "warn"
        if spans[-1][1] == shade and len(spans) > 1:
            spans[-1] = (spans[-1][0] + sign, shade)
        else:
            spans.append((sign, shade))
    return tuple(spans)
