from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_client.line.views import KnockView, MemberView, Person
from hotline_client.presenters import person as people
from hotline_client.presenters import roster
from hotline_client.presenters.roster import Row, rows
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.folds.composition import Seat
from hotline_protocol.identity.digits import digits
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Role
from tests.support.memory_line import ANNA, MIRIAM, OTTO, MemoryLine, party
from tests.support.memory_line import NOW as EVENING

NOW = 1_795_337_520_000
DAY = 86_400_000


def member(name: str, role: Role, *, current: bool = True) -> MemberView:
    person = Person(
        name, "ALPHA", role, "a", own=True, me=False, fingerprint=name.encode(), device=name.encode()
    )
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


def test_both_sides_are_told_with_who_leads_by_which_document_and_what_differs() -> None:
    line = MemoryLine()
    said = line.affairs.book.say(
        party(MIRIAM), Announcement(Change.JOINS, "Miriam Levi", Role.HEAD, EVENING - DAY)
    )
    told = roster.composition(line, "plenary", "b", EVENING)
    assert roster.composition_text(line, "plenary", told).splitlines() == [
        "BRAVO",
        "   NAME         ANNOUNCED  CERTIFIED  BY",
        "*  Miriam Levi  head       deputy     P-0001/26",
        "   דן כהן       -          watch",
        "  Miriam Levi: announced as head, the certificate says deputy",
        "  דן כהן: in the group, never announced",
    ]
    record = roster.composition_record("plenary", told)
    assert record["people"][0] == {
        "name": "Miriam Levi",
        "announced": "head",
        "certified": "deputy",
        "leads": True,
        "since": EVENING - DAY,
        "document": said.id,
        "difference": "announced as head, the certificate says deputy",
    }
    assert {name: value for name, value in record.items() if name != "people"} == {
        "type": "composition",
        "channel": "plenary",
        "side": "b",
        "delegation": "BRAVO",
        "announced_any": True,
        "differs": True,
    }
    silent = roster.composition(line, "plenary", "a", EVENING)
    words = roster.composition_text(line, "plenary", silent)
    assert words.startswith("ALPHA has announced nobody yet; these are in the group by certificate")
    assert not roster.composition_record("plenary", silent)["differs"]


LIMITS = Limits(kinds=("ack", "text"), channels=("air",), rate=(60, 3600), acts_as=Role.WATCH, admits=True)
BOT = Person("Duty\x1b", "BRAVO", Role.BOT, "b", False, False, b"\x09" * 32, b"\x09" * 32, LIMITS)


@pytest.mark.parametrize(
    ("who", "current", "words"),
    [
        (ANNA, True, "ALPHA/deputy Anna Berg  this device  current"),
        (OTTO, False, "ALPHA/watch Otto Lind  own side  NOT CURRENT"),
        (MIRIAM, True, "BRAVO/deputy Miriam Levi  other side  current"),
    ],
)
def test_a_member_is_told_with_the_digits_of_its_device(who: Person, words: str, *, current: bool) -> None:
    view = MemberView("plenary", 3, who, NOW // 1000, current, 5, 4)
    shown = digits(who.fingerprint)
    assert roster.member_text(view) == f"[3] {words}, expires 220852Z NOV 26\n    {shown}"
    record = roster.member_record(view)
    assert record == {
        "type": "member",
        "limits": None,
        "channel": "plenary",
        "index": 3,
        "person": people.person_record(who),
        "expires": NOW // 1000,
        "current": current,
        "delivered": 5,
        "seen": 4,
        "disputed": False,
        "digits": shown,
    }
    assert record["person"] == {
        "name": who.name,
        "delegation": who.delegation,
        "role": who.role,
        "side": who.side,
        "own": who.own,
        "me": who.me,
        "fingerprint": who.fingerprint,
        "device": who.device,
    }


def test_a_program_is_told_with_what_it_may_do() -> None:
    knock = KnockView("plenary", b"k" * 16, 70, BOT, NOW // 1000, "it is of the other side\x1b")
    assert roster.knock_text(knock).splitlines() == [
        "knock 6b6b6b6b BRAVO/bot Duty\\u{1b}  not by us: it is of the other side\\u{1b}",
        f"    {digits(BOT.fingerprint)}",
        "    may say ack, text",
        "    in air",
        "    at most 60 documents in 3600 s",
        "    acts as watch",
        "    admits YES, devices of our side",
    ]
    record = roster.knock_record(knock)
    assert record["limits"] == {
        "kinds": ("ack", "text"),
        "channels": ("air",),
        "rate": (60, 3600),
        "acts_as": "watch",
        "admits": True,
    }
    assert (record["seq"], record["id"], record["admissible"]) == (70, b"k" * 16, knock.admissible)
    open_door = replace(knock, admissible=None)
    assert roster.knock_record(open_door)["admissible"] is True
    assert "  may be admitted\n" in roster.knock_text(open_door)


def test_a_program_that_may_nothing_says_so() -> None:
    least = Limits(kinds=(), channels=("air",), rate=(1, 60))
    assert people.limits_rows(least) == [
        ("may say", "nothing but receipts"),
        ("in", "air"),
        ("at most", "1 documents in 60 s"),
        ("acts as", "a program"),
        ("admits", "nobody"),
    ]
    assert people.limits_rows(None) == []
