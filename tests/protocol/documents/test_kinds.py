"""Typed bodies: every known kind strictly, every unknown kind untouched."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol import codec
from hotline_protocol.documents import (
    KINDS,
    Ack,
    Body,
    Checkpoint,
    Document,
    Receipt,
    Revocation,
    Text,
    Unknown,
    decode_body,
    decode_document,
    encode_body,
    encode_document,
    kind_of,
)
from hotline_protocol.documents.agenda import AgendaAdopt, AgendaPropose, AgendaSilence, Outcome
from hotline_protocol.documents.body import MAX_NOTE, MAX_TEXT, Target
from hotline_protocol.documents.dialogue import Answer, Correction, Reply, Translation, Withdrawal
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Arena, Precedence, Response
from tests.protocol.documents.test_document import names, values

ids = st.binary(min_size=16, max_size=16)
hashes = st.binary(min_size=32, max_size=32)
counts = st.integers(0, 2**63 - 1)
words = st.text(st.sampled_from("abc אבג где\n\t"), min_size=1).filter(lambda text: text.strip() != "")
titles = st.text(st.sampled_from("abc אבג где"), min_size=1).filter(lambda text: text.strip() != "")
targets = st.builds(Target, ids, hashes)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(Text, words, st.sampled_from(Precedence), st.sampled_from(Response), reply_to=st.none() | ids),
    st.builds(Receipt, counts, counts),
    st.builds(Ack, ids, hashes, st.just("") | words),
    st.builds(Revocation, st.binary(min_size=1)),
    st.builds(Checkpoint, counts, hashes),
    st.builds(Reply, targets, st.sampled_from(Answer), words),
    st.builds(Withdrawal, targets, words),
    st.builds(Correction, targets, words),
    st.builds(Translation, targets, st.just("he"), words),
    st.builds(AgendaPropose, titles, st.just("") | words, st.none() | st.sampled_from(Arena)),
    st.builds(AgendaAdopt, st.lists(targets, min_size=1, unique_by=lambda one: one.id).map(tuple)),
    st.builds(AgendaSilence, targets, st.sampled_from(Outcome), words, st.integers(0, 2**40)),
    st.builds(
        Unknown, names.filter(lambda name: name not in KINDS), st.dictionaries(st.text(), values, max_size=3)
    ),
)


def document(kind: str, body: dict[str, Any]) -> Document:
    return Document(bytes(16), kind, "plenary", 1, 2, (0, bytes(32)), body)


@given(bodies)
def test_every_body_survives_the_way_through_outbox_and_envelope(body: Body) -> None:
    made = document(kind_of(body), codec.decode_raw(encode_body(body)))
    assert decode_body(decode_document(encode_document(made))) == body


@given(bodies, st.text(), values)
def test_a_field_of_a_later_version_is_ignored_and_stays_in_the_envelope(
    body: Body, name: str, value: Any
) -> None:
    fields = codec.decode_raw(encode_body(body))
    if isinstance(body, Unknown) or name in body.__struct_fields__:
        return
    received = decode_document(encode_document(document(kind_of(body), {**fields, name: value})))
    assert decode_body(received) == body
    assert received.body[name] == value


TARGET = [bytes(16), bytes(32)]
NOTICE: dict[str, Any] = {
    "action": "REPLACE",
    "arena": "air",
    "start": 1,
    "end": 2,
    "target": TARGET,
    "exercise": True,
    "daily": [[360, 720], [1320, 60]],
    "areas": [
        {"shape": "polygon", "points": [[33.0, 34.0], [33.5, 34.0], [33.5, 34.5]]},
        {"shape": "circle", "points": [[33.0, 34.0]], "metres": 9260.0},
        {"shape": "corridor", "points": [[33.0, 179.5], [33.5, -179.5]], "metres": 18520.0},
    ],
    "exclusions": [{"shape": "circle", "points": [[33.1, 34.1]], "metres": 100.0}],
    "air": {"activity": "refuelling", "lower": ["FL", 240], "upper": ["UNL"]},
    "call_sign": "TANKER 1",
    "frequencies": [243_000_000],
    "precedence": "PRIORITY",
    "response": "R",
    "remarks": "none",
    "short_lead": True,
}
GOOD: dict[str, dict[str, Any]] = {
    "text": {"text": "a", "precedence": "FLASH", "response": "W/U", "reply_to": bytes(16)},
    "receipt": {"delivered": 1, "seen": 0},
    "ack": {"target": bytes(16), "hash": bytes(32), "note": "read"},
    "revocation": {"crl": b"x"},
    "checkpoint": {"seq": 1, "head": bytes(32)},
    "reply": {"target": [bytes(16), bytes(32)], "answer": "UNABLE", "reason": "no fuel"},
    "withdrawal": {"target": [bytes(16), bytes(32)], "reason": "sent twice"},
    "correction": {"target": [bytes(16), bytes(32)], "text": "other words"},
    "translation": {"target": TARGET, "language": "he", "text": "מילים"},
    "agenda.propose": {"title": "tankers", "annex": "a", "arena": "air", "minutes": 20, "aob": True},
    "agenda.counter": {"target": TARGET, "title": "tankers", "annex": "a", "arena": "em", "minutes": 5},
    "agenda.accept": {"target": TARGET},
    "agenda.decline": {"target": TARGET, "reason": "not ours"},
    "agenda.withdraw": {"target": TARGET, "reason": "settled"},
    "agenda.adopt": {"items": [TARGET]},
    "agenda.open": {"target": TARGET},
    "agenda.outcome": {"target": TARGET, "outcome": "AGREED AD REFERENDUM", "text": "words"},
    "agenda.silence": {"target": TARGET, "outcome": "AGREED", "text": "words", "until": 1},
    "agenda.object": {"target": TARGET, "reason": "no"},
    "agenda.amend": {"target": TARGET, "text": "words"},
    "agenda.close": {"target": TARGET},
    "meeting.propose": {
        "title": "first meeting",
        "slots": [[1, 2], [3, 4]],
        "place": "Geneva",
        "level": "heads",
    },
    "meeting.counter": {"target": TARGET, "place": "Vienna", "note": "closer"},
    "meeting.answer": {"target": TARGET, "times": bytes(32), "answers": ["YES", "IF NEEDED", "NO"]},
    "meeting.agree": {"target": TARGET, "parts": [["time", bytes(32), 1], ["place", bytes(32)]]},
    "meeting.attach": {"target": TARGET, "items": [bytes(16)]},
    "meeting.held": {"target": TARGET},
    "meeting.cancel": {"target": TARGET, "reason": "illness"},
    "line.check": {"nonce": bytes(16), "within": 60},
    "line.echo": {"target": TARGET, "nonce": bytes(16)},
    "line.missed": {"target": TARGET, "note": "asleep"},
    "line.status": {"attendance": "UNATTENDED", "note": "until 0600Z"},
    "watch.take": {},
    "watch.handover": {
        "to": bytes(32),
        "dialogues": [bytes(16)],
        "notices": [],
        "seq": 7,
        "head": bytes(32),
        "note": "quiet",
    },
    "watch.accept": {"target": TARGET},
    "minutes.draft": {
        "title": "first meeting",
        "text": "1. Opening",
        "language": "en-GB",
        "meeting": bytes(16),
        "items": [bytes(16)],
    },
    "minutes.revise": {"target": TARGET, "text": "1. Opening."},
    "minutes.comment": {"target": TARGET, "text": "who opened?"},
    "minutes.initial": {"target": TARGET},
    "minutes.reserve": {"target": TARGET, "text": "subject to approval"},
    "minutes.sign": {"target": TARGET},
    "notice": NOTICE,
    "notice.finding": {"target": TARGET, "verdict": "CLEAR", "inputs": bytes(32), "against": [bytes(16)]},
    "roster.announce": {
        "change": "REPLACES",
        "name": "Dana Levi",
        "role": "head",
        "since": 1,
        "replaces": "Noa Katz",
        "note": "",
    },
}


def test_the_examples_cover_every_kind() -> None:
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("text", {"text": ""}),
        ("text", {"text": " \n"}),
        ("text", {"text": "x" * (MAX_TEXT + 1)}),
        ("text", {"text": "evil \x1b[2J"}),
        ("text", {"text": "\u202eevil"}),
        ("text", {"text": "zero\u200bwidth"}),
        ("text", {"text": "e\u0301"}),
        ("text", {"text": b"bytes"}),
        ("text", {"precedence": "flash"}),
        ("text", {"response": "X"}),
        ("text", {"reply_to": b"short"}),
        ("receipt", {"delivered": -1}),
        ("receipt", {"seen": 2**63}),
        ("receipt", {"seen": True}),
        ("ack", {"target": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        ("ack", {"target": bytes(15)}),
        ("ack", {"hash": bytes(31)}),
        ("ack", {"note": "x" * (MAX_NOTE + 1)}),
        ("ack", {"note": "\x1b"}),
        ("revocation", {"crl": b""}),
        ("revocation", {"crl": "text"}),
        ("reply", {"target": [bytes(16), bytes(31)]}),
        ("reply", {"answer": "MAYBE"}),
        ("reply", {"reason": ""}),
        ("withdrawal", {"reason": ""}),
        ("withdrawal", {"target": bytes(16)}),
        ("correction", {"text": "\u202eevil"}),
        ("translation", {"language": ""}),
        ("agenda.propose", {"title": ""}),
        ("agenda.propose", {"title": "two\nlines"}),
        ("agenda.propose", {"minutes": 0}),
        ("agenda.propose", {"minutes": 1441}),
        ("agenda.propose", {"arena": "space"}),
        ("agenda.decline", {"reason": ""}),
        ("agenda.adopt", {"items": []}),
        ("agenda.adopt", {"items": [TARGET, TARGET]}),
        ("agenda.outcome", {"outcome": "PERHAPS"}),
        ("agenda.silence", {"text": ""}),
        ("agenda.silence", {"until": -1}),
        ("agenda.object", {"reason": ""}),
        ("agenda.amend", {"text": "\u202eevil"}),
        ("meeting.propose", {"title": ""}),
        ("meeting.propose", {"slots": [[2, 1]]}),
        ("meeting.propose", {"slots": [[1, 1]]}),
        ("meeting.propose", {"slots": [[0, 15 * 86_400_000]]}),
        ("meeting.propose", {"slots": [[1, 2], [1, 2]]}),
        ("meeting.propose", {"slots": [[1, 2]] * 21}),
        ("meeting.propose", {"level": "ministers"}),
        ("meeting.propose", {"place": "two\nlines"}),
        ("meeting.counter", {"place": ""}),
        ("meeting.answer", {"answers": []}),
        ("meeting.answer", {"answers": ["PERHAPS"]}),
        ("meeting.agree", {"parts": []}),
        ("meeting.agree", {"parts": [["time", bytes(32)], ["time", bytes(32)]]}),
        ("meeting.agree", {"parts": [["time", bytes(32), 20]]}),
        ("meeting.attach", {"items": [bytes(16), bytes(16)]}),
        ("meeting.cancel", {"reason": " "}),
        ("line.check", {"within": 9}),
        ("line.check", {"within": 86_401}),
        ("line.check", {"nonce": bytes(15)}),
        ("line.status", {"attendance": "ASLEEP"}),
        ("watch.handover", {"to": bytes(31)}),
        ("watch.handover", {"dialogues": [bytes(16), bytes(16)]}),
        ("watch.handover", {"notices": [bytes(15)]}),
        ("roster.announce", {"change": "JOINS"}),
        ("roster.announce", {"replaces": ""}),
        ("roster.announce", {"role": "king"}),
        ("roster.announce", {"name": "\u202eevil"}),
        ("notice", {"action": "NEW"}),
        ("notice", {"target": None}),
        ("notice", {"end": 1}),
        ("notice", {"arena": "naval"}),
        ("notice", {"air": None}),
        ("notice", {"areas": []}),
        ("notice", {"daily": [[60, 60]]}),
        ("notice", {"daily": [[0, 1441]]}),
        ("notice", {"daily": [[0, 60], [0, 60]]}),
        ("notice", {"areas": [{"shape": "polygon", "points": [[0.0, 0.0], [1.0, 1.0]]}]}),
        ("notice", {"areas": [{"shape": "polygon", "points": [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]}]}),
        ("notice", {"areas": [{"shape": "circle", "points": [[0.0, 0.0]]}]}),
        ("notice", {"areas": [{"shape": "circle", "points": [[0.0, 0.0]], "metres": 0.0}]}),
        ("notice", {"areas": [{"shape": "corridor", "points": [[0.0, 0.0]], "metres": 1.0}]}),
        ("notice", {"areas": [{"shape": "circle", "points": [[90.1, 0.0]], "metres": 1.0}]}),
        ("notice", {"areas": [{"shape": "circle", "points": [[0.0, 180.1]], "metres": 1.0}]}),
        ("notice", {"areas": [{"shape": "circle", "points": [[float("nan"), 0.0]], "metres": 1.0}]}),
        ("notice", {"air": {"activity": "a", "lower": ["FL", 240], "upper": ["FL", 240]}}),
        ("notice", {"air": {"activity": "a", "lower": ["FL"]}}),
        ("notice", {"air": {"activity": "a", "lower": ["SFC", 1]}}),
        ("notice", {"air": {"activity": "a", "lower": ["UNL"]}}),
        ("notice", {"air": {"activity": "a", "upper": ["SFC"]}}),
        ("notice", {"air": {"activity": ""}}),
        ("notice", {"frequencies": [0]}),
        ("notice", {"response": "X"}),
        ("notice", {"arena": "naval", "air": None, "naval": {"activity": "a", "shallow": 50, "deep": 50}}),
        ("notice", {"arena": "naval", "air": None, "naval": {"activity": "a", "course": 90.0}}),
        (
            "notice",
            {"arena": "naval", "air": None, "naval": {"activity": "a", "course": 360.0, "speed": 1.0}},
        ),
        ("notice", {"arena": "em", "air": None, "em": {"effect": "jam", "bands": []}}),
        ("notice", {"arena": "em", "air": None, "em": {"effect": "jam", "bands": [[2, 1]]}}),
        (
            "notice",
            {"arena": "em", "air": None, "em": {"effect": "jam", "bands": [[1, 2]], "protection": "GUARDED"}},
        ),
        ("notice", {"action": "CANCEL"}),
        ("notice.finding", {"verdict": "PERHAPS"}),
        ("notice.finding", {"inputs": bytes(31)}),
        ("minutes.draft", {"text": ""}),
        ("minutes.draft", {"text": "x" * 100_001}),
        ("minutes.draft", {"language": "English"}),
        ("minutes.draft", {"items": [bytes(16), bytes(16)]}),
        ("minutes.comment", {"text": ""}),
        ("minutes.reserve", {"text": " "}),
        ("checkpoint", {"head": b""}),
        ("checkpoint", {"seq": -1}),
    ],
)
def test_a_body_of_another_type_or_range_is_refused(kind: str, change: dict[str, Any]) -> None:
    assert kind_of(decode_body(document(kind, GOOD[kind]))) == kind
    with pytest.raises(FormatError):
        decode_body(document(kind, GOOD[kind] | change))


@pytest.mark.parametrize("kind", GOOD)
def test_required_fields_are_required(kind: str) -> None:
    required = {field.name for field in msgspec.structs.fields(KINDS[kind].body) if field.required}
    for name in required:
        with pytest.raises(FormatError, match=name):
            decode_body(document(kind, {key: value for key, value in GOOD[kind].items() if key != name}))


def test_a_body_that_no_reader_would_accept_is_not_encoded() -> None:
    with pytest.raises(FormatError):
        encode_body(Ack(b"short", bytes(32)))
    with pytest.raises(FormatError, match="invisible"):
        Text("\u202e", Precedence.ROUTINE, Response.NONE)


def test_foreign_text_in_an_error_is_harmless() -> None:
    with pytest.raises(FormatError) as caught:
        decode_body(document("text", GOOD["text"] | {"precedence": "\x1b[31m"}))
    assert "\x1b" not in str(caught.value)


def test_words_are_not_in_a_repr() -> None:
    assert "secret" not in repr(Text("secret", Precedence.ROUTINE, Response.NONE))
