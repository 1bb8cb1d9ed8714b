"""The notices that were looked at so far, in one index an arena: each is drawn once, and held against those that stood before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import MAX_AGAINST, Finding
from hotline_protocol.folds.notices import Registered
from hotline_protocol.notices.conflict import Outcome, Subject, judge
from hotline_protocol.notices.index import Index
from hotline_protocol.terms import Arena

_SPARE: Final = 256
"""So many notices that nobody asks for any more may stay beside as many again as are asked for."""


class Register:
    """It only remembers; what it says depends on what it is asked alone."""

    def __init__(self) -> None:
        self._indexes: dict[Arena, Index] = {}

    def examine(self, entry: Registered, before: Sequence[Registered]) -> Outcome:
        """The verdict about a notice against those before it (`Notices.before`), named in log order, the conflicts first."""
        index = self._indexes.get(entry.notice.arena)
        if index is None or len(index.subjects) > 2 * len(before) + _SPARE:
            index = self._indexes[entry.notice.arena] = Index()
        for one in (*before, entry):
            if one.id not in index.subjects:
                index.add(Subject(one.id, one.content, one.notice))
        subject = index.subjects[entry.id]
        near = {one.id for one in index.near(subject)}
        return judge(
            subject,
            [index.subjects[one.id] for one in before if one.id in near],
            [one.content for one in before],
        )

    def finding(self, entry: Registered, before: Sequence[Registered]) -> Finding:
        """The same as a document to be said."""
        found = self.examine(entry, before)
        target = Target(entry.id, entry.content)
        return Finding(target, found.verdict, found.inputs, found.against[:MAX_AGAINST])
