from __future__ import annotations

import pytest

from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.table import DECIDING_ROLES, By, Table, Transition, states
from hotline_protocol.terms import Role

TABLE = Table(
    "the item",
    "PROPOSED",
    (
        Transition("accept", states("PROPOSED"), "ACCEPTED", By.OTHER, DECIDING_ROLES),
        Transition("withdraw", states("PROPOSED", "ACCEPTED"), "NOT AGREED", By.OWN),
        Transition("note", states("ACCEPTED"), "ACCEPTED", By.EITHER),
    ),
)


def test_the_row_is_found() -> None:
    assert TABLE.find("accept", "PROPOSED", "a", "b", Role.HEAD).after == "ACCEPTED"
    assert TABLE.find("note", "ACCEPTED", "a", "a", Role.WATCH).after == "ACCEPTED"
    assert TABLE.why_not("accept", "PROPOSED", "a", "b", Role.HEAD) is None
    assert TABLE.acts("PROPOSED") == {"accept", "withdraw"}


@pytest.mark.parametrize(
    ("act", "state", "side", "role", "reason"),
    [
        ("accept", "ACCEPTED", "b", Role.HEAD, "the item is ACCEPTED: accept is not possible now"),
        ("vanish", "PROPOSED", "b", Role.HEAD, "the item is PROPOSED: vanish is not possible now"),
        ("accept", "PROPOSED", "a", Role.HEAD, "accept is for the other side to say"),
        ("withdraw", "PROPOSED", "b", Role.HEAD, "withdraw is for the side that proposed to say"),
        ("accept", "PROPOSED", "b", Role.WATCH, "a certificate with the role watch may not accept here"),
    ],
)
def test_what_breaks_a_rule_is_told(act: str, state: str, side: str, role: Role, reason: str) -> None:
    with pytest.raises(NotAppliedError) as caught:
        TABLE.find(act, state, "a", side, role)  # type: ignore[arg-type]
    assert str(caught.value) == reason == TABLE.why_not(act, state, "a", side, role)  # type: ignore[arg-type]


def test_the_diagram_shows_every_row() -> None:
    assert TABLE.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> PROPOSED",
        "    PROPOSED --> ACCEPTED: accept (the other side)",
        "    ACCEPTED --> NOT_AGREED: withdraw (its own side)",
        "    PROPOSED --> NOT_AGREED: withdraw (its own side)",
        "    ACCEPTED --> ACCEPTED: note (either side)",
        "    NOT_AGREED --> [*]",
    ]
