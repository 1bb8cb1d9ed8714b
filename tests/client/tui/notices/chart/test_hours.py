"""The hours: bars where a notice holds, nothing where it does not, NOW marked, words for what is cut off."""

from __future__ import annotations

from hotline_client.tui.looks.rows import width, words
from hotline_client.tui.notices.chart.hours import HOUR, NAME, SPANS, Hours, hours_rows
from hotline_client.tui.notices.chart.plot import Spot
from tests.support.notices import START, air, circle

AREA = circle(33.0, 34.0, 1000)


def _shown(notice: object, seen: Hours, now: int, cells: int = NAME + 1 + 48) -> list[str]:
    rows = hours_rows([("BRAVO N-0001/26", Spot(notice, "1", "peer", marked=True))], seen, now, cells)  # type: ignore[arg-type]
    assert all(width(row) <= cells for row in rows)
    return [words(row) for row in rows]


def test_a_bar_stands_exactly_where_the_notice_holds() -> None:
    notice = air(AREA, start=START + 6 * HOUR, end=START + 12 * HOUR)
    _utc, _here, row, now = _shown(notice, Hours(START, SPANS[1]), START + 3 * HOUR)
    bar = row[NAME + 1 :]
    assert (bar.index("█"), bar.count("█")) == (12, 12)
    assert bar[6] == "|"
    assert now.index("NOW") == NAME + 1 + 5


def test_daily_windows_have_gaps() -> None:
    notice = air(AREA, start=START, end=START + 72 * HOUR, daily=((6 * 60, 12 * 60),))
    row = _shown(notice, Hours(START, SPANS[2]), START - HOUR)[2][NAME + 1 :]
    assert [len(part) for part in row.split()] == [4, 4, 4]


def test_a_permanent_notice_fills_the_row_and_an_instant_is_seen() -> None:
    forever = air(AREA, start=START - HOUR, end=None)
    assert _shown(forever, Hours(START, SPANS[3]), START - HOUR)[2].count("█") == 48
    short = air(AREA, start=START + 60_000, end=START + 120_000)
    assert _shown(short, Hours(START, SPANS[3]), START - HOUR)[2].count("█") == 1


def test_the_axis_tells_utc_and_here() -> None:
    utc, here, *_ = _shown(air(AREA), Hours(START, SPANS[0]), START)
    assert utc.startswith("UTC")
    assert "0000Z" in utc
    assert here.startswith("here")


def test_spans_and_moves_stay_on_whole_hours() -> None:
    seen = Hours.around(START + 1234)
    for _ in range(9):
        seen = seen.zoomed(1).moved(0.2)
        assert seen.begin % HOUR == 0
    assert seen.span == SPANS[-1]
    for _ in range(9):
        seen = seen.zoomed(-1).moved(-0.2)
    assert (seen.span, seen.begin % HOUR) == (SPANS[0], 0)
