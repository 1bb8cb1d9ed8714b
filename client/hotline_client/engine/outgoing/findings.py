"""What a device computes by itself about every notice, its own side's and the other's: whether it conflicts with any before it.

L80 about every notice in force each side says once what it found (F64), by the first of its devices that is on the line; the
    others see it in the log and are silent. Observers, removed devices and halted channels say nothing
L81 the devices of a side take turns, in the order of their leaves, two seconds apart, and longer while findings keep coming; a
    vault says it once, whatever becomes of it
L82 a few notices are looked at at once, outside of any step and lock, so that neither a backlog nor a dear notice holds anything up
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import islice
from typing import Final, Protocol, TypeVar

from hotline_client.engine import journal
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing, turns
from hotline_protocol.documents.notices import Finding
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.notices import Phase, Registered
from hotline_protocol.terms import Side

Wanted = tuple[Registered, list[Registered]]
"""A notice to be looked at, and those that it is held against."""
Examine = Callable[[Registered, list[Registered]], Finding]
T = TypeVar("T")

TURN: Final = 2000
"""How long a device waits for the one before it, ms."""
AT_ONCE: Final = 4
"""So many notices at once: between them the line is read and written."""
_KIND: Final = "notice.finding"


class Step(Protocol):
    """One transaction on the channel."""

    def __call__(self, work: Callable[[Draft], T]) -> T:
        """Do `work` in it."""


def wanted(book: Journal, side: Side, now: int, *, said: Container[bytes] = ()) -> list[Wanted]:
    """What a side still has to say about the notices in force at `now` (unix ms), oldest first, at most `AT_ONCE`, without what
    is on its way already (`said`: notice ids).
    """
    notices = book.notices
    waiting = (notices.all[one] for one in notices.unfound[side] if one not in said)
    open_ = islice((one for one in waiting if one.phase(now) is not Phase.OVER), AT_ONCE)
    return [(one, notices.before(one)) for one in open_]


def examiner() -> Examine:
    """One that remembers what it has drawn."""
    # here, because a channel without notices shall not pay for numpy, pyproj and shapely
    from hotline_protocol.notices.register import Register  # noqa: PLC0415

    return Register().finding


class Findings:
    """One device's findings in one channel. It remembers when it first met each notice, by its own clock."""

    def __init__(self) -> None:
        self._examine: Examine | None = None
        self._met: dict[bytes, int] = {}
        self._progress = 0

    def is_due(self, state: ChannelState, side: Side) -> bool:
        """Whether there may be something to say in a channel that is caught up."""
        book = state.journal
        if state.stopped or not state.is_member:
            return False
        return book is None or state.behind or bool(book.notices.unfound[side] or self._met)

    def run(self, step: Step) -> None:
        """Find what is due now and queue it. What is dear is done between two steps, and holds nobody up."""
        todo = step(self._wanted)
        if not todo:
            return
        self._examine = self._examine or examiner()
        found = [self._examine(*one) for one in todo]
        step(lambda draft: _say(draft, found))

    def _wanted(self, draft: Draft) -> list[Wanted]:
        side = draft.me.side
        if side is None or not turns.may_say(draft, _KIND):
            return []
        book = journal.journal(draft)
        self._meet(book, side, draft.now)
        wait = turns.rank(draft, _KIND) * TURN if self._met else 0
        if not self._met or draft.now < self._progress + wait:
            return []
        early = {one for one, met in self._met.items() if draft.now < met + wait}
        said = early | {one for one in self._met if draft.past.used_key(draft.name, _key(one)) is not None}
        return [] if len(said) == len(self._met) else wanted(book, side, draft.now, said=said)

    def _meet(self, book: Journal, side: Side, now: int) -> None:
        waiting = book.notices.unfound[side]
        if any(one not in waiting for one in self._met):
            self._progress = now
        self._met = {one: self._met.get(one, now) for one in waiting}


def _say(draft: Draft, found: Sequence[Finding]) -> None:
    if not turns.may_say(draft, _KIND):
        return
    for finding in found:
        turns.queue_once(draft, finding, _key(finding.target.id))
    sealing.seal(draft)


def _key(notice: bytes) -> str:
    return f"finding {notice.hex()}"
