"""T as the folds know it (rule D13): the earlier of both sides' latest times signed by persons who may write.

It moves by what the folds took, so it may be earlier than the T that certificates are judged by, and is never later.
"""

from __future__ import annotations

import msgspec

from hotline_protocol.folds.event import Event
from hotline_protocol.identity.signed_time import AHEAD, settled
from hotline_protocol.terms import PERSON_ROLES, SIDES, WRITING_ROLES, Side


class Clock(msgspec.Struct):
    """What each side signed last, unix ms."""

    times: dict[Side, int] = msgspec.field(default_factory=dict)

    def heard(self, event: Event) -> None:
        """A document was taken."""
        author = event.author
        if author.role in PERSON_ROLES & WRITING_ROLES:
            self.times[author.side] = max(self.times.get(author.side, 0), min(event.time, event.at + AHEAD))

    def now(self, event: Event) -> int:
        """T in the channel of an event."""
        return settled(self.times, [one for one in SIDES if one in event.channel.sides])
