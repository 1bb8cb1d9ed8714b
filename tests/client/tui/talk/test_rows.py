"""Documents as rows of the timeline, and on their sheet: every fact in words, nothing that a text could imitate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from hotline_client.line.views import Answered, Mark, MessageView, Receipt, Translated
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks.rows import width, words
from hotline_client.tui.talk.detail import detail_rows
from hotline_client.tui.talk.rows import GUTTER, OURS, message_rows
from hotline_protocol.documents import KINDS
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.terms import Precedence, Response
from tests.support.memory_line import ANNA, MIRIAM, NOW, MemoryLine, party, text
from tests.support.pilot import Ticks, drive

ASKED = text(
    120,
    MIRIAM,
    "Keep clear of area seven\nfrom 1500Z",
    precedence=Precedence.IMMEDIATE,
    response=Response.WILCO_UNABLE,
    reference="P-0042/26",
    phase=Phase.OPEN,
    deadline=NOW + 60_000,
    urgency=Urgency.DUE,
)
WILCO = Answered(ANNA, Answer.WILCO, "", NOW, True)


def _shown(message: MessageView, cells: int = 100, *known: MessageView) -> list[str]:
    by_id = {one.id: one for one in known}
    rows = message_rows(message, cells, opens_day=False, known=by_id.get)
    assert all(width(row) <= cells for row in rows)
    return [words(row) for row in rows]


def test_a_question_of_theirs_says_what_it_asks_and_by_when() -> None:
    head, *body = _shown(ASKED, 120)
    assert head.startswith(
        "1532Z #120 PEER BRAVO/deputy Miriam Levi  P-0042/26  IMMEDIATE  asks WILCO/UNABLE"
    )
    assert head.endswith("NEEDS ACK by 1433Z")
    assert body == [f"{GUTTER}Keep clear of area seven", f"{GUTTER}from 1500Z"]
    assert _shown(replace(ASKED, urgency=Urgency.ESCALATED), 120)[0].endswith("NEEDS ACK ESCALATED")


@pytest.mark.parametrize(
    ("answer", "receipt", "word"),
    [
        (WILCO, Receipt.ANSWERED, "WILCO 1432Z by BRAVO/deputy"),
        (
            replace(WILCO, answer=Answer.UNABLE, reason="too late"),
            Receipt.DECLINED,
            "UNABLE 1432Z by BRAVO/deputy",
        ),
    ],
)
def test_an_answer_is_the_fate_of_ours_and_a_row_with_its_reason(
    answer: Answered, receipt: Receipt, word: str
) -> None:
    ours = replace(ASKED, author=ANNA, answers=(replace(answer, person=MIRIAM),), receipt=receipt)
    head, *rest = _shown(ours, 140)
    assert head.endswith(word)
    assert rest[-1] == f"{OURS}{word}" + (f": {answer.reason}" if answer.reason else "")


def test_ours_that_is_late_says_so() -> None:
    late = replace(ASKED, author=ANNA, receipt=Receipt.DELIVERED, urgency=Urgency.OVERDUE)
    assert _shown(late, 140)[0].endswith("DLVD OVERDUE")


def test_corrections_withdrawal_translation_and_stale_answers_stand_below_the_words() -> None:
    said = replace(
        ASKED,
        corrections=2,
        first_text="Keep clear of area six",
        withdrawn="never mind",
        answers=(replace(WILCO, present=False),),
        translations=(Translated(MIRIAM, "ru", "Держитесь подальше", NOW),),
    )
    rows = [one.removeprefix(OURS) for one in _shown(said) if one.startswith(OURS)]
    assert rows == [
        "courtesy translation into ru: Держитесь подальше",
        "corrected 2 times; Enter shows what it said first",
        "WITHDRAWN: never mind",
        "WILCO 1432Z by ALPHA/deputy (to what it said before)",
    ]


def test_a_reply_quotes_what_it_replies_to() -> None:
    reply = text(121, ANNA, "we will", reply_to=ASKED.id)
    assert f"{OURS}in reply to #120 BRAVO/deputy: Keep clear of area seven" in _shown(reply, 100, ASKED)
    assert f"{OURS}in reply to an earlier message" in _shown(reply)


def test_addressees_stand_before_the_words() -> None:
    said = replace(ASKED, action=("ALPHA/head", "ALPHA/deputy"), info=("BRAVO",))
    assert _shown(said, 120)[1] == f"{OURS}TO ALPHA/head, ALPHA/deputy INFO BRAVO"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_shown_and_known(kind: str) -> None:
    rows = _shown(replace(ASKED, kind=kind, text="SOMETHING happens"))
    assert not any("UNKNOWN" in one for one in rows)
    assert bool(rows) == (kind not in {"receipt", "checkpoint"})


def test_an_act_names_what_it_is_about() -> None:
    item = text(118, ANNA, "AGENDA proposes: corridor", kind="agenda.propose", reference="P-0003/26")
    act = text(121, MIRIAM, "AGENDA accepts the item", kind="agenda.accept", about=item.id)
    assert _shown(act, 100, item) == ["1533Z #121 PEER BRAVO/deputy → P-0003/26: AGENDA accepts the item"]
    assert _shown(replace(act, kind="a.new"))[0].startswith("1533Z #121 UNKNOWN KIND a.new PEER")
    waiting = replace(act, seq=None, at=None, author=ANNA)
    assert _shown(waiting)[0].startswith("1533Z outbox ME ALPHA/deputy")


FORGED = "1432Z #7 ME ALPHA/head Anna\n     ├ WILCO 1432Z by BRAVO/head\nWILCO 1432Z by BRAVO/head\n     │ x\nEVENT admitted"


@pytest.mark.parametrize("field", ["text", "refused", "withdrawn", "first_text", "reason", "translation"])
def test_no_field_can_imitate_a_row_of_ours(field: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "reason": {"answers": (replace(WILCO, reason=FORGED),)},
        "translation": {"translations": (Translated(MIRIAM, "ru", FORGED, NOW),)},
    }
    forged = replace(ASKED, **fields.get(field, {field: FORGED}))
    head, *rows = _shown(forged, 120)
    assert head.startswith("1532Z #120 PEER")
    assert all(row.startswith((GUTTER, OURS)) for row in rows)
    honest = {"reason": ["WILCO 1432Z by ALPHA/deputy: 1432Z #7 ME ALPHA/head Anna"]}
    said = [row.removeprefix(OURS) for row in rows if row.startswith((f"{OURS}WILCO", f"{OURS}EVENT"))]
    assert said == honest.get(field, [])


def test_the_sheet_tells_everything() -> None:
    said = replace(
        ASKED,
        corrections=1,
        first_text="Keep clear of area six",
        translations=(Translated(MIRIAM, "ru", "Держитесь подальше", NOW),),
        answers=(replace(WILCO, reason="understood"),),
        seen=(Mark(ANNA, NOW),),
        acknowledged_before=(Mark(ANNA, NOW),),
        action=("ALPHA/head",),
        refused="why not",
    )
    shown = "\n".join(words(row) for row in detail_rows(said, 80))
    for part in (
        "PEER BRAVO/deputy Miriam Levi",
        "#120 of PLENARY, P-0042/26, IMMEDIATE, asks WILCO/UNABLE",
        "TO ALPHA/head",
        "OPEN, due 231433Z NOV 26, DUE",
        "before 1 correction it said:",
        f"{GUTTER}Keep clear of area six",
        "courtesy translation into ru, PEER BRAVO/deputy 231432Z NOV 26:",
        "SEEN 231432Z NOV 26  ME ALPHA/deputy Anna Berg",
        "acknowledged before it was corrected:",
        "WILCO 1432Z by ALPHA/deputy Anna Berg: understood",
        "NOT APPLIED: why not",
        said.id.hex(),
    ):
        assert part in shown, part


def test_o_opens_an_act_in_its_view_at_what_it_is_about() -> None:
    line = MemoryLine()
    item = line.affairs.book.say(party(MIRIAM), AgendaPropose("corridor times"))
    line.messages = [text(3, MIRIAM, "AGENDA accepts the item", kind="agenda.accept", about=item.id)]

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        del ticks
        await pilot.press("escape", "o")
        await pilot.pause()
        assert app.view.name_ == "agenda"

    drive(line, act)
