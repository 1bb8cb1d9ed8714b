"""Who is in a channel and who knocks; and who sits in the working group, as announced beside what certificates prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from hotline_client.line.views import KnockView, MemberView, Person
from hotline_client.presenters.fields import fields
from hotline_client.presenters.person import limits_record, limits_rows, person_record, person_text
from hotline_client.presenters.references import Source, delegation, reference
from hotline_client.words.columns import table, wrap
from hotline_client.words.times import dtg
from hotline_protocol.folds.composition import Seat
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import PERSON_ROLES, Role, Side
from hotline_protocol.text import show


def member_text(member: MemberView) -> str:
    """A member with the digits of its device and what it may do."""
    state = "DISPUTED" if member.disputed else "current" if member.current else "NOT CURRENT"
    mark = "this device" if member.person.me else "own side" if member.person.own else "other side"
    head = f"[{member.index}] {person_text(member.person)}  {mark}  {state}, expires {dtg(member.expires * 1000)}"
    return f"{head}\n    {_device(member.person)}"


def knock_text(knock: KnockView) -> str:
    """A device at the door, and whether we may admit it."""
    may = "may be admitted" if knock.admissible is None else f"not by us: {show(knock.admissible)}"
    return f"knock {knock.id.hex()[:8]} {person_text(knock.person)}  {may}\n    {_device(knock.person)}"


def _device(person: Person) -> str:
    """Its digits, and of a program what it may do, a line each."""
    limits = (f"{what} {how}" for what, how in limits_rows(person.limits))
    return "\n    ".join([digits(person.fingerprint), *limits])


def member_record(member: MemberView) -> dict[str, Any]:
    """A member for a script."""
    return _device_record("member", member)


def knock_record(knock: KnockView) -> dict[str, Any]:
    """A knock for a script; `admissible` is true, or the reason why not."""
    may = True if knock.admissible is None else knock.admissible
    return {**_device_record("knock", knock), "admissible": may}


def _device_record(kind: str, view: MemberView | KnockView) -> dict[str, Any]:
    person = view.person
    known = {"type": kind, "limits": limits_record(person.limits), **fields(view)}
    return {**known, "person": person_record(person), "digits": digits(person.fingerprint)}


# --- the composition


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

    @property
    def leads(self) -> bool:
        """A head or deputy."""
        return self.role in (Role.HEAD, Role.DEPUTY)


@dataclass(frozen=True, slots=True)
class Composition:
    """One side's people. `announced`: whether it announced anybody at all."""

    side: Side
    delegation: str
    announced: bool
    people: list[Row]


def composition(line: Source, channel: str, side: Side, now: int) -> Composition:
    """Who sits in the group for a side, as of `now` (unix ms)."""
    seats, left = line.read(
        channel,
        lambda book: (dict(book.composition.seats.get(side, {})), list(book.composition.left.get(side, []))),
    )
    members = [one for one in line.roster(channel) if one.person.side == side]
    return Composition(side, delegation(line, side), bool(seats or left), rows(seats, left, members, now))


def composition_text(line: Source, channel: str, told: Composition) -> str:
    """A side in columns, heads and deputies with a star; below it in words what differs."""
    name = show(told.delegation)
    if not told.announced:
        name += " has announced nobody yet; these are in the group by certificate"
    lines = [
        (
            "*" if row.leads else "",
            row.name,
            row.announced or "-",
            row.certified or "-",
            "" if row.document is None else reference(line, channel, row.document),
        )
        for row in told.people
    ]
    shown = table(("", "NAME", "ANNOUNCED", "CERTIFIED", "BY"), lines)
    words = [f"  {row.name}: {row.difference}" for row in told.people if row.difference]
    return wrap("\n".join([name, shown, *words]))


def composition_record(channel: str, told: Composition) -> dict[str, Any]:
    """A side for a script."""
    return {
        "type": "composition",
        "channel": channel,
        "side": told.side,
        "delegation": told.delegation,
        "announced_any": told.announced,
        "people": [
            {
                "name": row.name,
                "announced": row.announced,
                "certified": row.certified,
                "leads": row.leads,
                "since": row.since,
                "document": row.document,
                "difference": row.difference,
            }
            for row in told.people
        ],
        "differs": any(row.difference for row in told.people),
    }


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
