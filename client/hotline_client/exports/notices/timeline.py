"""When notices hold, as rows of a picture: a bar for each window between the first start and the last end, in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from xml.sax.saxutils import escape

from hotline_protocol.documents.notices import Notice
from hotline_protocol.dtg import MONTHS, dtg
from hotline_protocol.notices import validity
from hotline_protocol.text import show

_HOUR: Final = 3_600_000
_STEPS: Final = tuple(hours * _HOUR for hours in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160, 8760))
_LEFT: Final = 150.0
_RIGHT: Final = 976.0
_ROW: Final = 22.0
_PERMANENT: Final = 7 * 24 * _HOUR
"""So long is shown of a notice without an end."""
_LONGEST: Final = 60 * 24 * _HOUR
_BARS: Final = 400

Rows = Sequence[tuple[str, Notice]]


def rows(notices: Rows, y: float, now: int) -> tuple[list[str], float]:
    """The elements, from `y` down, and where they end."""
    first, last = _span(notices)
    step = next((one for one in _STEPS if (last - first) / one <= 9), _STEPS[-1])
    bottom = y + 34.0 + _ROW * len(notices)
    parts = [f'<text x="24" y="{y}" font-weight="bold">When (UTC)</text>']
    for at in range(-(-first // step) * step, last + 1, step):
        x = _x(at, first, last)
        parts.append(f'<path class="g" d="M{x:.1f} {y + 20}V{bottom - 6}"/>')
        if x < _RIGHT - 40:
            parts.append(f'<text class="s" x="{x:.1f}" y="{y + 15}">{_tick(at, step)}</text>')
    for number, (name, notice) in enumerate(notices):
        parts += _row(name, notice, y + 38.0 + number * _ROW, (first, last))
    if first <= now <= last:
        x = _x(now, first, last)
        parts.append(f'<path d="M{x:.1f} {y + 20}V{bottom}" stroke="#111" stroke-width="2"/>')
        parts.append(f'<text class="s" text-anchor="middle" x="{x:.1f}" y="{bottom + 12}">NOW</text>')
    return parts, bottom + 24.0


def _span(notices: Rows) -> tuple[int, int]:
    first = min(one.start for _, one in notices)
    last = max(one.start + _PERMANENT if one.end is None else one.end for _, one in notices)
    return first, min(last, first + _LONGEST)


def _row(name: str, notice: Notice, y: float, span: tuple[int, int]) -> list[str]:
    first, last = span
    parts = [f'<text class="s" x="24" y="{y + 4}">{escape(show(name)[:24])}</text>']
    for start, end in islice(validity.windows(notice, first, last), _BARS):
        left, right = _x(start, first, last), _x(end, first, last)
        parts.append(
            f'<rect x="{left:.1f}" y="{y - 7}" width="{max(right - left, 1.5):.1f}" height="13" fill="#777" stroke="#111"/>'
        )
    if notice.end is None or notice.end > last:
        words = "PERM" if notice.end is None else f"until {dtg(notice.end)}"
        parts.append(f'<text class="h s" text-anchor="end" x="{_RIGHT - 4}" y="{y + 4}">{words} &gt;</text>')
    return parts


def _x(at: int, first: int, last: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (at - first) / max(last - first, 1)


def _tick(at: int, step: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    day = f"{moment:%d} {MONTHS[moment.month - 1]}"
    return f"{day} {moment:%H%M}Z" if step < 24 * _HOUR else day
