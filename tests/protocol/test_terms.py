"""The words of the working group, as they stand in certificates, charters and documents."""

from __future__ import annotations

from hotline_protocol.terms import (
    ADMITTING_ROLES,
    PERSON_ROLES,
    SIDES,
    WRITING_ROLES,
    Arena,
    Precedence,
    Response,
    Role,
    other,
)


def test_each_side_is_the_others_other() -> None:
    assert [other(side) for side in SIDES] == ["b", "a"]


def test_who_may_admit_write_and_acknowledge() -> None:
    assert {"head", "deputy"} == ADMITTING_ROLES
    assert set(Role) - WRITING_ROLES == {Role.OBSERVER}
    assert set(Role) - PERSON_ROLES == {Role.BOT}


def test_the_words_on_the_wire_do_not_change() -> None:
    assert [str(role) for role in Role] == ["head", "deputy", "officer", "watch", "observer", "bot"]
    assert [str(arena) for arena in Arena] == ["air", "naval", "em"]
    assert [str(one) for one in Precedence] == ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
    assert [str(one) for one in Response] == ["W/U", "A/N", "R", "Y", "N"]
