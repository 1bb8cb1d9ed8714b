"""The composition of both delegations as they announced it to each other.

F120 a head or deputy announces changes of the own delegation, and of no other
F121 who leaves or is replaced was announced before, or sat in the group from the beginning: an unknown name is no reason to refuse
"""

from __future__ import annotations

import msgspec

from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.folds.event import Event
from hotline_protocol.terms import Role, Side


class Seat(msgspec.Struct, frozen=True, array_like=True):
    """Somebody who sits in the group: with which role, since when (unix ms), announced by which document."""

    name: str
    role: Role
    since: int
    document: bytes


class Composition(msgspec.Struct):
    """Who was announced, by side and name; and everybody who left, in order."""

    seats: dict[Side, dict[str, Seat]] = msgspec.field(default_factory=dict)
    left: dict[Side, list[Seat]] = msgspec.field(default_factory=dict)

    def announce(self, event: Event, body: Announcement) -> None:
        """A change (F120, F121)."""
        side = event.author.side
        seats = self.seats.setdefault(side, {})
        seat = Seat(body.name, body.role, body.since, event.id)
        gone = {Change.LEAVES: body.name, Change.REPLACES: body.replaces}.get(body.change)
        if gone is not None:
            known = seats.pop(gone, None)
            role = body.role if known is None else known.role
            self.left.setdefault(side, []).append(Seat(gone, role, body.since, event.id))
        if body.change is not Change.LEAVES:
            seats[body.name] = seat
