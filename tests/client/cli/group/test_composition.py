from __future__ import annotations

from hotline_client.line.views import MemberView, Person
from hotline_client.presenters.roster import Row, rows
from hotline_protocol.folds.composition import Seat
from hotline_protocol.terms import Role

NOW = 1_795_337_520_000
DAY = 86_400_000


def member(name: str, role: Role, *, current: bool = True) -> MemberView:
    person = Person(name, "ALPHA", role, "a", own=True, me=False, fingerprint=name.encode())
    return MemberView("plenary", 0, person, 0, current, 0, 0)


def seat(name: str, role: Role, since: int = NOW - DAY) -> Seat:
    return Seat(name, role, since, bytes(16))


def differences(found: list[Row]) -> dict[str, str]:
    return {row.name: row.difference for row in found}


def test_what_was_announced_is_held_against_what_is_certified() -> None:
    seats = {
        one.name: one
        for one in (
            seat("Dana", Role.HEAD),
            seat("Eli", Role.DEPUTY),
            seat("Noa", Role.OFFICER),
            seat("Tal", Role.WATCH, NOW + DAY),
            seat("Gil", Role.OFFICER, NOW + DAY),
        )
    }
    left = [seat("Omer", Role.OFFICER), seat("Ron", Role.OFFICER, NOW + DAY)]
    members = [
        member("Dana", Role.HEAD),
        member("Eli", Role.OFFICER),
        member("Omer", Role.OFFICER),
        member("Ron", Role.OFFICER),
        member("Shir", Role.OBSERVER),
        member("Gil", Role.OFFICER),
        member("Old", Role.OFFICER, current=False),
        member("line bot", Role.BOT),
    ]
    found = rows(seats, left, members, NOW)
    assert differences(found) == {
        "Dana": "",
        "Eli": "announced as deputy, the certificate says officer",
        "Noa": "announced, not in the group",
        "Tal": "announced from 230852Z NOV 26",
        "Gil": "in the group before 230852Z NOV 26",
        "Omer": "left 210852Z NOV 26, still in the group",
        "Ron": "leaves 230852Z NOV 26",
        "Shir": "in the group, never announced",
    }
    assert found[0].name == "Dana"


def test_a_side_that_announced_nobody_yet_differs_in_nothing() -> None:
    found = rows({}, [], [member("Dana", Role.HEAD), member("Eli", Role.OFFICER)], NOW)
    assert differences(found) == {"Dana": "", "Eli": ""}
