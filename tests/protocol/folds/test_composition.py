from __future__ import annotations

from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.terms import Role
from tests.support.chronicle import BOT_A, DEPUTY_A, HEAD_A, HEAD_B, OFFICER_A, Chronicle


def test_each_side_announces_its_own_people() -> None:
    log = Chronicle()
    log.say(HEAD_A, Announcement(Change.JOINS, "Noa Katz", Role.HEAD, log.now))
    log.say(HEAD_B, Announcement(Change.JOINS, "Noa Katz", Role.OFFICER, log.now))
    log.say(
        DEPUTY_A, Announcement(Change.REPLACES, "Dana Levi", Role.HEAD, log.now, "Noa Katz", "from Monday")
    )
    seats = log.journal.composition.seats
    assert list(seats["a"]) == ["Dana Levi"]
    assert list(seats["b"]) == ["Noa Katz"]
    assert [one.name for one in log.journal.composition.left["a"]] == ["Noa Katz"]
    log.say(HEAD_B, Announcement(Change.LEAVES, "nobody ever heard of", Role.OFFICER, log.now))
    for author in (OFFICER_A, BOT_A):
        log.refused(author, Announcement(Change.LEAVES, "Dana Levi", Role.HEAD, log.now))
    assert log.refold(snapshot_after=2) == log.journal
