"""Strict msgpack: one value, one way to read it, or a FormatError."""

from __future__ import annotations

from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol import codec
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


class Point(msgspec.Struct, forbid_unknown_fields=True):
    x: int
    label: str = ""


def encodable(value: Any) -> bool:
    try:
        codec.encode(value)
    except UnicodeEncodeError:
        return False
    return True


@given(values.filter(encodable))
def test_what_is_encoded_decodes_to_the_same(value: Any) -> None:
    assert codec.decode_raw(codec.encode(value)) == value


@given(values.filter(encodable), st.binary(min_size=1, max_size=4))
def test_trailing_bytes_are_refused(value: Any, rest: bytes) -> None:
    with pytest.raises(FormatError):
        codec.decode_raw(codec.encode(value) + rest)


@given(values.filter(encodable))
def test_a_cut_object_is_refused(value: Any) -> None:
    whole = codec.encode(value)
    for end in range(len(whole)):
        with pytest.raises(FormatError):
            codec.decode_raw(whole[:end])


@given(st.binary(max_size=64))
def test_arbitrary_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        codec.decode_raw(data)
    except FormatError:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"\x82\xa1a\x01\xa1a\x02",
        b"\x81\xa1o\x82\xa1a\x01\xa1a\x01",
        b"\x82\xa1a\x01\xd9\x01a\x02",
        b"\x82\xa1a\x01\xc4\x01a\x02",
    ],
    ids=["twice", "nested", "other-length-form", "bytes-and-text"],
)
def test_a_key_that_comes_twice_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        codec.decode(data, dict[str, Any])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x81\x01\x02",
        b"\x81\x90\x02",
        b"\xa1\xff",
        b"\xd4\x01\x00",
        b"\xd6\xff\x00\x00\x00\x00",
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x91" * 5000,
    ],
    ids=[
        "empty",
        "reserved",
        "int-key",
        "list-key",
        "utf8",
        "ext",
        "timestamp",
        "array",
        "map",
        "bin",
        "deep",
    ],
)
def test_what_is_malformed_or_has_no_meaning_here_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        codec.decode_raw(data)


def test_an_oversized_object_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError, match="has 11 bytes, at most 10 are allowed"):
        codec.decode_raw(b"\xc1" * 11, limit=10)
    assert codec.decode_raw(msgpack.packb(b"x" * 8), limit=10) == b"x" * 8


def test_types_are_strict() -> None:
    assert codec.decode(codec.encode({"x": 1}), Point) == Point(1)
    for wrong in ({"x": "1"}, {"x": 1.0}, {"x": True}, {"x": 1, "y": 2}, {}, [1], {"x": 1, "label": b"l"}):
        with pytest.raises(FormatError, match="not a valid Point"):
            codec.decode(codec.encode(wrong), Point)


def test_a_refusal_repeats_no_unsafe_text() -> None:
    with pytest.raises(FormatError) as caught:
        codec.decode(codec.encode({"x": 1, "\x1b[2J": 2}), Point)
    assert show(str(caught.value)) == str(caught.value)


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3).filter(encodable))
def test_every_refusal_is_printable(value: dict[str, str]) -> None:
    with pytest.raises(FormatError) as caught:
        codec.decode(codec.encode(value), Point)
    assert show(str(caught.value)) == str(caught.value)
