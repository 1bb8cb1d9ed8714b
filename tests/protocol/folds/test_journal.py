from __future__ import annotations

from hotline_protocol import codec
from hotline_protocol.documents import Checkpoint, Text
from hotline_protocol.folds.journal import VERSION, Journal
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import HEAD_A, Chronicle


def test_a_snapshot_of_other_rules_is_not_used() -> None:
    log = Chronicle()
    log.say(HEAD_A, Text("words", Precedence.FLASH, Response.ROGER))
    assert Journal.decode(log.journal.encode()) == log.journal
    assert Journal.decode(codec.encode((VERSION + 1, {"something": "else"}))) is None


def test_what_concerns_no_fold_passes_without_a_number() -> None:
    log = Chronicle()
    log.say(HEAD_A, Checkpoint(1, bytes(32)))
    assert (log.journal.seq, log.references) == (1, {})
