from __future__ import annotations

from dataclasses import fields, replace

import pytest

from hotline_client.line.views import Answered, Mark, MessageView, Receipt, Translated
from hotline_client.presenters import message as presenter
from hotline_client.presenters.message import message_record, message_text
from hotline_client.presenters.person import person_record
from hotline_client.words.translation import english
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.terms import Precedence, Response
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, text

MINUTE = 60_000
OURS = text(
    60,
    ANNA,
    "Keep clear.\nOver.",
    precedence=Precedence.FLASH,
    response=Response.WILCO_UNABLE,
    reference="T-0001/26",
)
THEIRS = replace(OURS, author=MIRIAM)
HEAD = "#60 T-0001/26  231432Z NOV 26  "


def head(message: MessageView) -> str:
    return message_text(message).split("\n", 1)[0]


def marks(*people: int) -> tuple[Mark, ...]:
    """OTTO's mark first in the log, then theirs, the later of them first."""
    everybody = (Mark(OTTO, NOW), Mark(DAN, NOW + 2 * MINUTE), Mark(MIRIAM, NOW + MINUTE))
    return tuple(everybody[one] for one in people)


EVERY = marks(0, 1, 2)


@pytest.mark.parametrize(
    ("message", "short", "long"),
    [
        (replace(OURS, receipt=Receipt.QUEUED), "QUEUED here, not yet sent", "QUEUED"),
        (OURS, "SENT, not yet delivered", "RELAYED"),
        (replace(OURS, receipt=Receipt.DELIVERED, delivered=EVERY), "DLVD 1433Z to Miriam Levi", "DELIVERED"),
        (replace(OURS, receipt=Receipt.SEEN, seen=EVERY), "SEEN 1433Z by Miriam Levi", "SEEN"),
        (
            replace(OURS, receipt=Receipt.ACKNOWLEDGED, acknowledged=EVERY),
            "ACK 1433Z by Miriam Levi",
            "ACKNOWLEDGED 1433Z by BRAVO/deputy Miriam Levi",
        ),
        (
            replace(OURS, receipt=Receipt.SEEN, seen=marks(0)),
            "SEEN 1432Z by Otto Lind",
            "SEEN",
        ),
        (
            replace(
                OURS,
                receipt=Receipt.DECLINED,
                answers=(Answered(MIRIAM, Answer.UNABLE, "no fuel", NOW, present=True),),
            ),
            "UNABLE 1432Z by Miriam Levi",
            "DECLINED UNABLE 1432Z by BRAVO/deputy Miriam Levi",
        ),
        (replace(OURS, receipt=Receipt.SEEN), "SEEN", "SEEN"),
    ],
)
def test_how_far_a_message_got_is_said_by_the_first_of_the_other_side(
    message: MessageView, short: str, long: str
) -> None:
    assert presenter.receipt(message, english, lambda one: one.name) == short
    assert head(message) == f"{HEAD}ALPHA/deputy Anna Berg  FLASH  W/U  {long}"


def test_a_trail_ends_where_the_message_is() -> None:
    assert presenter.trail(replace(OURS, receipt=Receipt.SEEN)) == "QUEUED → SENT → DLVD → SEEN"
    assert presenter.trail(replace(OURS, receipt=Receipt.DECLINED)) == "DECLINED"


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        (THEIRS, "NEEDS ACK"),
        (replace(THEIRS, phase=Phase.STANDBY, urgency=Urgency.OVERDUE), "NEEDS ACK  STANDBY  OVERDUE"),
        (replace(THEIRS, acknowledged=(Mark(ANNA, NOW),), phase=Phase.OPEN, urgency=Urgency.DUE), "OPEN"),
        (replace(THEIRS, refused="it names\nnothing"), "NOT APPLIED: it names\\u{a}nothing"),
        (replace(THEIRS, withdrawn="in error", phase=Phase.WITHDRAWN), "WITHDRAWN"),
        (replace(THEIRS, corrections=1, acknowledged=(Mark(ANNA, NOW),)), "CORRECTED"),
        (
            replace(THEIRS, action=("ALPHA/head", "ALPHA/deputy"), info=("BRAVO",)),
            "TO ALPHA/head, ALPHA/deputy  INFO BRAVO  NEEDS ACK",
        ),
    ],
)
def test_the_head_of_theirs_says_what_it_waits_for(message: MessageView, rest: str) -> None:
    assert head(message) == f"{HEAD}BRAVO/deputy Miriam Levi  FLASH  W/U  {rest}"


def test_the_words_stand_under_the_head_and_beside_them_what_was_said_about_them() -> None:
    message = replace(
        THEIRS,
        corrections=1,
        first_text="Keep out.",
        acknowledged_before=EVERY,
        withdrawn="in error",
        translations=(Translated(DAN, "he", "התרחקו", NOW),),
    )
    assert message_text(message).split("\n")[1:] == [
        "    Keep clear.",
        "    Over.",
        "    | before the correction: Keep out.",
        "    | acknowledged before the correction: 3",
        "    | withdrawn: in error",
        "    | he by דן כהן: התרחקו",
    ]


def test_what_the_line_itself_records_has_no_author_and_what_waits_has_no_number() -> None:
    event = replace(OURS, kind="event", author=None, reference=None, text="halted")
    assert message_text(event) == "#60  231432Z NOV 26  EVENT\n    halted"
    assert head(replace(event, kind="text")).startswith("#60  231432Z NOV 26  the line  FLASH")
    assert head(replace(OURS, seq=None, reference=None)).startswith("#-  231432Z NOV 26  ALPHA/deputy")
    assert message_text(replace(OURS, kind="ack", text="")).endswith("\n    (ack)")


def test_times_that_no_calendar_has_are_said() -> None:
    never = 10**30
    assert " impossible time " in head(replace(OURS, time=never))
    acknowledged = replace(OURS, receipt=Receipt.ACKNOWLEDGED, acknowledged=(Mark(MIRIAM, never),))
    assert head(acknowledged).endswith("ACKNOWLEDGED ????Z by BRAVO/deputy Miriam Levi")


def test_an_answer_to_other_words_says_so_and_says_why() -> None:
    one = Answered(MIRIAM, Answer.UNABLE, "no fuel", NOW, present=False)
    assert presenter.answer(one) == "UNABLE 1432Z by BRAVO/deputy Miriam Levi"
    assert presenter.answer_to(one, english) == " (to what it said before): no fuel"
    assert presenter.answer_to(replace(one, reason="", present=True), english) == ""


def test_why_it_does_not_stand_is_cut_where_it_is_foreign() -> None:
    assert presenter.withdrawn(replace(OURS, withdrawn="in error"), english, 4) == "WITHDRAWN: in e"
    assert presenter.refused(replace(OURS, refused="not yet"), english, 3) == "NOT APPLIED: not"
    assert (presenter.withdrawn(OURS, english, 4), presenter.refused(OURS)) == ("", "")


def test_a_record_holds_every_fact() -> None:
    message = replace(
        OURS,
        receipt=Receipt.SEEN,
        delivered=(Mark(MIRIAM, 1),),
        seen=(Mark(MIRIAM, 2),),
        acknowledged=(Mark(OTTO, 3),),
        reply_to=b"r",
        about=b"a",
        action=("BRAVO/head",),
        info=("ALPHA",),
        refused=None,
        phase=Phase.STANDBY,
        deadline=4,
        urgency=Urgency.ESCALATED,
        answers=(Answered(MIRIAM, Answer.STANDBY, "wait", 5, present=True),),
        corrections=1,
        first_text="Keep out.",
        present=b"p",
        acknowledged_before=(Mark(DAN, 6),),
        withdrawn="in error",
        translations=(Translated(DAN, "he", "התרחקו", 7),),
    )
    miriam, dan = person_record(MIRIAM), person_record(DAN)
    expected = {one.name: getattr(message, one.name) for one in fields(message)}
    expected["hash"] = expected.pop("content_hash")
    assert message_record(message) == expected | {
        "type": "message",
        "author": person_record(ANNA),
        "delivered": [{"by": miriam, "time": 1}],
        "seen": [{"by": miriam, "time": 2}],
        "acknowledged": [{"by": person_record(OTTO), "time": 3}],
        "needs_ack": False,
        "answers": [{"by": miriam, "answer": "STANDBY", "reason": "wait", "time": 5, "present": True}],
        "acknowledged_before": [{"by": dan, "time": 6}],
        "translations": [{"by": dan, "language": "he", "text": "התרחקו", "time": 7}],
        "silence": "seen and unanswered",
    }
    assert message_record(replace(THEIRS, author=None))["author"] is None
    assert message_record(THEIRS)["needs_ack"]
