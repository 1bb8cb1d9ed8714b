from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from hotline_client.presenters import record as presenter
from hotline_protocol.documents.talk import Checkpoint
from tests.client.line.test_record import house, verified, written
from tests.support.memory_line import MIRIAM, NOW, MemoryLine, party


def test_a_document_says_who_what_and_whether_it_counted() -> None:
    proven = verified(written(house()[1]))[0][0]
    text = presenter.document_text(proven)
    assert text == "#4 P-0001/26  181106Z NOV 26  ALPHA/head Dana\n    Good evening."
    refused = presenter.document_text(replace(proven, reference=None, refused="too late\x1b"))
    assert refused.splitlines() == [
        "#4  181106Z NOV 26  ALPHA/head Dana",
        "    Good evening.",
        "    did not count: too late\\u{1b}",
    ]
    assert presenter.document_record(proven) == {
        "type": "document",
        "seq": 4,
        "at": proven.at,
        "id": proven.document.id,
        "kind": "text",
        "time": proven.document.time,
        "author": {
            "name": "Dana",
            "delegation": "ALPHA",
            "role": "head",
            "side": "a",
            "fingerprint": proven.author.fingerprint,
        },
        "text": "Good evening.",
        "reference": "P-0001/26",
        "refused": None,
        "content": proven.content,
    }


def test_what_the_verification_of_a_whole_log_showed() -> None:
    verdict = verified(written(house()[1]))[1]
    head = verdict.record.head.hex()[:16]
    assert presenter.verdict_text(verdict) == [
        "VERIFIED: plenary of ALPHA and BRAVO, written 181107Z NOV 26",
        "14 documents, each signed by the holder of a certificate of one of the two authorities.",
        f"19 entries without a gap, head {head}.",
        "Documents of ALPHA sign this log up to entry #16.",
        "Documents of BRAVO sign this log up to entry #18.",
        "Not shown: who was a member, whether the relay's times are right, and revocations that the file leaves out.",
    ]
    assert presenter.verdict_record(verdict) == {
        "type": "verdict",
        "channel": "plenary",
        "whole": True,
        "tail": verdict.record.tail,
        "head": verdict.record.head,
        "made": verdict.record.made,
        "entries": 19,
        "documents": 14,
        "unread": 0,
        "refused": 0,
        "outside": 0,
        "vouched": {"a": 16, "b": 18},
        "deviating": [],
    }


def test_what_is_wrong_or_left_out_is_said() -> None:
    verdict = verified(written(house()[1]))[1]
    verdict.deviating = [7, 9]
    verdict.refused, verdict.messages = 2, verdict.documents + 3
    said = presenter.verdict_text(verdict)
    assert said[0].startswith("NOT IN ORDER: plenary")
    assert "3 messages are in the log whose words are not in this file." in said
    assert "2 of them did not count on the device that wrote this file." in said
    assert any(one.startswith("The authors of entries #7, #9 sign ANOTHER log.") for one in said)
    assert presenter.verdict_record(verdict)["deviating"] == [7, 9]


def test_documents_alone_prove_nothing_of_what_lies_between() -> None:
    _, dana, _, _ = house()
    one = dana.vault.documents("plenary", limit=1000)[0]
    said = presenter.verdict_text(verified(written(dana, one.id))[1])
    assert said[2] == "These documents alone: nothing is shown of what came before, between or after them."
    assert not any("without a gap" in words for words in said)


def test_the_sentences_are_in_the_reader_s_language() -> None:
    verdict = verified(written(house()[1]))[1]
    assert set(presenter.verdict_text(verdict, lambda _message, /, **_values: "so")) == {"so"}


def test_up_to_where_a_device_signed_the_log() -> None:
    line = MemoryLine()
    line.affairs.book.say(party(MIRIAM), Checkpoint(5, b"\xab" * 32))
    signed = line.affairs.book.journal.checkpoints.last[MIRIAM.fingerprint]
    words = presenter.checkpoint_text(line, MIRIAM.fingerprint, signed)
    assert words == "#5 abababababababab  231432Z NOV 26  BRAVO/?"
    line.certificates = cast("Any", {MIRIAM.fingerprint: SimpleNamespace(name=MIRIAM.name)})
    assert presenter.checkpoint_text(line, MIRIAM.fingerprint, signed).endswith("BRAVO/Miriam Levi")
    assert presenter.checkpoint_record("plenary", MIRIAM.fingerprint, signed) == {
        "type": "checkpoint",
        "channel": "plenary",
        "by": MIRIAM.fingerprint,
        "side": "b",
        "seq": 5,
        "head": b"\xab" * 32,
        "at": NOW,
    }
