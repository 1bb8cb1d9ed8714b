"""What a device does by itself about line checks of the other side: echo them, and own up to those it was not there for.

L70 a member that may write echoes an open check of the other side; a vault says so once, whatever becomes of it; observers and
    halted channels say nothing
L71 the devices of a side take turns, in the order of their leaves, two seconds apart and never later than half the time the check
    allows, so that one echo comes as long as one of them is there
L72 a check that is overdue is echoed late for ten more minutes; after that it is put on record as missed, by the side that missed it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.engine import journal
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing, turns
from hotline_protocol.documents import Body, kind_of
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import LineEcho, LineMissed
from hotline_protocol.folds.line import Check, CheckState

Step = Callable[[Callable[[Draft], None]], None]

TURN: Final = 2000
"""How long a device waits for the one before it, ms."""
LATE: Final = 10 * 60_000
"""How long after its time a check is still echoed, ms."""
_KIND: Final = "line.echo"
_MISSED_NOTE: Final = "no device of this side was on the line"


class Echoes:
    """One device's echoes in one channel. It remembers when it first met each check, by its own clock, which may be wrong."""

    def __init__(self) -> None:
        self._met: dict[bytes, int] = {}

    def run(self, state: ChannelState, step: Step) -> None:
        """Queue what is due now in a channel that is caught up. `step`: one transaction on it."""
        book = state.journal
        if state.stopped or not state.is_member:
            return
        if (
            book is None
            or state.behind
            or any(one.state is CheckState.OPEN for one in book.line.checks.values())
        ):
            step(self._queue)

    def _queue(self, draft: Draft) -> None:
        if not turns.may_say(draft, _KIND):
            return
        waiting = [
            one
            for one in journal.journal(draft).line.checks.values()
            if one.state is CheckState.OPEN and one.side != draft.me.side
        ]
        self._met = {one.id: self._met.get(one.id, draft.now) for one in waiting}
        if not waiting:
            return
        wait = turns.rank(draft, _KIND) * TURN
        due = [
            one for one in waiting if draft.now >= self._met[one.id] + min(wait, (one.deadline - one.at) // 2)
        ]
        said = [_say(draft, one) for one in due]
        if any(said):
            sealing.seal(draft)


def _say(draft: Draft, check: Check) -> bool:
    """Whether something is on its way now that was not before; a vault says it once, whatever becomes of it."""
    answer = _answer(check, draft.now)
    return turns.queue_once(draft, answer, f"{kind_of(answer)} {check.id.hex()}")


def _answer(check: Check, now: int) -> Body:
    target = Target(check.id, check.content)
    if now > check.deadline + LATE:
        return LineMissed(target, _MISSED_NOTE)
    return LineEcho(target, check.nonce)
