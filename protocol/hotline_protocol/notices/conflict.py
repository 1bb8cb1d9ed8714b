"""Whether two notices of one arena conflict: time, place, and levels, depths or bands at once.

V1 CONFLICT: all three overlap or touch as they are. POSSIBLE: all three do so only with the agreed buffers, or because something
   cannot be told exactly: levels from different surfaces, the way of a moving haven. CLEAR: one of the three keeps apart
V2 a missing bound has no end; only notices of the same arena are held against each other, both sides' and one's own, exercise or not
V3 a notice is held against those that were in force and not over when it entered the log, without the one it replaces
V4 the verdict about a notice is the worst of its pairs
V5 the inputs' hash is SHA-256 over the version of these rules, the buffers, the notice's hash and the others' hashes in order
V6 a moving haven is CONFLICT where it is at one of the moments that are looked at, at most 64 of a pair and at most 256 places at these
   moments, and otherwise POSSIBLE where it passes; of what it passes too at most 256 places are compared, the rest is taken to be near
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Final

from hotline_protocol import codec
from hotline_protocol.documents.notices import Notice, Verdict
from hotline_protocol.notices import band, drawing, validity, vertical
from hotline_protocol.notices.buffers import AGREED, Buffers, Degree
from hotline_protocol.notices.haven import MOMENT, Haven, haven

VERSION: Final = 1
"""Goes up when the same notices may come to another verdict."""
VERDICTS: Final = {
    Degree.APART: Verdict.CLEAR,
    Degree.NEAR: Verdict.POSSIBLE,
    Degree.SURE: Verdict.CONFLICT,
}
_FOREVER: Final = 1 << 53
MOMENTS: Final = 64
"""How many moments of a pair are looked at at most."""
PAIRS: Final = 256
"""How many places of a pair with a moving haven are compared at most: as it passes, and again at these moments."""
_PERIODS: Final = 1_000
"""So many common windows of a moving haven are looked at one by one; beyond them it is only POSSIBLE."""


class Subject:
    """A notice as it is held against others; drawn once, when that is first needed. `id`, `content`: the document's id and hash."""

    def __init__(self, id: bytes, content: bytes, notice: Notice) -> None:  # noqa: A002 - what it is
        self.id = id
        self.content = content
        self.notice = notice

    @cached_property
    def haven(self) -> Haven | None:
        """Its first area, if that moves."""
        return haven(self.notice)

    @cached_property
    def still(self) -> list[drawing.Piece]:
        """Its areas that do not move."""
        moving = self.notice.naval is not None and self.notice.naval.course is not None
        return drawing.draw(self.notice, self.notice.areas[1 if moving else 0 :])

    @cached_property
    def ever(self) -> list[drawing.Round]:
        """All places that it ever covers."""
        return [*self.still, *(self.haven.legs() if self.haven is not None else ())]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict about a notice, the ids of those it is not clear of (the worst first), and the hash of the inputs."""

    verdict: Verdict
    against: tuple[bytes, ...]
    inputs: bytes
    pairs: dict[bytes, Verdict]


def compare(one: Subject, other: Subject, buffers: Buffers | None = None) -> Verdict:
    """The verdict about a pair, the same whichever comes first (V1, V2)."""
    if one.notice.arena is not other.notice.arena:
        return Verdict.CLEAR
    agreed = buffers or AGREED[one.notice.arena]
    degree = min(
        validity.compare(one.notice, other.notice, agreed.time), _levels(one.notice, other.notice, agreed)
    )
    if degree is not Degree.APART:
        degree = min(degree, _places(one, other, agreed))
    return VERDICTS[degree]


def judge(
    subject: Subject, candidates: Iterable[Subject], contents: Iterable[bytes], buffers: Buffers | None = None
) -> Outcome:
    """The verdict about a notice (V4). `contents`: the hashes of all it is held against; `candidates`: those that may be near."""
    agreed = buffers or AGREED[subject.notice.arena]
    pairs = {one.id: compare(subject, one, agreed) for one in candidates}
    found: dict[bytes, Verdict] = {
        key: verdict for key, verdict in pairs.items() if verdict is not Verdict.CLEAR
    }
    against = sorted(found, key=lambda key: found[key] is not Verdict.CONFLICT)
    verdict = found[against[0]] if against else Verdict.CLEAR
    return Outcome(verdict, tuple(against), inputs(subject.content, contents, agreed), found)


def inputs(content: bytes, contents: Iterable[bytes], buffers: Buffers) -> bytes:
    """V5."""
    return sha256(codec.encode((VERSION, buffers, content, sorted(contents)))).digest()


def _levels(one: Notice, other: Notice, buffers: Buffers) -> Degree:
    if one.air is not None and other.air is not None:
        return vertical.compare(one.air, other.air, buffers)
    if one.naval is not None and other.naval is not None:
        return vertical.compare_depths(one.naval, other.naval, buffers)
    if one.em is not None and other.em is not None:
        return band.compare(one.em, other.em, buffers)
    return Degree.SURE


def _places(one: Subject, other: Subject, buffers: Buffers) -> Degree:
    if one.haven is None and other.haven is None:
        return _nearest(one.still, other.still, buffers.horizontal)
    spans = _passing(one, other, buffers)
    if not spans:
        return Degree.APART
    return Degree.SURE if _at_once(one, other, spans) else Degree.NEAR


def _nearest(mine: list[drawing.Piece], yours: list[drawing.Piece], buffer: int) -> Degree:
    best = Degree.APART
    for one, other in drawing.near(mine, yours, buffer):
        best = max(best, drawing.compare(one, other, buffer))
        if best is Degree.SURE:
            return best
    return best


def _passing(one: Subject, other: Subject, buffers: Buffers) -> list[drawing.Span]:
    """About when what a haven sweeps comes near something that is there then; in order and apart."""
    until = min(_FOREVER if each.notice.end is None else each.notice.end for each in (one, other))
    until += buffers.time
    periods = list(islice(validity.common(one.notice, other.notice, buffers.time, until), _PERIODS + 1))
    if len(periods) > _PERIODS:
        periods = [(periods[0][0], until)]
    found: list[drawing.Span] = []
    compared = 0
    for mine, yours in drawing.near(one.ever, other.ever, buffers.horizontal):
        first, last = _together(mine, yours, buffers.time)
        if first > last or not any(start <= last and end >= first for start, end in periods):
            continue
        compared += 1
        # beyond so many they are taken to be near: at worst it is POSSIBLE where it could be CLEAR
        if (
            compared > PAIRS
            or drawing.compare(mine.drawn, yours.drawn, buffers.horizontal) is not Degree.APART
        ):
            found.append((first, last))
    return list(validity.merged(sorted(found)))


def _together(mine: drawing.Round, yours: drawing.Round, buffer: int) -> drawing.Span:
    spans = [one.span for one in (mine, yours) if one.span is not None]
    first = max((span[0] for span in spans), default=-_FOREVER) - buffer
    return first, min((span[1] for span in spans), default=_FOREVER) + buffer


def _at_once(one: Subject, other: Subject, spans: list[drawing.Span]) -> bool:
    """Whether both are at one place at one of the moments looked at (V6)."""
    moving = [each.haven for each in (one, other) if each.haven is not None]
    fastest = max(moving, key=lambda each: each.speed)
    until = min(each.end for each in moving)
    periods = [
        (max(start, first), min(end, last))
        for start, end in islice(validity.common(one.notice, other.notice, 0, until), _PERIODS)
        for first, last in spans
        if start <= last and end >= first
    ]
    if periods and _nearest(one.still, other.still, 0) is Degree.SURE:
        return True
    together = sum(end - start for start, end in periods)
    step = max(MOMENT, fastest.way(0, together) / MOMENTS)
    compared = 0
    for moment in islice(fastest.moments(periods, step), MOMENTS):
        for mine, yours in _meetings(one, other, moment):
            compared += 1
            if compared > PAIRS:
                return False
            if drawing.compare(mine, yours, 0) is Degree.SURE:
                return True
    return False


def _meetings(one: Subject, other: Subject, moment: int) -> Iterator[tuple[drawing.Piece, drawing.Piece]]:
    """What may be at one place at a moment, of which one at least moves."""
    mine, yours = (() if each.haven is None else each.haven.at(moment) for each in (one, other))
    yield from drawing.near(mine, [*other.still, *yours], 0)
    yield from drawing.near(one.still, yours, 0)
