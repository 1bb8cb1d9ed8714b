"""What a device does by itself about line checks of the other side: echo them, and own up to those it was not there for.

L70 a member that may write echoes an open check of the other side, once; observers and halted channels say nothing
L71 the devices of a side take turns, in the order of their leaves, two seconds apart and never later than half the time the check
    allows, so that one echo comes as long as one of them is there
L72 a check that is overdue is echoed late for ten more minutes; after that it is put on record as missed, by the side that missed it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.engine import journal, sealing
from hotline_client.engine.draft import ChannelState, Draft
from hotline_client.engine.state import OutboxItem
from hotline_protocol.documents import Body, encode_body, kind_of
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import LineEcho, LineMissed
from hotline_protocol.folds.line import Check, State
from hotline_protocol.relay.frames import ID_SIZE
from hotline_protocol.terms import WRITING_ROLES

Step = Callable[[Callable[[Draft], frozenset[bytes]]], frozenset[bytes]]

TURN: Final = 2000
"""How long a device waits for the one before it, ms."""
LATE: Final = 10 * 60_000
"""How long after its time a check is still echoed, ms."""
_MISSED_NOTE: Final = "no device of this side was on the line"


class Echoes:
    """One device's echoes in one channel. It remembers when it first saw each check, by its own clock, which may be wrong, and
    what it said to it: if others refuse that, it is not said again.
    """

    def __init__(self) -> None:
        self._met: dict[bytes, int] = {}
        self._said: set[bytes] = set()

    def run(self, state: ChannelState, step: Step) -> None:
        """Queue what is due now in a channel that is caught up. `step`: one transaction on it."""
        book = state.journal
        if (
            state.stopped
            or not state.is_member
            or (book is not None and not state.behind and not book.line.checks)
        ):
            return
        self._said |= step(self._queue)

    def _queue(self, draft: Draft) -> frozenset[bytes]:
        """What was queued; it counts as said once the step is stored."""
        if not _may_speak(draft):
            return frozenset()
        waiting = [
            one
            for one in journal.journal(draft).line.checks.values()
            if one.state is State.OPEN and one.side != draft.me.side
        ]
        self._met = {one.id: self._met.get(one.id, draft.now) for one in waiting}
        said = self._said | {one.body for one in draft.state.outbox.values()}
        due = []
        for one in waiting:
            turn = min(_rank(draft) * TURN, (one.deadline - one.at) // 2)
            answer = _answer(one, draft.now)
            if draft.now >= self._met[one.id] + turn and encode_body(answer) not in said:
                due.append(answer)
        for answer in due:
            _put(draft, kind_of(answer), encode_body(answer))
        if due:
            sealing.seal(draft)
        return frozenset(map(encode_body, due))


def _may_speak(draft: Draft) -> bool:
    return (
        draft.state.is_member
        and not draft.state.stopped
        and draft.me.role in WRITING_ROLES
        and draft.state.trust.is_current(draft.me, draft.now // 1000)
    )


def _rank(draft: Draft) -> int:
    """How many devices of our side come before this one."""
    own = [
        one.fingerprint
        for one in (draft.member(leaf.index) for leaf in draft.group.members)
        if one.side == draft.me.side and one.role in WRITING_ROLES
    ]
    return own.index(draft.me.fingerprint)


def _answer(check: Check, now: int) -> Body:
    target = Target(check.id, check.content)
    if now > check.deadline + LATE:
        return LineMissed(target, _MISSED_NOTE)
    return LineEcho(target, check.nonce)


def _put(draft: Draft, kind: str, body: bytes) -> None:
    draft.put(
        OutboxItem(
            id=draft.rng(ID_SIZE),
            position=draft.next_position(),
            kind="document",
            document_kind=kind,
            body=body,
            time=draft.now,
        )
    )
