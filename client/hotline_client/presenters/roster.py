"""Who sits in the working group: as announced, beside what certificates prove, and what differs in words."""

from __future__ import annotations

from typing import NamedTuple

from hotline_client.line.views import MemberView
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.composition import Seat
from hotline_protocol.terms import PERSON_ROLES, Role


class Row(NamedTuple):
    """Somebody of a side: the role as announced and as certified, since when (unix ms), and what differs, in words."""

    name: str
    announced: Role | None
    certified: Role | None
    since: int | None
    document: bytes | None
    difference: str

    @property
    def role(self) -> Role | None:
        """What the certificate proves goes before what was said."""
        return self.certified or self.announced


def rows(seats: dict[str, Seat], left: list[Seat], members: list[MemberView], now: int) -> list[Row]:
    """One side's people: announced ones in order, then those that only certificates know. Programs are not announced."""
    present: dict[str, Role] = {}
    for one in members:
        if one.current and one.person.role in PERSON_ROLES:
            present.setdefault(one.person.name, one.person.role)
    gone = {one.name: one for one in left if one.name not in seats}
    found = [
        Row(
            one.name,
            one.role,
            present.get(one.name),
            one.since,
            one.document,
            _announced(one, present.get(one.name), now),
        )
        for one in seats.values()
    ]
    silent = not seats and not left
    for name, role in present.items():
        if name not in seats:
            seat = gone.get(name)
            since, document = (None, None) if seat is None else (seat.since, seat.document)
            words = "" if silent else _unannounced(seat, now)
            found.append(Row(name, None, role, since, document, words))
    return sorted(found, key=lambda row: list(Role).index(row.role or Role.OBSERVER))


def _announced(seat: Seat, certified: Role | None, now: int) -> str:
    if certified is None:
        return f"announced from {dtg(seat.since)}" if seat.since > now else "announced, not in the group"
    if certified is not seat.role:
        return f"announced as {seat.role}, the certificate says {certified}"
    return f"in the group before {dtg(seat.since)}" if seat.since > now else ""


def _unannounced(seat: Seat | None, now: int) -> str:
    if seat is None:
        return "in the group, never announced"
    return f"leaves {dtg(seat.since)}" if seat.since > now else f"left {dtg(seat.since)}, still in the group"
