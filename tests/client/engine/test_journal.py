"""The journal in the step (rules L60 to L62): what counts once, what a wrong checkpoint and a rehearsal leave behind."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_client.engine import journal
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing
from hotline_client.engine.records import DocumentRecord
from hotline_protocol.codec import encode
from hotline_protocol.documents.watch import LineCheck
from hotline_protocol.folds.journal import Journal
from tests.client.engine.house import House, Person, founded


def _book(person: Person) -> Journal:
    return person.step(journal.journal)  # type: ignore[no-any-return]


def _say_under(person: Person, known: bytes, kind: str, body: dict[str, Any]) -> None:
    def work(draft: Draft) -> None:
        draft.enqueue("document", encode(body), document_kind=kind, id=known)
        sealing.seal(draft)

    person.step(work)


def test_a_line_check_under_an_id_that_came_before_does_not_count() -> None:
    house = House()
    dana, viktor = founded(house)
    check = {"nonce": bytes(16), "within": 60}
    used = dana.queue("line.check", check)
    house.settle()
    _say_under(viktor, used, "line.check", check)
    house.settle()
    for person in (dana, viktor):
        reasons = [one.refused for one in person.documents("line.check")]
        assert reasons == [None, "another document of this id came before"]
    assert _book(dana).encode() == _book(viktor).encode()


def test_a_checkpoint_of_another_log_stops_the_channel_and_leaves_nothing() -> None:
    house = House()
    dana, viktor = founded(house)
    viktor.queue("checkpoint", {"seq": 1, "head": bytes(32)})
    house.settle()
    assert dana.standing.halt is not None
    assert dana.standing.halt.kind == "fork"
    dana.restart()
    assert _book(dana).checkpoints.last == {}


def test_a_rehearsal_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SNAPSHOT_EVERY", 1)
    house = House()
    dana, _viktor = founded(house)
    before = _book(dana).encode()
    fingerprint = dana.desk.context.certificate.fingerprint

    def work(draft: Draft) -> None:
        record = DocumentRecord(
            10**6, bytes(16), bytes([7]) * 16, "line.check", fingerprint, 0, 0, 1, b"", bytes(32), b"", True
        )
        journal.rehearse(draft, record, LineCheck(bytes(16), 60))
        assert draft.snapshot is None

    dana.step(work)
    assert _book(dana).encode() == before
