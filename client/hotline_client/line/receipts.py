"""Who got, saw and acknowledged what, arranged for looking up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline_client.engine.records import DocumentRecord, MarkRecord
from hotline_client.line.views import Mark


@dataclass(slots=True)
class Marks:
    """The marks of a channel: watermarks per author in rising order, acknowledgements per target."""

    delivered: dict[bytes, list[MarkRecord]] = field(default_factory=dict)
    seen: dict[bytes, list[MarkRecord]] = field(default_factory=dict)
    acknowledged: dict[bytes, list[MarkRecord]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[MarkRecord]) -> Marks:
        """Marks in seq order, arranged."""
        marks = cls()
        for one in records:
            if one.what == "acknowledged":
                marks.acknowledged.setdefault(one.target, []).append(one)
            else:
                (marks.delivered if one.what == "delivered" else marks.seen).setdefault(
                    one.author, []
                ).append(one)
        return marks


@dataclass(frozen=True, slots=True)
class HowFar:
    """Who got, saw and acknowledged one message."""

    delivered: tuple[Mark, ...]
    seen: tuple[Mark, ...]
    acknowledged: tuple[Mark, ...]


def first_to_reach(marks: dict[bytes, list[MarkRecord]], record: DocumentRecord) -> list[MarkRecord]:
    """For each reader but the author, when they first said they were this far, of what they had been let in for."""
    first = []
    for author, rising in marks.items():
        place = bisect_left(rising, record.seq, key=_upto)
        if author != record.author and place < len(rising) and rising[place].since <= record.seq:
            first.append(rising[place])
    return first


def _upto(mark: MarkRecord) -> int:
    return mark.upto
