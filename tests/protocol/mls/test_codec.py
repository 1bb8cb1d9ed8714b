from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, UsageError


@pytest.mark.parametrize("data", ["4000", "403f", "80000000", "80003fff", "c0", "ffffffff"])
def test_a_length_is_written_in_the_fewest_bytes(data: str) -> None:
    with pytest.raises(MalformedError):
        codec.decode(Reader.varint, bytes.fromhex(data))


@given(st.integers(0, codec.MAX_VECTOR))
def test_lengths_come_back(length: int) -> None:
    assert codec.decode(Reader.varint, codec.varint(length)) == length


def test_a_vector_has_a_largest_length() -> None:
    with pytest.raises(UsageError):
        codec.varint(codec.MAX_VECTOR + 1)


def test_trailing_bytes_are_refused() -> None:
    assert codec.decode(Reader.opaque, b"\x01a") == b"a"
    with pytest.raises(MalformedError, match="1 bytes follow"):
        codec.decode(Reader.opaque, b"\x01ab")


@pytest.mark.parametrize("data", [b"", b"\x02a", b"\x40", b"\xbf\xff\xff\xff"])
def test_lengths_beyond_the_input_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        codec.decode(Reader.opaque, data)
    with pytest.raises(MalformedError):
        codec.decode(lambda r: r.vector(Reader.u8), data)


def test_an_item_must_not_reach_beyond_its_vector() -> None:
    with pytest.raises(MalformedError):
        codec.decode(lambda r: (r.vector(Reader.u16), r.u8()), b"\x03\x00\x01\x02\x03")


def test_a_presence_byte_is_zero_or_one() -> None:
    assert codec.decode(lambda r: r.optional(Reader.u8), b"\x00") is None
    assert codec.decode(lambda r: r.optional(Reader.u8), b"\x01\x07") == 7
    with pytest.raises(MalformedError):
        codec.decode(lambda r: r.optional(Reader.u8), b"\x02\x07")
