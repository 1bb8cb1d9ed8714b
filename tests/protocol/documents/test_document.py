"""The envelope: exact bytes, strict, bounded; what a later version adds survives."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents.document import (
    MAX_DOCUMENT,
    MAX_TIME,
    Document,
    content_hash,
    decode_document,
    encode_document,
)
from hotline_protocol.errors import FormatError

FIELDS: dict[str, Any] = {
    "v": 1,
    "id": bytes(16),
    "kind": "text",
    "channel": "plenary",
    "epoch": 3,
    "time": 1_795_000_000_000,
    "seen": [7, bytes(32)],
    "body": {"text": "hello", "precedence": "ROUTINE", "response": "N"},
}

counts = st.integers(0, 2**63 - 1)
names = st.from_regex(r"[a-z][a-z0-9.-]{0,31}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
documents = st.builds(
    Document,
    id=st.binary(min_size=16, max_size=16),
    kind=names,
    channel=names,
    epoch=counts,
    time=st.integers(0, MAX_TIME),
    seen=st.tuples(counts, st.binary(min_size=32, max_size=32)),
    body=st.dictionaries(st.text(), values, max_size=4),
)


def packed(**changes: Any) -> bytes:
    fields = {**FIELDS, **changes}
    encoded: bytes = msgpack.packb({name: value for name, value in fields.items() if value is not ...})
    return encoded


@given(documents)
def test_what_is_encoded_is_decoded(document: Document) -> None:
    content = encode_document(document)
    assert decode_document(content) == document
    assert msgpack.unpackb(content)["v"] == 1
    assert content_hash(content) == sha256(content).digest()


@given(names.filter(lambda name: name not in FIELDS), values)
def test_a_field_of_a_later_version_is_no_obstacle(name: str, value: Any) -> None:
    assert decode_document(packed(**{name: value})) == decode_document(packed())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_format_error(data: bytes) -> None:
    try:
        decode_document(data)
    except FormatError:
        return
    assert msgpack.unpackb(data)["v"] == 1


@given(st.data())
def test_a_flipped_bit_is_never_another_exception(data: st.DataObject) -> None:
    content = bytearray(packed())
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    content[place // 8] ^= 1 << place % 8
    try:
        decode_document(bytes(content))
    except FormatError:
        return
    assert bytes(content) != packed()


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_required(name: str) -> None:
    with pytest.raises(FormatError):
        decode_document(packed(**{name: ...}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v", 2),
        ("v", True),
        ("v", 1.0),
        ("id", bytes(15)),
        ("id", "0123456789abcdef"),
        ("kind", ""),
        ("kind", "Text"),
        ("kind", "text\n"),
        ("kind", "x" * 33),
        ("channel", "plen\x1bary"),
        ("epoch", -1),
        ("epoch", 2**63),
        ("time", MAX_TIME + 1),
        ("time", 1.5),
        ("seen", [7]),
        ("seen", [7, bytes(31)]),
        ("seen", [-1, bytes(32)]),
        ("body", []),
        ("body", {1: 2}),
    ],
)
def test_a_field_of_another_type_or_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(FormatError):
        decode_document(packed(**{name: value}))


def test_a_key_twice_is_refused_at_any_depth() -> None:
    once = msgpack.packb("v") + msgpack.packb(1)
    with pytest.raises(FormatError, match="twice"):
        decode_document(b"\x82" + once + once)
    inner = b"\x82" + 2 * (msgpack.packb("text") + msgpack.packb("a"))
    broken = packed(body=...)[1:] + msgpack.packb("body") + inner
    with pytest.raises(FormatError, match="twice"):
        decode_document(b"\x88" + broken)


def test_trailing_bytes_and_size_are_refused() -> None:
    with pytest.raises(FormatError):
        decode_document(packed() + b"\x00")
    with pytest.raises(FormatError, match="at most"):
        decode_document(packed(body={"text": "x" * MAX_DOCUMENT}))


def test_nothing_is_encoded_that_no_reader_would_accept() -> None:
    good = decode_document(packed())
    for broken in (
        Document(b"short", good.kind, good.channel, good.epoch, good.time, good.seen, good.body),
        Document(
            good.id, good.kind, good.channel, good.epoch, good.time, good.seen, {"x": "y" * MAX_DOCUMENT}
        ),
    ):
        with pytest.raises(FormatError):
            encode_document(broken)


def test_foreign_text_in_an_error_is_harmless() -> None:
    with pytest.raises(FormatError) as caught:
        decode_document(packed(seen={"\x1b[31m\u202e": 1}))
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_the_body_is_not_in_the_repr() -> None:
    assert "hello" not in repr(decode_document(packed()))
