"""What a device that admits does by itself for devices of its side: seat again those that were in.

L25 a knock of the own side that proves it was in (L16) is answered by a device that admits, in the order of their leaves, two seconds
    apart, but by none that the knock accuses; for one device once an hour. Whoever proves nothing waits for a person
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.engine.channel import ChannelState
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import knocks
from hotline_client.engine.outgoing import commits, sealing
from hotline_client.engine.standing import Knock
from hotline_protocol.errors import HotlineError
from hotline_protocol.mls.errors import MLSError

Step = Callable[[Callable[[Draft], None]], None]

TURN: Final = 2000
"""How long a device waits for the one before it, ms."""
AGAIN: Final = 3_600_000
"""How long after a device was seated it is not seated again by itself, ms."""


class Seats:
    """One device's answers in one channel. It remembers when it first met each knock, and whom it seated when."""

    def __init__(self) -> None:
        self._met: dict[bytes, int] = {}
        self._seated: dict[bytes, int] = {}

    def run(self, state: ChannelState, step: Step) -> None:
        """Queue what is due now in a channel that is caught up. `step`: one transaction on it."""
        if (
            state.is_member
            and not state.stopped
            and any(one.proofs for one in state.standing.knocks.values())
        ):
            step(self._queue)

    def _queue(self, draft: Draft) -> None:
        waiting = [one for one in draft.standing.knocks.values() if self._asks(draft, one)]
        self._met = {one.id: self._met.get(one.id, draft.now) for one in waiting}
        if not waiting or any(item.kind not in ("knock", "document") for item in draft.state.outbox.values()):
            return
        wait = _rank(draft) * TURN
        due = [one for one in waiting if draft.now >= self._met[one.id] + wait]
        if not due:
            return
        self._seated |= {one.certificate: draft.now for one in due}
        try:
            commits.queue(draft, "admit", [one.id for one in due])
            sealing.seal(draft)
        except (HotlineError, MLSError) as error:
            draft.event("not-seated", f"nobody could be seated again: {error}")

    def _asks(self, draft: Draft, one: Knock) -> bool:
        """Whether this device is to answer that knock by itself, at some time."""
        guest, me = draft.person(one.certificate), draft.me
        lately = self._seated.get(one.certificate)
        return (
            me.admits
            and draft.state.trust.is_current(me, draft.now // 1000)
            and guest.side == me.side
            and guest.public_key != me.public_key
            and one.accused != me.fingerprint
            and (lately is None or not 0 <= draft.now - lately < AGAIN)
            and draft.state.trust.is_current(guest, draft.now // 1000)
            and knocks.was_in(draft.standing, one, guest.public_key)
        )


def _rank(draft: Draft) -> int:
    """How many devices of our side that admit come before this one, by their leaves."""
    members = [draft.member(leaf.index) for leaf in draft.group.members]
    own = [one.fingerprint for one in members if one.side == draft.me.side and one.admits]
    return own.index(draft.me.fingerprint)
