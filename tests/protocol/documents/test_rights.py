"""Rights by role: observers send receipts only, programs acknowledge nothing."""

from __future__ import annotations

import pytest

from hotline_protocol.documents import KINDS, check_right, why_not
from hotline_protocol.errors import TrustError
from hotline_protocol.terms import Role

PERSONAL = [
    "ack",
    "reply",
    "line.status",
    "watch.take",
    "watch.handover",
    "watch.accept",
    "roster.announce",
    *(kind for kind in KINDS if kind.startswith(("agenda.", "meeting.", "minutes."))),
]
"""What only a person may say."""
DECIDING = [
    "roster.announce",
    "minutes.reserve",
    "minutes.sign",
    "meeting.agree",
    "meeting.held",
    "meeting.cancel",
]
DECIDING += [f"agenda.{act}" for act in ("accept", "decline", "adopt", "open", "outcome", "silence", "close")]
"""What only heads and deputies may say."""
ALL = [*KINDS, "a-kind-of-the-future"]
FORBIDDEN = (
    {(Role.OBSERVER, kind) for kind in ALL if kind != "receipt"}
    | {(Role.BOT, kind) for kind in PERSONAL}
    | {(role, kind) for role in (Role.OFFICER, Role.WATCH) for kind in DECIDING}
    | {(Role.WATCH, f"minutes.{act}") for act in ("draft", "revise", "initial")}
    | {(Role.DEPUTY, "minutes.sign")}
)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ALL)
def test_the_table_of_rights(role: Role, kind: str) -> None:
    reason = why_not(role, kind)
    assert (reason is not None) == ((role, kind) in FORBIDDEN)
    if reason is None:
        check_right(role, kind)
    else:
        with pytest.raises(TrustError, match=reason):
            check_right(role, kind)


def test_the_words_say_what_is_missing() -> None:
    assert why_not(Role.OBSERVER, "text") == "a certificate with the role observer may only send receipts"
    assert why_not(Role.BOT, "ack") == "a program cannot acknowledge for a person"
