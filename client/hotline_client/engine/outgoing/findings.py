"""What a device computes by itself about every notice, its own side's and the other's: whether it conflicts with any before it.

L80 about every notice in force each side says once what it found (F64), by the first of its devices that is on the line; the
    others see it in the log and are silent. Observers, removed devices and halted channels say nothing
L81 the devices of a side take turns, in the order of their leaves, two seconds apart, and longer while findings keep coming; a
    vault says it once, whatever becomes of it
L82 a few notices are looked at in one step, so that a backlog holds nothing up
"""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import islice
from typing import Final

from hotline_client.engine import journal
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing, turns
from hotline_protocol.documents.notices import Finding
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.notices import Phase, Registered
from hotline_protocol.terms import Side

Step = Callable[[Callable[[Draft], None]], None]
Examine = Callable[[Registered, list[Registered]], Finding]

TURN: Final = 2000
"""How long a device waits for the one before it, ms."""
AT_ONCE: Final = 32
"""So many notices a step."""
_KIND: Final = "notice.finding"


def due(
    book: Journal, side: Side, now: int, *, examine: Examine | None = None, said: Container[bytes] = ()
) -> list[Finding]:
    """What a side still has to say about the notices in force at `now` (unix ms), oldest first, at most `AT_ONCE`, without what
    is on its way already (`said`: notice ids).
    """
    notices = book.notices
    waiting = (notices.all[one] for one in notices.unfound[side] if one not in said)
    wanted = list(islice((one for one in waiting if one.phase(now) is not Phase.OVER), AT_ONCE))
    if not wanted:
        return []
    work = examine or examiner()
    return [work(one, notices.before(one)) for one in wanted]


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

    def run(self, state: ChannelState, side: Side, step: Step) -> None:
        """Queue what is due now in a channel that is caught up. `step`: one transaction on it."""
        book = state.journal
        if state.stopped or not state.is_member:
            return
        if book is None or state.behind or book.notices.unfound[side] or self._met:
            step(self._queue)

    def _queue(self, draft: Draft) -> None:
        side = draft.me.side
        if side is None or not turns.may_say(draft, _KIND):
            return
        book = journal.journal(draft)
        self._meet(book, side, draft.now)
        wait = turns.rank(draft, _KIND) * TURN if self._met else 0
        if not self._met or draft.now < self._progress + wait:
            return
        early = {one for one, met in self._met.items() if draft.now < met + wait}
        said = early | {one for one in self._met if draft.past.used_key(draft.name, _key(one)) is not None}
        if len(said) == len(self._met):
            return
        self._examine = self._examine or examiner()
        for finding in due(book, side, draft.now, examine=self._examine, said=said):
            turns.queue_once(draft, finding, _key(finding.target.id))
        sealing.seal(draft)

    def _meet(self, book: Journal, side: Side, now: int) -> None:
        waiting = book.notices.unfound[side]
        if any(one not in waiting for one in self._met):
            self._progress = now
        self._met = {one: self._met.get(one, now) for one in waiting}


def _key(notice: bytes) -> str:
    return f"finding {notice.hex()}"
